"""Texts, column by column: the canonical value or the reason why there is none. Numbers, moments, choices, phones and
emails have modules of their own; what a reason leads to, validating/ decides.
"""

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import TextRule
from lead_pipeline.normalizing.known_names import whole
from lead_pipeline.normalizing.verdicts import filled_text, judged, when


def normalize_texts(raw: pl.Series, rule: TextRule) -> pl.DataFrame:
    """Trim text, and judge its length in characters and its form: the whole of it has to match.

    Returns `value`, `reason` (String, String), both null for blank; of several reasons the length comes first.
    """
    text, length = pl.col("value"), pl.col("value").str.len_chars()
    tried = (
        (rule.min_length, lambda least: length < least, Reason.VALUE_TOO_SHORT),
        (rule.max_length, lambda most: length > most, Reason.VALUE_TOO_LONG),
        (rule.pattern, lambda form: ~text.str.contains(whole(form)), Reason.VALUE_PATTERN_MISMATCH),
    )
    told = [when(broken(limit), reason) for limit, broken, reason in tried if limit is not None]
    return judged(raw, filled_text(), pl.coalesce(*told) if told else pl.lit(None, pl.String))
