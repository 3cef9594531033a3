"""The report of a drop of call activity, as Markdown: what became of its rows, how they were read, and what cannot be
used. No value of a row.
"""

from collections.abc import Iterator, Sequence

from lead_pipeline.model.errors import counted
from lead_pipeline.model.listings import ActivityResult
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.reporting.wording import one_line

_SAID = {
    "region": "country of numbers without +",
    "dates": "order of day and month",
    "timezone": "time zone of times without one",
    "destination": "destination of calls without one",
    "buyer": "buyer of calls without one",
}

_COUNTRY = (
    "Write the number with + and its country code, or say the country of all numbers without +: `--region` of the "
    "command, or `region` in call_activity.yaml, such as US."
)


def activity_report(result: ActivityResult) -> str:
    """Return what came of a drop."""
    lines = [f"# Call activity {result.drop_id}"]
    if result.loaded_before:
        lines.append("This content was loaded before; nothing was done this time. Of the load then:")
    lines += [_counts(result), *_period(result)]
    if result.rows_rejected:
        lines.append(
            f"Rows that cannot be used are **not known to any scrub rule**: `{result.rejected_file}` has them with "
            "reasons. Correct them there and load that file."
        )
        lines.append(_reasons(result))
    if result.leads_advanced:
        lines.append(_table("enrollments | leads", [(what, f"{leads:,}") for what, leads in _advanced(result)]))
    if result.columns:
        lines.append(_table("what | column", [(what, f"`{one_line(name)}`" if name else "found by its values")
                                              for what, name in result.columns.items()]))  # fmt: skip
    if result.settings:
        lines.append(_table("said of all rows | ", [(_SAID[name], value) for name, value in result.settings.items()]))
    return "\n\n".join((*lines, *(one_line(notice) for notice in result.notices))) + "\n"


def activity_lines(result: ActivityResult) -> Iterator[str]:
    """Yield what came of a drop as lines for a terminal."""
    before = "Loaded before, nothing done. " if result.loaded_before else ""
    yield (
        f"{before}{one_line(result.file_name)}: {counted(result.rows_read, 'row')} read, "
        f"{counted(result.calls_added, 'call')} added, {result.calls_known:,} known already, "
        f"{counted(result.rows_rejected, 'row')} that could not be used."
    )
    if not result.loaded_before:
        yield (
            f"  of these calls {result.calls_dialed:,} dialed, {result.calls_connected:,} connected, "
            f"{result.calls_converted:,} converted"
        )
    yield from (f"  {one_line(sentence)}" for sentence in _period(result))
    yield from (f"  {counted(leads, 'lead')} {what}" for what, leads in _advanced(result))
    yield from (f"  {what} from {one_line(name) or 'its values'}" for what, name in result.columns.items())
    for code, rows in result.reasons.items():
        yield f"  {counted(rows, 'row')}: {REASONS[Reason(code)].title} ({code})"
    yield from map(one_line, result.notices)
    if result.report_file:
        yield f"  report  {result.report_file}"


def _counts(result: ActivityResult) -> str:
    counts = [
        ("rows read", result.rows_read),
        ("calls added", result.calls_added),
        ("of these dialed", result.calls_dialed),
        ("of these connected", result.calls_connected),
        ("of these converted", result.calls_converted),
        ("calls known before", result.calls_known),
        ("rows that cannot be used", result.rows_rejected),
        ("blank rows and lines of totals", result.rows_skipped),
    ]
    return "| rows and calls | |\n|---|---:|\n" + "\n".join(f"| {name} | {number:,} |" for name, number in counts)


def _advanced(result: ActivityResult) -> list[tuple[str, int]]:
    did = {"advanced": "took to their next action or attempt", "completed": "completed"}
    return [(f"{did[one.change]} in {one_line(one.destination)}", one.leads) for one in result.leads_advanced]


def _period(result: ActivityResult) -> list[str]:
    if result.first_call is None or result.last_call is None:
        return []
    return [f"Calls of {result.first_call:%Y-%m-%d %H:%M} to {result.last_call:%Y-%m-%d %H:%M} UTC."]


def _reasons(result: ActivityResult) -> str:
    rows = [
        (f"{REASONS[Reason(code)].title} (`{code}`)", f"{rows:,}", _guidance(Reason(code)))
        for code, rows in result.reasons.items()
    ]
    return _table("reason | rows | what to do", rows)


def _guidance(reason: Reason) -> str:
    """Return what to do: calls have no profile that could say the country."""
    return _COUNTRY if reason is Reason.PHONE_COUNTRY_UNKNOWN else REASONS[reason].guidance


def _table(header: str, rows: Sequence[tuple[str, ...]]) -> str:
    columns = header.count("|") + 1
    lines = [f"| {header} |", "|" + "---|" * columns]
    return "\n".join([*lines, *(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)])
