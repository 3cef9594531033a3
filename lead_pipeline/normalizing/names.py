"""Full names taken apart into first and last name. Whether a profile wants that, and what becomes of the parts, belongs
in rows.py.
"""

import polars as pl


def split_names(batch: pl.DataFrame, full_names: pl.Series) -> pl.DataFrame:
    """Return `first_name`, `last_name` (String): as written, split from the full name where a row leaves both empty."""
    written = batch.select("first_name", "last_name").with_columns(full_names.alias("full"))
    empty = pl.all_horizontal(
        pl.col(name).is_null() | (pl.col(name).str.strip_chars() == "") for name in ("first_name", "last_name")
    )
    parts = pl.col("full").str.splitn(" ", 2).struct
    return written.select(
        first_name=pl.when(empty).then(parts[0]).otherwise("first_name"),
        last_name=pl.when(empty).then(parts[1]).otherwise("last_name"),
    )
