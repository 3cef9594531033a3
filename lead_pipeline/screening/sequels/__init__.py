"""Which rows of an import are those that an earlier one left out: its sequels."""
