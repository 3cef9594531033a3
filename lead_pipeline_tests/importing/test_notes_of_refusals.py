"""Why a file was refused is said together with what was found while reading it: often that is the reason."""

from pathlib import Path

import pytest
from rich.console import Console

from lead_pipeline.cli.import_views import import_panel
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.notifying.compose import Links, compose
from lead_pipeline.reporting.report import report_as_html
from lead_pipeline.reporting.summary import result_as_json

PROFILE = ImportProfile.model_validate(
    {
        "name": "fair",
        "destination": {"kind": "list", "name": "fair"},
        "default_region": "US",
        "fields": {"phone": {"type": "phone", "required": True}},
    }
)


def refused(stages, content: str):
    file = stages.home.root / "fair.csv"
    file.write_text(content)
    result = stages.file(file, PROFILE)
    assert result.status == ImportStatus.QUARANTINED
    (note,) = stages.home.quarantine.rglob("*.reason.txt")
    return result, note.read_text()


def everywhere(result) -> list[str]:
    console = Console(width=400)
    with console.capture() as captured:
        console.print(import_panel(result))
    email = compose(result, Links(Path("/home")))
    return [captured.get(), report_as_html(result), email.text, email.html, " ".join(result_as_json(result)["notes"])]


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ('"phone,city"\n"201 555 0123,Ulm"\n', "each line may be quoted as a whole"),
        ("201 555 0123,Ulm\n201 555 0124,Oslo\n", "No header was found"),
        ("name city trade\nIda Ulm baker\nJon Oslo smith\n", "they may be parted by spaces"),
        ("Leads of the fair;;\nname;town;trade\nIda;Ulm;baker\n", "Line 1 above the header is not a row"),
    ],
)
def test_the_notes_of_the_file_stand_beside_the_reason_wherever_it_is_said(stages, content, note):
    result, beside = refused(stages, content)
    assert beside.startswith(f"fair.csv\n\n{result.message}\n\nWhat was found while reading the file:\n- ")
    assert note in beside
    for shown in everywhere(result):
        assert note in shown


def test_a_refusal_without_notes_says_no_more_than_it_did(stages):
    result, beside = refused(stages, "name,town\nIda,Ulm\n")
    assert beside == f"fair.csv\n\n{result.message}\n"


def test_ignored_columns_stand_in_the_facts_of_the_report(stages):
    file = stages.home.root / "fair.csv"
    file.write_text("phone,stand,badge\n201 555 0123,A4,7\n")
    result = stages.file(file, PROFILE.model_copy(update={"other_columns": "ignore"}))
    assert "<dt>Columns ignored</dt><dd>stand, badge</dd>" in report_as_html(result).replace("\n", "").replace("  ", "")
