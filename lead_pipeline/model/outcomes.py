"""What becomes of a row and of an import: the two closed lists of words. Why it became so does not belong here."""

from enum import StrEnum


class Outcome(StrEnum):
    """What became of a row; every row of every import has exactly one."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"  # we already have them
    SUPPRESSED = "suppressed"  # good data, not allowed to contact
    REJECTED = "rejected"  # bad data
    SKIPPED = "skipped"  # nothing in it to import


class ImportStatus(StrEnum):
    """The status of an import as ledger, receipts, Dagster metadata and `--json` spell it."""

    QUEUED = "queued"
    PROCESSING = "processing"
    AWAITING_APPROVAL = "awaiting_approval"
    COMPLETED = "completed"
    COMPLETED_WITH_REJECTS = "completed_with_rejects"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    CANCELLED = "cancelled"
    REVERTED = "reverted"


#: The statuses after which the leads of an import are in the store.
COMMITTED = frozenset({ImportStatus.COMPLETED, ImportStatus.COMPLETED_WITH_REJECTS})
