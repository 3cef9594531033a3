"""What is imported stays imported once, whatever becomes of Dagster's memory, receipts or results."""

import shutil

import pytest

from lead_pipeline.orchestration.building import build_definitions
from lead_pipeline_tests.support import call_schedule, dump_home, importing, query, quick_folder, write_csv

ROWS = [("2125550101", "NY"), ("2125550102", "CA"), ("2125550101", "NY"), ("12", "TX")]


@pytest.fixture
def imported():
    """A home with one import, its file, and what it left."""
    with quick_folder() as folder:
        file = write_csv(folder / "list.csv", ("caller_id", "state"), ROWS)
        with importing(folder / "home") as imports:
            result = imports.file(file, call_schedule())
            assert (result.counts.created, result.counts.duplicate, result.counts.rejected) == (2, 1, 1)
        yield folder / "home", file, dump_home(folder / "home"), result.import_id


def again(home, file):
    with importing(home) as imports:
        return imports.file(file, call_schedule())


def test_without_dagsters_memory_nothing_is_imported_again(imported):
    home, file, before, _import_id = imported
    shutil.rmtree(home / "dagster")
    assert again(home, file).already_imported
    assert dump_home(home) == before


def test_without_receipts_and_exports_the_ledger_prevents_a_second_import_and_both_are_restored(imported):
    home, file, before, _import_id = imported
    for folder in ("staging/receipts", "tables", "reports", "archive"):
        shutil.rmtree(home / folder)
        (home / folder).mkdir()
    assert again(home, file).counts.created == 2
    assert dump_home(home) == before


def test_a_finished_partition_that_is_run_again_in_dagster_changes_nothing(imported):
    home, _file, before, import_id = imported
    with importing(home) as imports:
        job = build_definitions(home).resolve_job_def("import_leads")
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        run = job.execute_in_process(instance=imports.launcher.instance, partition_key=import_id, run_config=quiet)
    assert run.success
    assert dump_home(home) == before


def test_without_the_store_the_file_is_imported_again(imported):
    home, file, _before, _import_id = imported
    (home / "leads.duckdb").unlink()
    assert again(home, file).counts.created == 2
    assert query(home, "select count(*) from leads") == [(2,)]


def test_a_quarantined_file_is_imported_once_the_profile_is_fixed_and_it_is_dropped_again():
    with quick_folder() as folder, importing(folder / "home") as imports:
        file = write_csv(folder / "list.csv", ("number", "state"), ROWS)
        refused = imports.file(file, call_schedule())
        assert refused.status == "quarantined"
        assert list((folder / "home" / "quarantine").rglob("*.reason.txt"))
        fields = call_schedule().model_dump()["fields"]
        mended = call_schedule(fields=fields | {"phone": fields["phone"] | {"column": "number"}})
        result = imports.file(file, mended)
        assert (result.status, result.counts.created) == ("completed_with_rejects", 2)
        assert result.import_id == refused.import_id
        assert query(folder / "home", "select import_id, status from imports") == [
            (result.import_id, "completed_with_rejects")
        ]
