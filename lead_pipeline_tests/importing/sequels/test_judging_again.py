"""After its profile was fixed, the rows of a file that became no lead can be judged again, and no others."""

from collections.abc import Iterator

import pytest

from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.importing.concluding import earlier_result
from lead_pipeline.importing.submitting import begin_attempt, submit_file
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import ImportResult
from lead_pipeline.reporting.wording import sentences_to_notice
from lead_pipeline_tests.support import Stages, quick_folder, staging
from lead_pipeline_tests.systems.homes import counts, dry_run_of

FILE = (
    "email,status\n"
    "ida@example.com,cold\n"
    "jon@example.com,new\n"
    "kim@example.com,warm\n"
    "jon@example.com,new\n"
    ",\n"
    "lea@example.com,cold\n"
)


@pytest.fixture
def stages() -> Iterator[Stages]:
    with quick_folder() as folder, staging(folder) as home:
        (folder / "fair.csv").write_text(FILE)
        yield home


def profile(*options: str, **changes: object) -> ImportProfile:
    return ImportProfile.model_validate(
        {
            "name": "fair",
            "destination": {"kind": "workspace", "name": "main"},
            "identify_by": "email",
            "fields": {"email": {"type": "email"}, "status": {"type": "option", "options": ["new", *options]}},
        }
        | changes
    )


def submitted(stages: Stages, by: ImportProfile, *, again: bool = False) -> Manifest:
    return submit_file(stages.home, stages.home.root / "fair.csv", by, again=again)


def imported(stages: Stages, by: ImportProfile, *, again: bool = False) -> ImportResult:
    """Import the file as the command does."""
    manifest = submitted(stages, by, again=again)
    known = begin_attempt(stages.home, manifest, "a command")
    return stages.run(manifest) if known is None else known


def emails(stages: Stages) -> list[str]:
    return [email for (email,) in stages.rows("select email from leads order by lead_id")]


def test_only_the_rows_that_became_no_lead_are_judged_again(stages):
    first = imported(stages, profile())
    assert counts(first) == {"created": 1, "duplicate": 1, "rejected": 3, "skipped": 1}
    again = imported(stages, profile("cold"), again=True)
    assert counts(again) == {"created": 2, "duplicate": 1, "rejected": 1}
    assert again.import_id != first.import_id
    assert first.import_id in again.notices[0]
    assert emails(stages) == ["jon@example.com", "ida@example.com", "lea@example.com"]
    numbers = "select row_number, line_number from row_outcomes where import_id = ? order by 1"
    assert stages.rows(numbers, again.import_id) == [(1, 2), (3, 4), (4, 5), (6, 7)]


def test_the_first_import_says_what_became_of_its_rows_later(stages):
    first = imported(stages, profile())
    again = imported(stages, profile("cold"), again=True)
    told = earlier_result(stages.home, first.import_id)
    assert told.judged_again == (again.import_id,)
    assert f"2 rows of this import became leads later, judged again as {again.import_id}." in sentences_to_notice(told)
    assert told.counts == first.counts
    assert again.import_id in (stages.home.root / str(told.report_file)).read_text()


def test_what_became_a_lead_when_judged_again_is_not_judged_once_more(stages):
    """Rows without an identifier would be doubled: nothing says that they are known."""
    nameless = {"rows_without_identifier": "create", "identify_by": "email"}
    (stages.home.root / "fair.csv").write_text("email,status,company\n,cold,Alder\n,warm,Beech\n,new,Cedar\n")
    fields = profile().model_dump(mode="json")["fields"] | {"company": {"type": "text"}}

    def by(*options: str) -> ImportProfile:
        return profile(fields=fields | {"status": {"type": "option", "options": ["new", *options]}}, **nameless)

    imported(stages, by())
    imported(stages, by("cold"), again=True)
    last = imported(stages, by("cold", "warm"), again=True)
    assert counts(last) == {"created": 1}
    assert stages.rows("select company from leads order by lead_id") == [("Cedar",), ("Alder",), ("Beech",)]
    with pytest.raises(UsageError, match="nothing to judge again"):
        submitted(stages, by("cold", "warm"), again=True)


def test_content_that_comes_again_says_that_its_profile_has_changed(stages):
    imported(stages, profile())
    assert imported(stages, profile()).notices == ()
    known = imported(stages, profile("cold"))
    assert (known.already_imported, counts(known)["created"]) == (True, 1)
    assert "4 rows of it are no lead" in known.notices[-1]
    assert "--again" in known.notices[-1]
    imported(stages, profile("cold"), again=True)
    assert not any("--again" in said for said in imported(stages, profile("cold")).notices)
    assert "2 rows of it are no lead" in imported(stages, profile("cold", "warm")).notices[-1]


def test_what_was_not_imported_cannot_be_judged_again(stages):
    with pytest.raises(UsageError, match="not imported under profile 'fair' yet"):
        submitted(stages, profile(), again=True)
    assert list((stages.home.staging / "manifests").iterdir()) == []


def test_a_row_that_was_merged_into_a_lead_is_not_judged_again(stages):
    merging = {"duplicates_in_file": "merge"}
    assert counts(imported(stages, profile(**merging)))["duplicate"] == 1
    assert counts(imported(stages, profile("cold", **merging), again=True)) == {"created": 2, "rejected": 1}


def test_a_dry_run_says_what_would_come_of_judging_again():
    with quick_folder() as folder:
        file = folder / "fair.csv"
        with staging(folder / "home") as stages:
            file.write_text(FILE)
            stages.file(file, profile())
        foreseen = dry_run_of(stages.home, file, profile("cold"), again=True)
        assert (counts(foreseen), foreseen.already_imported) == ({"created": 2, "duplicate": 1, "rejected": 1}, False)
        told = dry_run_of(stages.home, file, profile("cold"))
        assert told.already_imported
        assert "--again" in told.notices[-1]
