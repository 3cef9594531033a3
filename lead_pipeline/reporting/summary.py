"""One import in the forms that other programs show: numbers for plots, Markdown for the UI, one line, JSON objects.
Counts, codes and names only; never a value of a row.
"""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.model.lead_management.leads_changed import totals_of
from lead_pipeline.model.listings import ImportRecord, ListResult
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus, Outcome
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ImportResult, ReasonCount
from lead_pipeline.reporting.charts import as_data_uri, outcome_chart, row_reasons
from lead_pipeline.reporting.lead_changes_wording import lead_changes_table
from lead_pipeline.reporting.sequel_wording import recovered_sentences
from lead_pipeline.reporting.waterfall_wording import usable_rows, waterfall_tables
from lead_pipeline.reporting.wording import (
    columns_said,
    decision_commands,
    duration,
    encodable,
    one_line,
    outcomes_listed,
    status_sentence,
)

#: Every character that Markdown, or HTML inside it, could interpret as markup (CommonMark 2.4: each may be escaped).
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|!&~$])")


def metadata_numbers(result: ImportResult) -> dict[str, int | float]:
    """Return the numbers worth plotting over time, what matters first; `rows_read` is missing when the rows were never
    counted.

    `left_out_…` are the rows that each rule hits; `leads_…` the leads that were there and expired, were stopped, moved
    and so on. Of a sequel: the rows that had been left out and are leads now, and those that are as they were.
    """
    seconds = _seconds(result)
    numbers: dict[str, int | float] = {} if result.rows_read is None else {"rows_read": result.rows_read}
    numbers.update({f"rows_{outcome.value}": result.counts.of(outcome) for outcome in Outcome})
    if result.sequel.of is not None:
        numbers.update(
            rows_recovered_here=result.sequel.rows_recovered, rows_still_rejected=result.sequel.still_rejected
        )
    numbers.update(reject_rate=round(result.reject_rate, 6), contacts_created=result.contacts_created)
    numbers.update({f"left_out_{one.rule}": one.rows for one in result.waterfall.rules})
    numbers.update({f"leads_{change}": leads for change, leads in totals_of(result.lead_changes).items()})
    numbers.update(
        seconds=round(seconds, 3),
        rows_per_second=round((result.rows_read or 0) / seconds, 1) if seconds > 0 else 0.0,
    )
    return numbers


def summary_line(result: ImportResult) -> str:
    """Return one line for a log or a terminal, such as `212 rows read: 170 created, 12 duplicate, 30 rejected.`."""
    if result.rows_read is None or result.status not in COMMITTED:
        return one_line(" ".join(filter(None, (status_sentence(result), result.message))))
    before = "Imported before, nothing done. " if result.already_imported else ""
    rows = f"{result.rows_read:,} row{'' if result.rows_read == 1 else 's'} read"
    outcomes = outcomes_listed(result)
    return f"{before}{rows}: {outcomes}." if outcomes else f"{before}{rows}."


def result_as_json(result: ImportResult, home: Path | None = None) -> dict[str, Any]:
    """Return what `--json` prints for an import: values that JSON knows, under names that callers rely on.

    `rows_read` is null for a file that was refused before it was read. `rejected_file`, `rejected_workbook`,
    `warned_file`, `report_file` and `dry_run_file` are paths below the home, or full ones when `home` is given.
    `commands` has the command lines of `approve` and `cancel` while the import waits for one of them. `rows_recovered`
    are rows that were left out here and became leads later; of a sequel, `rows_recovered_here` those that earlier
    imports had left out.
    """
    return {
        "import_id": result.import_id,
        "status": result.status.value,
        "profile": result.profile,
        "destination": result.destination,
        "file_name": encodable(result.file.file_name),
        "file_sha256": result.file.file_sha256,
        "file_bytes": result.file.file_bytes,
        "rows_read": result.rows_read,
        **{f"rows_{outcome.value}": result.counts.of(outcome) for outcome in Outcome},
        "contacts_created": result.contacts_created,
        "reject_rate": round(result.reject_rate, 6),
        "reasons": [_reason_as_json(found) for found in result.reasons],
        "waterfall": result.waterfall.as_dict(),
        "lead_changes": [one.model_dump() for one in result.lead_changes],
        "message": result.message,
        "notes": [encodable(note) for note in result.file.notes],
        "layout_changes": list(result.layout_changes),
        "notices": [*result.notices, *recovered_sentences(result)],
        "columns_ignored": [encodable(column) for column in result.file.ignored],
        "commands": decision_commands(result, home),
        "already_imported": result.already_imported,
        "judged_again": list(result.judged_again),
        "sequel_of": result.sequel.of,
        "rows_recovered_here": result.sequel.rows_recovered,
        "rows_still_rejected": result.sequel.still_rejected,
        "rows_recovered": result.rows_recovered,
        "recovered_by": result.recovered_by,
        "dry_run": result.dry_run,
        "dry_run_file": _below(home, result.dry_run_file),
        "rejected_file": _below(home, result.rejected_file),
        "rejected_workbook": _below(home, result.rejected_workbook),
        "warned_file": _below(home, result.warned_file),
        "report_file": _below(home, result.report_file),
        "started_at": result.started_at.isoformat(),
        "ended_at": result.ended_at.isoformat(),
        "seconds": round(_seconds(result), 3),
    }


def failure_as_json(file_name: str, profile: str, error: LeadPipelineError, *, dry_run: bool = False) -> dict[str, Any]:
    """Return the object that `import --json` prints for a file that could not even be tried, such as a missing one."""
    return {
        "import_id": None,
        "status": ImportStatus.FAILED.value,
        "profile": profile,
        "file_name": one_line(file_name),
        "file_sha256": None,
        "rows_read": None,
        **{f"rows_{outcome.value}": 0 for outcome in Outcome},
        "reasons": [{"code": error.reason.value, "outcome": "file", "count": 1, "columns": {}}] if error.reason else [],
        "message": str(error),
        "dry_run": dry_run,
        "dry_run_file": None,
        "rejected_file": None,
        "rejected_workbook": None,
        "warned_file": None,
        "report_file": None,
    }


def record_as_json(record: ImportRecord) -> dict[str, Any]:
    """Return the object that `history --json` prints for a past import: the columns of the view `imports`; and for one
    whose result was removed, `show --json`: these, and `lead_changes`.
    """
    values = record.model_dump()
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def list_as_json(loaded: ListResult) -> dict[str, Any]:
    """Return the object that `suppress --json` prints; `lines_rejected` is a text, such as `3, 17`."""
    return loaded.model_dump(exclude={"file_name"}) | {"lines_rejected": ", ".join(map(str, loaded.lines_rejected))}


def list_failure_as_json(kind: str, error: LeadPipelineError) -> dict[str, Any]:
    """Return the object that `suppress --json` prints for a list of which nothing was loaded."""
    return {"list_id": None, "kind": kind, "status": "refused", "message": str(error)} | dict.fromkeys(
        (
            *("rows_read", "rows_added", "rows_known", "rows_ended", "rows_rejected", "entries_kept", "leads_affected"),
            *("enrollments_suppressed", "secondary_contacts_suppressed", "attributes_withheld"),
        ),
        0,
    )


def activity_failure_as_json(file_name: str, error: LeadPipelineError) -> dict[str, Any]:
    """Return the object that `activity --json` prints for a drop of which nothing was loaded."""
    none = dict.fromkeys(("rows_read", "calls_added", "calls_known", "rows_rejected"), 0)
    return {"drop_id": None, "file_name": one_line(file_name), "status": "refused", "message": str(error)} | none


def markdown_summary(result: ImportResult, home: Path | None = None) -> str:
    """Return the import as GitHub-flavored Markdown: what happened, the chart as an image, reasons and what to do.

    Where approval is needed, with the commands for it, which name `home` when it is given.

    The Dagster UI shows SVG as an image with a data address only, and no raw HTML; hostile names stay text.
    """
    parts = [f"**{_code(result.file.file_name)}** {_escape(status_sentence(result))}"]
    if result.message:
        parts.append(f"> {_escape(result.message)}")
    parts += _how_to_decide(result, home)
    sentences = (*result.layout_changes, *result.notices, *recovered_sentences(result))
    if sentences:
        noticed = "\n".join(f"- {_escape(sentence)}" for sentence in sentences)
        parts.append(f"Notes:\n\n{noticed}")
    chart = outcome_chart(result)
    if chart:
        parts += [f"![{outcomes_listed(result)}]({as_data_uri(chart)})", _equation(result)]
    if row_reasons(result):
        parts.append(_reasons_table(row_reasons(result)))
    parts += filter(None, (lead_changes_table(result),))
    parts += waterfall_tables(result.waterfall, usable_rows(result))
    parts.append(_origin(result))
    return "\n\n".join(parts) + "\n"


def _reason_as_json(found: ReasonCount) -> dict[str, Any]:
    return {
        "code": found.code,
        "outcome": found.outcome,
        "count": found.count,
        "title": REASONS[Reason(found.code)].title,
        "columns": {encodable(column): count for column, count in found.columns.items()},
        "first_rows": list(found.first_rows),
        "first_lines": list(found.first_lines),
    }


def _how_to_decide(result: ImportResult, home: Path | None) -> list[str]:
    commands = decision_commands(result, home)
    if not commands:
        return []
    lines = "\n".join(map(one_line, commands.values()))
    return [
        f"To approve or cancel it, run one of these:\n\n```\n{lines}\n```",
        "or launch the job `approve_import` or `cancel_import` for this partition.",
    ]


def _equation(result: ImportResult) -> str:
    terms = " + ".join(f"{result.counts.of(each):,} {each.value}" for each in Outcome)
    return f"{result.rows_read:,} rows read = {terms}"


def _reasons_table(reasons: list[ReasonCount]) -> str:
    lines = ["| Reason | Column | Outcome | Rows | First lines | What to do |", "|---|---|---|--:|---|---|"]
    for found in reasons:
        info = REASONS[Reason(found.code)]
        positions = ", ".join(f"{line}" for line in found.first_lines or found.first_rows)
        columns = _escape(columns_said(found))
        lines.append(
            f"| {info.title} | {columns} | {found.outcome} | {found.count:,} | {positions} | {info.guidance} |"
        )
    return "\n".join(lines)


def _origin(result: ImportResult) -> str:
    facts = [
        f"Profile {_code(result.profile)}",
        f"destination {_code(result.destination)}",
        f"import {_code(result.import_id)}",
        duration(_seconds(result)),
    ]
    files = {
        "rejected rows": result.rejected_workbook,
        "rejected file": result.rejected_file,
        "warned rows": result.warned_file,
    }
    facts += [f"{name} {_code(path)}" for name, path in files.items() if path]
    if result.report_file:
        facts.append(f"report {_code(result.report_file)}")
    return " · ".join(facts)


def _code(text: str) -> str:
    """Return the text as a code span, in which nothing is markup: fenced by more backticks than it has in a row."""
    text = one_line(text)
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\1", one_line(text))


def _below(home: Path | None, path: str | None) -> str | None:
    return path if home is None or path is None else str(home / path)


def _seconds(result: ImportResult) -> float:
    return (result.ended_at - result.started_at).total_seconds()
