"""How far an import is, as it goes: total, processed, imported, skipped, errors."""

import pytest

from lead_pipeline.importing.progress import listening, report_progress
from lead_pipeline.model.results import Progress
from lead_pipeline_tests.support import call_schedule, quick_folder, staging, write_csv

#: Eight rows: three new leads, two duplicates, two invalid ones, a blank one.
ROWS = [
    ("2125550101",),
    ("2125550102",),
    ("2125550101",),
    ("12345",),
    ("",),
    ("call me",),
    ("2125550102",),
    ("2125550103",),
]
FINAL = Progress(total=8, processed=8, imported=3, skipped=5, errors=2)


@pytest.fixture
def imports():
    with quick_folder() as folder, staging(folder / "home") as stages:
        yield stages


def heard_of(imports, **profile):
    """Import the rows and return the result, and what was told."""
    told = []
    file = write_csv(imports.home.root.parent / "a.csv", ("caller_id",), ROWS)
    with listening(lambda *heard: told.append(heard)):
        result = imports.file(file, call_schedule(**profile))
    return result, told


def test_the_numbers_grow_as_the_import_goes_and_end_with_those_of_the_result(imports):
    result, told = heard_of(imports)
    assert told[-2:] == [("imported_leads", 8, FINAL), ("import_report", 0, FINAL)]
    assert result.progress == FINAL
    steps = list(dict.fromkeys(step for step, _, _ in told))
    assert steps == ["raw_leads", "mapped_leads", "normalized_leads", "imported_leads", "import_report"]
    for name in ("processed", "imported", "skipped", "errors"):
        values = [getattr(progress, name) for _, _, progress in told]
        assert values == sorted(values), name
    by_step = {step: progress for step, _, progress in told}
    assert by_step["raw_leads"] == Progress(total=8)
    assert by_step["normalized_leads"] == Progress(total=8, processed=8, skipped=2, errors=2)


def test_of_an_import_that_waits_nothing_is_imported(imports):
    result, told = heard_of(imports, approval="manual")
    numbers = FINAL.model_copy(update={"imported": 0})
    assert told[-2:] == [("dry_run", 8, numbers), ("import_report", 0, numbers)]
    assert result.progress == told[-1][2]


def test_where_nobody_listens_nothing_happens():
    report_progress("raw_leads", 3, total=3)
