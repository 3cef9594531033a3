"""What is found wrong with rows, one line per failed rule, before it is laid out row by row. What it does to the rows
does not belong here.
"""

import polars as pl

#: The row's index in the batch, the column of mapped leads (null for structure and rules about rows), the code, whether
#: the row is rejected for it or only warned of, and a hint for people (null for none).
FAILURES: dict[str, type[pl.DataType]] = {
    "index": pl.UInt32,
    "field": pl.String,
    "code": pl.String,
    "list": pl.String,
    "hint": pl.String,
}


def no_failures() -> pl.DataFrame:
    """Return failures of no row."""
    return pl.DataFrame(schema=FAILURES)
