"""Which Dagster instance keeps the history of a home, and whether it is set up for it."""
