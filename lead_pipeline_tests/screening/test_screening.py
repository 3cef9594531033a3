"""What becomes of each row, against examples and against plain dictionaries; and what of it is written."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lead_pipeline.importing.committing import commit_import
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import ScreeningError, StoreError
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.screening.staged_rows import StagedRows
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.records import ImportRecord
from lead_pipeline_tests.screening.screened import NOW, Reference, Row, Screened, profile

A, B, C, D = "+12125550101", "+12125550102", "+442079460103", "+12125550104"
HERE = profile()
ELSEWHERE = profile(destination={"kind": "offer", "name": "solar"})
BY_EMAIL = profile(
    identify_by="email",
    fields={
        "phone": {"type": "phone"},
        "email": {"type": "email", "required": True},
        "expires_in": {"type": "integer"},
    },
)


def company(by):
    return by.model_copy(update={"scrub_scope": "company"})


@pytest.fixture
def screened(tmp_path):
    with DuckdbLeadStore.open(tmp_path) as store:
        yield Screened(store, tmp_path)


def outcomes(screened, rows, by=HERE):
    return [(outcome, reasons) for _row, outcome, reasons, _lead in screened.ledger(screened.add(rows, by))]


DUPLICATE_HERE, DUPLICATE_KNOWN = ("duplicate", ("duplicate_in_file",)), ("duplicate", ("duplicate_existing",))
CREATED = ("created", ())


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([Row(B), Row(C)], [CREATED, CREATED], id="new"),
        pytest.param([Row(B), Row(B), Row(B)], [CREATED, DUPLICATE_HERE, DUPLICATE_HERE], id="repeated"),
        pytest.param([Row(A)], [DUPLICATE_KNOWN], id="known"),
        pytest.param(
            [Row(A), Row(A)],
            [DUPLICATE_KNOWN, ("duplicate", ("duplicate_in_file", "duplicate_existing"))],
            id="known and repeated",
        ),
        pytest.param(
            [Row(B, reasons=("number_invalid",)), Row(B)],
            [("rejected", ("number_invalid",)), CREATED],
            id="a rejected first copy does not cost the good second one",
        ),
        pytest.param(
            [Row(B), Row(B, reasons=("number_invalid",)), Row(B)],
            [CREATED, ("rejected", ("number_invalid",)), DUPLICATE_HERE],
            id="a rejected copy is no duplicate",
        ),
        pytest.param(
            [Row(A, reasons=("phone_not_valid", "number_invalid"))],
            [("rejected", ("phone_not_valid", "number_invalid"))],
            id="rejected before known",
        ),
        pytest.param(
            [Row(D, reasons=("number_invalid",))], [("rejected", ("number_invalid",))], id="rejected before suppressed"
        ),
        pytest.param([Row(D)], [("suppressed", ("blocked",))], id="suppressed"),
        pytest.param(
            [Row(D), Row(D)],
            [("suppressed", ("blocked",)), ("suppressed", ("duplicate_in_file", "blocked"))],
            id="suppressed before duplicate, all reasons kept",
        ),
        pytest.param([Row(reasons=("row_blank",))], [("skipped", ("row_blank",))], id="blank"),
        pytest.param(
            [Row(reasons=("phone_missing",)), Row(reasons=("phone_missing",))],
            [("rejected", ("phone_missing",))] * 2,
            id="rows without a number are not duplicates of each other",
        ),
    ],
)
def test_each_row_gets_its_outcome(screened, rows, expected):
    screened.add([Row(A)], HERE)
    screened.suppress("blocked", D)
    assert outcomes(screened, rows) == expected


def test_a_suppressed_first_copy_does_not_cost_the_good_second_one(screened):
    screened.suppress("blocked", D)
    entry = screened.add([Row(D, "ann@example.com"), Row(A, "ann@example.com"), Row(D, "ann@example.com")], BY_EMAIL)
    suppressed_again = ("suppressed", ("duplicate_in_file", "blocked"))
    assert [row[1:3] for row in screened.ledger(entry)] == [("suppressed", ("blocked",)), CREATED, suppressed_again]
    assert screened.store.workspace.rows("select phone, row_number from base.leads") == [(A, 2)]


def test_every_list_a_number_is_on_is_told_in_registry_order(screened):
    for kind in ("do_not_call", "blocked", "opted_out"):
        screened.suppress(kind, A)
    assert outcomes(screened, [Row(A)]) == [("suppressed", ("opted_out", "blocked", "do_not_call"))]


def test_a_known_person_who_opted_out_later_is_suppressed_and_still_matched(screened):
    screened.add([Row(A)], HERE)
    screened.suppress("opted_out", A)
    entry = screened.add([Row(A)], HERE)
    assert screened.ledger(entry) == [(1, "suppressed", ("duplicate_existing", "opted_out"), 1)]


@pytest.mark.parametrize(
    ("by", "expected"),
    [(HERE, CREATED), (company(HERE), DUPLICATE_KNOWN)],
    ids=["destination", "company"],
)
def test_the_scope_says_where_a_lead_makes_a_row_a_duplicate(screened, by, expected):
    screened.add([Row(A)], ELSEWHERE)
    assert outcomes(screened, [Row(A)], by) == [expected]


def test_a_contact_is_shared_by_the_destinations_of_its_leads(screened):
    screened.add([Row(A), Row(B)], HERE)
    screened.add([Row(C), Row(A)], ELSEWHERE)
    leads = screened.store.workspace.rows("select phone, destination_name, contact_id from main.leads order by lead_id")
    by_phone = {phone: contact for phone, name, contact in leads if name == "main"}
    assert [phone for phone, _name, _contact in leads] == [A, B, C, A]
    assert leads[3] == (A, "solar", by_phone[A])
    assert len({contact for _phone, _name, contact in leads}) == 3
    assert screened.store.workspace.rows(
        "select count(*), count(distinct key), count(distinct contact_id) from base.identifiers"
    ) == [(3, 3, 3)]
    assert screened.store.workspace.rows("select count(*) from base.contacts") == [(3,)]


def test_the_ledger_names_the_lead_a_row_became_or_matched(screened):
    screened.add([Row(A), Row(B)], HERE)
    entry = screened.add([Row(C), Row(B), Row(C), Row(D, reasons=("number_invalid",)), Row(D)], HERE)
    ids = {phone: lead for lead, phone in screened.store.workspace.rows("select lead_id, phone from base.leads")}
    assert [lead for _row, _outcome, _reasons, lead in screened.ledger(entry)] == [ids[C], ids[B], ids[C], None, ids[D]]


def test_a_lead_carries_its_values_its_expiry_and_its_attributes(screened):
    screened.add([Row(A, "a@example.com", expires_in=48, attributes='{"state": "NY", "n": null}'), Row(B)], HERE)
    first, second = screened.store.workspace.rows(
        "select phone, email, expires_at, attributes, row_number, created_at, import_no"
        " from base.leads order by lead_id"
    )
    assert first[:3] == (A, "a@example.com", NOW + timedelta(hours=48))
    assert json.loads(first[3]) == {"state": "NY", "n": None}
    assert first[4:] == (1, NOW, 1)
    assert second[:5] == (B, None, None, None, 2)


@pytest.mark.parametrize("kind", ["schedule", "offer", "campaign", "flow", "list", "workspace"])
def test_only_leads_of_a_schedule_are_enrolled_in_its_first_action(screened, kind):
    by = profile(destination={"kind": kind, "name": "x"})
    screened.add([Row(A), Row(A), Row(B, reasons=("number_invalid",)), Row(C)], by)
    enrolled = screened.store.workspace.rows(
        "select l.phone, e.action, e.status, e.due_at"
        " from base.enrollments e join base.leads l using (lead_id) order by 1"
    )
    assert enrolled == ([(A, 1, "due", NOW), (C, 1, "due", NOW)] if kind == "schedule" else [])


def test_originals_are_kept_of_the_rows_that_became_no_lead(screened):
    screened.suppress("blocked", D)
    screened.add([Row(A), Row(A), Row(B, reasons=("number_invalid",)), Row(D), Row(reasons=("row_blank",))], HERE)
    assert screened.store.workspace.rows(
        "select row_number, line_number, outcome, reason_codes, raw::json ->> 'n' from main.rejected_leads order by 1"
    ) == [
        (2, 3, "duplicate", ["duplicate_in_file"], "2"),
        (3, 4, "rejected", ["number_invalid"], "3"),
        (4, 5, "suppressed", ["blocked"], "4"),
    ]


def test_counts_and_status_of_the_import(screened):
    screened.suppress("blocked", D)
    entry = screened.add(
        [Row(A), Row(A), Row(B, reasons=("number_invalid",)), Row(D), Row(reasons=("row_blank",))], HERE
    )
    assert entry.status == ImportStatus.COMPLETED_WITH_REJECTS
    assert {name: rows for name, rows in entry.counts.model_dump().items() if rows} == {
        "created": 1, "duplicate": 1, "rejected": 1, "suppressed": 1, "skipped": 1,
    }  # fmt: skip
    assert (entry.rows_read, entry.contacts_created) == (5, 1)
    assert screened.add([Row(C)], HERE).status == ImportStatus.COMPLETED


def dump(screened):
    tables = [
        name
        for (name,) in screened.store.workspace.rows(
            "select table_name from information_schema.tables where table_schema = 'base' and table_type = 'BASE TABLE'"
        )
    ]
    return {table: sorted(map(repr, screened.store.workspace.rows(f"select * from base.{table}"))) for table in tables}


def test_the_same_import_twice_changes_nothing(screened):
    rows = [Row(A), Row(A), Row(B, reasons=("number_invalid",))]
    first = screened.add(rows, HERE, identity="x")
    before = dump(screened)
    assert screened.add([*rows, Row(C)], HERE, identity="x") == first
    assert dump(screened) == before


def test_a_failed_import_leaves_nothing_not_even_a_gap_in_the_numbers(screened):
    screened.add([Row(A)], HERE)
    before = dump(screened)
    with pytest.raises(StoreError, match="3 rows were read but 2 were screened"):
        commit_with(screened, [Row(B), Row(C)], rows_read=3)
    with pytest.raises(StoreError, match="originals were kept"):
        commit_with(screened, [Row(B), Row(B)], rows_read=2)
    assert dump(screened) == before
    screened.add([Row(D)], HERE)
    leads = screened.store.workspace.rows("select lead_id, phone, import_no from base.leads order by 1")
    assert leads == [(1, A, 1), (2, D, 2)]


def commit_with(screened, rows, rows_read):
    screened.imports += 1
    record = ImportRecord("y@0", "y", HERE.name, HERE.fingerprint, HERE.destination, "y.csv", "0" * 64, 1, NOW)
    staged = StagedRows(screened.write(rows), rows_read, frozenset(HERE.rules), raw_rows=lambda _wanted: [])
    return commit_import(screened.store, record, HERE, staged, at=NOW)


@pytest.mark.parametrize(
    "lost", ["delete from base.suppressions where value = $1", "delete from base.suppressions where value <> $1"]
)
def test_nothing_is_imported_once_suppressions_are_missing(screened, lost):
    screened.suppress("blocked", A, B, C)
    screened.store.workspace.run(lost, [A])
    before = dump(screened)
    with pytest.raises(ScreeningError, match="3 were loaded"):
        screened.add([Row(D)], HERE)
    assert dump(screened) == before


def test_leads_are_numbered_in_the_order_of_the_file_however_many_there_are(screened):
    """More rows than DuckDB hands to one thread at a time, in several parts, some known, some repeated."""
    screened.add([Row(f"+1212{n:07d}") for n in range(2_000_000, 2_000_500)], HERE)
    rows = [Row(f"+1212{2_000_000 + n * 7919 % 125_000:07d}") for n in range(130_000)]
    entry = screened.add(rows, HERE, parts=4)
    leads = screened.store.workspace.frame(
        "select lead_id, row_number, phone from base.leads where import_no = ? order by lead_id", [entry.import_no]
    )
    assert leads["row_number"].is_sorted()
    assert leads["lead_id"].to_list() == list(range(501, 501 + leads.height))
    assert leads.height == 125_000 - 500
    firsts: dict[str | None, int] = {}
    for number, row in enumerate(rows, 1):
        firsts.setdefault(row.phone, number)
    assert all(firsts[phone] == number for number, phone in leads.select("row_number", "phone").iter_rows())
    ledger = screened.store.workspace.frame(
        "select o.row_number, l.phone from base.row_outcomes o join base.leads l using (lead_id)"
        " where o.import_no = ? order by 1",
        [entry.import_no],
    )
    assert ledger["phone"].to_list() == [row.phone for row in rows]


PEOPLE = [f"+1212555{n:04d}" for n in range(100, 106)]
_rows = st.lists(
    st.builds(
        Row,
        phone=st.sampled_from(PEOPLE),
        email=st.sampled_from(["a@example.com", "b@example.com", "c@example.com"]),
        reasons=st.sampled_from(
            [(), (), (), (), ("number_invalid",), ("row_blank",), ("phone_not_valid", "number_invalid")]
        ),
        warnings=st.sampled_from([(), ("email_disposable",)]),
    ),
    min_size=1,
    max_size=8,
)
_profiles = st.sampled_from([HERE, ELSEWHERE, company(HERE), company(ELSEWHERE), BY_EMAIL, company(BY_EMAIL)])
_lists = st.tuples(
    st.sampled_from(["blocked", "opted_out", "do_not_call"]), st.lists(st.sampled_from(PEOPLE), max_size=2)
)
_histories = st.lists(st.one_of(st.tuples(_rows, _profiles), _lists), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def playground(tmp_path_factory):
    folder = tmp_path_factory.mktemp("differential")
    with DuckdbLeadStore.open(folder) as store:
        yield Screened(store, folder)


@given(history=_histories)
@settings(deadline=None)
def test_any_history_of_lists_and_imports_is_judged_as_dictionaries_judge_it(playground, history):
    empty(playground)
    phones, emails = Reference(), Reference()
    lead_of: dict[int, tuple[str, Destination]] = {}
    for one in history:
        if isinstance(one[0], str):
            playground.suppress(one[0], *one[1])
            phones.suppress(one[0], *one[1])
            emails.suppress(one[0], *one[1])
            continue
        rows, by = one
        reference = phones if by.identify_by == "phone" else emails
        expected = reference.add(rows, by)
        found = playground.ledger(playground.add(rows, by))
        assert [row[:3] for row in found] == [row[:3] for row in expected]
        for (_n, _o, _r, lead), (_m, _p, _q, place) in zip(found, expected, strict=True):
            assert (lead is None) == (place is None)
            if lead is not None:
                assert lead_of.setdefault(lead, reference.leads[place]) == reference.leads[place]
    check_invariants(playground)


def empty(screened):
    for table in (
        "imports",
        "contacts",
        "identifiers",
        "leads",
        "enrollments",
        "row_outcomes",
        "rejected_rows",
        "suppressions",
        "suppression_lists",
        "destinations",
    ):
        screened.store.workspace.run(f"delete from base.{table}")


def check_invariants(screened):
    """What must be true of every store."""
    ask = screened.store.workspace.rows
    assert ask("select count(*) from base.leads") == ask(
        "select count(*) from base.row_outcomes where outcome = 'created'"
    )
    assert ask("select count(*), count(distinct lead_id) from base.leads") == ask(
        "select count(*), count(*) from base.leads"
    )
    assert ask("select kind, key, value from base.identifiers group by all having count(*) > 1") == []
    assert ask("select 1 from base.leads l anti join base.contacts c using (contact_id)") == []
    assert ask("select 1 from base.contacts c anti join base.leads l using (contact_id)") == []
    assert (
        ask("select 1 from base.row_outcomes o anti join base.leads l using (lead_id) where o.lead_id is not null")
        == []
    )
    assert ask("select import_no, row_number from base.row_outcomes group by all having count(*) > 1") == []
    assert ask("select import_no, rows_read from base.imports order by 1") == ask(
        "select import_no, count(*) from base.row_outcomes group by 1 order by 1"
    )
    assert ask("select count(*) from base.rejected_rows") == ask(
        "select count(*) from base.row_outcomes where outcome in ('rejected', 'duplicate', 'suppressed')"
    )
