"""Whether rows come in one file or in several, one after the other, the store is the same in the end."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.test_row_by_row import ALIASES, LISTS, VALUES, as_they_stand, or_none
from lead_pipeline_tests.screening.written import Written, profile

#: What is said of rows of one person in one file has an equal in several files under these only.
POLICIES = [
    {"write_mode": "upsert", "duplicates_in_file": "merge"},
    {"write_mode": "update_only", "duplicates_in_file": "merge"},
    {"write_mode": "create_only", "duplicates_in_file": "first"},
    {"write_mode": "upsert", "on_duplicate": "skip", "duplicates_in_file": "first"},
]
FREE = ("first_name", "city", "status", "company", "tags", "phone")


@st.composite
def profiles(draw: st.DrawFn):
    policy = draw(st.sampled_from(POLICIES))
    nameless = "reject" if policy["write_mode"] == "update_only" else draw(st.sampled_from(["reject", "create"]))
    aliases = draw(st.lists(st.sampled_from(["phone", "email", "external_id"]), min_size=1, max_size=2, unique=True))
    return profile(
        draw(st.sampled_from(["email", "external_id"])),
        aliases={kind: {} for kind in aliases},
        rows_without_identifier=nameless,
        **policy,
    )


@st.composite
def rows(draw: st.DrawFn, by) -> Row:
    own = draw(or_none(VALUES[by.identify_by]))
    reasons = ("identifier_missing",) if own is None and by.rows_without_identifier == "reject" else ()
    values = {name: draw(or_none(VALUES[name], 1)) for name in FREE} | {by.identify_by: own}
    aliases = tuple((kind, draw(ALIASES[kind])) for kind in sorted(by.aliases) if draw(st.booleans()))
    return Row(
        values,
        attributes=draw(st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"]))),
        aliases=tuple(one for one in aliases if one != (by.identify_by, own)),
        reasons=reasons,
    )


@st.composite
def splits(draw: st.DrawFn):
    by = draw(profiles())
    history = draw(st.lists(st.one_of(LISTS, rows(by)), min_size=2, max_size=8))
    before, file = history[: len(history) // 3], [one for one in history[len(history) // 3 :] if isinstance(one, Row)]
    return by, before, file, draw(st.lists(st.booleans(), min_size=len(file), max_size=len(file)))


@given(split=splits())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_file_leaves_what_the_files_leave_that_it_is_split_into(fresh, split):
    by, before, file, ends = split
    parts: list[list[Row]] = [[]]
    for row, ends_here in zip(file, ends, strict=True):
        parts[-1].append(row)
        if ends_here:
            parts.append([])
    together, apart = left_by(fresh(), by, before, [file]), left_by(fresh(), by, before, parts)
    # A company that gave way to another between two files had a lead for a while: it stays registered.
    registered, for_a_while = set(together.pop("companies")), set(apart.pop("companies"))
    held = {(lead.get("company") or "").lower() for _contact, lead in apart["leads"].values()}
    assert registered <= for_a_while
    assert held.isdisjoint(name for _kind, name in for_a_while - registered)
    assert together == apart


def left_by(written: Written, by, before, files: list[list[Row]]) -> dict[str, object]:
    upserting = profile(by.identify_by, aliases=by.aliases, rows_without_identifier="create")
    for one in before:
        if isinstance(one, Row):
            written.add([Row(one.values, aliases=one.aliases)], upserting)
        else:
            written.suppress(one[0], *one[1])
    for rows_of_file in files:
        if rows_of_file:
            written.add(rows_of_file, by)
    stands = as_they_stand(written)
    for _contact, lead in stands["leads"].values():
        lead.pop("updated_at"), lead.pop("updated_by")
    return stands
