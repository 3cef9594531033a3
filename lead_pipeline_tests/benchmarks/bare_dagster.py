"""What Dagster itself costs for many imports in one run: the same number of assets, checks and partitions, with as much
metadata, and nothing else. Run it by hand: `python -m lead_pipeline_tests.benchmarks.bare_dagster --help`.
"""

import argparse
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from lead_pipeline.filing.home import Home
from lead_pipeline.orchestration.instance import open_instance
from lead_pipeline.orchestration.sqlite import release_sqlite

_ASSETS, _CHECKS = 6, 6
_METADATA = {f"rows_{number}": number for number in range(12)} | {"summary": dg.MetadataValue.md("- a line\n" * 20)}
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


def seconds_of_bare_run(files: int) -> tuple[float, float]:
    """Return the seconds that a run over so many partitions takes in this process, by the clock and of processor."""
    folder = Path(tempfile.mkdtemp(prefix="lead-pipeline-bench-"))
    with warnings.catch_warnings(action="ignore"):  # what is in preview
        definitions = _definitions()
    keys = [f"list-{number}@{number:012d}" for number in range(files)]
    try:
        instance = open_instance(Home(folder / "home"))
        instance.add_dynamic_partitions("bare", keys)
        job = definitions.resolve_job_def("bare_job")
        started, processor = time.perf_counter(), time.process_time()
        result = job.execute_in_process(
            instance=instance, tags=dict(zip(_RANGE, (keys[0], keys[-1]), strict=True)), run_config=_QUIET
        )
        seconds = time.perf_counter() - started, time.process_time() - processor
        instance.dispose()
    finally:
        release_sqlite()
        shutil.rmtree(folder)
    assert result.success
    return seconds


def _definitions() -> dg.Definitions:
    partitions = dg.DynamicPartitionsDefinition(name="bare")
    assets = [_asset(number, partitions) for number in range(_ASSETS)]
    checks = [_check(number, partitions) for number in range(_CHECKS)]
    job = dg.define_asset_job("bare_job", dg.AssetSelection.assets(*(f"bare_{number}" for number in range(_ASSETS))))
    return dg.Definitions(assets, jobs=[job], asset_checks=checks, executor=dg.in_process_executor)


def _asset(number: int, partitions: dg.DynamicPartitionsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        name=f"bare_{number}",
        deps=[f"bare_{number - 1}"] if number else [],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def bare() -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(metadata=_METADATA)

    return bare


def _check(number: int, partitions: dg.DynamicPartitionsDefinition) -> dg.AssetChecksDefinition:
    asset, name = f"bare_{number}", f"check_{number}"

    @dg.asset_check(asset=asset, name=name, partitions_def=partitions)
    def check(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckEvaluation | dg.Output[None]]:
        for key in context.op_execution_context.partition_keys:
            yield dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey(asset), check_name=name, passed=True, metadata={"rows": 1}, partition=key
            )
        yield dg.Output(None, output_name=context.op_def.output_defs[0].name)

    return check


def main() -> None:
    """Run it and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, nargs="+", default=[200])
    for files in parser.parse_args().files:
        seconds, processor = seconds_of_bare_run(files)
        print(f"{files} partitions of {_ASSETS} assets, {_CHECKS} checks: {seconds:.1f} s, {processor:.1f} s of "
              f"processor, {1000 * processor / files:.0f} ms for each")  # fmt: skip


if __name__ == "__main__":
    main()
