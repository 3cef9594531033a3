"""Rows: every column of mapped leads becomes its canonical value, with the reason beside it when it has none. How a
value is read belongs in columns.py; what follows from a reason (reject the row, blank the value) in validating/.
"""

from collections.abc import Iterable, Mapping

import polars as pl

from lead_pipeline.model.fields import HINTS, title_of
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import FieldRule, PhoneRule
from lead_pipeline.normalizing.attribute_damage import mend_attributes
from lead_pipeline.normalizing.columns import Judged, normalize_column
from lead_pipeline.normalizing.names import split_names
from lead_pipeline.normalizing.secondary_contacts import judge_contacts

_CODES = pl.List(pl.String)
_PARTS = ("first_name", "last_name")


def normalize_rows(batch: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Replace each text of a rule's column by its canonical value and add `<column>_reason`.

    Args:
        batch: one String column per rule of `profile`, and any others, such as `attributes` (String: JSON objects).
        profile: the rules, and the region that phones are read under.

    Returns:
        The batch with the same rows and columns in the same order, each column that has a rule in its canonical type,
        null unless the value is good; `attributes`, if there, with garbled texts repaired where the profile says so;
        and `<column>_reason` (String) for each rule: null when the value is fine or an optional one is empty, else a
        code of model/reasons.py. Behind them `warnings` (List(String), codes about values that are kept), `hints`
        (String: sentences about this row's values, null for none), and what the profile derives from phones:
        `phone_<fact>`, `secondary_phones`. Other columns are untouched.
    """
    rules = profile.rules
    columns: dict[str, Judged] = {}
    for name in sorted(rules, key=lambda one: one != "full_name"):  # first, for its parts are judged as well
        raw = batch[name]
        if profile.split_full_name and name in _PARTS:
            raw = _with_parts(batch, columns["full_name"].verdicts["value"], name)
        columns[name] = normalize_column(raw, name, rules[name], profile, _countries(batch, rules[name]))
    columns = {name: columns[name] for name in rules}
    verdicts, derived = _laid_out(columns), [series for one in columns.values() for series in one.derived]
    verdicts |= judge_contacts(verdicts | {series.name: series for series in derived}, profile)
    warnings = [series for one in columns.values() for series in one.warnings]
    hints = [_titled(name, series) for name, one in columns.items() for series in one.hints]
    if "attributes" in batch.columns:
        mended = mend_attributes(batch["attributes"], profile.repair)
        batch = batch.with_columns(attributes=mended.attributes)
        warnings.append(mended.warnings)
        hints.append(mended.hints)
    return batch.with_columns(
        *verdicts.values(), *derived, _gathered(batch.height, warnings), _told(batch.height, hints)
    )


def _with_parts(batch: pl.DataFrame, full_names: pl.Series, name: str) -> pl.Series:
    """Return the first or last names as written, and those of the full name in rows that leave both empty."""
    blank = pl.all_horizontal(pl.col(part).is_null() | (pl.col(part).str.strip_chars() == "") for part in _PARTS)
    rows = batch.select(blank.arg_true()).to_series()
    return batch[name].scatter(rows, split_names(full_names.gather(rows))[name]) if rows.len() else batch[name]


def _countries(batch: pl.DataFrame, rule: FieldRule) -> pl.Series | None:
    return batch[rule.region_field] if isinstance(rule, PhoneRule) and rule.region_field else None


def _laid_out(columns: Mapping[str, Judged]) -> dict[str, pl.Series]:
    laid_out: dict[str, pl.Series] = {}
    for name, one in columns.items():
        laid_out[name] = one.verdicts["value"].alias(name)
        laid_out[f"{name}_reason"] = one.verdicts["reason"].alias(f"{name}_reason")
    return laid_out


def _gathered(height: int, series: Iterable[pl.Series]) -> pl.Series:
    """Gather columns of codes (String, null for none, or List(String)) into one list per row."""
    none = pl.lit([], dtype=_CODES)
    found = [one for one in series if one.null_count() < one.len()]
    if not found:
        return pl.repeat([], height, dtype=_CODES, eager=True).alias("warnings")
    # concat_list gives null where any of its lists is null
    lists = [pl.select(one.fill_null(none)).to_series() if one.dtype == _CODES else one for one in found]
    frame = pl.DataFrame([one.alias(str(place)) for place, one in enumerate(lists)])
    return frame.select(pl.concat_list(pl.all()).list.drop_nulls()).to_series().alias("warnings")


def _titled(name: str, hints: pl.Series) -> pl.Series:
    """Put before each sentence about a value what people call its column."""
    if hints.null_count() == hints.len():
        return hints
    return pl.select(pl.format("{}: {}", pl.lit(title_of(name)), hints)).to_series()


def _told(height: int, hints: Iterable[pl.Series]) -> pl.Series:
    """Join the sentences about a row's values."""
    said = [series for series in hints if series.null_count() < series.len()]
    if not said:
        return pl.repeat(None, height, dtype=pl.String, eager=True).alias(HINTS)
    frame = pl.DataFrame([one.alias(str(place)) for place, one in enumerate(said)])
    text = pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
    return frame.select(pl.when(text != "").then(text)).to_series().alias(HINTS)
