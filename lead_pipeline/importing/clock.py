"""The one clock of the pipeline; the pure rooms have the time passed in."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)
