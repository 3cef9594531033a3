"""Values out of a list: yes or no, one of several options, and tags. Each function gives the canonical value, or the
reason why the text cannot be read.
"""

from collections.abc import Mapping

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import BooleanRule, OptionRule, TagsRule
from lead_pipeline.model.texts.typed_cells import AS_TYPED
from lead_pipeline.normalizing.emails.email_hints import is_one_slip
from lead_pipeline.normalizing.verdicts import NO_REASON, RAW, filled_text, read_verdicts, when

_TRUE = ("true", "yes", "y", "1")
_FALSE = ("false", "no", "n", "0")

#: A word of fewer letters is one slip away from too many others.
_LONG_ENOUGH = 4

#: So many unknown texts of a batch are compared with the options: a column with more holds something else.
_MOST_COMPARED = 500


def normalize_booleans(raw: pl.Series, rule: BooleanRule) -> pl.DataFrame:
    """Read yes/no, true/false, y/n, 1/0 and the rule's own words, case-insensitive.

    Returns `value`, `reason` (Boolean, String), both null for an empty text.
    """
    words = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)
    words |= {_folded(word): True for word in rule.true_words}
    words |= {_folded(word): False for word in rule.false_words}
    words |= {f"{AS_TYPED}true": True, f"{AS_TYPED}false": False}  # what a boolean cell of a workbook says
    found = _looked_up(raw, words, pl.Boolean())
    unknown = pl.col("text").is_not_null() & pl.col("value").is_null()
    return found.select("value", reason=when(unknown, Reason.BOOLEAN_INVALID))


def normalize_options(raw: pl.Series, rule: OptionRule) -> pl.DataFrame:
    """Read one of the rule's options, case-insensitive, in the spelling of the list.

    A value of the value map stands for what it leads to, a map before an option of the same spelling; what is neither
    stays as written. Returns `value`, `reason` (String, always null).
    """
    found = _looked_up(raw, _meanings(rule), pl.String())
    return found.select(value=pl.coalesce("value", "text"), reason=NO_REASON)


def nearest_options(raw: pl.Series, rule: OptionRule) -> pl.Series:
    """Return for each text (String) that is not an option the one that was probably meant, null for none.

    That is the only one that differs in nothing but marks and spaces, or else in one letter: left out, added, changed,
    or swapped with the next.
    """
    text = raw.cast(pl.String).str.strip_chars()
    meanings = _meanings(rule)
    texts = text.unique(maintain_order=True).drop_nulls() if rule.others == "reject" else ()
    unknown = [one for one in texts if one and _folded(one) not in meanings]
    near = {one: found for one in unknown[:_MOST_COMPARED] if (found := _nearest(_folded(one), meanings)) is not None}
    if not near:
        return pl.repeat(None, raw.len(), dtype=pl.String, eager=True)
    return text.replace_strict(list(near), list(near.values()), default=None, return_dtype=pl.String)


def _nearest(folded: str, meanings: Mapping[str, str]) -> str | None:
    bare = _bare(folded)
    same = {meaning for known, meaning in meanings.items() if _bare(known) == bare}
    near = same or {meaning for known, meaning in meanings.items() if _is_slip(folded, known)}
    return near.pop() if len(near) == 1 else None


def _is_slip(typed: str, known: str) -> bool:
    """Tell whether a slip of the finger explains a text; of short words it would explain too much."""
    near = len(known) >= _LONG_ENOUGH and abs(len(known) - len(typed)) <= 1
    return near and is_one_slip(typed, known)


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _meanings(rule: OptionRule) -> dict[str, str]:
    """Return what each folded text stands for."""
    options = {_folded(option): option for option in reversed(rule.options)}
    kept = {_folded(value): value for value in reversed(rule.value_map.values())} | options
    mapped = {_folded(key): kept[_folded(value)] for key, value in rule.value_map.items()}
    return kept | mapped


def normalize_tags(raw: pl.Series, rule: TagsRule) -> pl.DataFrame:
    """Split tags at the rule's separator: outer whitespace, empty ones and marks alone dropped, repeated ones
    (case-insensitive) kept once, in the first spelling.

    Returns `value` (List(String), null for no tags), `reason` (String, always null).
    """
    tags = filled_text().str.split(rule.separator)
    tags = tags.list.eval(pl.element().str.replace_all(r"\s+", " ").str.strip_chars())
    first = pl.element().str.contains(r"[^\s\p{P}]") & pl.element().str.to_lowercase().is_first_distinct()
    tags = tags.list.eval(pl.element().filter(first))
    some = pl.when(tags.list.len() > 0).then(tags)
    return read_verdicts(raw, some, NO_REASON)


def _looked_up(raw: pl.Series, meant: Mapping[str, str | bool], dtype: pl.DataType) -> pl.DataFrame:
    """Look up each distinct spelling, folded by Python: polars folds no `ß` and no `İ`.

    Returns `text` (trimmed, null where empty) and `value` (null where the text means nothing).
    """
    text = raw.cast(pl.String).rename(RAW).to_frame().select(text=filled_text()).to_series()
    distinct = text.drop_nulls().unique()
    found = [meant.get(_folded(spelling)) for spelling in distinct]
    value = text.replace_strict(distinct, pl.Series(found, dtype=dtype), default=None, return_dtype=dtype)
    return pl.DataFrame({"text": text, "value": value})


def _folded(text: str) -> str:
    return text.strip().casefold()
