"""`leads` changes leads that are there, chosen by conditions, all or nothing; nobody who may not be contacted becomes
callable by it.
"""

import json
import shutil

import pytest
from click.testing import CliRunner

from lead_pipeline import LeadPipeline
from lead_pipeline.cli import main
from lead_pipeline.model.errors import UsageError
from lead_pipeline_tests.importing.test_suppression_list import load
from lead_pipeline_tests.support import call_schedule, dump_store, query, quick_folder, staging

LEADS = "caller_id,email,city\n2125550101,ana@example.com,Bonn\n2125550102,,Bonn\n2125550103,,Rome\n2125550104,,Rome\n"
BONN = ["--where", "attribute.city=Bonn"]


@pytest.fixture(scope="module")
def template():
    """A home with four leads in schedule:main, the fourth on a do-not-call list; and two destinations more."""
    with quick_folder() as folder:
        (folder / "data" / "destinations").mkdir(parents=True)
        for kind, name in (("schedule", "second"), ("offer", "roofs")):
            (folder / "data" / "destinations" / f"{name}.yaml").write_text(f"kind: {kind}\nname: {name}\n")
        with staging(folder / "data") as stages:
            (folder / "leads.csv").write_text(LEADS)
            stages.file(folder / "leads.csv", call_schedule())
            load(stages, "phone\n2125550104\n", kind="do_not_call")
        yield folder / "data"


@pytest.fixture
def home(template):
    with quick_folder() as folder:
        shutil.copytree(template, folder / "data")
        yield folder / "data"


def run(home, *arguments, code=0, **more):
    found = CliRunner().invoke(main, ["--home", str(home), "leads", *arguments], catch_exceptions=False, **more)
    assert found.exit_code == code, found.output
    return found


def do(home, verb, *arguments):
    return json.loads(run(home, verb, *arguments, "--yes", "--json").stdout)


def states(home):
    return query(
        home,
        "select lead_id, destination_kind || ':' || schedule, status, action from enrollments order by all",
    )


def main_states(home):
    return [
        status for (status,) in query(home, "select status from enrollments where schedule = 'main' order by lead_id")
    ]


def test_which_leads_are_meant_has_to_be_said(home):
    before = dump_store(home)
    assert "give --where CONDITION, or --all" in run(home, "stop", "--yes", code=2).stderr
    assert "one of the two" in run(home, "stop", "--yes", "--all", *BONN, code=2).stderr
    assert "Did you mean 'attempts'" in run(home, "stop", "--yes", "--where", "atempts=1", code=2).stderr
    assert "Did you mean 'schedule:main'" in run(
        home, "stop", "--yes", "--where", "destination=schedule:mian", code=2
    ).stderr  # fmt: skip
    assert dump_store(home) == before


def test_without_a_person_to_ask_it_needs_yes(home):
    before = dump_store(home)
    assert "look with --dry-run, then give --yes" in run(home, "stop", *BONN, code=2, input="y\n").stderr
    assert dump_store(home) == before


@pytest.mark.parametrize(("answer", "code", "states"), [("y\n", 0, "stopped"), ("n\n", 1, "due"), ("", 1, "due")])
def test_a_person_is_shown_what_would_change_and_asked(home, monkeypatch, answer, code, states):
    monkeypatch.setattr("lead_pipeline.cli.lead_commands.is_a_person_there", lambda: True)
    said = run(home, "stop", *BONN, code=code, input=answer).stderr
    assert "2 leads would change" in said
    assert "Stop 2 leads?" in said
    assert main_states(home)[:2] == [states, states]


def test_a_dry_run_says_what_would_become_of_whom_and_writes_nothing(home):
    before = dump_store(home)
    said = run(home, "stop", "--all", "--dry-run").stdout
    assert "4 leads chosen:\n  schedule:main, due: 3\n  schedule:main, suppressed: 1\n" in said
    assert "3 leads would change.\n  schedule:main: 3 stopped (due -> stopped)\nLead ids: 1, 2, 3\n" in said
    facts = json.loads(run(home, "stop", "--all", "--dry-run", "--json").stdout)
    assert (facts["dry_run"], facts["command_id"], facts["leads_changed"]) == (True, None, 3)
    assert dump_store(home) == before


@pytest.mark.parametrize("verb", ["stop", "expire", "block", "opt-out"])
def test_what_is_shown_has_no_personal_data(home, verb):
    every = run(home, verb, "--all", "--yes", "--note", "x").output + run(home, "show", "--all").output
    assert not [value for value in ("555", "ana", "Bonn", "example") if value in every]


def test_stop_start_and_restart(home):
    stopped = do(home, "stop", *BONN)
    assert (stopped["leads_chosen"], stopped["leads_changed"], stopped["first_leads"]) == (2, 2, [1, 2])
    assert main_states(home) == ["stopped", "stopped", "due", "suppressed"]
    again = do(home, "stop", *BONN)
    assert (again["leads_chosen"], again["leads_changed"], again["changes"]) == (2, 0, [])
    do(home, "start", "--where", "lead_id=1")
    assert main_states(home) == ["due", "stopped", "due", "suppressed"]
    do(home, "restart", "--all")
    assert main_states(home) == ["due", "due", "due", "suppressed"]


def test_leads_go_elsewhere_once(home):
    moved = do(home, "move", "--where", "lead_id=1", "--to", "schedule:second")
    assert moved["changes"] == [
        {"destination": "schedule:main", "change": "moved", "before": "due", "after": "due", "leads": 1}
    ]
    added = do(home, "add", "--all", "--to", "schedule:second")
    assert added["leads_changed"] == 3
    assert do(home, "add", "--all", "--to", "schedule:second")["leads_changed"] == 0
    copied = do(home, "copy", "--where", "destination=schedule:main", "--to", "offer:roofs")
    assert (copied["leads_chosen"], copied["leads_changed"]) == (3, 3)
    assert states(home) == [
        (1, "schedule:second", "due", 1),
        (2, "schedule:main", "due", 1), (2, "schedule:second", "due", 1),
        (3, "schedule:main", "due", 1), (3, "schedule:second", "due", 1),
        (4, "schedule:main", "suppressed", 1), (4, "schedule:second", "suppressed", 1),
    ]  # fmt: skip
    assert query(home, "select count(*) from leads where destination_kind = 'offer'") == [(3,)]


def test_a_schedule_that_has_enrollments_and_no_lead_of_its_own_is_shown(home):
    do(home, "add", "--where", "lead_id=1", "--to", "schedule:second")
    shown = LeadPipeline(home).destination("schedule:second")
    assert (shown.leads, shown.enrollments) == (0, {"due": 1})


def test_of_a_lead_in_two_schedules_only_the_one_that_was_meant_changes(home):
    do(home, "add", "--where", "lead_id=1", "--to", "schedule:second")
    do(home, "stop", "--where", "destination=schedule:second")
    assert states(home)[:2] == [(1, "schedule:main", "due", 1), (1, "schedule:second", "stopped", 1)]
    do(home, "expire", "--where", "destination=schedule:second", "--where", "status=stopped")
    assert states(home)[:2] == [(1, "schedule:main", "due", 1), (1, "schedule:second", "expired", 1)]
    do(home, "expire", "--where", "lead_id=1")
    assert [status for _, _, status, _ in states(home)[:2]] == ["expired", "expired"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["move", "--where", "lead_id=1", "--to", "second"], "not of the form kind:name"),
        (["move", "--where", "lead_id=1", "--to", "schedule:secnod"], "Did you mean 'schedule:second'?"),
        (["add", "--where", "lead_id=1", "--to", "offer:roofs"], "Leads are added to schedules"),
        (["stop", "--where", "lead_id=1", "--note", "x" * 501], "longer than 500 characters"),
    ],
)
def test_what_does_not_fit_is_refused(home, arguments, said):
    assert said in run(home, *arguments, "--yes", code=2).stderr


def test_from_python_too(home):
    leads = LeadPipeline(home)
    with pytest.raises(UsageError, match="Where to move"):
        leads.manage_leads("move", ["lead_id=1"])
    with pytest.raises(UsageError, match="go nowhere"):
        leads.manage_leads("stop", ["lead_id=1"], to="schedule:second")
    with pytest.raises(UsageError, match="Did you mean 'stop'"):
        leads.manage_leads("stopp", ["lead_id=1"])
    assert leads.manage_leads("stop", ["lead_id=1"]).leads_changed == 1


def test_a_file_of_destinations_that_is_wrong_stops_the_command(home):
    (home / "destinations" / "main.yaml").write_text("kind: schedule\nname: main\nmax_attempts: many\n")
    before = dump_store(home)
    assert "main.yaml, line 3" in run(home, "restart", "--all", "--yes", code=2).stderr
    assert dump_store(home) == before


def test_what_files_of_destinations_say_holds_from_a_command_on(home):
    (home / "destinations" / "main.yaml").write_text("kind: schedule\nname: MAIN\nmax_attempts: 2\n")
    do(home, "stop", "--where", "lead_id=1")
    assert query(home, "select distinct max_attempts from enrollments") == [(2,)]


def test_a_home_without_leads_says_so(tmp_path):
    assert "There are no leads yet" in run(tmp_path, "stop", "--all", "--yes", code=2).stderr
    assert run(tmp_path, "show", "--all").stdout == "0 leads\n"


def test_a_command_is_recorded_with_its_conditions_and_note(home):
    done = do(home, "move", "--where", "phone=(212) 555-0101", "--to", "schedule:second", "--note", " they asked ")
    ((command_id, command, conditions, settings, leads, enrollments, note),) = query(
        home, "select command_id, command, conditions, settings, leads, enrollments, note from lead_commands"
    )
    assert (command_id, command, leads, enrollments, note) == (done["command_id"], "move", 1, 1, "they asked")
    assert json.loads(conditions) == [{"field": "phone", "operator": "=", "value": "(212) 555-0101"}]
    assert json.loads(settings) == {"to": "schedule:second"}
    assert done["conditions"] == ["phone=…"]
    assert query(home, "select lead_id, change, cause, cause_id from enrollment_events where lead_id = 1") == [
        (1, "moved", "command", command_id)
    ]


def test_a_command_that_chooses_nobody_is_not_recorded(home):
    assert "No lead fulfils these conditions" in run(home, "stop", "--where", "lead_id=99", "--yes").stdout
    assert query(home, "select count(*) from lead_commands") == [(0,)]


@pytest.mark.parametrize("verb", ["stop", "show"])
def test_a_field_that_no_lead_has_leads_to_the_attribute_of_its_name(home, verb):
    said = run(home, verb, "--where", "city=Bonn", *(["--yes"] if verb == "stop" else [])).stdout
    assert "No lead has a value in the field city; city is an attribute of theirs" in " ".join(said.split())
    assert "--where 'attribute.city=…'" in " ".join(said.split())
    assert (
        "attribute of theirs"
        not in run(home, verb, "--where", "company=Acme", *(["--yes"] if verb == "stop" else [])).stdout
    )


# People who may not be contacted


def reachable(home):
    return [lead for (lead,) in query(home, "select lead_id from reachable_leads order by lead_id")]


@pytest.mark.parametrize(("verb", "kind"), [("block", "blocked"), ("opt-out", "opted_out")])
def test_people_are_put_on_the_list_by_every_identifier_of_their_leads(home, verb, kind):
    done = do(home, verb, *BONN)
    assert done["lists"] == [{"list_name": kind, "version": 1, "entries_added": 3, "entries_ended": 0}]
    sql = "select kind, identifier_kind, value from suppressions where kind <> 'do_not_call' order by all"
    assert query(home, sql) == [
        (kind, "email", "ana@example.com"), (kind, "phone", "+12125550101"), (kind, "phone", "+12125550102"),
    ]  # fmt: skip
    assert (done["leads_changed"], main_states(home)) == (2, ["suppressed", "suppressed", "due", "suppressed"])
    assert reachable(home) == [3]
    assert do(home, verb, *BONN)["lists"][0]["entries_added"] == 0


@pytest.mark.parametrize(
    ("verb", "back", "kind"), [("block", "unblock", "blocked"), ("opt-out", "opt-in", "opted_out")]
)
def test_who_is_taken_off_is_stopped_and_started_by_a_second_step(home, verb, back, kind):
    do(home, verb, "--all")
    done = do(home, back, "--all")
    assert done["lists"] == [{"list_name": kind, "version": 2, "entries_added": 0, "entries_ended": 5}]
    assert main_states(home) == ["stopped", "stopped", "stopped", "suppressed"]
    assert done["remaining"] == [{"kind": "do_not_call", "list_name": "do_not_call", "destination": None, "leads": 1}]
    assert reachable(home) == []
    do(home, "start", "--all")
    assert reachable(home) == [1, 2, 3]


def test_the_other_kind_is_never_touched(home):
    do(home, "block", "--all")
    done = do(home, "opt-in", "--all")
    assert (done["lists"], done["leads_changed"]) == ([], 0)
    assert {one["kind"] for one in done["remaining"]} == {"blocked", "do_not_call"}
    do(home, "start", "--all")
    assert reachable(home) == []


def test_entries_on_every_list_of_the_kind_end_and_those_of_many_stay(home):
    with staging(home) as stages:
        load(stages, "phone\n2125550101\n", kind="blocked", list_name="ours", name="a")
        load(stages, "phone\n2125550101\n", kind="blocked", list_name="b", destination="schedule:main", name="b")
        load(stages, "212555\n", kind="blocked", list_name="area", identifier="prefix", name="c")
    done = do(home, "unblock", "--where", "lead_id=1")
    assert [(one["list_name"], one["entries_ended"]) for one in done["lists"]] == [("b", 1), ("ours", 1)]
    assert [(one["kind"], one["list_name"]) for one in done["remaining"]] == [("blocked", None)]
    do(home, "start", "--all")
    assert reachable(home) == []


def test_entries_end_that_name_the_person_by_another_form_or_identifier(home):
    with staging(home) as stages:
        (home.parent / "more.csv").write_text("caller_id\n+5491141692288\n+541141692299\n")
        stages.file(home.parent / "more.csv", call_schedule())
        load(stages, "phone\n+541141692288\n+5491141692299\n2125550177\n", kind="blocked")
        stages.store.workspace.run(  # another number by which the second person is known
            "insert into base.identifiers select 'phone', 12125550177, null, contact_id, 1 from base.leads"
            " where lead_id = 2"
        )
    done = do(home, "unblock", "--where", "lead_id=2,5,6")
    assert [one["entries_ended"] for one in done["lists"]] == [3]


def test_a_list_is_made_no_newer_by_a_command(home):
    with staging(home) as stages:
        load(stages, "phone\n2125550199\n", kind="blocked")
        stages.store.workspace.run(
            "update base.suppression_lists set delivered_at = '2026-01-01' where kind = 'blocked'"
        )
    do(home, "block", *BONN)
    do(home, "unblock", *BONN)
    assert query(home, "select count(*), max(delivered_at) = '2026-01-01'::timestamptz from suppression_lists"
                       " where kind = 'blocked'") == [(3, True)]  # fmt: skip


def test_leads_are_shown_with_where_they_stand(home):
    do(home, "stop", "--where", "lead_id=2")
    shown = run(home, "show", "--all", "--limit", "2").stdout.splitlines()
    assert shown[0].startswith("Lead 1 in schedule:main: due, action 1, 0 calls, due ")
    assert shown[1].startswith("Lead 2 in schedule:main: stopped, action 1, 0 calls; leads@")
    assert shown[2:] == [
        "4 leads:",
        "  schedule:main, due: 2",
        "  schedule:main, stopped: 1",
        "  schedule:main, suppressed: 1",
    ]
    facts = json.loads(run(home, "show", "--where", "status=stopped", "--json").stdout)
    assert [(one["lead_id"], one["status"]) for one in facts["leads"]] == [(2, "stopped")]
