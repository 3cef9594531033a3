"""`destinations` shows what is said about destinations, and whether it can be used."""

import json
import re
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from lead_pipeline.cli import main
from lead_pipeline.profiles.destinations.destination_files import parse_destination
from lead_pipeline_tests.support import call_schedule, quick_folder, staging

PAGE = Path(__file__).parents[2] / "docs" / "destinations.md"
BROKEN = "kind: schedule\nname: roofs\ncalling_window: {opens: 22:00}\n"


@pytest.fixture(scope="module")
def imported():
    """A home with three leads in the schedule of the bundled profile, one of whom is on a list."""
    with quick_folder() as folder:
        with staging(folder / "data") as stages:
            (folder / "leads.csv").write_text("caller_id\n2125550101\n2125550102\n2125550103\n")
            (folder / "list.csv").write_text("phone\n2125550103\n")
            profile = call_schedule(destination={"kind": "schedule", "name": "Solar"})
            stages.file(folder / "leads.csv", profile)
            stages.suppress(folder / "list.csv")
        yield folder / "data"


@pytest.fixture
def folder(imported):
    """The folder of files about destinations, with one about the schedule of the leads."""
    made = imported / "destinations"
    made.mkdir(exist_ok=True)
    (made / "sun.yaml").write_text("kind: schedule\nname: solar\nmax_attempts: 3\nactions:\n  - {do: call}\n")
    yield made
    for file in made.iterdir():
        file.unlink()


def run(home, *arguments, code=0):
    found = CliRunner().invoke(main, ["--home", str(home), "destinations", *arguments], catch_exceptions=False)
    assert found.exit_code == code, found.output
    return found


def test_a_home_without_any_is_fine(tmp_path):
    assert "There is no file in destinations/: defaults hold." in run(tmp_path, "check").stdout
    assert "There is no destination yet" in run(tmp_path, "show").stdout
    assert run(tmp_path, "check", "--json").stdout == run(tmp_path, "show", "--json").stdout == ""


def test_every_file_is_checked_and_a_wrong_one_is_named_with_line_key_and_fix(folder):
    (folder / "broken.yaml").write_text(BROKEN)
    (folder / "other.yml").write_text("kind: offer\nname: x\n")
    checked = run(folder.parent, "check", code=2)
    assert checked.stdout == "sun.yaml: OK, schedule:solar\n"
    assert re.search(
        r"broken\.yaml, line 3: 'calling_window\.closes': the window closes before it opens", checked.stderr
    )
    assert "other.yml: files of destinations end in .yaml. Rename it to other.yaml." in checked.stderr
    facts = [json.loads(line) for line in run(folder.parent, "check", "--json", code=2).stdout.splitlines()]
    assert [(one["file"], bool(one["problems"])) for one in facts] == [
        ("broken.yaml", True), ("other.yml", True), ("sun.yaml", False),
    ]  # fmt: skip


def test_whoever_starts_the_ui_hears_of_a_file_that_stops_imports(folder):
    (folder / "broken.yaml").write_text(BROKEN)
    with socket.socket() as taken:  # so that the services do not start
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        arguments = ["--home", str(folder.parent), "ui", "--port", str(taken.getsockname()[1])]
        said = CliRunner().invoke(main, arguments)
    assert said.exit_code == 2
    assert re.search(r"Nothing is imported until this is corrected: \S+broken\.yaml, line 3", said.stderr)


def test_nothing_is_shown_as_if_it_held_while_a_file_cannot_be_used(folder):
    (folder / "broken.yaml").write_text(BROKEN)
    assert "broken.yaml, line 3" in run(folder.parent, "show", code=2).stderr


def test_a_destination_is_shown_with_its_leads_and_enrollments_by_status(folder):
    (shown,) = run(folder.parent, "show").stdout.splitlines()
    assert shown.endswith("3 leads; enrolled: 2 due, 1 suppressed; sun.yaml")
    for name in ("schedule:Solar", "SCHEDULE:solar", "solar", "sun"):
        said = run(folder.parent, "show", name).stdout
        assert "Actions: call at once" in said
        assert "from 08:00 to 21:00 of their time, on any day" in said
        assert "Whose time zone is not known is not called." in said
        assert "At most 3 calls per lead." in said
    facts = json.loads(run(folder.parent, "show", "sun", "--json").stdout)
    assert (facts["leads"], facts["enrollments"]) == (3, {"due": 2, "suppressed": 1})
    assert facts["settings"]["calling_window"]["opens"] == 8 * 60


def test_a_destination_without_a_file_has_the_defaults(imported):
    said = run(imported, "show", "schedule:Solar").stdout
    assert "No file in destinations/: defaults hold." in said
    assert "No limit of calls per lead." in said


def test_a_name_that_is_not_there_or_of_several_is_refused(folder):
    (folder / "offer.yaml").write_text("kind: offer\nname: solar\n")
    assert "Write one of offer:solar, schedule:" in run(folder.parent, "show", "solar", code=2).stderr
    wrong = run(folder.parent, "show", "schedule:solr", code=2).stderr
    assert "There is no destination 'schedule:solr'. Did you mean 'schedule:solar'?" in wrong.replace("Solar", "solar")


@pytest.mark.parametrize("name", ["solar", "Roofs & more", 'the "best": ones', "zürich #1", "{curly}"])
def test_a_sample_can_be_used_as_it_is(name):
    sample = CliRunner().invoke(main, ["destinations", "sample", name])
    assert parse_destination(sample.stdout, "sample.yaml").name == name


def test_a_sample_needs_a_name():
    refused = CliRunner().invoke(main, ["destinations", "sample", " "])
    assert (refused.exit_code, "1 to 80 characters" in refused.stderr) == (2, True)


def test_the_file_on_the_page_can_be_used_and_the_page_and_the_sample_have_every_key_there_is():
    (shown,) = re.findall(r"```yml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    said = parse_destination(shown, "docs/destinations.md")
    sample = parse_destination(CliRunner().invoke(main, ["destinations", "sample", "x"]).stdout, "sample.yaml")
    keys = set(type(said).model_fields)
    assert said.model_fields_set == sample.model_fields_set == keys
    assert keys - set(re.findall(r"`(\w+)`", PAGE.read_text())) == set()
