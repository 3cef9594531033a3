"""`import --again` as people use it: a value is added to the profile, and rows that had it become leads."""

import json

import pytest
from click.testing import CliRunner

from lead_pipeline.cli import main
from lead_pipeline_tests.support import prepared_home, query, quick_folder

PROFILE = """\
name: fair
destination: {kind: workspace, name: main}
identify_by: email
fields:
  email: {type: email, required: true}
  status: {type: option, options: [new, cold]%s}
%s"""
LIST = (
    "email,status\nida@example.com,chilly\njon@example.com,new\nkim@,new\nlea@example.com,chilly\nmax@example.com,x\n"
)


class Place:
    """A home with a profile that changes, and a file that is imported by it."""

    def __init__(self, folder):
        self.home = prepared_home(folder / "home").root
        self.file = folder / "fair.csv"
        self.file.write_text(LIST)

    def profile(self, value_map="", more=""):
        (self.home / "profiles").mkdir(exist_ok=True)
        (self.home / "profiles" / "fair.yaml").write_text(PROFILE % (value_map and f", value_map: {value_map}", more))

    def command(self, *arguments, code=0):
        result = CliRunner().invoke(main, ["--home", str(self.home), *map(str, arguments)], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result

    def imported(self, *options, file=None):
        result = self.command("import", file or self.file, "--profile", "fair", "--json", *options)
        return json.loads(result.stdout)

    def emails(self):
        return [email for (email,) in query(self.home, "select email from leads order by lead_id")]


@pytest.fixture
def place():
    with quick_folder() as folder:
        made = Place(folder)
        made.profile()
        yield made


def test_a_value_that_is_added_to_a_profile_leads_to_leads(place):
    first = place.imported()
    assert (first["rows_created"], first["rows_rejected"]) == (1, 4)
    place.profile("{chilly: cold}")
    again = place.imported()
    assert again["already_imported"]
    assert "4 rows of it are no lead" in again["notices"][-1]
    foreseen = place.imported("--again", "--dry-run")
    assert (foreseen["rows_created"], foreseen["rows_rejected"], foreseen["rows_recovered_here"]) == (2, 2, 2)
    assert place.emails() == ["jon@example.com"]
    done = place.imported("--again")
    assert (done["rows_read"], done["rows_created"], done["rows_recovered_here"]) == (4, 2, 2)
    assert place.emails() == ["jon@example.com", "ida@example.com", "lea@example.com"]
    shown = json.loads(place.command("show", first["import_id"], "--json").stdout)
    assert (shown["rows_recovered"], shown["recovered_by"]) == (2, {done["import_id"]: 2})
    assert "2 rows of this import became leads later, judged again as" in " ".join(shown["notices"])
    history = [json.loads(line) for line in place.command("history", "--json").stdout.splitlines()]
    assert {one["import_id"]: (one["rows_recovered"], one["sequel_of"]) for one in history} == {
        first["import_id"]: (2, None),
        done["import_id"]: (0, first["import_id"]),
    }
    assert "2 recovered" in place.command("history").stdout
    once_more = place.imported("--again")  # a list may have changed, though the profile has not
    assert (once_more["rows_read"], once_more["rows_rejected"], once_more["reject_rate"]) == (2, 2, 0.0)
    assert len(place.emails()) == 3


def test_a_row_that_was_corrected_in_another_file_is_not_judged_again(place):
    first = place.imported()
    corrected = place.file.with_name("corrected.csv")
    corrected.write_text(
        LIST.replace("kim@,", "kim@example.com,").replace("lea@example.com,chilly", "lea@example.com,cold")
    )
    sequel = place.imported(file=corrected)
    assert (sequel["sequel_of"], sequel["rows_recovered_here"]) == (first["import_id"], 2)
    place.profile("{chilly: cold}")
    assert "2 rows of it are no lead" in place.imported()["notices"][-2]
    again = place.imported("--again")
    assert (again["rows_read"], again["rows_created"], again["rows_rejected"]) == (2, 1, 1)
    shown = json.loads(place.command("show", first["import_id"], "--json").stdout)
    assert shown["recovered_by"] == {sequel["import_id"]: 2, again["import_id"]: 1}


def test_rows_that_are_judged_again_wait_for_approval_and_are_screened_as_any(place):
    place.imported()
    blocked = place.file.with_name("blocked.csv")
    blocked.write_text("email\nida@example.com\n")
    place.command("suppress", blocked, "--kind", "blocked")
    place.profile("{chilly: cold}", "approval: manual\n")
    waiting = place.imported("--again")
    assert (waiting["status"], waiting["rows_created"], waiting["rows_suppressed"]) == ("awaiting_approval", 1, 1)
    assert place.emails() == ["jon@example.com"]
    done = json.loads(place.command("approve", waiting["import_id"], "--json").stdout)
    assert (done["rows_created"], done["rows_suppressed"], done["rows_recovered_here"]) == (1, 1, 1)
    assert place.emails() == ["jon@example.com", "lea@example.com"]
