"""What the terminal shows: the numbers as an import goes, the panel at its end, the places to copy."""

import io

import pytest
from rich.console import Console

from lead_pipeline.cli.import_views import history_view, import_panel, locations, progress_bar
from lead_pipeline.model.listings import ImportRecord
from lead_pipeline.model.outcomes import ImportStatus, Outcome
from lead_pipeline.model.results import Progress, RowCounts
from lead_pipeline_tests.reporting.results import clean, file_facts, finished, refused


def console(terminal=True):
    return Console(file=io.StringIO(), force_terminal=terminal, width=200, color_system=None)


def panel_of(result):
    shown = console()
    shown.print(import_panel(result))
    return " ".join(shown.file.getvalue().split())


def test_who_looks_at_a_terminal_sees_the_numbers_as_they_grow():
    shown = console()
    with progress_bar("leads.csv", hidden=False, console=shown) as listener:
        listener("normalized_leads", 1200, Progress(total=3000, processed=1200, skipped=7, errors=7))
    text = shown.file.getvalue()
    assert "leads.csv: normalized leads" in text
    assert (
        "total 3,000, processed 1,200, imported 0, skipped 7 (duplicate, invalid, suppressed, blank or unchanged), "
        "errors 7" in text
    )


@pytest.mark.parametrize(("hidden", "terminal"), [(True, True), (False, False)])
def test_who_reads_json_or_a_log_sees_nothing_of_it(hidden, terminal):
    shown = console(terminal)
    with progress_bar("leads.csv", hidden=hidden, console=shown) as listener:
        listener("raw_leads", 1, Progress())
    assert shown.file.getvalue() == ""


def test_a_name_with_markup_or_escapes_is_shown_as_it_is():
    shown = console()
    with progress_bar("[red]x\x1b[31m.csv", hidden=False, console=shown) as listener:
        listener("raw_leads", 1, Progress())
    assert r"[red]x\x1b[31m.csv: raw leads" in shown.file.getvalue()


def test_what_the_bar_counted_is_not_said_again_in_other_words_at_the_end():
    text = panel_of(finished())
    assert "rejected 34" in text
    assert "processed" not in text


def waiting(**changes):
    return finished(status=ImportStatus.AWAITING_APPROVAL, message="The profile 'x' asks.", **changes)


def test_what_waits_is_shown_with_counts_reasons_and_the_commands_to_copy(tmp_path):
    text = panel_of(waiting())
    assert "240 of 321 rows would become new leads" in text
    assert "The profile 'x' asks." in text
    assert "phone_missing" in text
    assert "processed" not in text
    lines = [line.split(maxsplit=2)[2] for line in locations(waiting(), tmp_path) if "  to " in line]
    assert lines == [
        f"lead-pipeline --home {tmp_path} approve messy@3fa9c1d2e0b7",
        f"lead-pipeline --home {tmp_path} cancel messy@3fa9c1d2e0b7",
    ]


def test_nothing_is_to_be_decided_about_others(tmp_path):
    for result in (finished(), clean(), refused()):
        assert not [line for line in locations(result, tmp_path) if "approve" in line]


def test_updated_and_unchanged_rows_are_counted_apart():
    result = finished(rows_read=9, counts=RowCounts(created=2, updated=4, unchanged=3), reasons=(), rejected_file=None)
    text = panel_of(result)
    assert "2 of 9 rows became new leads, 4 updated a lead, 3 changed nothing." in text
    assert "updated 4" in text
    assert "unchanged 3" in text


def test_what_was_noticed_is_shown_on_lines_of_its_own():
    result = finished(
        file=file_facts(notes=("The header stands in line 3.",)), layout_changes=("The column zip is missing.",),
        notices=("No email was sent.",),
    )  # fmt: skip
    text = panel_of(result)
    for sentence in ("The header stands in line 3.", "The column zip is missing.", "No email was sent."):
        assert sentence in text


def test_a_dry_run_names_its_file_and_no_store(tmp_path):
    result = finished(dry_run=True, dry_run_file="reports/x/dry_run.csv", rejected_file=None, report_file=None)
    assert list(locations(result, tmp_path)) == [f"  dry run        {tmp_path}/reports/x/dry_run.csv"]
    assert "Dry run: nothing was kept. 240 of 321 rows would become new leads." in panel_of(result)


def past(**changes):
    rows = dict.fromkeys((f"rows_{name}" for name in ("read", *(outcome.value for outcome in Outcome))), 0)
    known = {
        "import_id": "messy@3fa9c1d2e0b7", "status": "completed", "profile": "mine", "destination_kind": "list",
        "destination_name": "autumn", "file_name": "messy.csv", "file_sha256": "3fa9", "file_bytes": 12, "message": "",
        "contacts_created": 0, "suppressions_known": 0, "profile_fingerprint": "f1",
        "started_at": "2026-03-20T09:29:58+00:00", "committed_at": "2026-03-20T09:30:00+00:00",
    }  # fmt: skip
    return ImportRecord.model_validate(rows | known | changes)


def history_of(*imports, width=80):
    shown = Console(file=io.StringIO(), width=width, color_system=None)
    shown.print(history_view(imports, width))
    return shown.file.getvalue()


EVERY_OUTCOME = {f"rows_{outcome.value}": 1_000_000 + number for number, outcome in enumerate(Outcome)}


def test_the_history_has_columns_for_what_there_is_where_there_is_room_for_them():
    plain = history_of(past(rows_read=3, rows_created=3), width=90)
    assert "2026-03-20 09:30:00" in plain
    names = ("read", *(outcome.value for outcome in Outcome))
    assert [word for word in plain.split() if word in names] == ["read", "created", "rejected"]
    wide = history_of(past(rows_read=9_000_000, **EVERY_OUTCOME), width=200)
    assert [word for word in wide.split() if word in names] == list(names)


@pytest.mark.parametrize("width", [80, 100, 120])
def test_the_history_never_cuts_a_number_nor_exceeds_the_terminal(width):
    waiting_one = past(status="awaiting_approval", import_id="another-long-name-@3fa9c1d2e0b7")
    shown = history_of(past(rows_read=9_000_000, **EVERY_OUTCOME), waiting_one, past(rows_read=None), width=width)
    assert max(map(len, shown.splitlines())) <= width
    for number in EVERY_OUTCOME.values():
        assert f"{number:,}" in shown
    for word in ("completed", "awaiting_approval", "another-long-name-@3fa9c1d2e0b7", "mine → list:autumn"):
        assert word in shown
