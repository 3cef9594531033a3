"""Suggestions for values: only those stay that would be accepted where they are proposed. What they are is found by
normalizing.
"""

from collections.abc import Callable

import polars as pl

from lead_pipeline.model.fields import REASON_FIELDS, SUGGESTIONS
from lead_pipeline.model.reasons import REASONS, Reason

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


def with_proven_suggestions(
    mapped: pl.DataFrame, judged: pl.DataFrame, judge: Callable[[pl.DataFrame], pl.DataFrame]
) -> pl.DataFrame:
    """Return judged rows without the suggestions that `judge` would refuse in the place of the values.

    Args:
        mapped: mapped leads, from which the judged ones were made.
        judged: the same rows as normalized leads, with `suggestions`.
        judge: makes normalized leads of mapped ones.
    """
    found = judged.select("row_number", SUGGESTIONS).drop_nulls().explode(SUGGESTIONS).unnest(SUGGESTIONS)
    columns = [field for field in found["field"].unique(maintain_order=True) if field in mapped.columns]
    if not columns:
        return judged
    by_field = found.filter(pl.col("field").is_in(columns)).pivot("field", index="row_number", values="value")
    rows = mapped.join(by_field, on="row_number", how="inner", suffix=".suggested", maintain_order="left")
    written = rows.with_columns(pl.coalesce(f"{name}.suggested", name).alias(name) for name in columns)
    again = judge(written.select(mapped.columns))
    refused = (
        again.select("row_number", REASON_FIELDS)
        .drop_nulls()
        .explode(REASON_FIELDS)
        .unnest(REASON_FIELDS)
        .filter(pl.col("code").is_in(_SPEAKING_AGAINST))
    )
    proven = found.join(refused, on=["row_number", "field"], how="anti", maintain_order="left")
    lists = proven.group_by("row_number", maintain_order=True).agg(pl.struct("field", "value").alias(SUGGESTIONS))
    return judged.drop(SUGGESTIONS).join(lists, on="row_number", how="left", maintain_order="left")
