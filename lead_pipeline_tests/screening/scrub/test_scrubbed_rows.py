"""Scrub rules leave out whom they name, say why, and hit nobody else."""

from datetime import timedelta

import pytest

from lead_pipeline.model.errors import ScreeningError
from lead_pipeline_tests.screening.histories.calls_by_hand import Call
from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.scrub.calls import load_calls
from lead_pipeline_tests.screening.written import START, profile

P, Q, R = "+12125550101", "+12125550102", "+13125550103"
OLD_MEXICAN, MEXICAN = "+5215512345678", "+525512345678"
HERE, ELSEWHERE = "workspace:main", "campaign:autumn"


def person(name, phone=None, **values):
    return Row({"email": f"{name}@example.com", "phone": phone, **values})


def scrubbing(scope="destination", lookback_days="all", **rules):
    return profile(write_mode="create_only", scrub={"scope": scope, "lookback_days": lookback_days, "rules": rules})


def elsewhere(by):
    return by.model_copy(
        update={"destination": profile(destination={"kind": "campaign", "name": "autumn"}).destination}
    )


def fates(written, rows, by):
    return [(outcome, reasons) for outcome, reasons, _lead in written.ledger(written.add(rows, by))]


NEW = ("created", ())


@pytest.mark.parametrize(
    ("rules", "call", "reason"),
    [
        ({"dialed": True}, Call(P), "prior_dialed"),
        ({"dialed": True}, Call(P, dialed=False), None),
        ({"connected": True}, Call(P, connected=True), "prior_connected"),
        ({"connected": True}, Call(P), None),
        ({"converted": True}, Call(P, converted=True, buyer="Sunny"), "prior_converted"),
        ({"converted": {"buyers": ["sunny "]}}, Call(P, converted=True, buyer="SUNNY"), "prior_converted"),
        ({"converted": {"buyers": ["Windy"]}}, Call(P, converted=True, buyer="Sunny"), None),
        ({"converted": {"buyers": ["Windy"]}}, Call(P, converted=True), "prior_converted"),
        ({"converted": True}, Call(P, buyer="Sunny"), None),
        ({"dispositions": ["no-answer", "Sale"]}, Call(P, disposition="NO_ANSWER"), "prior_disposition"),
        ({"dispositions": ["Sale"]}, Call(P, disposition="No sale"), None),
        ({"attempts": 3}, Call(P, attempts=3), "prior_attempts"),
        ({"attempts": 3}, Call(P, attempts=2), None),
        ({"attempts": 1}, Call(P), "prior_attempts"),
        ({"attempts": 1}, Call(P, dialed=False), None),
        ({}, Call(P, connected=True, converted=True, attempts=9), None),
    ],
)  # fmt: skip
def test_each_rule_leaves_out_whom_it_names(written, rules, call, reason):
    load_calls(written, "calls", call)
    expected = ("suppressed", (reason,)) if reason else NEW
    assert fates(written, [person("ana", P), person("bo", Q)], scrubbing(**rules)) == [expected, NEW]


def test_attempts_of_several_calls_are_added_up(written):
    load_calls(written, "calls", Call(P, attempts=2), Call(P), Call(Q, attempts=2))
    rows = [person("ana", P), person("bo", Q)]
    assert fates(written, rows, scrubbing(attempts=3)) == [("suppressed", ("prior_attempts",)), NEW]


def test_numbers_that_begin_with_a_listed_prefix_are_left_out(written):
    rows = [person("ana", P), person("bo", R), person("cy")]
    assert fates(written, rows, scrubbing(area_codes=["+1 (212)"])) == [("suppressed", ("area_code_listed",)), NEW, NEW]


def test_a_call_reaches_the_person_by_other_numbers_and_leads_and_forms(written):
    """Called: the phone of Ana's lead, Bo's lead by its number, Cy under the old form; Dee by an alias."""
    by = profile(aliases={"phone": {}}, write_mode="create_only")
    written.add([person("ana", P), person("bo"), person("x", R)], elsewhere(by))
    load_calls(written, "calls", Call(P), Call(lead_id=2), Call(OLD_MEXICAN), Call(R))
    rules = {"scrub": {"scope": "company", "rules": {"dialed": True, "existing_lead": False}}}
    rows = [
        person("ana", Q), person("bo", "+12125550199"), person("cy", MEXICAN),
        Row({"email": "dee@example.com"}, aliases=(("phone", R),)), person("eve", "+12125550111"),
    ]  # fmt: skip
    dialed = ("suppressed", ("prior_dialed",))
    assert fates(written, rows, by.model_validate(by.model_dump() | rules)) == [dialed] * 4 + [NEW]


def test_a_lead_that_a_call_names_is_known_by_its_phone_and_destination(written):
    written.add([person("ana", P)], elsewhere(profile()))
    load_calls(written, "calls", Call(lead_id=1))
    assert fates(written, [person("other", P)], scrubbing(dialed=True)) == [NEW]
    assert fates(written, [person("another", P)], scrubbing("company", dialed=True)) == [
        ("suppressed", ("prior_dialed",))
    ]


@pytest.mark.parametrize(
    ("destination", "hits"),
    [(None, True), ("workspace:main", True), ("Main", True), ("campaign:main", False), ("other", False)],
)
def test_calls_of_another_destination_count_for_the_company_only(written, destination, hits):
    load_calls(written, "calls", Call(P, destination=destination))
    dialed = ("suppressed", ("prior_dialed",))
    assert fates(written, [person("ana", P)], scrubbing(dialed=True)) == [dialed if hits else NEW]
    assert fates(written, [person("bo", P)], scrubbing("company", dialed=True)) == [dialed]


def test_rules_look_back_so_far_and_a_call_without_a_time_always_counts(written):
    days = [timedelta(days=30), timedelta(days=30, seconds=1)]
    written.imports = 24 * 40
    at = written.now + timedelta(hours=1)  # of the import
    load_calls(written, "calls", Call(P, happened_at=at - days[0]), Call(Q, happened_at=at - days[1]), Call(R))
    rows, dialed = [person("ana", P), person("bo", Q), person("cy", R)], ("suppressed", ("prior_dialed",))
    assert fates(written, rows, scrubbing(lookback_days=30, dialed=True)) == [dialed, NEW, dialed]


def test_leads_of_other_destinations_count_by_status_and_days_and_those_here_always(written):
    leads = [person("ana", status="won"), person("bo", status="lost"), person("cy")]
    written.add(leads, elsewhere(profile()))
    written.imports += 24 * 40
    known = ("duplicate", ("duplicate_existing",))
    some = scrubbing("company", existing_lead={"statuses": ["WON"]})
    dry = [written.ledger_of_dry_run(leads, one) for one in (
        scrubbing(), scrubbing("company"), some, scrubbing("company", existing_lead=False),
        scrubbing("company", 30), scrubbing("company", 60),
    )]  # fmt: skip
    assert dry == [[NEW] * 3, [known] * 3, [known, NEW, NEW], [NEW] * 3, [NEW] * 3, [known] * 3]
    written.add([person("bo")], some)
    written.imports += 24 * 40
    assert fates(written, [person("bo")], scrubbing("company", 1, existing_lead=False)) == [known]


def test_all_rules_that_hit_are_kept_with_what_they_matched(written):
    day = START - timedelta(days=9)
    written.add([person("ana", P)], profile())
    load_calls(
        written, "calls", Call(P, disposition="Busy", happened_at=day - timedelta(days=1)),
        Call(P, disposition="Sold", connected=True, happened_at=day), Call(P, disposition="Busy"), Call(Q),
    )  # fmt: skip
    written.suppress("do_not_call", P)
    by = scrubbing(dialed=True, connected=True, dispositions=["busy"], attempts=3, area_codes=["+1212"])
    entry = written.add([person("ana", P), person("bo", R)], by)
    codes = ("duplicate_existing", "do_not_call", "prior_dialed", "prior_connected", "prior_disposition",
             "prior_attempts", "area_code_listed")  # fmt: skip
    assert written.ledger(entry) == [("suppressed", codes, 1), ("created", (), 2)]
    hits = written.store.workspace.rows(
        "select rule, lead_id, drop_id, activity_row, happened_at, matched, matches from main.scrub_hits"
        f" where import_id = '{entry.import_id}' and row_number = 1"
    )
    assert sorted(hits, key=str) == sorted(
        [
            ("existing_lead", 1, None, None, None, None, 1),
            ("do_not_call", None, None, None, None, P, 1),
            ("dialed", None, "calls@0", 2, day, "Sold", 3),
            ("connected", None, "calls@0", 2, day, "Sold", 1),
            ("dispositions", None, "calls@0", 1, day - timedelta(days=1), "Busy", 2),
            ("attempts", None, "calls@0", 2, day, "3", 3),
            ("area_codes", None, None, None, None, "+1212", 1),
        ],
        key=str,
    )
    (hint, nothing) = written.hints(entry)
    assert nothing is None
    assert hint == (
        f"do_not_call: the list 'do_not_call' (version 1, loaded 2026-11-20) has phone {P}. "
        "prior_dialed: 3 calls, the result was Sold; the last on 2026-11-11 (row 2 of call activity calls@0). "
        "prior_connected: one call, the result was Sold on 2026-11-11 (row 2 of call activity calls@0). "
        "prior_disposition: 2 calls, the result was Busy; the last on 2026-11-10 (row 1 of call activity calls@0). "
        "prior_attempts: 3 attempts in 3 calls; the last on 2026-11-11 (row 2 of call activity calls@0). "
        "area_code_listed: the number begins with +1212."
    )


def test_nothing_is_kept_of_rows_that_are_rejected(written):
    load_calls(written, "calls", Call(P))
    bad = Row({"email": "ana@example.com", "phone": P}, reasons=("number_invalid",))
    assert fates(written, [bad], scrubbing(dialed=True)) == [("rejected", ("number_invalid",))]
    assert written.one("select count(*) from base.scrub_hits") == 0


def test_an_update_does_not_touch_the_lead_of_somebody_who_is_left_out(written):
    written.add([person("ana", P, city="Bonn")], profile())
    load_calls(written, "calls", Call(P))
    by = profile(scrub={"rules": {"dialed": True}})
    assert fates(written, [person("ana", P, city="Rome")], by) == [("suppressed", ("prior_dialed",))]
    assert written.leads()[1]["city"] == "Bonn"


def test_calls_that_are_missing_stop_imports_whose_rules_ask_for_calls(written):
    load_calls(written, "calls", Call(P), Call(Q))
    written.store.workspace.run(f"delete from base.call_activity where phone_key = {P[1:]}")
    with pytest.raises(ScreeningError, match="1 records of calls but 2 were loaded"):
        written.add([person("ana", P)], scrubbing(dialed=True))
    assert fates(written, [person("ana", P)], scrubbing()) == [NEW]


def test_the_same_drop_and_the_same_call_count_once(written):
    call = Call(P, disposition="Busy", attempts=2, happened_at=START)
    assert load_calls(written, "one", call, call, Call(P), Call(P)).added == 3
    again = load_calls(written, "one", call)
    assert (again.loaded_before, again.added) == (True, 3)
    other = load_calls(written, "two", call, Call(P, disposition="Busy", attempts=1, happened_at=START))
    assert (other.added, other.known) == (1, 1)


def test_a_call_of_a_lead_that_is_not_there_is_rejected(written):
    counts = load_calls(written, "one", Call(lead_id=7), Call(P))
    assert (counts.added, counts.rejected) == (1, 1)
