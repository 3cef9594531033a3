"""A dry run says what the import right after it does, row by row, and leaves nothing but a file that says so."""

import csv
import shutil
import stat

import pytest

from lead_pipeline.filing.cleanup import sweep
from lead_pipeline.filing.decisions import decide
from lead_pipeline.filing.home import Home
from lead_pipeline.importing import dry_running, steps
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.model.errors import FileUnreadableError, LeadPipelineError
from lead_pipeline.model.outcomes import ImportStatus, Outcome
from lead_pipeline.profiles.loader import load_profile
from lead_pipeline.reporting.dry_run_file import DRY_RUN_COLUMNS
from lead_pipeline_tests.support import call_schedule, dry_run_of, dump_home, quick_folder, staging, write_csv

CALLS = ("caller_id", "email", "state")
KNOWN = [("ann@example.com", "Ann", "Rome", "basic", ""), ("bob@example.com", "Bob", "", "basic", "2125550177")]
PEOPLE = ("email", "first_name", "city", "plan", "_alias_phone")


def upsert(**changes):
    profile = load_profile("identity_upsert", folder=None)
    return type(profile).model_validate(profile.model_dump() | changes)


@pytest.fixture(scope="module")
def template():
    """A home with a blocked number, a lead of a schedule, and two contacts of a list."""
    with quick_folder() as folder:
        with staging(folder / "home") as imports:
            imports.suppress(write_csv(folder / "blocked.csv", ("phone",), [("2125550199",)]))
            imports.file(write_csv(folder / "known.csv", CALLS, [("2125550100", "", "NY")]), call_schedule())
            people = [
                ("ann@example.com", "Ann", "Rome", "basic", ""),
                ("bob@example.com", "Bob", "", "basic", "2125550177"),
            ]
            imports.file(write_csv(folder / "people.csv", PEOPLE, people), upsert())
        yield folder / "home"


@pytest.fixture
def place():
    with quick_folder() as folder:
        yield folder


@pytest.fixture
def home(place, template):
    shutil.copytree(template, place / "home")
    return Home(place / "home")


def rows_of(home, result):
    with (home.root / result.dry_run_file).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def left_in(home):
    """Return everything that imports leave, without the file that a dry run leaves."""
    left = dump_home(home.root)
    for part in ("rejected files", "reports"):
        kept = [name for name in left[part] if not name.endswith("dry_run.csv")]
        left[part] = {name: left[part][name] for name in kept} if isinstance(left[part], dict) else kept
    return left


EVERY_OUTCOME = [
    ("2125550101", "a@example.com", "NY"),  # created
    ("2125550101", "", "TX"),  # duplicate_in_file
    ("2125550100", "", "NY"),  # duplicate_existing
    ("2125550199", "", "NY"),  # blocked
    ("12345", "", "NY"),  # phone_too_short
    ("", "", ""),  # row_blank
]
CHANGES = [
    ("ann@example.com", "Anna", "", "pro", ""),  # updated: a name and an attribute; the empty city overwrites nothing
    ("bob@example.com", "Bob", "", "basic", ""),  # unchanged
    ("cy@example.com", "Cy", "Oslo", "pro", "2125550188"),  # created, with an alias
    ("not an address", "Dee", "", "", ""),  # email_invalid
    ("ann@example.com", "", "Paris", "", "2125550177"),  # the alias is Bob's: match_ambiguous
    ("bob@example.com", "", "", "", "2125550178"),  # a new alias
]
CASES = {
    "calls": (CALLS, EVERY_OUTCOME, call_schedule(), {"created", "duplicate", "suppressed", "rejected", "skipped"}),
    "refused where known": (CALLS, EVERY_OUTCOME, call_schedule(on_duplicate="reject"), {"created", "rejected"}),
    "last wins": (CALLS, EVERY_OUTCOME, call_schedule(duplicates_in_file="last"), {"created", "duplicate"}),
    "none of several": (CALLS, EVERY_OUTCOME, call_schedule(duplicates_in_file="reject_all"), {"rejected"}),
    "upsert": (PEOPLE, CHANGES[:5], upsert(), {"created", "updated", "unchanged", "rejected"}),
    "merged": (PEOPLE, [CHANGES[0], *CHANGES[5:], CHANGES[1]], upsert(), {"updated", "duplicate"}),
    "update only": (PEOPLE, CHANGES[:4], upsert(write_mode="update_only"), {"updated", "unchanged", "rejected"}),
    "fill": (PEOPLE, CHANGES[:4], upsert(on_duplicate="fill"), {"created", "unchanged"}),
}  # fmt: skip


@pytest.mark.parametrize(("header", "rows", "profile", "outcomes"), CASES.values(), ids=CASES)
def test_the_import_right_after_comes_to_the_same(place, home, header, rows, profile, outcomes):
    file = write_csv(place / "a.csv", header, rows)
    before = left_in(home)
    said = dry_run_of(home, file, profile)
    assert left_in(home) == before
    told = rows_of(home, said)
    with staging(home.root) as imports:
        done = imports.file(file, profile)
        judged = imports.rows(
            "select row_number, line_number, outcome, reason_codes from row_outcomes where import_id = ? order by 1",
            done.import_id,
        )
    assert {outcome.value for outcome in Outcome if done.counts.of(outcome)} >= outcomes
    for name in ("import_id", "status", "counts", "rows_read", "reasons", "contacts_created", "layout_changes", "file"):
        assert getattr(said, name) == getattr(done, name), name
    assert [
        (int(row["row_number"]), int(row["line_number"]), row["outcome"], _codes(row["reasons"])) for row in told
    ] == judged


def _codes(reasons):
    return [code for code in reasons.split("; ") if code and not code.endswith("(warning)")]


def test_both_say_that_the_import_waits_for_approval_and_why(place, home):
    profile = call_schedule(approval="manual")
    file = write_csv(place / "a.csv", CALLS, EVERY_OUTCOME)
    said = dry_run_of(home, file, profile)
    with staging(home.root) as imports:
        done = imports.file(file, profile)
    assert said.status == done.status == ImportStatus.AWAITING_APPROVAL
    assert (said.message, said.counts) == (done.message, done.counts)
    again = dry_run_of(home, file, profile)
    assert again.status == ImportStatus.AWAITING_APPROVAL
    decide(home, done.import_id, "approved", utc_now())
    assert dry_run_of(home, file, profile).status == ImportStatus.COMPLETED_WITH_REJECTS


def test_a_file_that_would_be_refused_is_a_result_and_is_not_moved_anywhere(place, home):
    file = write_csv(place / "a.csv", ("colour",), [("red",)])
    before = left_in(home)
    said = dry_run_of(home, file, call_schedule())
    assert left_in(home) == before
    assert file.exists()
    assert (said.status, said.rows_read, said.dry_run_file) == (ImportStatus.QUARANTINED, None, None)
    with staging(home.root) as imports:
        done = imports.file(file, call_schedule())
    assert (said.message, said.reasons) == (done.message, done.reasons)


def test_content_that_was_imported_before_is_said_to_be_with_what_became_of_it(place, home):
    file = write_csv(place / "again.csv", CALLS, [("2125550100", "", "NY")])
    before = left_in(home)
    said = dry_run_of(home, file, call_schedule())
    assert left_in(home) == before
    assert (said.already_imported, said.dry_run, said.counts.created) == (True, True, 1)
    assert said.import_id.startswith("known@")


def test_without_a_store_it_is_held_against_an_empty_one_and_none_is_made(place):
    fresh = Home(place / "fresh")
    said = dry_run_of(fresh, write_csv(place / "a.csv", CALLS, EVERY_OUTCOME), call_schedule())
    assert (said.counts.created, said.counts.duplicate, said.counts.suppressed) == (3, 1, 0)
    assert not fresh.store.exists()


def test_each_change_is_told_with_what_it_was_and_what_it_would_be(place, home):
    said = dry_run_of(home, write_csv(place / "a.csv", PEOPLE, CHANGES), upsert())
    rows = rows_of(home, said)
    assert tuple(rows[0]) == DRY_RUN_COLUMNS
    by_row = {int(row["row_number"]): row for row in rows}
    assert by_row[1]["outcome"] == "updated"
    assert by_row[1]["changes"].split("; ") == ["attribute.plan: basic -> pro", "first_name: Ann -> Anna"]
    assert by_row[1]["lead_id"] == "2"
    assert by_row[3]["outcome"] == "created"
    assert by_row[3]["lead_id"] == by_row[3]["changes"] == ""
    assert by_row[4]["reasons"] == "email_invalid"
    assert by_row[4]["guidance"]
    assert by_row[5]["reasons"] == "match_ambiguous"
    assert "contact" in by_row[5]["guidance"]  # the hint names both
    merged = [row for row in rows if "(nothing) -> " in row["changes"]]
    assert merged, "the new alias is a change"


def test_what_a_spreadsheet_would_run_is_made_harmless_and_the_file_is_private(place, home):
    evil = [("ann@example.com", "=cmd|' /C calc'!A0", "", "+1+1", "")]
    said = dry_run_of(home, write_csv(place / "a.csv", PEOPLE, evil), upsert())
    path = home.root / said.dry_run_file
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == 2
    (row,) = rows_of(home, said)
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "=cmd" in row["changes"]


def test_a_missing_file_is_named_and_leaves_nothing(home, place):
    before = left_in(home)
    with pytest.raises(FileUnreadableError, match=r"There is no file 'nowhere\.csv'"):
        dry_run_of(home, place / "nowhere.csv", call_schedule())
    assert left_in(home) == before
    assert list((home.staging / "dry_runs").iterdir()) == []


def test_a_crash_is_told_without_any_value_and_leaves_nothing(home, place, monkeypatch):
    def fail(*_arguments, **_named):
        raise ValueError("Canaria Quill 2125550147")

    monkeypatch.setattr(dry_running, "normalize_leads", fail)
    before = left_in(home)
    with pytest.raises(LeadPipelineError) as error:
        dry_run_of(home, write_csv(place / "a.csv", CALLS, EVERY_OUTCOME), call_schedule())
    assert "ValueError" in str(error.value)
    assert "Quill" not in str(error.value)
    assert error.value.__context__ is None or error.value.__suppress_context__
    assert left_in(home) == before
    assert list((home.staging / "dry_runs").iterdir()) == []


def test_a_dry_run_disturbs_no_import_of_the_same_content_that_is_under_way(home, place, monkeypatch):
    """As a file that is being imported by the sensor: its staged copy and parts stay where they are."""
    file = write_csv(place / "a.csv", CALLS, EVERY_OUTCOME)
    with staging(home.root) as imports:
        really_commit = steps.commit_import

        def in_between(*arguments, **named):
            imports.store.close()
            dry_run_of(home, file, call_schedule())
            raise KeyboardInterrupt

        monkeypatch.setattr(steps, "commit_import", in_between)
        with pytest.raises(KeyboardInterrupt):
            imports.file(file, call_schedule())
        monkeypatch.setattr(steps, "commit_import", really_commit)
    (manifest,) = (home.staging / "manifests").iterdir()
    assert manifest.exists()
    with staging(home.root) as imports:
        assert imports.file(file, call_schedule()).counts.created == 1


def test_what_a_killed_dry_run_leaves_is_swept_when_it_is_old(home):
    left = home.staging / "dry_runs" / "abc" / "staging"
    left.mkdir(parents=True)
    (left / "copy").touch()
    now = left.parent.stat().st_mtime
    assert sweep(home, now + 3600) == []
    assert sweep(home, now + 7 * 3600) == [left.parent]
    assert not left.exists()
