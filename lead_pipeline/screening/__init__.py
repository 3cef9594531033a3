"""Who is a duplicate and who is suppressed: set-based SQL that runs inside the store's transaction."""
