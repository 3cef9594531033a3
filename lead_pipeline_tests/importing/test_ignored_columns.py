"""What is dropped of a file is said wherever its import is shown."""

import pytest
from rich.console import Console

from lead_pipeline.cli.import_views import import_panel
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.reporting.report import report_as_html
from lead_pipeline.reporting.summary import result_as_json


def profile(**changes: object) -> ImportProfile:
    base = {"name": "fair", "destination": {"kind": "list", "name": "fair"}, "default_region": "US"}
    return ImportProfile.model_validate(base | {"fields": {"phone": {"type": "phone"}}} | changes)


def shown(result) -> str:
    console = Console(width=200)
    with console.capture() as captured:
        console.print(import_panel(result))
    return captured.get()


def test_columns_that_the_profile_ignores_are_named(stages):
    file = stages.home.root / "fair.csv"
    file.write_text("phone,stand,badge\n201 555 0123,A4,7\n")
    result = stages.file(file, profile(other_columns="ignore"))
    assert result.file.ignored == ("stand", "badge")
    assert "2 columns are ignored, as the profile says: stand, badge." in shown(result)
    assert result_as_json(result)["columns_ignored"] == ["stand", "badge"]
    page = " ".join(report_as_html(result).split())
    assert "<code>stand</code></td><td>ignored</td>" in page


def test_of_a_file_of_which_everything_is_kept_nothing_is_said(stages):
    file = stages.home.root / "fair.csv"
    file.write_text("phone,stand,_reasons,_guidance,_outcome,_row_number,_line_number\n201 555 0123,A4,,,,,\n")
    result = stages.file(file, profile())
    assert result.file.ignored == ()
    assert "ignored" not in shown(result)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            "phone,reasons",
            "The column 'reasons' is called reasons_2 here: the pipeline uses the name 'reasons' itself.",
        ),
        (
            "phone,stand,stand",
            "Names that appear more than once in the header were numbered (such as phone_2): column 3.",
        ),
    ],
)
def test_a_reserved_name_is_not_said_to_be_there_more_than_once(stages, header, said):
    file = stages.home.root / "fair.csv"
    file.write_text(f"{header}\n201 555 0123,A4{',B5' * (header.count(',') - 1)}\n")
    notes = [note for note in stages.file(file, profile()).file.notes if "numbered" in note or "uses" in note]
    assert notes == [said]


def test_people_see_all_columns_that_a_phone_is_joined_from(stages):
    stages.home.root.joinpath("areas.csv").write_text("area,phone\n212,5550101\n", encoding="utf-8")
    fields = {"phone": {"type": "phone", "column": ["area", "phone"]}}
    result = stages.file(stages.home.root / "areas.csv", profile(fields=fields))
    assert (result.counts.created, result.file.mapping) == (1, {"phone": "area + phone"})
    assert stages.rows("select phone from leads") == [("+12125550101",)]
