"""`explain` tells every change of an enrollment with its cause, and that a lead expired by the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lead_pipeline import LeadPipeline
from lead_pipeline.reporting.story_wording import story_lines
from lead_pipeline_tests.importing.test_suppression_list import load
from lead_pipeline_tests.support import call_schedule, quick_folder, staging

ANA, BO = "+12125550101", "+12125550102"


@pytest.fixture
def home():
    """A home with leads of Ana and Bo in schedule:main, and two destinations more."""
    with quick_folder() as folder:
        (folder / "data" / "destinations").mkdir(parents=True)
        for kind, name in (("schedule", "second"), ("offer", "roofs")):
            (folder / "data" / "destinations" / f"{name}.yaml").write_text(f"kind: {kind}\nname: {name}\n")
        with staging(folder / "data") as stages:
            (folder / "leads.csv").write_text(f"caller_id,email\n{ANA},ana@example.com\n{BO},\n")
            stages.file(folder / "leads.csv", call_schedule())
        yield folder / "data"


def changes(home, whom=ANA):
    """Return the events that are about enrollments."""
    story = LeadPipeline(home).explain(whom)
    return [one for one in story.events if one.change or one.event in ("enrolled", "lead_expired", "enrollment_ended")]


def lines(home, whom=ANA):
    return "\n".join(story_lines(LeadPipeline(home).explain(whom)))


def test_a_command_is_told_with_its_conditions_and_note(home):
    leads = LeadPipeline(home)
    stopped = leads.manage_leads("stop", ["status=due", "lead_id=1"], note="on holiday")
    leads.manage_leads("move", ["phone=212 555 0101"], to="schedule:second")
    enrolled, stop, move = changes(home)
    assert (enrolled.event, enrolled.destination, enrolled.file_name) == ("enrolled", "schedule:main", "leads.csv")
    assert (stop.change, stop.before, stop.after, stop.cause) == ("stopped", "due", "stopped", "command")
    assert (stop.command_id, stop.note) == (stopped.command_id, "on holiday")
    assert (move.change, move.destination_before, move.destination) == ("moved", "schedule:main", "schedule:second")
    said = lines(home)
    assert (
        "Stopped: lead 1 in action 1 of schedule:main, due before, stopped now, by the command leads stop "
        f"({stopped.command_id}) for status=due and lead_id=1: on holiday." in said
    )
    assert "Moved: lead 1 from schedule:main to action 1 of schedule:second, by the command leads move (" in said
    assert [one.event for one in changes(home, BO)] == ["enrolled"]


def test_a_command_that_excluded_somebody_else_does_not_name_them(home):
    leads = LeadPipeline(home)
    leads.manage_leads("stop", [f"phone!={BO}", "status!=expired", "phone!="])
    assert "for phone!=… and status!=expired and phone!=…" in lines(home)
    assert BO not in LeadPipeline(home).explain(ANA).model_dump_json()


def test_a_list_is_told_with_its_version_and_the_entry_that_names_the_person(home):
    with staging(home) as stages:
        load(stages, f"phone,email\n{BO},\n,ana@example.com\n", kind="opted_out", name="optouts.csv")
    (_, ended) = changes(home)
    assert (ended.change, ended.cause, ended.reasons, ended.value) == (
        "suppressed", "list", ("opted_out",), "email ana@example.com",
    )  # fmt: skip
    said = lines(home)
    assert f"by list {ended.list_id}, version 1 of 'opted_out' with email ana@example.com." in said
    assert BO not in said


def test_who_may_be_contacted_again_is_told_with_the_command(home):
    leads = LeadPipeline(home)
    leads.manage_leads("block", ["lead_id=1"], note="rude")
    leads.manage_leads("unblock", ["lead_id=1"])
    facts = [(one.change, one.before, one.after, one.cause) for one in changes(home)[1:]]
    assert facts == [("suppressed", "due", "suppressed", "list"), ("reopened", "suppressed", "stopped", "command")]
    said = lines(home)
    assert (
        "May be contacted again, stopped: lead 1 in action 1 of schedule:main, suppressed before, stopped now" in said
    )
    assert (
        "No longer on the list 'blocked', version 1 (blocked): phone +12125550101, ended by list leads-unblock@" in said
    )


def test_copies_and_further_enrollments_are_told(home):
    leads = LeadPipeline(home)
    leads.manage_leads("add", ["lead_id=1"], to="schedule:second")
    leads.manage_leads("copy", ["lead_id=1"], to="offer:roofs")
    facts = [(one.event, one.lead_id, one.change, one.destination, one.after) for one in changes(home)]
    assert facts == [
        ("enrolled", 1, None, "schedule:main", None),
        ("enrollment_changed", 1, "added", "schedule:second", "due"),
        ("enrollment_changed", 3, "copied", "offer:roofs", "none"),
    ]
    assert "Enrolled besides: lead 1 in action 1 of schedule:second, not enrolled before, due now" in lines(home)


def test_a_lead_that_expired_by_the_clock_is_told_once(home):
    with staging(home) as stages:
        stages.store.workspace.run("update base.leads set expires_at = now() where lead_id = 1")
    assert [one.event for one in changes(home)] == ["enrolled", "lead_expired"]
    assert "Expired by the clock: lead 1 in schedule:main." in lines(home)
    LeadPipeline(home).manage_leads("expire", ["lead_id=2"])
    assert [(one.event, one.change) for one in changes(home, BO)] == [
        ("enrolled", None), ("enrollment_changed", "expired"),
    ]  # fmt: skip


def test_what_ended_before_there_was_a_history_is_told_too(home):
    with staging(home) as stages:
        stages.store.workspace.run(
            "update base.enrollments set status = 'suppressed', reason = 'blocked', ended_at = now() where lead_id = 1"
        )
    assert [one.event for one in changes(home)] == ["enrolled", "enrollment_ended"]


def test_a_lead_that_was_not_enrolled_by_its_import_is_not_told_to_be(home):
    with staging(home) as stages:
        stages.store.workspace.run("delete from base.enrollments where lead_id = 1")
    assert changes(home) == []
    leads = LeadPipeline(home)
    leads.manage_leads("add", ["lead_id=1"], to="schedule:main")
    leads.manage_leads("stop", ["lead_id=1"])
    assert [one.change for one in changes(home)] == ["added", "stopped"]


# Whether the person may be called, by the clock


def turn_clock(home, hour_of_tomorrow):
    """Let the store believe that it is some time of tomorrow, in UTC; return the day."""
    day = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    with staging(home) as stages:
        stages.store.workspace.run(
            f"create or replace macro base.asked_at() as '{day} {hour_of_tomorrow}+00'::timestamptz"
        )
    return day


def of_ana(home):
    (lead,) = LeadPipeline(home).explain(ANA).leads
    (enrollment,) = lead.enrollments
    return lead, enrollment


def winter_or_summer(moment):
    """Return the offset of New York at a moment, as hours."""
    return moment.astimezone(ZoneInfo("America/New_York")).utcoffset() / timedelta(hours=1)


def test_within_the_hours_the_person_may_be_called_until_they_close(home):
    day = turn_clock(home, "17:00")
    lead, enrollment = of_ana(home)
    noon = datetime.fromisoformat(f"{day}T17:00+00:00")
    assert (lead.is_callable, enrollment.verdict, enrollment.evidence) == (True, "callable", ("number",))
    assert enrollment.time_zones == ("America/New_York",)
    assert enrollment.callable_until == noon.replace(hour=0) + timedelta(hours=21 - winter_or_summer(noon))
    assert "May be called now until " in lines(home)
    assert "calling hours are 08:00 to 21:00, and it is" in lines(home)
    assert "in America/New_York (known by number)." in lines(home)


def test_outside_of_them_the_next_time_is_told_by_the_persons_clock(home):
    day = turn_clock(home, "09:00")  # before eight in New York, in summer and in winter
    lead, enrollment = of_ana(home)
    early = datetime.fromisoformat(f"{day}T09:00+00:00")
    assert (lead.is_callable, enrollment.verdict) == (False, "outside_window")
    assert enrollment.next_at == early.replace(hour=0) + timedelta(hours=8 - winter_or_summer(early))
    assert "May be called next at " in lines(home)
    assert "08:00 their time)" in lines(home)


def test_whose_clock_nobody_knows_is_not_called(home):
    turn_clock(home, "17:00")
    with staging(home) as stages:
        stages.store.workspace.run("update base.leads set time_zone_set = 0")
    lead, enrollment = of_ana(home)
    assert (lead.is_callable, enrollment.verdict, enrollment.next_at) == (False, "time_zone_unknown", None)
    assert "Not callable: nothing says in which time zone the person is." in lines(home)


@pytest.mark.parametrize("verb", ["stop", "block", "expire"])
def test_of_what_is_not_due_no_clock_is_asked(home, verb):
    turn_clock(home, "17:00")
    LeadPipeline(home).manage_leads(verb, ["lead_id=1"])
    lead, enrollment = of_ana(home)
    assert (lead.is_callable, enrollment.verdict) == (False, None)
    assert f"schedule:main: {enrollment.status}" in lines(home)
    assert "May be called" not in lines(home).replace("May be contacted", "")


def test_calls_that_were_reported_are_told_with_their_row(home):
    with staging(home) as stages:
        calls = home.parent / "calls.csv"
        calls.write_text("phone,disposition\n2125550109,Busy\n2125550101,No Answer\n")
        stages.call(calls)
    (_, advanced) = changes(home)
    assert (advanced.change, advanced.cause, advanced.row_number, advanced.attempts) == ("advanced", "activity", 2, 1)
    assert "by row 2 of calls.csv (" in lines(home)
    assert of_ana(home)[1].attempts == 1
