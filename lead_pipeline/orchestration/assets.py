"""The assets of an import, one partition per import. Each body calls one function; what it does is in the rooms."""

from collections.abc import Iterator

import dagster as dg

from lead_pipeline.importing.steps import map_leads, normalize_leads, read_file
from lead_pipeline.orchestration.partitions import imports_partitions
from lead_pipeline.orchestration.resources import HomeResource
from lead_pipeline.orchestration.running import run_commits, run_reports, run_stage

#: Many small files are imported by one run; each keeps its own partition and metadata.
_together = dg.BackfillPolicy.single_run()


@dg.asset(group_name="leads", partitions_def=imports_partitions, backfill_policy=_together, kinds={"polars", "csv"})
def raw_leads(context: dg.AssetExecutionContext, home: HomeResource) -> None:
    """The rows of the dropped file as they stand there: every value text, with row and line numbers."""
    run_stage(context, home, "raw_leads", read_file, anew=True)


@dg.asset(
    deps=[raw_leads], group_name="leads", partitions_def=imports_partitions, backfill_policy=_together, kinds={"polars"}
)
def mapped_leads(context: dg.AssetExecutionContext, home: HomeResource) -> None:
    """The same rows by field, as the profile maps their columns; all other columns are attributes."""
    run_stage(context, home, "mapped_leads", map_leads)


@dg.asset(
    deps=[mapped_leads],
    group_name="leads",
    partitions_def=imports_partitions,
    backfill_policy=_together,
    kinds={"polars", "pandera"},
)
def normalized_leads(context: dg.AssetExecutionContext, home: HomeResource) -> None:
    """The same rows with canonical phones, emails and values, and the reasons why a row cannot be imported."""
    run_stage(context, home, "normalized_leads", normalize_leads)


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            "imported_leads",
            deps=[normalized_leads],
            group_name="leads",
            kinds={"duckdb", "parquet"},
            description="The leads that this import created, in the store and as Parquet under tables/.",
        ),
        dg.AssetSpec(
            "rejected_leads",
            deps=[normalized_leads],
            group_name="leads",
            kinds={"duckdb", "parquet"},
            description="The rows that were rejected, suppressed or duplicates, with reasons and the original row.",
        ),
    ],
    partitions_def=imports_partitions,
    backfill_policy=_together,
    pool="lead_store",
)
def screened_leads(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult[None]]:
    """Screen each row against the store and commit the import: both tables land, or neither does."""
    run_commits(context, home)
    yield dg.MaterializeResult(asset_key="imported_leads")
    yield dg.MaterializeResult(asset_key="rejected_leads")


@dg.asset(
    deps=["imported_leads", "rejected_leads"],
    group_name="leads",
    partitions_def=imports_partitions,
    backfill_policy=_together,
    kinds={"html", "csv"},
)
def import_report(context: dg.AssetExecutionContext, home: HomeResource) -> None:
    """What people get: counts, reasons with guidance, the rejected file, and the dropped file put where it belongs."""
    run_reports(context, home)
