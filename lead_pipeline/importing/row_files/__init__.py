"""Files of rows that people get of an import: what was left out, what was warned of, and what was probably meant."""
