"""Composes the email about an import that ended or needs approval: counts, reasons and what to do about them, never a
value of a row.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from lead_pipeline.model.outcomes import COMMITTED, ImportStatus, Outcome
from lead_pipeline.model.policies import Notify
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ImportResult, ReasonCount
from lead_pipeline.reporting.charts import OUTCOME_COLOURS, row_reasons
from lead_pipeline.reporting.rendering import environment
from lead_pipeline.reporting.wording import (
    decision_commands,
    duration,
    encodable,
    one_line,
    outcomes_listed,
    sentences_to_notice,
    status_sentence,
)

#: How many line numbers are listed for a reason.
_LISTED_LINES = 5


@dataclass(frozen=True, slots=True)
class Composed:
    """An email about an import: its subject, and the same content as text and as HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Links:
    """Links to the files of an import: below `base`, the URL at which reports are served, else on this machine."""

    home: Path
    base: str = ""

    def to(self, path: str | None) -> str:
        """Return the URL of a path below the home such as `reports/<import>/report.html`, empty for none."""
        if path is None:
            return ""
        if not self.base:
            return (self.home / path).as_uri()
        return f"{self.base.rstrip('/')}/{quote(posixpath.relpath(path, 'reports'))}"


def should_notify(notify: Notify, result: ImportResult) -> bool:
    """Return whether an email is due: always, or when rows were rejected, the file refused, or approval is needed."""
    if notify.when == "always":
        return True
    return result.counts.rejected > 0 or result.status in (
        ImportStatus.QUARANTINED,
        ImportStatus.AWAITING_APPROVAL,
        ImportStatus.FAILED,
    )


def compose(result: ImportResult, links: Links) -> Composed:
    """Return the email about an import that has ended or needs approval."""
    content = {
        "file_name": one_line(encodable(result.file.file_name)),
        "sentence": status_sentence(result),
        "message": one_line(result.message),
        "noticed": [one_line(sentence) for sentence in sentences_to_notice(result)],
        "counts": list(_counts(result)),
        "rows_read": result.rows_read,
        "reasons": [_reason(found) for found in row_reasons(result)],
        "commands": [one_line(command) for command in decision_commands(result, links.home).values()],
        "rejected_file": links.to(result.rejected_file),
        "rejected_workbook": links.to(result.rejected_workbook),
        "warned_file": links.to(result.warned_file),
        "report_file": links.to(result.report_file),
        "facts": [
            ("Import", result.import_id),
            ("Profile", result.profile),
            ("Destination", one_line(result.destination)),
            ("Duration", duration((result.ended_at - result.started_at).total_seconds())),
        ],
        "would": result.status not in COMMITTED,
    }
    return Composed(
        subject=f"{content['file_name']}: {_outcome(result)}",
        text=environment("lead_pipeline.notifying").get_template("email.txt.j2").render(content).strip() + "\n",
        html=environment("lead_pipeline.notifying").get_template("email.html.j2").render(content),
    )


def _outcome(result: ImportResult) -> str:
    """Return how the import ended, short enough for a subject line."""
    words = {
        ImportStatus.AWAITING_APPROVAL: "waiting for approval",
        ImportStatus.QUARANTINED: "refused",
        ImportStatus.CANCELLED: "cancelled",
        ImportStatus.FAILED: "failed",
        ImportStatus.COMPLETED: "imported",
        ImportStatus.COMPLETED_WITH_REJECTS: "imported, with rejects",
    }
    word = words.get(result.status, result.status.value.replace("_", " "))
    listed = outcomes_listed(result) if result.status != ImportStatus.CANCELLED else ""
    return f"{word} ({listed})" if listed else word


def _counts(result: ImportResult) -> Iterator[tuple[str, str, str]]:
    for outcome in Outcome:
        if result.counts.of(outcome):
            yield outcome.value, f"{result.counts.of(outcome):,}", OUTCOME_COLOURS[outcome]


def _reason(found: ReasonCount) -> dict[str, str]:
    info = REASONS[Reason(found.code)]
    return {
        "rows": f"{found.count:,}",
        "title": info.title,
        "code": found.code,
        "outcome": found.outcome,
        "guidance": info.guidance,
        "positions": _positions(found),
    }


def _positions(found: ReasonCount) -> str:
    """Return `lines 3, 8, 21 …`, or row numbers where there are no lines."""
    numbers = (found.first_lines or found.first_rows)[:_LISTED_LINES]
    noun = "line" if found.first_lines else "row"
    more = " …" if found.count > len(numbers) else ""
    return f"{noun}{'s' if found.count > 1 else ''} {', '.join(map(str, numbers))}{more}" if numbers else ""
