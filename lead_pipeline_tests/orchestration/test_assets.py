import dagster as dg
import polars as pl
import pytest

from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing import steps
from lead_pipeline.importing.facts import CommitFacts
from lead_pipeline.orchestration.building import build_definitions
from lead_pipeline_tests.orchestration.watching import leads
from lead_pipeline_tests.support import query

TABLES = ("raw_leads", "mapped_leads", "normalized_leads", "imported_leads", "rejected_leads", "import_report")


def imported(watching, content):
    watching.drop("a.csv", content)
    (run,) = watching.execute(watching.tick())
    return run


def checks_of(run):
    return {check.check_name: check for check in run.get_asset_check_evaluations()}


def test_each_table_is_made_from_the_one_before_in_partitions_of_imports(tmp_path):
    graph = build_definitions(tmp_path).resolve_asset_graph()
    parents = {
        key.to_user_string(): {parent.to_user_string() for parent in graph.get(key).parent_keys}
        for key in graph.get_all_asset_keys()
    }
    assert parents == {
        "raw_leads": set(),
        "mapped_leads": {"raw_leads"},
        "normalized_leads": {"mapped_leads"},
        "imported_leads": {"normalized_leads", "suppressions", "call_activity"},
        "rejected_leads": {"normalized_leads", "suppressions", "call_activity"},
        "import_report": {"imported_leads", "rejected_leads"},
        "import_trends": {"import_report"},
        "suppressions": set(),
        "call_activity": set(),
    }
    assert {graph.get(dg.AssetKey(table)).partitions_def.name for table in TABLES} == {"imports"}


def test_every_count_is_a_number_that_the_ui_can_plot_and_no_metadata_quotes_a_row(watching):
    run = imported(watching, "caller_id,name\n2125550101,Quill\n12345,Quill\n2125550101,Quill\n")
    metadata = {
        event.asset_key.to_user_string(): event.step_materialization_data.materialization.metadata
        for event in run.all_events
        if event.is_step_materialization
    }
    assert set(metadata) == set(TABLES)
    report = metadata["import_report"]
    numbers = ("rows_read", "rows_created", "rows_duplicate", "rows_rejected", "reject_rate", "seconds")
    assert all(isinstance(report[name], dg.IntMetadataValue | dg.FloatMetadataValue) for name in numbers)
    assert [report[name].value for name in numbers[:4]] == [3, 1, 1, 1]
    assert metadata["raw_leads"]["dagster/row_count"].value == 3
    assert not [value for table in metadata.values() for value in table.values() if "Quill" in str(value)]


def test_a_good_import_passes_every_check(watching):
    found = checks_of(imported(watching, leads(1, rows=4)))
    assert {name: check.passed for name, check in found.items()} == {
        "file_accepted": True, "approved": True, "rows_accounted_for": True, "layout_stable": True,
        "reject_rate": True, "reasons_registered": True,
    }  # fmt: skip


def lose_a_part_row(work):
    path = work.part_paths("raw_leads")[0]
    pl.read_parquet(path).head(-1).write_parquet(path)


def miscount(work):
    facts = work.get("committed", CommitFacts)
    counts = facts.counts.model_copy(update={"created": facts.counts.created - 1})
    work.put("committed", facts.model_copy(update={"counts": counts}))


def double_in_ledger(work):
    facts = work.get("committed", CommitFacts)
    work.put("committed", facts.model_copy(update={"ledger_rows": facts.ledger_rows + 1}))


@pytest.mark.parametrize("tamper", [lose_a_part_row, miscount, double_in_ledger])
def test_a_missing_or_doubled_row_fails_the_blocking_check_and_no_report_is_made(watching, monkeypatch, tamper):
    really_commit = steps.commit_leads

    def commit_and_tamper(*arguments):
        *given, on_commit = arguments
        return really_commit(*given, lambda work: (tamper(work), on_commit(work)))

    monkeypatch.setattr("lead_pipeline.importing.approval.commit_leads", commit_and_tamper)
    run = imported(watching, leads(1, rows=4))
    check = checks_of(run)["rows_accounted_for"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert not run.success
    assert not list(watching.home.reports.iterdir())
    assert len(watching.waiting()) == 1
    monkeypatch.undo()
    (again,) = watching.execute(watching.tick(seconds=30))
    assert again.success
    assert query(watching.home.root, "select count(*) from leads") == [(4,)]


SHARES = {
    "at the warning limit": (1, 9, True, None),
    "above the warning limit": (2, 8, False, dg.AssetCheckSeverity.WARN),
    "at the error limit": (5, 5, False, dg.AssetCheckSeverity.WARN),
    "above the error limit": (6, 4, False, dg.AssetCheckSeverity.ERROR),
}


@pytest.mark.parametrize(("bad", "good", "passed", "severity"), SHARES.values(), ids=SHARES)
def test_the_reject_rate_is_judged_by_the_limits_of_the_profile(watching, bad, good, passed, severity):
    run = imported(watching, leads(1, rows=good) + "12345,x\n" * bad)
    check = checks_of(run)["reject_rate"]
    assert check.passed is passed
    assert severity is None or check.severity is severity
    assert run.success  # rejects are a result: the import stands
    assert check.metadata["reject_rate"].value == pytest.approx(bad / 10)


def test_a_single_step_over_a_finished_import_changes_nothing(watching):
    imported(watching, leads(1))
    (import_id,) = watching.instance.get_dynamic_partitions("imports")
    job = build_definitions(watching.home.root).resolve_implicit_global_asset_job_def()
    run = job.execute_in_process(
        instance=watching.instance, partition_key=import_id, asset_selection=[dg.AssetKey("mapped_leads")],
        raise_on_error=False,
    )  # fmt: skip
    assert run.success
    assert query(watching.home.root, "select count(*) from leads") == [(1,)]
    assert watching.waiting() == []


def test_a_work_folder_without_parts_names_the_job_to_run(watching):
    watching.drop("a.csv", leads(1))
    watching.tick()
    (manifest,) = watching.waiting()
    with pytest.raises(Exception, match="Run the whole import_leads job"):
        WorkFolder(watching.home, manifest).part_paths("raw_leads")
