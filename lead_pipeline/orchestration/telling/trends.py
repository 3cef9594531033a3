"""The trend of each source: an asset that is observed once per import, by numbers that are named after its profile, and
after the folder below the profile's that the file came from. Dagster plots each name by itself; plotted for all imports
together, a rate goes up and down between sources.
"""

from collections.abc import Iterator

import dagster as dg

from lead_pipeline.importing.engine import Report
from lead_pipeline.orchestration.defining import recipes

#: The asset, which no run makes: what is known of it is in its observations.
import_trends = recipes.asset_spec(
    dg.AssetSpec(
        "import_trends",
        deps=["import_report"],
        group_name="leads",
        kinds={"dagster"},
        description="How good the files of each source are, import by import: `PROFILE · reject_rate` and so on, and "
        "`PROFILE/FOLDER · reject_rate` of files that were dropped into a folder below that of the profile. "
        "Metadata, then Plots, has a plot of each.",
    )
)


def observed_trends(report_key: dg.AssetKey, report: Report) -> Iterator[dg.AssetObservation]:
    """Yield what an import adds to the trend of its profile, and to that of its source where it has one."""
    if not report.is_committed or report.result.already_imported:
        return
    profile = report.result.profile
    names = (profile, f"{profile}/{report.source}") if report.source else (profile,)
    yield dg.AssetObservation(
        asset_key=dg.AssetKey([*report_key.path[:-1], import_trends.name]),
        metadata={f"{name} · {number}": value for name in names for number, value in _numbers(report)},
        description=report.line,
    )


def _numbers(report: Report) -> list[tuple[str, int | float]]:
    """Return shares, by which a source is compared with itself, and how many rows they are of."""
    result = report.result
    rows = result.rows_read or 0
    return [
        ("reject_rate", round(result.reject_rate, 6)),
        ("duplicate_rate", round(result.counts.duplicate / rows, 6) if rows else 0.0),
        ("rows_read", rows),
        ("rows_created", result.counts.created),
    ]
