"""Taking a frame apart by a predicate. What the parts mean belongs to their callers."""

import polars as pl


def split(frame: pl.DataFrame, predicate: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows where `predicate` is true, and the others; it is evaluated once, null counts as false."""
    chosen = frame.select(chosen=predicate.fill_null(value=False))["chosen"]
    if chosen.all():
        return frame, frame.clear()
    return (frame.filter(chosen), frame.filter(~chosen)) if chosen.any() else (frame.clear(), frame)
