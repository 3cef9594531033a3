"""Where files lie: home, inbox, staging, work folders, receipts, archive, quarantine. No Dagster, no SQL, no rules."""
