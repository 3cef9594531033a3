"""Looking at what was imported: which import is meant, which are listed, and answers that other programs read."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

from lead_pipeline.cli import main
from lead_pipeline_tests.support import prepared_home, quick_folder

FILES = {
    "spring-list.csv": "caller_id,name\n2125550101,Ann\n12345,Dan\n",
    "spring-list-2.csv": 'caller_id,name\n2125550102,=1+1\n2125550103,"Cid, the 2nd"\n',
    "junk.csv": "colour\nred\n",
}


@pytest.fixture(scope="module")
def home():
    """A home with three imports, the last of which was refused."""
    with quick_folder() as folder:
        made = prepared_home(folder / "data").root
        for name, content in FILES.items():
            (folder / name).write_text(content, encoding="utf-8")
            CliRunner().invoke(main, ["--home", str(made), "import", str(folder / name)])
        yield made


def run(home, *arguments, code=0):
    result = CliRunner().invoke(main, ["--home", str(home), *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def ids_of(home, *arguments):
    return [json.loads(line)["import_id"] for line in run(home, "history", "--json", *arguments).stdout.splitlines()]


def shown_id(home, meant):
    return json.loads(run(home, "show", meant, "--json").stdout)["import_id"]


def test_an_import_is_meant_by_its_id_a_beginning_a_file_or_last(home):
    junk, second, first = ids_of(home)
    meant = {
        "last": junk, "junk": junk, "junk.csv": junk, "spring-list.csv": first, "spring-list-2": second,
        "spring-list@": first, first: first, second[:-4]: second,
    }  # fmt: skip
    assert {name: shown_id(home, name) for name in meant} == meant


def test_a_beginning_of_several_ids_is_refused_with_all_of_them(home):
    _, second, first = ids_of(home)
    said = run(home, "show", "spring", code=2).stderr
    assert first in said
    assert second in said
    assert "Give more of it" in said


def test_what_nobody_knows_is_said_with_the_nearest_id(home):
    _, _, first = ids_of(home)
    said = run(home, "show", f"{first[:-1]}x", code=2).stderr
    assert f"Did you mean '{first}'?" in said
    run(home, "show", "%", code=2)  # no pattern


def test_the_history_is_narrowed_by_status_and_profile(home):
    junk, second, first = ids_of(home)
    assert ids_of(home, "--status", "quarantined") == [junk]
    assert ids_of(home, "--status", "completed_with_rejects") == [first]
    assert ids_of(home, "--profile", "call_schedule", "--limit", 2) == [junk, second]
    assert ids_of(home, "--profile", "nobody") == []
    said = run(home, "history", "--status", "failed", "--profile", "solar").stdout
    assert said == "No import with the status failed of solar was found. `lead-pipeline history` lists all.\n"
    run(home, "history", "--status", "green", code=2)


@pytest.mark.parametrize("look", [("history",), ("show", "last"), ("sql", "select 1")])
def test_a_mistyped_home_is_not_taken_for_one_without_imports(tmp_path, look):
    said = run(tmp_path / "nowhere", *look, code=2).stderr
    assert f"There is no home at {tmp_path / 'nowhere'}" in said
    assert not (tmp_path / "nowhere").exists()


def test_answers_as_csv_have_every_row_and_cell_and_run_nothing_in_a_spreadsheet(home):
    question = "select phone, attributes->>'name' as name, [1, null] as list from leads order by phone"
    answer = run(home, "sql", question, "--csv").stdout
    assert list(csv.reader(io.StringIO(answer))) == [
        ["phone", "name", "list"],
        ["+12125550101", "Ann", "[1, null]"],
        ["+12125550102", "'=1+1", "[1, null]"],
        ["+12125550103", "Cid, the 2nd", "[1, null]"],
    ]
    assert "exclude each other" in run(home, "sql", question, "--csv", "--json", code=2).stderr


def test_a_report_that_is_not_there_is_not_opened(home):
    junk = ids_of(home)[0]
    report = home / "reports" / junk / "report.html"
    report.rename(report.with_suffix(".away"))
    try:
        assert f"{junk} has no report to open" in run(home, "show", junk, "--open", code=2).stderr
    finally:
        report.with_suffix(".away").rename(report)
