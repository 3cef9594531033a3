"""Random imports under random profiles, held against an importer that goes row by row through dictionaries."""

import dataclasses

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.row_by_row import RowByRow
from lead_pipeline_tests.screening.written import Written, everything, profile

#: Few, so that rows meet each other and what is there already.
PHONES = [f"+1212555010{n}" for n in range(4)]
VALUES = {
    "phone": st.sampled_from(PHONES),
    "email": st.sampled_from([f"{name}@example.com" for name in "aAbcd"]),
    "external_id": st.sampled_from(["1", "2", "3", "4"]),
    "first_name": st.sampled_from(["Ana", "Bo", "Cy"]),
    "city": st.sampled_from(["Bonn", "unknown", "Rome"]),
    "status": st.sampled_from(["new", "won"]),
    "company": st.sampled_from(["Acme", "ACME", "Alder & Pine"]),
    "lead_score": st.integers(0, 2),
    "expires_in": st.integers(0, 2),
    "tags": st.lists(st.sampled_from(["vip", "VIP", "cold", "x, y"]), min_size=1, max_size=3),
}
ALIASES = {
    "phone": VALUES["phone"], "email": VALUES["email"], "external_id": VALUES["external_id"],
    "social": st.sampled_from(["@ana", "@bo", "1"]), "cookie_id": st.sampled_from(["1", "c2"]),
}  # fmt: skip
RULES = st.sampled_from(["always", "if_new_not_empty", "if_existing_empty", "never"])


def or_none(values, chance=3):
    return st.one_of(st.none(), *[values] * chance)


@st.composite
def profiles(draw: st.DrawFn) -> ImportProfile:
    write_mode = draw(st.sampled_from(["create_only", "update_only", "upsert", "upsert"]))
    fitting = {"create_only": ["skip", "reject"], "update_only": ["update", "fill"]}
    on_duplicate = draw(
        st.sampled_from([None, *fitting.get(write_mode, ["skip", "update", "update", "fill", "reject"])])
    )
    nameless = "reject" if write_mode == "update_only" else draw(st.sampled_from(["reject", "reject", "create"]))
    ruled = ["phone", "email", "first_name", "city", "status", "lead_score", "expires_in", "tags", "company"]
    graded = {
        name: {"type": "text", "update_rule": draw(RULES), "default": draw(st.sampled_from([None, None, "B"]))}
        for name in draw(st.lists(st.sampled_from(["grade", "r/ank"]), unique=True))
    }
    return profile(
        draw(st.sampled_from(["phone", "email", "email", "external_id"])),
        rules={name: {"update_rule": draw(RULES)} for name in ruled},
        attributes=graded,
        default_attributes=draw(st.sampled_from([{}, {"src": "none"}])),
        aliases={kind: {} for kind in draw(st.lists(st.sampled_from(list(ALIASES)), max_size=3, unique=True))},
        secondary_contacts=draw(st.sampled_from([None, {"max": 2}])),
        destination={"kind": draw(st.sampled_from(["workspace", "schedule"])), "name": "main"},
        rows_without_identifier=nameless,
        scrub_scope=draw(st.sampled_from(["destination", "company"])),
        write_mode=write_mode,
        on_duplicate=on_duplicate,
        duplicates_in_file=draw(st.sampled_from(["first", "last", "merge", "reject_all"])),
    )


@st.composite
def rows(draw: st.DrawFn, by: ImportProfile, supplied: frozenset[str]) -> Row:
    """A row as the rooms before hand it on: what the file does not supply is empty, and defaults are in."""
    reasons = draw(st.sampled_from([()] * 8 + [("number_invalid",), ("row_blank",)]))
    values = {name: draw(or_none(VALUES[name])) if name in supplied else None for name in by.fields}
    if by.rows_without_identifier == "reject" or draw(st.booleans()):
        values[by.identify_by] = draw(VALUES[by.identify_by])
    if "city" in supplied and values["city"] is None:
        values["city"] = "unknown"
    derived = {}
    if values["phone"] is not None:
        derived = {
            "phone_type": draw(or_none(st.sampled_from(["mobile", "voip"]))),
            "phone_extension": draw(or_none(st.just("7"))),
        }
    attributes = {}
    if "attributes" in supplied:
        attributes = draw(
            st.dictionaries(st.sampled_from(["src", 'n/o~t"e', "k"]), st.sampled_from(["1", "null", "ü"]))
        )
    for name, rule in by.attributes.items():
        value = draw(or_none(st.sampled_from(["A", "B"]))) or rule.default if f"attribute.{name}" in supplied else None
        attributes |= {} if value is None else {name: value}
    attributes = dict(by.default_attributes) | attributes
    return Row(
        values=values,
        derived=derived,
        attributes=attributes,
        aliases=tuple(
            (kind, draw(ALIASES[kind]))
            for kind in sorted(by.aliases)
            if f"alias.{kind}" in supplied and draw(st.booleans())
        ),
        secondaries=tuple(
            draw(st.lists(st.tuples(VALUES["phone"], or_none(st.just('{"role":"x"}'))), max_size=2))
            if by.secondary_contacts and "secondary.1.phone" in supplied
            else ()
        ),
        reasons=reasons,
        warnings=draw(st.sampled_from([(), (), (), ("number_invalid",), ("email_disposable",)])),
    )


@st.composite
def imports(draw: st.DrawFn):
    by = draw(profiles())
    left_out = draw(st.sets(st.sampled_from(sorted(everything(by) - {by.identify_by})), max_size=4))
    supplied = everything(by) - left_out
    return by, supplied, draw(st.lists(rows(by, supplied), min_size=1, max_size=7)), draw(st.booleans())


LISTS = st.tuples(
    st.sampled_from(["blocked", "opted_out", "do_not_call"]), st.lists(st.sampled_from(PHONES), min_size=1, max_size=1)
)
HISTORIES = st.lists(st.one_of(*[imports()] * 4, LISTS), min_size=1, max_size=5)


@given(history=HISTORIES)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_history_leaves_what_an_importer_that_goes_row_by_row_leaves(fresh, history):
    written, reference = fresh(), RowByRow()
    for one in history:
        if isinstance(one[0], str):
            written.suppress(one[0], *one[1])
            reference.suppress(one[0], *one[1], at=written.now)
            continue
        by, supplied, rows, again = one
        for _ in range(2 if again else 1):
            foreseen = written.dry_run(rows, by, supplied)
            entry = written.add(rows, by, supplied)
            expected = reference.add(rows, by, supplied, written.now)
            assert written.ledger(entry) == expected
            assert dataclasses.replace(foreseen, import_no=0) == dataclasses.replace(entry, import_no=0)
            assert entry.counts.total == entry.rows_read == len(rows)
            assert as_they_stand(written) == as_expected(reference)
            require_a_sound_store(written)


def as_they_stand(written: Written) -> dict[str, object]:
    names = {
        one: contact
        for contact, one in enumerate(sorted(written.store.workspace.rows("select contact_id from base.contacts")), 1)
    }
    secondaries = {}
    for lead, *one in written.store.workspace.rows(
        "select lead_id, phone, attributes from base.secondary_contacts order by lead_id, position"
    ):
        secondaries.setdefault(lead, []).append(tuple(one))
    leads = {}
    for number, lead in written.leads().items():
        contact = names[(lead.pop("contact_id"),)]
        for told in ("import_id", "row_number", "created_at", "destination_kind", "destination_name"):
            lead.pop(told)
        by = lead.pop("updated_import_id", None)
        leads[number] = (contact, lead | {"updated_by": by, "secondaries": secondaries.get(number, [])})
    held = written.store.workspace.rows("select kind, coalesce(value, '+' || key), contact_id from base.identifiers")
    registered = {
        table: sorted(written.store.workspace.rows(f"select destination_kind, lower(name) from main.{table}"))
        for table in ("companies", "tags")
    }
    return {
        "leads": leads,
        "identifiers": sorted((kind, value, names[(contact,)]) for kind, value, contact in held),
        **registered,
    }


def as_expected(reference: RowByRow) -> dict[str, object]:
    leads = {}
    for number, lead in reference.leads.items():
        values = {name: value for name, value in lead.values.items() if value is not None}
        told = {
            "attributes": lead.attributes,
            "updated_at": lead.updated_at,
            "updated_by": lead.updated_by and f"import-{lead.updated_by}@0",
            "secondaries": lead.secondaries,
        }
        leads[number] = (lead.contact, values | told)
    held = sorted((kind, value, contact) for (kind, value), contact in reference.identifiers.items())
    registered = {
        table: sorted((destination.kind, folded) for destination, folded in reference.names[kind])
        for kind, table in (("company", "companies"), ("tags", "tags"))
    }
    return {"leads": leads, "identifiers": held, **registered}


def require_a_sound_store(written: Written) -> None:
    """What must be true of every store."""
    ask = written.store.workspace.rows
    assert ask("select kind, key, value from base.identifiers group by all having count(distinct contact_id) > 1") == []
    assert ask("select kind, key, value from base.identifiers group by all having count(*) > 1") == []
    assert ask("select lead_id from base.leads group by 1 having count(*) > 1") == []
    assert ask("select 1 from base.leads l anti join base.contacts c using (contact_id)") == []
    assert ask("select 1 from base.contacts c anti join base.leads l using (contact_id)") == []
    assert (
        ask("select 1 from base.row_outcomes o anti join base.leads l using (lead_id) where o.lead_id is not null")
        == []
    )
    assert ask("select import_no, row_number from base.row_outcomes group by all having count(*) > 1") == []
    assert ask("select count(*) from base.leads") == ask(
        "select count(*) from base.row_outcomes where outcome = 'created'"
    )
    assert ask("select count(*) from base.enrollments") == ask(
        "select count(*) from main.leads where destination_kind = 'schedule'"
    )
    assert ask("select 1 from base.row_outcomes where outcome = 'duplicate' and lead_id is null") == []
