"""No command about leads, no end of an entry and no later import makes somebody callable who may not be contacted: see
docs/bypass.md. Everybody here is reached at whatever hour: that it is not the time to call is no protection.
"""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from lead_pipeline.enrolling.changes import Cause, change_enrollments
from lead_pipeline.importing.managing.managing_leads import LeadCommand, manage_leads
from lead_pipeline.importing.managing.reading_conditions import read_conditions
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import ScreeningError
from lead_pipeline.model.suppression_kinds import SUPPRESSION_KINDS
from lead_pipeline.store.settings import StoreSettings
from lead_pipeline_tests.importing.test_suppression_list import load
from lead_pipeline_tests.support import call_schedule, query, quick_folder, staging

ANA, BO = "+12125550101", "+12125550102"
FIELDS = {"phone": {"type": "phone"}, "email": {"type": "email"}}
FILE = f"phone,email,lead_token\n{ANA},ana@example.com,t1\n{BO},bo@example.com,t2\n"
#: A destination that Ana is in, and one that she goes to.
HERE, THERE = "schedule:main", "schedule:second"
#: Every way in which somebody could be put on a list: by the number, another spelling of it, the email, an area, …
LISTS = {
    "number": "phone\n(212) 555-0101\n",
    "email": "email\nANA@example.com\n",
}
GOING = ["move", "add", "copy"]
VERBS = ["start", "restart", *GOING]


@pytest.fixture(scope="module")
def template():
    """A home with Ana and Bo in schedule:main, and a second schedule."""
    with quick_folder() as folder:
        (folder / "data" / "destinations").mkdir(parents=True)
        for name in ("second", "third"):
            (folder / "data" / "destinations" / f"{name}.yaml").write_text(f"kind: schedule\nname: {name}\n")
        with staging(folder / "data") as stages:
            bring(stages)
        yield folder / "data"


@pytest.fixture
def home(template):
    with quick_folder() as folder:
        shutil.copytree(template, folder / "data")
        yield folder / "data"


def bring(stages, text=FILE, name="leads.csv", **changes):
    path = stages.home.root.parent / name
    path.write_text(text, encoding="utf-8")
    return stages.file(path, call_schedule(fields=FIELDS, **changes))


def listed(home, text=LISTS["number"], **said):
    with staging(home) as stages:
        load(stages, text, **said)


def command(home, verb, where="lead_id=1", to=THERE, at=None):
    """Carry a command out without asking anybody."""
    from lead_pipeline.filing.home import Home

    said = LeadCommand(
        verb, read_conditions([where], everything=False, region="US"), Destination.parse(to) if verb in GOING else None
    )
    return manage_leads(
        Home(home), said, at or datetime.now(UTC), dry_run=False, settings=StoreSettings(), on_wait=lambda *_: None
    )


def everything_is_tried(home):
    """Do to every lead of the home whatever could make it due."""
    for verb in ("stop", "start", "restart", "move", "add", "copy", "expire", "restart", "start"):
        command(home, verb, where="lead_id>0", to="schedule:third" if verb == "move" else THERE)


def reached(home):
    return {phone for (phone,) in query(home, "select distinct phone from reachable_leads")}


def test_who_is_on_no_list_is_reached_by_each_of_them(template, home):
    assert reached(home) == {ANA, BO}
    everything_is_tried(home)
    assert reached(home) == {ANA, BO}


# The commands


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("first", ["list", "stop"])
@pytest.mark.parametrize("by", LISTS)
def test_a_command_that_makes_leads_due(home, verb, first, by):
    """The person was stopped before the list came, or was on it when somebody tried."""
    if first == "stop":
        command(home, "stop")
    listed(home, LISTS[by], kind="opted_out")
    command(home, verb)
    assert reached(home) == {BO}
    assert query(home, "select count(*) from enrollments where phone = ? and status = 'due'", ANA) == [(0,)]


@pytest.mark.parametrize("kind", SUPPRESSION_KINDS)
def test_every_command_one_after_the_other(home, kind):
    command(home, "stop", where="lead_id>0")
    listed(home, kind=kind)
    everything_is_tried(home)
    assert reached(home) == {BO}


@pytest.mark.parametrize("verb", GOING)
def test_a_destination_that_a_list_is_for(home, verb):
    """The list holds for the second schedule alone: in the first, people are called."""
    listed(home, kind="do_not_call", destination=THERE)
    command(home, verb)
    enrolled = query(home, "select status from enrollments where phone = ? and schedule = 'second'", ANA)
    assert enrolled == [("suppressed",)]
    there = query(home, "select phone from reachable_leads where destination_name = 'second'")
    assert there == []


def test_a_move_away_from_the_destination_that_a_list_is_for(home):
    """What was suppressed stays so, wherever the lead goes: who asks in one place not to be called means it."""
    listed(home, kind="opted_out", destination=HERE)
    command(home, "move")
    command(home, "restart", where="lead_id>0")
    assert reached(home) == {BO}


def test_a_row_that_says_so_and_a_command_afterwards(home):
    """No list knows of it: the row of a file said that its person may not be contacted."""
    with staging(home) as stages:
        bring(stages, f"phone,email,do_not_contact\n{ANA},ana@example.com,opted out\n", name="later.csv")
    assert reached(home) == {BO}
    everything_is_tried(home)
    assert reached(home) == {BO}


@pytest.mark.parametrize("verb", VERBS)
def test_entries_that_are_missing_when_a_command_comes(home, verb):
    listed(home)
    command(home, "stop", where="lead_id=2")
    with staging(home) as stages:
        stages.store.workspace.run("delete from base.suppressions")
    with pytest.raises(ScreeningError):
        command(home, verb, where="lead_id>0")
    assert reached(home) == set()


def test_another_lead_of_a_suppressed_person_that_is_copied(home):
    """The lead elsewhere came before the list, under another identifier of the same person."""
    with staging(home) as stages:
        bring(stages, f"phone,email\n{ANA},\n", name="other.csv", destination={"kind": "schedule", "name": "third"})
        load(stages, LISTS["email"], kind="blocked")
    everything_is_tried(home)
    assert ANA not in reached(home)


# The ends of entries


@pytest.mark.parametrize("verb", ["unblock", "opt-in"])
@pytest.mark.parametrize("kind", SUPPRESSION_KINDS)
def test_an_opt_in_or_unblock_of_somebody_on_a_list_of_another_kind(home, verb, kind):
    ended = {"unblock": "blocked", "opt-in": "opted_out"}[verb]
    listed(home, kind=ended, name="a.csv")
    listed(home, LISTS["email"], kind=kind, name="b.csv")
    command(home, verb)
    assert reached(home) == {BO}
    everything_is_tried(home)
    # The email's entry is of the same kind, and names the same lead: it ends with the number's.
    assert reached(home) == ({ANA, BO} if kind == ended else {BO})


@pytest.mark.parametrize(("verb", "kind"), [("unblock", "blocked"), ("opt-in", "opted_out")])
def test_an_opt_in_or_unblock_makes_nobody_due(home, verb, kind):
    listed(home, kind=kind)
    command(home, verb)
    assert reached(home) == {BO}
    command(home, "start")
    assert reached(home) == {ANA, BO}


@pytest.mark.parametrize("many", [("212555\n", "prefix"), ("example.com\n", "domain")])
def test_an_unblock_of_somebody_whom_an_entry_of_many_names(home, many):
    text, identifier = many
    listed(home, kind="blocked", name="a.csv")
    listed(home, text, kind="blocked", list_name="many", identifier=identifier, name="b.csv")
    command(home, "unblock")
    everything_is_tried(home)
    assert reached(home) == set()


def test_an_opt_in_of_somebody_elses_lead_with_the_same_number(home):
    """Two people share a number; the opt-out of one, by the email, holds for the number too."""
    with staging(home) as stages:
        by = {"identify_by": "email", "destination": {"kind": "schedule", "name": "third"}}
        bring(stages, f"phone,email\n{ANA},cy@example.com\n", name="cy.csv", **by)
        load(stages, LISTS["email"], kind="opted_out")
    command(home, "opt-in", where="email=cy@example.com")
    everything_is_tried(home)
    assert ANA not in reached(home)


@pytest.mark.parametrize("kind", SUPPRESSION_KINDS)
def test_an_entry_that_expires(home, kind):
    """Whoever was suppressed stays so: what was due before is not due again because a date has passed."""
    listed(home, kind=kind)
    with staging(home) as stages:
        stages.store.workspace.run("update base.suppressions set expires_at = now() - interval 1 day")
    for verb in ("stop", "start", "restart", "expire", "restart"):
        command(home, verb, where="lead_id>0")
        assert query(home, "select status from enrollments where lead_id = 1") == [("suppressed",)]
    assert reached(home) == {BO}


def test_an_entry_that_ends_while_a_command_runs(home):
    """A command sees the lists as they are when it is written: at a time before the entry came it would be due."""
    listed(home)
    with staging(home) as stages:
        workspace = stages.store.workspace
        with workspace.transaction("a command"):
            workspace.run("create or replace temp table managed_leads as select 1::bigint as lead_id")
            change_enrollments(workspace, "restart", Cause("command", 1, datetime.now(UTC) - timedelta(days=1)))
    assert reached(home) == {BO}


# What later imports do to leads that are there

ON_MATCH = [
    {"expire_existing": True},
    {"expire_existing": {"token": "lead_token"}},
    {"schedule": "start"},
    {"schedule": "restart", "leads": "company"},
    {"move_to": THERE},
    {"add_to": THERE},
    {"copy_to": THERE},
    {"block": "unblock", "schedule": "restart"},
]


@pytest.mark.parametrize("on_match", ON_MATCH, ids=str)
@pytest.mark.parametrize("before", ["due", "stopped"])
def test_a_row_that_starts_moves_or_replaces_the_lead_of_somebody_on_a_list(home, on_match, before):
    if before == "stopped":
        command(home, "stop")
    listed(home, LISTS["email"], kind="opted_out")
    with staging(home) as stages:
        bring(stages, name="again.csv", lead_management={"on_match": on_match})
        bring(stages, f"phone,email\n{ANA},\n", name="number.csv", lead_management={"on_match": on_match})
    assert ANA not in reached(home)


@pytest.mark.parametrize("on_match", [{"opt": "in", "schedule": "start"}, {"block": "unblock", "schedule": "start"}])
def test_a_row_that_opts_in_somebody_on_a_list_of_another_kind(home, on_match):
    listed(home, kind="opted_out" if "opt" in on_match else "blocked", name="a.csv")
    listed(home, LISTS["email"], kind="do_not_call", name="b.csv")
    with staging(home) as stages:
        bring(stages, name="again.csv", lead_management={"on_match": on_match})
    assert reached(home) == {BO}


@pytest.mark.parametrize("on_match", [{"expire_existing": True}, {"schedule": "restart"}, {"copy_to": THERE}], ids=str)
def test_a_row_that_says_so_and_a_later_row_that_starts_again(home, on_match):
    """The later row says nothing of it, and no list remembers: the person does."""
    with staging(home) as stages:
        bring(stages, f"phone,email,do_not_contact\n{ANA},ana@example.com,opted out\n", name="later.csv")
        bring(stages, name="again.csv", lead_management={"on_match": on_match})
    assert reached(home) == {BO}


@pytest.mark.parametrize("verb", GOING)
@pytest.mark.parametrize("said", [{"kind": "do_not_call"}, {"kind": "blocked"}])
def test_a_further_phone_of_a_lead_that_goes_where_a_list_has_it(home, verb, said):
    text = "phone,secondary_phone_1,desk\n+12125550107,+12125550108,+12125550109\n"
    with staging(home) as stages:
        bring(stages, text, "further.csv", secondary_contacts={"max": 1}, attributes={"desk": {"type": "phone"}})
        load(stages, "phone\n+12125550108\n+12125550109\n", destination=THERE, **said)
        assert stages.rows("select status from secondary_contacts") == [("callable",)]
    command(home, verb, where="phone=+12125550107")
    found = "s.status, l.attributes ->> 'desk' from secondary_contacts s join leads l using (lead_id)"
    there = query(home, f"select {found} where l.destination_name = 'second' or l.lead_id = 3 and '{verb}' = 'add'")
    assert there == [("suppressed", None)]
