"""Whoever launches a run chooses its run config and its partition: neither leads out of the home."""

import itertools
import re

import dagster as dg
import pytest

from lead_pipeline.orchestration.building import build_location

JOBS = {"import_leads": "imports", "approve_import": "imports", "load_suppressions": "suppression_lists"}
JOBS["load_call_activity"] = "call_activity"


def test_run_config_names_no_other_home_no_folder_for_values_and_no_waits(watching, tmp_path, subtests):
    """Assets hand no values to each other: the folder for them is Dagster's default, which run config could move."""
    elsewhere = tmp_path / "elsewhere"
    configs = ({"home": {"root": str(elsewhere)}}, {"home": {"store_wait_seconds": 1.0}},
               {"home": {"lock_wait_seconds": 1e9}}, {"io_manager": {"base_dir": str(elsewhere)}})  # fmt: skip
    for job, config in itertools.product(JOBS, configs):
        with subtests.test(f"{job} {config}"):
            resources = {name: {"config": given} for name, given in config.items()}
            definition = build_location(watching.home.root).resolve_job_def(job)
            with pytest.raises(dg.DagsterInvalidConfigError, match="unexpected config entry"):
                definition.execute_in_process(instance=watching.instance, run_config={"resources": resources})
    assert not elsewhere.exists()
    assert watching.instance.get_runs() == []


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
