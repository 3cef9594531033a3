import pytest

from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.results import RowCounts
from lead_pipeline.reporting.wording import (
    delimiter_name,
    duration,
    encodable,
    file_size,
    newline_name,
    one_line,
    status_sentence,
)
from lead_pipeline_tests.reporting.results import clean, finished, refused


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (clean(240), "All 240 rows became new leads."),
        (clean(1), "The one row became a new lead."),
        (clean(0), "The file has no rows."),
        (
            finished(),
            "240 of 321 rows became new leads. "
            "34 rows could not be used; correct them in the rejected file and drop it again.",
        ),
        (
            finished(rows_read=1, counts=RowCounts(rejected=1)),
            "The one row did not become a new lead. "
            "1 row could not be used; correct it in the rejected file and drop it again.",
        ),
        (
            finished(status=ImportStatus.COMPLETED, rows_read=3, counts=RowCounts(created=1, duplicate=2)),
            "1 of 3 rows became a new lead.",
        ),
        (
            finished(status=ImportStatus.COMPLETED, rows_read=2000, counts=RowCounts(duplicate=2000)),
            "None of the 2,000 rows became a new lead.",
        ),
        (
            clean().model_copy(update={"already_imported": True}),
            "This content was imported before, so nothing was done this time. Of that import: "
            "all 240 rows became new leads.",
        ),
        (refused(), "The file was refused and nothing was imported."),
        (
            finished(status=ImportStatus.COMPLETED, rows_read=9, counts=RowCounts(created=1, updated=5, unchanged=3)),
            "1 of 9 rows became a new lead, 5 updated a lead, 3 changed nothing.",
        ),
        (
            finished(status=ImportStatus.COMPLETED, rows_read=4, counts=RowCounts(updated=4)),
            "All 4 rows updated a lead.",
        ),
        (
            finished(status=ImportStatus.COMPLETED, rows_read=1, counts=RowCounts(unchanged=1)),
            "The one row changed nothing.",
        ),
        (
            finished(status=ImportStatus.AWAITING_APPROVAL, rows_read=4, counts=RowCounts(created=1, rejected=3)),
            "The file was read and checked; nothing is imported until somebody approves it. "
            "1 of 4 rows would become a new lead. 3 rows could not be used: approve to import the others, or cancel, "
            "correct the file and drop it again.",
        ),
        (
            finished(status=ImportStatus.AWAITING_APPROVAL, rows_read=1, counts=RowCounts(duplicate=1)),
            "The file was read and checked; nothing is imported until somebody approves it. "
            "The one row would not become a new lead.",
        ),
        (finished(status=ImportStatus.CANCELLED), "The import was cancelled and nothing was kept."),
        (
            finished(dry_run=True, rows_read=4, counts=RowCounts(created=1, updated=2, rejected=1)),
            "Dry run: nothing was kept. 1 of 4 rows would become a new lead, 2 would update a lead. "
            "1 row could not be used; the reasons are in the dry-run file.",
        ),
        (
            finished(dry_run=True, status=ImportStatus.AWAITING_APPROVAL, rows_read=2, counts=RowCounts(created=2)),
            "Dry run: nothing was kept. The import would wait for approval. All 2 rows would become new leads.",
        ),
        (refused(dry_run=True), "Dry run: nothing was kept. The file would be refused."),
        (
            clean().model_copy(update={"already_imported": True, "dry_run": True}),
            "Dry run: nothing was kept. This content was imported before, so nothing would change. Of that import: "
            "all 240 rows became new leads.",
        ),
    ],
)
def test_a_sentence_says_how_the_import_ended(result, sentence):
    assert status_sentence(result) == sentence


@pytest.mark.parametrize("status", ImportStatus)
def test_every_status_has_a_sentence(status):
    assert status_sentence(finished(status=status)).endswith(".")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("leads.csv", "leads.csv"),
        ("größe 電話 ñ.csv", "größe 電話 ñ.csv"),
        ("two\nlines\r\t.csv", r"two\x0alines\x0d\x09.csv"),
        ("red\x1b[31m.csv", r"red\x1b[31m.csv"),
        ("not-utf8-\udce9.csv", r"not-utf8-\xe9.csv"),
        ("gpj\u202eexe.csv", r"gpj\u202eexe.csv"),
        ("\u2028\U000e0001", r"\u2028\U000e0001"),
        ("<img src=x onerror=alert(1)>.csv", "<img src=x onerror=alert(1)>.csv"),
    ],
)
def test_a_name_stays_on_its_line_and_shows_what_is_in_it(text, line):
    assert one_line(text) == line


def test_a_name_that_is_not_utf8_can_be_encoded_and_others_stay_the_same():
    assert encodable("a\udce9.csv") == "a\\xe9.csv"
    assert encodable("zwei\nzeilen ü.csv") == "zwei\nzeilen ü.csv"


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (45_120, "45.1 kB"),
        (999_949, "999.9 kB"), (999_950, "1.0 MB"), (1_200_000_000, "1.2 GB"), (5 * 10**15, "5000.0 TB"),
    ],
)  # fmt: skip
def test_sizes_have_a_unit_that_people_read(size, shown):
    assert file_size(size) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0, "0 ms"), (0.0351, "35 ms"), (0.9994, "999 ms"), (0.9996, "1.0 s"), (1.84, "1.8 s"), (59.9, "59.9 s"),
        (59.96, "1 min 0 s"), (125.4, "2 min 5 s"),
    ],
)  # fmt: skip
def test_durations_have_a_unit_that_people_read(seconds, shown):
    assert duration(seconds) == shown


def test_marks_that_are_hard_to_see_have_names():
    assert [delimiter_name(mark) for mark in (",", ";", "\t", "|", " ", "^", "")] == [
        "comma", "semicolon", "tab", "pipe", "space", "^", "",
    ]  # fmt: skip
    assert [newline_name(mark) for mark in ("\r\n", "\n", "\r", "mixed")] == ["CRLF", "LF", "CR", "mixed"]
