"""What came of a drop of call activity, for people and for the event log of a run; no value of a row is in it."""

from collections.abc import Mapping
from typing import Any

from lead_pipeline.filing.activity.activity_manifests import ActivityManifest
from lead_pipeline.filing.home import Home
from lead_pipeline.importing.activity.loading_calls import LoadedActivity
from lead_pipeline.model.listings import ActivityResult, AdvancedLeads
from lead_pipeline.model.reasons import in_registry_order


def activity_report_file(home: Home, drop_id: str) -> str:
    """Return where the report of a drop lies, below the home."""
    return home.relative(home.reports / drop_id / "report.md")


def as_activity_result(manifest: ActivityManifest, loaded: LoadedActivity, home: Home) -> ActivityResult:
    """Return what came of a drop."""
    counts, said = loaded.counts, loaded.settings
    order = [code.value for code in in_registry_order(loaded.reasons)]
    return ActivityResult(
        drop_id=manifest.drop_id,
        file_name=manifest.file_name,
        rows_read=counts.read,
        rows_skipped=loaded.skipped,
        rows_rejected=counts.rejected,
        calls_added=counts.added,
        calls_known=counts.known,
        calls_dialed=counts.dialed,
        calls_connected=counts.connected,
        calls_converted=counts.converted,
        first_call=counts.first_at,
        last_call=counts.last_at,
        reasons={code: loaded.reasons[code] for code in order},
        lines_rejected=tuple(loaded.lines_rejected),
        rejected_file=loaded.rejected_file,
        report_file=activity_report_file(home, manifest.drop_id),
        columns=loaded.mapping,
        settings={
            name: str(value)
            for name, value in (
                ("region", said.region),
                ("dates", said.dates),
                ("timezone", said.timezone),
                ("destination", said.destination),
                ("buyer", said.buyer),
            )
            if value is not None
        },
        leads_advanced=tuple(
            AdvancedLeads.model_validate({"change": one.change, "destination": one.destination, "leads": one.leads})
            for one in loaded.advanced
        ),
        notices=loaded.notices,
        loaded_before=counts.loaded_before,
    )


def activity_metadata(result: ActivityResult) -> dict[str, Any]:
    """Return a result as values that an event log can keep; null is left out."""
    values = result.model_dump(mode="json", exclude={"drop_id", "file_name"}, exclude_none=True)
    return values | {"lines_rejected": ", ".join(map(str, result.lines_rejected))}


def activity_result_of(manifest: ActivityManifest, metadata: Mapping[str, Any]) -> ActivityResult:
    """Return what came of a drop, given what the run that loaded it left in the event log."""
    known = {name: value for name, value in metadata.items() if name in ActivityResult.model_fields}
    lines = [int(line) for line in known.pop("lines_rejected").split(",") if line]
    identity = {"drop_id": manifest.drop_id, "file_name": manifest.file_name}
    return ActivityResult.model_validate(known | identity | {"lines_rejected": lines})
