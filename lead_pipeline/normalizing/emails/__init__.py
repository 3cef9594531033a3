"""Email addresses, column by column."""

from lead_pipeline.normalizing.emails.addresses import normalize_emails

__all__ = ["normalize_emails"]
