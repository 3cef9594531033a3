"""The report of a suppression list, as Markdown: what became of its rows and whom it concerns. No value of a row."""

from lead_pipeline.model.errors import counted
from lead_pipeline.model.listings import ListResult


def list_report(result: ListResult) -> str:
    """Return what came of a list."""
    scope = f"{result.destination} only" if result.destination else "the whole company"
    lines = [
        f"# List {result.list_id}",
        f"Kind {result.kind}, for {scope}; version {result.version} of its list ({result.mode}).",
        "| rows and entries | |\n|---|---:|\n"
        + "\n".join(
            f"| {name} | {number:,} |"
            for name, number in (
                ("rows read", result.rows_read),
                ("rows that could not be read", result.rows_rejected),
                ("entries added", result.rows_added),
                ("entries not on the list" if result.mode == "remove" else "entries known before", result.rows_known),
                ("entries ended", result.rows_ended),
            )
        ),
    ]
    if result.rejected_file:
        lines.append(f"Rows that could not be read are **not suppressed**: `{result.rejected_file}`.")
    if result.leads_affected:
        ended = counted(result.enrollments_suppressed, "enrollment")
        lines.append(
            f"Imported before, and on the list: {counted(result.leads_affected, 'lead')}; no longer due: {ended}."
        )
        lines.append(
            "| import | destination | leads | enrollments |\n|---|---|---:|---:|\n"
            + "\n".join(
                f"| {a.import_id} | {a.destination} | {a.leads:,} | {a.enrollments:,} |" for a in result.affected
            )
        )
    if result.secondary_contacts_suppressed:
        lines.append(f"Secondary contacts suppressed: {result.secondary_contacts_suppressed:,}.")
    if result.attributes_withheld:
        lines.append(f"Attributes of type phone taken out of leads: {result.attributes_withheld:,}.")
    return "\n\n".join((*lines, *result.notices)) + "\n"
