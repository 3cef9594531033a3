"""Nobody on a list in force is ever in `reachable_leads`, whatever the tables hold, held against plain Python."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lead_pipeline.model.suppression_kinds import SUPPRESSION_KINDS, SUPPRESSIONS_OF_PEOPLE
from lead_pipeline.screening.phone_equivalence import old_form, same_number_key
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline_tests.screening.written import empty
from lead_pipeline_tests.support import quick_folder

HOUR = timedelta(hours=1)
#: Old and new forms of one number, and numbers of their own.
PHONES = ["+12125550101", "+12125550102", "+525541692288", "+5215541692288", "+5511981692288", "+551181692288"]
EMAILS = ["ana@example.com", "ANA@example.com", "bo@shop.example", "bo@sub.shop.example"]
OTHERS = {"external_id": ["a1", "A1"], "cookie_id": ["c1"], "social": ["@ana"]}


@dataclass(frozen=True)
class Lead:
    """A lead of one contact, and how it is enrolled."""

    contact: int
    destination: int
    phone: str | None
    email: str | None
    external_id: str | None
    cookie_id: str | None
    social: str | None
    status: str
    due_in: int
    expires_in: int | None


def or_none(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.sampled_from(values))


LEADS = st.lists(
    st.builds(
        Lead,
        contact=st.integers(1, 3),
        destination=st.integers(1, 2),
        phone=or_none(PHONES),
        email=or_none(EMAILS),
        external_id=or_none(OTHERS["external_id"]),
        cookie_id=or_none(OTHERS["cookie_id"]),
        social=or_none(OTHERS["social"]),
        status=st.sampled_from(["due", "due", "due", "suppressed"]),
        due_in=st.sampled_from([-1, -1, -1, 1]),
        expires_in=st.sampled_from([None, None, -1, 1]),
    ),
    min_size=1,
    max_size=5,
)
IDENTIFIERS = st.lists(
    st.one_of(
        st.tuples(st.integers(1, 3), st.just("phone"), st.sampled_from(PHONES)),
        st.tuples(st.integers(1, 3), st.just("email"), st.sampled_from(EMAILS).map(str.lower)),
        *[st.tuples(st.integers(1, 3), st.just(kind), st.sampled_from(values)) for kind, values in OTHERS.items()],
    ),
    max_size=4,
)
LISTED = st.one_of(
    st.tuples(st.just("phone"), st.sampled_from(PHONES)),
    st.tuples(st.just("email"), st.sampled_from(EMAILS).map(str.lower)),
    st.tuples(st.just("domain"), st.sampled_from(["shop.example", "example.com", "ample.com"])),
    st.tuples(st.just("prefix"), st.sampled_from(["1212", "52", "5255", "12125550101", "1213", "5"])),
    *[st.tuples(st.just(kind), st.sampled_from(values)) for kind, values in OTHERS.items()],
)
KINDS = st.sampled_from(["blocked", "opted_out", "do_not_call", "litigator", "reassigned", "complaint"])
ENTRIES = st.lists(st.tuples(KINDS, LISTED), max_size=2)


@pytest.fixture(scope="module")
def store():
    with quick_folder() as folder, DuckdbLeadStore.open(folder) as opened:
        yield opened


def fill(store: DuckdbLeadStore, leads, identifiers, entries) -> None:
    run, now = empty(store).workspace.run, datetime.now(UTC)
    for number in (1, 2):
        run("insert into base.destinations values (?, 'schedule', ?)", [number, f"main {number}"])
    for number, lead in enumerate(leads, 1):
        expires = None if lead.expires_in is None else now + lead.expires_in * HOUR
        run(
            "insert into base.leads (lead_id, contact_id, destination_id, phone, phone_key, email, external_id,"
            " cookie_id, social, expires_at, import_no, row_number, created_at, updated_at)"
            " values (?, ?, ?, ?, try_cast(? as ubigint), ?, ?, ?, ?, ?, 1, ?, ?, ?)",
            [number, lead.contact, lead.destination, lead.phone, lead.phone, lead.email, lead.external_id,
             lead.cookie_id, lead.social, expires, number, now, now],
        )  # fmt: skip
        run(
            "insert into base.enrollments (lead_id, destination_id, action, status, due_at, import_no)"
            " values (?, ?, 1, ?, ?, 1)",
            [number, lead.destination, lead.status, now + lead.due_in * HOUR],
        )
    for contact, kind, value in identifiers:
        key = "?::ubigint" if kind == "phone" else "md5_number_lower(?)"
        run(
            f"insert into base.identifiers values (?, {key}, ?, ?, 1)",
            [kind, value.lstrip("+") if kind == "phone" else value, None if kind == "phone" else value, contact],
        )
    for kind, (identifier_kind, value) in entries:
        suppress(store, kind, identifier_kind, value)


def suppress(store: DuckdbLeadStore, kind: str, identifier_kind: str, value: str) -> None:
    key = "try_cast(? as ubigint)" if identifier_kind == "phone" else "md5_number_lower(?)"
    store.workspace.run(
        "insert into base.suppressions (kind, identifier_kind, key, value, list_no, added_at)"
        f" values (?, ?, {key}, ?, 1, now())",
        [kind, identifier_kind, value.lstrip("+") if identifier_kind == "phone" else value, value],
    )
    store.workspace.run("delete from base.suppression_lists")
    store.workspace.run(
        "insert into base.suppression_lists (list_no, list_id, identity, kind, file_name, file_sha256, rows_read,"
        " rows_added, rows_known, rows_rejected, loaded_at) select 1, 'l', 'l', 'blocked', 'l', '', 0, count(*), 0, 0,"
        " now() from base.suppressions"
    )


def todays_form(phone: str) -> str:
    phone = re.sub(r"^\+521(\d{10})$", r"+52\1", phone)
    phone = re.sub(r"^\+549(\d{10})$", r"+54\1", phone)
    phone = re.sub(r"^\+229([2-9]\d{7})$", r"+22901\1", phone)
    phone = re.sub(r"^\+57([1-8]\d{7})$", r"+5760\1", phone)
    for seconds, operator in (("7-9", "07"), ("4-6", "05"), ("0-3", "01")):
        phone = re.sub(rf"^\+225([014-9][{seconds}]\d{{6}})$", rf"+225{operator}\1", phone)
    gabon = {"1": "11", "2": "62", "4": "74", "5": "65", "6": "66", "7": "77"}
    phone = re.sub(r"^\+2410([124-7])(\d{6})$", lambda found: f"+241{gabon[found[1]]}{found[2]}", phone)
    return re.sub(r"^\+55(\d\d)([6-9]\d{7})$", r"+55\g<1>9\2", phone)


def is_hit(entry: tuple[str, str], held: tuple[str, str]) -> bool:
    (kind, listed), (of, value) = entry, held
    if kind == "phone":
        return of == "phone" and todays_form(listed) == todays_form(value)
    if kind == "email":
        return of == "email" and listed == value.lower()
    if kind == "domain":
        return of == "email" and value.lower().partition("@")[2] == listed
    if kind == "prefix":
        return of == "phone" and (value.startswith("+" + listed) or todays_form(value).startswith("+" + listed))
    return of == kind and value == listed


def callable_by_hand(leads, identifiers, entries) -> set[int]:
    """Return who may be called: due, not expired, and nothing of the contact on a list, nor what else identifies
    somebody who is on a list of people, nor the phone of a lead of theirs.
    """
    held: dict[int, list[tuple[str, str]]] = {}
    theirs: dict[int, list[tuple[str, str]]] = {}
    for contact, kind, value in identifiers:
        held.setdefault(contact, []).append((kind, value))
        theirs.setdefault(contact, []).append((kind, value))
    for lead in leads:
        for kind in ("phone", "email", *OTHERS):
            if getattr(lead, kind) is not None:
                held.setdefault(lead.contact, []).append((kind, getattr(lead, kind)))
        if lead.phone is not None:
            theirs.setdefault(lead.contact, []).append(("phone", lead.phone))

    def hit_by(entries) -> set[int]:
        every = ((contact, one) for contact, values in held.items() for one in values)
        return {contact for contact, one in every if any(is_hit(entry, one) for entry in entries)}

    people = hit_by([entry for kind, entry in entries if kind not in ("do_not_call", "reassigned")])
    suppressed = hit_by([entry for _, entry in entries])
    suppressed |= hit_by([one for contact in people for one in theirs.get(contact, [])])
    return {
        number
        for number, lead in enumerate(leads, 1)
        if lead.status == "due" and lead.due_in < 0 and lead.phone and lead.contact not in suppressed
        and (lead.expires_in is None or lead.expires_in > 0)
    }  # fmt: skip


def callable_now(store: DuckdbLeadStore) -> set[int]:
    rows = store.workspace.rows("select lead_id from main.reachable_leads")
    assert len(rows) == len(set(rows))
    some = store.workspace.rows(
        "select * from main.reachable_among((select list(lead_id) from base.leads)) order by lead_id"
    )
    assert some == store.workspace.rows("select * from main.reachable_leads order by lead_id")
    return {lead for (lead,) in rows}


def callable_one_by_one(store: DuckdbLeadStore, leads: int) -> set[int]:
    one = "select lead_id from main.reachable_among([?])"
    return {lead for number in range(1, leads + 1) for (lead,) in store.workspace.rows(one, [number])}


@given(leads=LEADS, identifiers=IDENTIFIERS, entries=ENTRIES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_who_is_callable_is_who_is_due_and_on_no_list_by_anything_of_theirs(store, leads, identifiers, entries):
    fill(store, leads, identifiers, entries)
    assert callable_now(store) == callable_by_hand(leads, identifiers, entries)
    assert callable_one_by_one(store, len(leads)) == callable_now(store)


DUE = Lead(1, 1, PHONES[0], "ana@example.com", "a1", "c1", "@ana", "due", -1, None)


@pytest.mark.parametrize(
    ("identifier_kind", "value"),
    [("phone", PHONES[0]), ("email", "ana@example.com"), ("domain", "example.com"), ("domain", "@Example.com"),
     ("prefix", "1212"), ("prefix", "+1212"), ("external_id", "a1"), ("cookie_id", "c1"), ("social", "@ana")],
)  # fmt: skip
@pytest.mark.parametrize("elsewhere", [False, True])
def test_an_entry_of_any_kind_of_identifier_takes_the_lead_out(store, identifier_kind, value, elsewhere):
    """`elsewhere`: another lead of the same contact, in another destination, has what is listed."""
    other = Lead(1, 2, PHONES[1], None, None, None, None, "due", -1, None)
    leads = [other, DUE] if elsewhere else [DUE]
    fill(store, leads, [], [])
    assert callable_now(store) == set(range(1, len(leads) + 1))
    suppress(store, "complaint", identifier_kind, value)
    assert callable_now(store) == set()


@pytest.mark.parametrize("kind", SUPPRESSION_KINDS)
@pytest.mark.parametrize(
    ("entry", "his_phone", "his_email"),
    [
        (("email", "ana@example.com"), PHONES[3], None),
        (("phone", PHONES[2]), PHONES[1], "CY@example.com"),
        (("cookie_id", "c1"), PHONES[3], "cy@example.com"),
    ],
    ids=["the phone of a lead in an old form", "an email that identifies", "both"],
)
def test_an_entry_of_people_takes_out_whoever_has_their_phone_or_identifier(store, kind, entry, his_phone, his_email):
    """Ana is contact 1 and known by cy@example.com; the other lead is of another contact."""
    hers = Lead(1, 1, PHONES[2], "ana@example.com", None, "c1", None, "due", -1, None)
    his = Lead(2, 2, his_phone, his_email, None, None, None, "due", -1, None)
    fill(store, [hers, his], [(1, "email", "cy@example.com")], [(kind, entry)])
    assert callable_now(store) == (set() if kind in SUPPRESSIONS_OF_PEOPLE else {2})


def test_an_email_that_identifies_nobody_takes_nobody_else_out(store):
    hers = Lead(1, 1, PHONES[0], "ana@example.com", None, None, None, "due", -1, None)
    his = Lead(2, 2, PHONES[1], "ana@example.com", None, None, None, "due", -1, None)
    fill(store, [hers, his], [], [("blocked", ("phone", PHONES[0]))])
    assert callable_now(store) == {2}


@pytest.mark.parametrize(
    ("identifier_kind", "value"),
    [("phone", PHONES[1]), ("email", "na@example.com"), ("domain", "ample.com"), ("domain", "sub.example.com"),
     ("prefix", "212"), ("prefix", "121255501011"), ("external_id", "c1"), ("cookie_id", "a1"), ("social", "ana")],
)  # fmt: skip
def test_an_entry_of_somebody_else_does_not(store, identifier_kind, value):
    fill(store, [DUE], [], [("blocked", (identifier_kind, value))])
    assert callable_now(store) == {1}


@pytest.mark.parametrize(
    "lost", ["delete from base.suppressions where value = '+442079460000'", "delete from base.suppression_lists"]
)
def test_nobody_is_callable_while_entries_are_missing_or_too_many(store, lost):
    fill(store, [DUE], [], [("blocked", ("phone", "+442079460000")), ("blocked", ("phone", "+442079460001"))])
    assert callable_now(store) == {1}
    store.workspace.run(lost)
    assert callable_now(store) == set()


@pytest.mark.parametrize("digits", ["null", "12125550102"])
def test_a_lead_whose_phone_is_not_the_one_that_lists_are_asked_about_is_not_callable(store, digits):
    fill(store, [DUE], [], [])
    store.workspace.run(f"update base.leads set phone_key = {digits}")
    assert callable_now(store) == set()


@given(key=st.integers(1, 2**64 - 1))
def test_numbers_of_every_length_are_compared_with_prefixes_by_their_first_fifteen_digits(store, key):
    found = store.workspace.one("select base.fifteen_digits($key::ubigint)", {"key": key})
    assert found == int(str(key).ljust(15, "0")[:15])


@given(key=st.one_of(
    st.integers(0, 10**15),
    *[st.integers(first, first + span) for first, span in
      [(5209999999990, 20), (5219999999990, 20), (5489999999990, 20), (5499999999990, 20),
       (550000000000, 10**10), (559999999990, 20), (551159999990, 20), (22500000000, 10**8), (22900000000, 10**8),
       (24100000000, 10**7), (24107999990, 20), (5700000000, 10**8), (5709999990, 20), (5789999990, 20)]],
))  # fmt: skip
def test_the_store_matches_old_forms_as_screening_does(store, key):
    ((here, there),) = store.workspace.rows(
        f"select base.same_number_key($key::ubigint), {same_number_key('$key::ubigint')}", {"key": key}
    )
    assert here == there
    ((older, older_there),) = store.workspace.rows(
        f"select base.older_number_key($key::ubigint), {old_form('$key::ubigint')}", {"key": here}
    )
    assert older == older_there
    assert f"+{here}" == todays_form(f"+{key}") or key >= 10**13


def test_the_view_can_be_read_by_those_who_may_only_read(store, tmp_path):
    with DuckdbLeadStore.open(tmp_path):
        pass
    with duckdb.connect(str(tmp_path / "leads.duckdb"), read_only=True) as con:
        assert con.execute("select * from callable_leads").fetchall() == []
