"""Commands about suppression lists: what there is, what stops imports, who was on which list when."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from lead_pipeline import LeadPipeline
from lead_pipeline.cli import main
from lead_pipeline.filing.lists.refused_deliveries import note_refused_delivery
from lead_pipeline.model.errors import FileUnreadableError, UsageError
from lead_pipeline_tests.importing.test_suppression_list import load
from lead_pipeline_tests.support import quick_folder, staging

CAREFUL = "extends: call_schedule\nname: careful\nrequired_lists:\n  - {name: courts, max_shrink: 0.5}\n"
TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


@pytest.fixture
def home():
    """A home whose list of courts shrank from four entries to one."""
    with quick_folder() as folder:
        with staging(folder / "data") as stages:
            numbers = [f"21255501{n:02d}" for n in range(1, 5)]
            facts = {"kind": "litigator", "list_name": "courts", "mode": "replace"}
            load(
                stages, "phone,date,source\n" + "".join(f"{one},2026-03-01,bar\n" for one in numbers), **facts, name="a"
            )
            load(stages, f"phone\n{numbers[0]}\n", **facts, name="b")
        (folder / "data" / "profiles" / "careful.yaml").write_text(CAREFUL)
        yield folder / "data"


def run(home, *args, code=0):
    found = CliRunner().invoke(main, ["--home", str(home), *args], catch_exceptions=False)
    assert found.exit_code == code, found.output
    return found.output


def test_lists_says_what_there_is_and_what_stops_whom(home):
    said = run(home, "lists")
    assert "courts: litigator for the whole company, 1 entry in force; version 2 (replace)" in said
    assert "required by careful" in said
    assert "had 4 entries since it was accepted last" in said
    assert "Profile careful imports nothing. The list 'courts' that the profile requires shrank from 4 to 1" in said
    found = json.loads(run(home, "lists", "--json"))
    assert [(one["name"], one["entries"], one["required_by"]) for one in found["lists"]] == [("courts", 1, ["careful"])]
    assert list(found["stops"]) == ["careful"]


def test_a_profile_that_cannot_be_read_hides_no_list(home):
    (home / "profiles" / "broken.yaml").write_text("extends: call_schedule\nname: broken\nrequired_list: []\n")
    said = run(home, "lists")
    assert "courts: litigator" in said
    assert "Profile broken imports nothing." in said


def test_a_list_is_accepted_as_it_is_in_its_last_version_alone(home):
    assert "last version of the list 'courts' is 2" in run(
        home, "lists", "accept", "courts", "--version", "1", "--note", "x", code=2
    )
    assert "Say why" in run(home, "lists", "accept", "courts", "--version", "2", "--note", " ", code=2)
    run(home, "lists", "accept", "courts", "--version", "2", "--note", "three cases were closed")
    assert "imports nothing" not in run(home, "lists")
    assert "Accepted: three cases were closed" in run(home, "lists", "show", "courts")
    assert "Did you mean 'courts'" in run(home, "lists", "show", "court", code=2)


def test_what_was_refused_is_shown_until_it_is_settled(home):
    leads = LeadPipeline(home)
    with pytest.raises(FileUnreadableError):
        leads.suppress(home.parent / "nowhere.csv", kind="litigator", name="courts")
    note_refused_delivery(leads.home, "what.csv", None, "No such folder.", datetime.now(UTC))
    assert [(one.name, one.message) for one in leads.lists().refused if one.name is None] == [(None, "No such folder.")]
    with staging(home):
        pass
    leads.accept_list("courts", 2, note="neither was of it")
    assert leads.lists().refused == ()
    assert all(not one.refused for one in leads.lists().lists)


def test_suppressed_tells_what_held_and_what_was_known_at_a_time(home):
    now = json.loads(run(home, "suppressed", "(212) 555-0101", "--json"))
    assert now["is_suppressed"]
    (entry,) = now["entries"]
    assert (entry["list_name"], entry["list_version"], entry["listed_on"], entry["source"]) == (
        "courts", 1, "2026-03-01", "bar"
    )  # fmt: skip
    assert len(entry["file_sha256"]) == 64
    ended = json.loads(run(home, "suppressed", "212-555-0102", "--json"))
    assert (ended["is_suppressed"], ended["entries"][0]["held"]) == (False, "ended")
    before = json.loads(run(home, "suppressed", "2125550101", "--at", "2026-03-05", "--json"))
    assert (before["is_suppressed"], before["entries"][0]["held"]) == (False, "not known yet")
    assert "listed on 2026-03-01" in run(home, "suppressed", "2125550101", "--at", "2026-03-05")
    assert "0 entries in force" in run(home, "suppressed", "2125559999")
    assert "--at is 'soon'" in run(home, "suppressed", "2125550101", "--at", "soon", code=2)


def test_a_past_decision_is_asked_again_as_known_then(home):
    leads = LeadPipeline(home)
    (entry,) = leads.suppressed("2125550102").entries
    just_before, between, after = entry.added_at - timedelta(seconds=1), entry.added_at, entry.ended_at
    held = [leads.suppressed("2125550102", at=at).entries[0].held for at in (just_before, between, after)]
    assert held == ["not known yet", "in force", "ended"]


def test_a_home_without_lists_says_so(tmp_path):
    assert "No list was ever loaded" in run(tmp_path / "new", "lists")
    assert "0 entries in force" in run(tmp_path / "new", "suppressed", "2125550101")
    with pytest.raises(UsageError, match="none was ever loaded"):
        LeadPipeline(tmp_path / "new").accept_list("x", 1, note="y")
