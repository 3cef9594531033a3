"""The assets of an import, one partition per import. Each body calls one step; what that does is not known here."""

from collections.abc import Iterator
from functools import partial

import dagster as dg

from lead_pipeline.orchestration.boundary import failures_without_values
from lead_pipeline.orchestration.defining import recipes
from lead_pipeline.orchestration.partitions import imports_partitions
from lead_pipeline.orchestration.resources import HomeResource
from lead_pipeline.orchestration.running import Yielded, log_waiting, materialized, reported

#: Many small files are imported by one run; each keeps its own partition and metadata.
_together = dg.BackfillPolicy.single_run()

#: What rows are screened by, whatever partitions of it there are: the store has all of them.
_SCREENED_BY = [
    dg.AssetDep(table, partition_mapping=dg.SpecificPartitionsPartitionMapping([]))
    for table in ("suppressions", "call_activity")
]


@recipes.asset(
    group_name="leads", partitions_def=imports_partitions, backfill_policy=_together, kinds={"polars", "csv"}
)
def raw_leads(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[Yielded]:
    """The rows of the dropped file as they are in it: every value text, with row and line numbers."""
    step = partial(home.engine.read_files, context.partition_keys)
    yield from materialized(context, {"raw_leads": failures_without_values("making raw_leads", step)})


@recipes.asset(
    deps=[raw_leads], group_name="leads", partitions_def=imports_partitions, backfill_policy=_together, kinds={"polars"}
)
def mapped_leads(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[Yielded]:
    """The same rows by field, as the profile maps their columns; all other columns are attributes."""
    step = partial(home.engine.map_leads, context.partition_keys)
    yield from materialized(context, {"mapped_leads": failures_without_values("making mapped_leads", step)})


@recipes.asset(
    deps=[mapped_leads],
    group_name="leads",
    partitions_def=imports_partitions,
    backfill_policy=_together,
    kinds={"polars", "pandera"},
)
def normalized_leads(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[Yielded]:
    """The same rows with canonical phones, emails and values, and the reasons why a row cannot be imported."""
    step = partial(home.engine.normalize_leads, context.partition_keys)
    yield from materialized(context, {"normalized_leads": failures_without_values("making normalized_leads", step)})


@recipes.multi_asset(
    specs=[
        dg.AssetSpec(
            "imported_leads",
            deps=["normalized_leads", *_SCREENED_BY],
            group_name="leads",
            kinds={"duckdb", "parquet"},
            description="The leads that this import created, in the store and as Parquet under tables/.",
        ),
        dg.AssetSpec(
            "rejected_leads",
            deps=["normalized_leads", *_SCREENED_BY],
            group_name="leads",
            kinds={"duckdb", "parquet"},
            description="The rows that were rejected, suppressed or duplicates, with reasons and the original row.",
        ),
    ],
    partitions_def=imports_partitions,
    backfill_policy=_together,
    pool="lead_store",
)
def screened_leads(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[Yielded]:
    """Screen each row against the store and commit the import: both tables land, or neither does."""
    step = partial(home.engine.commit, context.partition_keys, log_waiting(context))
    yield from materialized(context, failures_without_values("committing", step))


@recipes.asset(
    deps=["imported_leads", "rejected_leads"],
    group_name="leads",
    partitions_def=imports_partitions,
    backfill_policy=_together,
    kinds={"html", "csv"},
)
def import_report(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[Yielded]:
    """What people get: counts, reasons with guidance, the rejected file, and the dropped file put where it belongs."""
    step = partial(home.engine.report, context.partition_keys, context.log.warning)
    yield from reported(context, failures_without_values("reporting", step))
