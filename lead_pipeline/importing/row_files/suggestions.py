"""Suggestions for values: only those stay that would be accepted where they are proposed. What they are is found by
normalizing.
"""

from collections.abc import Callable
from typing import NamedTuple

import polars as pl

from lead_pipeline.model.fields import REASON_FIELDS, SUGGESTIONS
from lead_pipeline.model.reasons import REASONS, Reason

#: Makes normalized leads of mapped ones.
Judge = Callable[[pl.DataFrame], pl.DataFrame]

#: What is said of a field because another one of the row is empty, whatever its own value.
_ABOUT_OTHERS = (
    Reason.REQUIRED_IF_MISSING,
    Reason.REQUIRED_ONE_OF_MISSING,
    Reason.REQUIRED_TOGETHER_MISSING,
)

#: What speaks against a suggestion: all that costs a row or its value, and that the domain looks misspelled again.
_SPEAKING_AGAINST = [
    reason.value
    for reason, info in REASONS.items()
    if reason not in _ABOUT_OTHERS and (info.effect != "warning" or reason == Reason.EMAIL_DOMAIN_TYPO)
]


#: Rows with suggestions that are judged at once. To judge few costs little less than to judge thousands: what takes the
#: time is to build expressions.
_ROWS_ON_TRIAL = 50_000


class SuggestedRows(NamedTuple):
    """Rows with suggestions: `found` (`row_number`, `field`, `value`), and of those that can be judged `written`, the
    mapped leads with all suggestions in the place of their values.
    """

    written: pl.DataFrame
    found: pl.DataFrame


def suggested_rows(mapped: pl.DataFrame, judged: pl.DataFrame) -> SuggestedRows:
    """Return the rows that have suggestions.

    Args:
        mapped: mapped leads, from which the judged ones were made.
        judged: the same rows as normalized leads, with `suggestions`.
    """
    found = judged.select("row_number", SUGGESTIONS).drop_nulls().explode(SUGGESTIONS).unnest(SUGGESTIONS)
    columns = [field for field in found["field"].unique(maintain_order=True) if field in mapped.columns]
    if not columns:
        return SuggestedRows(mapped.clear(), found)
    by_field = found.filter(pl.col("field").is_in(columns)).pivot("field", index="row_number", values="value")
    rows = mapped.join(by_field, on="row_number", how="inner", suffix=".suggested", maintain_order="left")
    written = rows.with_columns(pl.coalesce(f"{name}.suggested", name).alias(name) for name in columns)
    return SuggestedRows(written.select(mapped.columns), found)


def proven_suggestions(rows: SuggestedRows, judge: Judge) -> pl.DataFrame:
    """Return `row_number` and `suggestions` (as normalized leads have them) of the rows of which some remain: those
    that `judge` does not refuse in the place of the values.
    """
    proven = rows.found
    if rows.written.height:
        refused = (
            judge(rows.written)
            .select("row_number", REASON_FIELDS)
            .drop_nulls()
            .explode(REASON_FIELDS)
            .unnest(REASON_FIELDS)
            .filter(pl.col("code").is_in(_SPEAKING_AGAINST))
        )
        proven = proven.join(refused, on=["row_number", "field"], how="anti", maintain_order="left")
    return proven.group_by("row_number", maintain_order=True).agg(pl.struct("field", "value").alias(SUGGESTIONS))


def with_proven_suggestions(mapped: pl.DataFrame, judged: pl.DataFrame, judge: Judge) -> pl.DataFrame:
    """Return judged rows without the suggestions that `judge` would refuse in the place of the values.

    Args:
        mapped: mapped leads, from which the judged ones were made.
        judged: the same rows as normalized leads, with `suggestions`.
        judge: makes normalized leads of mapped ones.
    """
    suggested = suggested_rows(mapped, judged)
    if suggested.found.is_empty():
        return judged
    proven = proven_suggestions(suggested, judge)
    return judged.drop(SUGGESTIONS).join(proven, on="row_number", how="left", maintain_order="left")


class SuggestionsOnTrial:
    """Proves the suggestions of a whole import, those of many batches at once; no more of them are held than that."""

    def __init__(self, judge: Judge, keep: Callable[[pl.DataFrame], None]) -> None:
        """Set what makes normalized leads of mapped ones, and where what is proven goes: `row_number`, `suggestions`,
        in the order in which the rows came.
        """
        self._judge, self._keep = judge, keep
        self._waiting: list[SuggestedRows] = []

    def add(self, rows: SuggestedRows) -> None:
        """Take the suggestions of a further batch."""
        if rows.found.is_empty():
            return
        self._waiting.append(rows)
        if sum(one.found.height for one in self._waiting) >= _ROWS_ON_TRIAL:
            self.finish()

    def finish(self) -> None:
        """Prove all that were taken since."""
        if self._waiting:
            written, found = (pl.concat(parts) for parts in zip(*self._waiting, strict=True))
            self._waiting.clear()
            self._keep(proven_suggestions(SuggestedRows(written, found), self._judge))
