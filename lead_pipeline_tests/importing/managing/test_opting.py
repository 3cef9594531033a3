"""People come onto lists, or off them, because a row of a file names them: opt out and in, block and unblock. An opt-in
lifts nothing but opt-outs by an identifier in its row.
"""

import pytest

from lead_pipeline_tests.importing.managing.matched_world import (
    ANA,
    BO,
    CY,
    FIELDS,
    changes_of,
    managing,
    matched_world,
)

IN = managing({"opt": "in"})
IN_AND_START = managing({"opt": "in", "schedule": "start"})


@pytest.fixture
def world():
    with matched_world() as world:
        yield world


@pytest.mark.parametrize(
    ("said", "kind"), [({"opt": "out"}, "opted_out"), ({"block": "block"}, "blocked")], ids=["opt out", "block"]
)
def test_whoever_a_row_matches_comes_onto_the_list_and_nothing_is_due_for_them_anywhere(world, said, kind):
    world.bring(ANA, BO)
    world.bring(ANA, by=managing(into="schedule:other"))
    result = world.bring(ANA, by=managing(said))
    assert world.in_force() == {(kind, ANA)}
    assert world.enrollments() == [(ANA, "main", "suppressed"), (BO, "main", "due"), (ANA, "other", "suppressed")]
    assert changes_of(result) == [("suppressed", "schedule:main", None, 1), ("suppressed", "schedule:other", None, 1)]
    assert world.bring(ANA, by=managing(into="schedule:third")).counts.suppressed == 1


def test_whoever_opts_out_is_known_by_every_identifier_and_takes_secondary_contacts_along(world):
    by = managing(secondary_contacts={"max": 1})
    world.bring(f"{ANA},{BO}", f"{BO},", by=by, header="phone,secondary_phone_1")
    world.bring(BO, by=managing({"opt": "out"}))
    assert world.stages.rows("select phone, status from secondary_contacts") == [(BO, "suppressed")]


def test_the_version_names_the_import_that_decided_it(world):
    world.bring(ANA)
    result = world.bring(ANA, by=managing({"opt": "out"}))
    assert world.stages.rows("select name, mode, list_id from suppression_lists") == [
        ("opted_out", "add", result.import_id)
    ]


def test_rows_do_not_make_a_list_any_newer(world):
    world.suppress("opted_out", CY)
    (before,) = world.stages.rows("select max(delivered_at) from base.suppression_lists")
    world.bring(ANA)
    world.bring(ANA, by=managing({"opt": "out"}))
    assert world.stages.rows("select max(delivered_at), count(*) from base.suppression_lists") == [(*before, 2)]


def test_an_opt_in_ends_the_opt_out_and_stops_what_was_suppressed(world):
    world.bring(f"{ANA},Ana", header="phone,first_name")
    world.suppress("opted_out", ANA, BO)
    result = world.bring(f"{ANA},Anna", by=managing({"opt": "in"}, write_mode="upsert"), header="phone,first_name")
    assert (result.counts.updated, result.counts.suppressed) == (1, 0)
    assert world.in_force() == {("opted_out", BO)}
    assert changes_of(result) == [("reopened", "schedule:main", None, 1)]
    assert world.statuses() == {ANA: "stopped"}
    assert world.reachable() == set()


def test_an_opt_in_with_start_makes_due_again(world):
    world.bring(ANA)
    world.suppress("opted_out", ANA)
    result = world.bring(ANA, by=IN_AND_START)
    assert changes_of(result) == [("started", "schedule:main", None, 1), ("reopened", "schedule:main", None, 1)]
    assert world.reachable() == {(ANA, "main")}


def test_unblock_ends_blocks_alone_and_an_opt_in_ends_opt_outs_alone(world):
    world.bring(ANA, BO)
    world.suppress("opted_out", ANA)
    world.suppress("blocked", BO)
    assert world.bring(ANA, BO, by=managing({"block": "unblock"})).counts.suppressed == 1
    assert world.in_force() == {("opted_out", ANA)}
    assert world.bring(ANA, by=IN).counts.suppressed == 0
    assert world.statuses() == {ANA: "stopped", BO: "stopped"}


@pytest.mark.parametrize("kind", ["blocked", "do_not_call", "litigator", "reassigned", "complaint"])
def test_any_other_suppression_keeps_everything_as_it_is(world, kind):
    world.bring(ANA)
    world.suppress("opted_out", ANA)
    world.suppress(kind, ANA)
    assert world.bring(ANA, by=IN_AND_START).counts.suppressed == 1
    assert world.in_force() == {("opted_out", ANA), (kind, ANA)}
    assert world.statuses() == {ANA: "suppressed"}


@pytest.mark.parametrize(
    ("listed", "header"),
    [("ana@example.com", "email"), ("example.com", "domain")],
    ids=["another identifier", "a domain"],
)
def test_an_opt_out_that_names_nothing_in_the_row_itself_stays(world, listed, header):
    by = managing(aliases={"email": {}})
    world.bring(f"{ANA},ana@example.com", by=by, header="phone,_alias_email")
    world.suppress("opted_out", listed, header=header)
    rows = f"{ANA},ana@example.com" if header == "domain" else f"{ANA},"
    again = managing({"opt": "in", "schedule": "start"}, aliases={"email": {}})
    assert world.bring(rows, by=again, header="phone,_alias_email").counts.suppressed == 1
    assert world.reachable() == set()
    assert len(world.in_force()) == 1


def test_an_opt_in_by_every_identifier_that_is_listed_is_one(world):
    by = managing(aliases={"email": {}})
    world.bring(f"{ANA},ana@example.com", by=by, header="phone,_alias_email")
    world.suppress("opted_out", "ana@example.com", header="email", name="mails")
    world.suppress("opted_out", ANA, name="phones")
    again = managing({"opt": "in"}, aliases={"email": {}})
    world.bring(f"{ANA},ana@example.com", by=again, header="phone,_alias_email")
    assert world.in_force() == set()
    assert world.statuses() == {ANA: "stopped"}


def test_an_old_form_on_the_list_is_the_identifier_in_the_row(world):
    number = "+525541692288"
    world.bring(number)
    world.suppress("opted_out", "+5215541692288")
    world.bring(number, by=IN)
    assert world.in_force() == set()


def test_nobody_opts_in_for_somebody_else_whose_number_is_in_the_row(world):
    fields = FIELDS | {"email": {"type": "email", "required": True}}
    mail = managing(identify_by="email", fields=fields)
    world.bring(f"{ANA},ana@example.com", f"{BO},bo@example.com", by=mail, header="phone,email")
    world.suppress("opted_out", ANA)
    by = managing({"opt": "in"}, identify_by="email", fields=fields, write_mode="upsert")
    assert world.bring(f"{ANA},bo@example.com", by=by, header="phone,email").counts.suppressed == 1
    assert world.in_force() == {("opted_out", ANA)}


def test_whoever_has_no_lead_here_stays_opted_out(world):
    world.suppress("opted_out", ANA)
    assert world.bring(ANA, by=IN_AND_START).counts.suppressed == 1
    world.bring(BO, by=managing(into="schedule:other"))
    world.suppress("opted_out", BO)
    assert world.bring(BO, by=managing({"opt": "in", "leads": "company"})).counts.suppressed == 1
    assert world.in_force() == {("opted_out", ANA), ("opted_out", BO)}


def test_a_row_that_says_itself_that_its_person_may_not_be_called_is_no_opt_in(world):
    world.bring(ANA)
    world.suppress("opted_out", ANA)
    result = world.bring(f"{ANA},yes", by=IN_AND_START, header="phone,do not call")
    assert result.counts.suppressed == 1
    assert world.in_force() == {("opted_out", ANA)}


def test_a_scrub_rule_that_hits_keeps_the_opt_out(world):
    world.bring(ANA)
    world.suppress("opted_out", ANA)
    by = managing({"opt": "in"}, scrub={"rules": {"area_codes": ["+1212"]}})
    assert world.bring(ANA, by=by).counts.suppressed == 1
    assert world.in_force() == {("opted_out", ANA)}


def test_a_list_for_another_destination_keeps_its_entries(world):
    world.bring(ANA)
    world.bring(ANA, by=managing(into="schedule:other"))
    world.suppress("opted_out", ANA, destination="schedule:other", name="theirs")
    world.suppress("opted_out", ANA, name="ours")
    world.bring(ANA, by=IN)
    assert world.enrollments() == [(ANA, "main", "stopped"), (ANA, "other", "suppressed")]
    assert world.stages.rows("select list_name from suppressions") == [("theirs",)]


@pytest.mark.parametrize(("leads", "left"), [("destination", 1), ("company", 0)])
def test_an_entry_of_the_destination_whose_lead_is_enrolled_here_too_ends_only_for_the_company(world, leads, left):
    world.bring(ANA, by=managing(into="schedule:other"))
    world.bring(ANA, by=managing({"add_to": "schedule:main"}, into="schedule:other"))
    world.suppress("opted_out", ANA, destination="schedule:other")
    by = managing({"opt": "in", "leads": leads}, write_mode="upsert")
    assert world.bring(ANA, by=by).counts.suppressed == left
    assert len(world.in_force()) == left


def test_rows_that_are_rejected_in_the_end_lift_nothing(world):
    world.bring(ANA, BO)
    world.suppress("opted_out", ANA)
    by = managing({"opt": "in"}, duplicates_in_file="reject_all")
    assert world.bring(ANA, ANA, BO, by=by).counts.rejected == 2
    assert world.in_force() == {("opted_out", ANA)}
    assert world.statuses() == {ANA: "suppressed", BO: "due"}


def test_an_opt_in_takes_back_what_an_earlier_row_said(world):
    world.bring(ANA)
    world.bring(f"{ANA},yes", header="phone,unsubscribed")
    assert world.statuses() == {ANA: "suppressed"}
    world.bring(ANA, by=IN)
    assert world.statuses() == {ANA: "stopped"}


def test_a_rule_that_is_off_lets_a_row_through_without_lifting_anything(world):
    world.bring(ANA)
    world.suppress("opted_out", ANA)
    world.suppress("do_not_call", ANA)
    by = managing({"opt": "in", "schedule": "start"}, scrub={"rules": {"do_not_call": False}})
    assert world.bring(ANA, by=by).counts.suppressed == 1
    assert world.reachable() == set()


def test_nobody_new_is_opted_out_by_a_row_that_becomes_a_lead(world):
    result = world.bring(ANA, by=managing({"opt": "out"}))
    assert result.counts.created == 1
    assert world.in_force() == set()
