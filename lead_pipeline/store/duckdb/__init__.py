"""The embedded lead store: one DuckDB file."""
