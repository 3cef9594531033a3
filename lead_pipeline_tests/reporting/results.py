"""One finished import for the tests of this room, and variations of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.results import FileFacts, ImportResult, ReasonCount, RowCounts, StageTiming

STARTED = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)

REASONS = (
    ReasonCount(code="row_blank", outcome="skipped", count=6, first_rows=(7,), first_lines=(9,)),
    ReasonCount(
        code="phone_missing",
        outcome="rejected",
        count=20,
        first_rows=(3, 8),
        first_lines=(4, 10),
        columns={"caller_id": 20},
    ),
    ReasonCount(
        code="phone_too_short",
        outcome="rejected",
        count=14,
        first_rows=(5,),
        first_lines=(6,),
        columns={"caller_id": 11, "mobile": 2, "fax": 1, "office": 1},
    ),
    ReasonCount(code="email_invalid", outcome="warning", count=5, first_rows=(11,), first_lines=(14,)),
    ReasonCount(code="duplicate_existing", outcome="duplicate", count=29, first_rows=(2,), first_lines=(3,)),
    ReasonCount(code="blocked", outcome="suppressed", count=12, first_rows=(12,), first_lines=(15,)),
)


def file_facts(**changes: Any) -> FileFacts:
    facts: dict[str, Any] = {
        "file_name": "messy.csv", "file_sha256": "ab" * 32, "file_bytes": 45_120, "format": "csv", "encoding": "utf-8",
        "delimiter": ",", "newline": "\r\n", "columns": ("caller_id", "email", "zip"),
        "mapping": {"phone": "caller_id", "email": "email"},
    }  # fmt: skip
    return FileFacts(**facts | changes)


def finished(**changes: Any) -> ImportResult:
    """321 rows: 240 created, 29 duplicate, 12 suppressed, 34 rejected, 6 skipped, in two seconds."""
    fields: dict[str, Any] = {
        "import_id": "messy@3fa9c1d2e0b7", "status": ImportStatus.COMPLETED_WITH_REJECTS, "profile": "call_schedule",
        "destination": "schedule:solar", "file": file_facts(), "rows_read": 321,
        "counts": RowCounts(created=240, duplicate=29, suppressed=12, rejected=34, skipped=6), "contacts_created": 238,
        "reasons": REASONS, "started_at": STARTED, "ended_at": STARTED + timedelta(seconds=2),
        "timings": (StageTiming(stage="raw_leads", seconds=0.4), StageTiming(stage="imported_leads", seconds=1.6)),
        "rejected_file": "reports/messy@3fa9c1d2e0b7/rejected.csv",
        "report_file": "reports/messy@3fa9c1d2e0b7/report.html",
    }  # fmt: skip
    return ImportResult(**fields | changes)


def clean(rows: int = 240) -> ImportResult:
    """Every row created."""
    return finished(
        status=ImportStatus.COMPLETED, rows_read=rows, counts=RowCounts(created=rows), reasons=(), rejected_file=None
    )


def refused(message: str = "messy.csv has no column 'caller_id'. Rename one.", **changes: Any) -> ImportResult:
    """A file that went to quarantine before its rows were counted."""
    fields: dict[str, Any] = {
        "status": ImportStatus.QUARANTINED, "rows_read": None, "counts": RowCounts(), "contacts_created": 0,
        "reasons": (ReasonCount(code="required_column_unmapped", outcome="file", count=1),), "message": message,
        "timings": (), "rejected_file": None,
    }  # fmt: skip
    return finished(**fields | changes)
