"""Whoever launches a run chooses its run config and its partition: neither leads out of the home."""

import re

import dagster as dg
import pytest

from lead_pipeline.orchestration.building import build_definitions

JOBS = {"import_leads": "imports", "approve_import": "imports", "load_suppressions": "suppression_lists"}


@pytest.mark.parametrize("config", [{"root": "{}"}, {"store_wait_seconds": 1.0}, {"lock_wait_seconds": 1e9}], ids=str)
@pytest.mark.parametrize("job", JOBS)
def test_nothing_of_the_home_is_run_config(watching, tmp_path, job, config):
    elsewhere = tmp_path / "elsewhere"
    given = {key: str(elsewhere) if value == "{}" else value for key, value in config.items()}
    definition = build_definitions(watching.home.root).resolve_job_def(job)
    with pytest.raises(dg.DagsterInvalidConfigError, match="unexpected config entry"):
        definition.execute_in_process(instance=watching.instance, run_config={"resources": {"home": {"config": given}}})
    assert not elsewhere.exists()
    assert watching.instance.get_runs() == []


@pytest.mark.parametrize("job", ["import_leads", "load_suppressions"])
def test_assets_hand_over_no_values_whose_folder_run_config_could_name(watching, tmp_path, job):
    definition = build_definitions(watching.home.root).resolve_job_def(job)
    config = {"resources": {"io_manager": {"config": {"base_dir": str(tmp_path / "elsewhere")}}}}
    with pytest.raises(dg.DagsterInvalidConfigError, match="unexpected config entry"):
        definition.execute_in_process(instance=watching.instance, run_config=config)


@pytest.mark.parametrize("job", JOBS)
def test_a_partition_that_is_a_path_fails_with_a_sentence_and_neither_reads_nor_leaves_a_file(watching, job):
    elsewhere = watching.home.root.parent / "x"
    for key in (f"@{elsewhere}"[:13], "../../../x", "a@../../../x", "@/tmp/x"):
        watching.instance.add_dynamic_partitions(JOBS[job], [key])
        run = watching.launch(job, key)
        (failure,) = [event for event in run.all_events if event.is_step_failure]
        sentence = failure.step_failure_data.user_failure_data.description
        assert re.search(r"'.*' is not the id of an import|No import has the id '.*'", sentence)
    assert [path.name for path in watching.home.root.parent.iterdir()] == [watching.home.root.name]
    assert list((watching.home.staging / "locks").iterdir()) == []
