"""`explain` tells every change of an enrollment with its cause, and that a lead expired by the clock."""

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
