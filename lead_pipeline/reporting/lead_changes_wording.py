"""The wording of what an import did, or would do, to leads that were there already. Terminal, Markdown, HTML and email
take their sentences from here.
"""

from lead_pipeline.model.errors import counted
from lead_pipeline.model.lead_management.leads_changed import LeadsChanged
from lead_pipeline.model.results import ImportResult

#: Of each change, what leads did and would do.
_VERBS = {
    "expired": ("expired", "would expire"),
    "suppressed": ("may not be called any more", "could not be called any more"),
    "reopened": ("may be started again", "could be started again"),
}


def lead_changes_sentences(result: ImportResult) -> tuple[str, ...]:
    """Return a sentence for each change of leads that were there, such as `12 leads of schedule:main expired.`."""
    return tuple(_sentence(one, would=result.is_supposed) for one in result.lead_changes)


def lead_changes_table(result: ImportResult) -> str:
    """Return the same as a Markdown table, empty where no lead changed."""
    if not result.lead_changes:
        return ""
    lines = ["| Leads that were there | Of | To | Leads |", "|---|---|---|--:|"]
    lines += [
        f"| {one.change} | `{_cell(one.destination)}` | {f'`{_cell(one.to)}`' if one.to else ''} | {one.leads:,} |"
        for one in result.lead_changes
    ]
    return "\n".join(lines)


def _sentence(one: LeadsChanged, *, would: bool) -> str:
    were = "would be" if would else "was" if one.leads == 1 else "were"
    done, supposed = _VERBS.get(one.change, (f"{were} {one.change}", f"{were} {one.change}"))
    to = f" to {one.to}" if one.to else ""
    return f"{counted(one.leads, 'lead')} of {one.destination} {supposed if would else done}{to}."


def _cell(name: str) -> str:
    """Return a name that no table of Markdown takes for its own marks."""
    return name.replace("|", "/").replace("`", "'")
