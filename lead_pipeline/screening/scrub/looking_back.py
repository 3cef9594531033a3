"""How far a profile's scrub rules look: back in time, and beyond the destination."""

from datetime import datetime, timedelta

from lead_pipeline.model.profile import ImportProfile


def earliest(profile: ImportProfile, at: datetime) -> datetime | None:
    """Return since when leads and calls count for an import at `at`; None for all of them."""
    days = profile.scrub.lookback_days
    return None if days == "all" else at - timedelta(days=days)


def looks_everywhere(profile: ImportProfile) -> bool:
    """Tell whether leads and calls of other destinations count; `scrub_scope` is the short form of `scope`."""
    return (profile.scrub.scope or profile.scrub_scope) == "company"
