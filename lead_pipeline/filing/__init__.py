"""Where files lie: home, inbox, staging, parts, receipts, archive, quarantine. No Dagster, no SQL, no judging."""
