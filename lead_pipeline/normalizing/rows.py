"""Rows: every column of mapped leads becomes its canonical value, with the reason beside it when it cannot be read. No
limit of a profile is looked at here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from lead_pipeline.model.contracts import SUGGESTIONS_TYPE
from lead_pipeline.model.fields import CONSENT_ZONE_KNOWN, HINTS, SPLIT_NAMES, SUGGESTIONS, title_of
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import FieldRule, PhoneRule
from lead_pipeline.normalizing.attribute_damage import repair_attributes
from lead_pipeline.normalizing.columns import ColumnVerdict, normalize_column
from lead_pipeline.normalizing.consents import says_zone
from lead_pipeline.normalizing.names import split_names
from lead_pipeline.normalizing.required_facts import required_facts

_CODES = pl.List(pl.String)
_PARTS = ("first_name", "last_name")
_NOT_SPLIT_HINT = (
    "Full name: the given name may go on behind the particle (as in María del Carmen), so it was left whole."
)


def normalize_rows(
    batch: pl.DataFrame, profile: ImportProfile, places: Mapping[str, Sequence[str]] | None = None
) -> pl.DataFrame:
    """Replace each text of a rule's column by its canonical value and add `<column>_reason`.

    Args:
        batch: one String column per rule of `profile`, and any others, such as `attributes` (String: JSON objects).
        profile: the rules, and the region that phones are read under.
        places: attributes that are a `postal_code`, `state` or `country`, for what is required to be known of a row.

    Returns:
        The batch with the same rows and columns in the same order, each column that has a rule in its canonical type,
        null where it is empty or cannot be read; `attributes`, if there, with garbled texts repaired where the profile
        says so; and `<column>_reason` (String) for each rule: why the value cannot be read, else null. Behind them
        `warnings` (List(String), codes about values that are kept), `hints` (String: sentences about this row's values,
        null for none), `suggestions` (List(Struct(field, value)): what was probably written instead of a value, null
        for none), what the profile derives from phones (`phone_<fact>`, `secondary_phones`), where it splits
        names `split_names` (Boolean), where it has a `consent:` `consent_zone_known` (Boolean), and what it requires to
        be known: `line_type` (String), `time_zone_known` (Boolean).
        Other columns are untouched.
    """
    rules = profile.rules
    columns: dict[str, ColumnVerdict] = {}
    split: dict[str, pl.Series] = {}
    unclear: pl.Series | None = None
    for name in sorted(rules, key=lambda one: one != "full_name"):  # first, for its parts are normalized as well
        countries = _countries(batch, rules[name])
        columns[name] = normalize_column(split.get(name, batch[name]), name, rules[name], profile, countries)
        if name == "full_name" and profile.split_full_name:
            split = _split_names(batch, columns[name].verdicts["value"])
            unclear = split.pop("unclear")
    columns = {name: columns[name] for name in rules}
    derived = [series for one in columns.values() for series in one.derived]
    warnings = [series for one in columns.values() for series in one.warnings]
    hints = [_titled(name, series) for name, one in columns.items() for series in one.hints]
    if unclear is not None and unclear.any():
        said = pl.DataFrame({"unclear": unclear}).select(
            code=pl.when("unclear").then(pl.lit(Reason.NAME_NOT_SPLIT.value)),
            hint=pl.when("unclear").then(pl.lit(_NOT_SPLIT_HINT)),
        )
        warnings.append(said["code"])
        hints.append(said["hint"])
    suggested = list(_suggested(columns))
    if "attributes" in batch.columns:
        repaired = repair_attributes(batch["attributes"], profile.repair)
        batch = batch.with_columns(attributes=repaired.attributes)
        warnings.append(repaired.warnings)
        hints.append(repaired.hints)
        suggested.append(repaired.suggestions)
    laid_out = batch.with_columns(_laid_out(columns))
    return laid_out.with_columns(
        *required_facts(laid_out, profile, places or {}),
        *derived,
        *(split[name] for name in split if name == SPLIT_NAMES),
        *([says_zone(batch["consent_at"]).alias(CONSENT_ZONE_KNOWN)] if profile.consent is not None else []),
        _gathered(batch.height, warnings),
        _joined_hints(batch.height, hints),
        _listed_suggestions(batch.height, suggested),
    )


def _split_names(batch: pl.DataFrame, full_names: pl.Series) -> dict[str, pl.Series]:
    """Return first and last names as written, those of the full name in rows that leave both empty, which these rows
    are (`split_names`), and which of them are left whole because they are `unclear`.
    """
    blank = pl.all_horizontal(pl.col(part).is_null() | (pl.col(part).str.strip_chars() == "") for part in _PARTS)
    is_split = batch.select(blank.alias(SPLIT_NAMES)).to_series()
    rows = is_split.arg_true()
    parts = split_names(full_names.gather(rows))
    unclear = pl.repeat(value=False, n=batch.height, eager=True).scatter(rows, parts["unclear"])
    written = {part: batch[part].scatter(rows, parts[part]) for part in _PARTS}
    return {SPLIT_NAMES: is_split, "unclear": unclear} | written


def _countries(batch: pl.DataFrame, rule: FieldRule) -> pl.Series | None:
    return batch[rule.region_field] if isinstance(rule, PhoneRule) and rule.region_field else None


def _laid_out(columns: Mapping[str, ColumnVerdict]) -> Iterator[pl.Series]:
    for name, one in columns.items():
        yield one.verdicts["value"].alias(name)
        yield one.verdicts["reason"].alias(f"{name}_reason")


def _gathered(height: int, series: Iterable[pl.Series]) -> pl.Series:
    """Gather columns of codes (String, null for none, or List(String)) into one list per row."""
    found = [one for one in series if one.null_count() < one.len()]
    if not found:
        return pl.repeat([], height, dtype=_CODES, eager=True).alias("warnings")
    frame = pl.DataFrame([one.alias(str(index)) for index, one in enumerate(found)])
    rows = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series().arg_true()
    # concat_list gives null where any of its lists is null
    none = pl.lit([], dtype=_CODES)
    lists = [pl.col(one.name).fill_null(none) if one.dtype == _CODES else one.name for one in frame]
    some = frame[rows].select(pl.concat_list(lists).list.drop_nulls()).to_series()
    # most rows have none: an empty list in front of the others stands for theirs
    places = pl.repeat(0, height, dtype=pl.UInt32, eager=True)
    places.scatter(rows, pl.int_range(1, some.len() + 1, dtype=pl.UInt32, eager=True))
    return pl.concat([pl.Series([[]], dtype=_CODES), some], rechunk=True).gather(places).alias("warnings")


def _titled(name: str, hints: pl.Series) -> pl.Series:
    """Put before each sentence about a value what people call its column."""
    if hints.null_count() == hints.len():
        return hints
    return pl.select(pl.format("{}: {}", pl.lit(title_of(name)), hints)).to_series()


def _suggested(columns: Mapping[str, ColumnVerdict]) -> Iterator[pl.DataFrame]:
    """Yield the suggestions that there are: `index` of the row, `field`, `value`."""
    for name, one in columns.items():
        for series in one.suggestions:
            rows = series.is_not_null().arg_true()
            if rows.len():
                yield pl.DataFrame({"index": rows, "field": [name] * rows.len(), "value": series.gather(rows)})


def _listed_suggestions(height: int, suggested: Sequence[pl.DataFrame]) -> pl.Series:
    """List the suggestions of each row, of a value the first that there is."""
    found = [one for one in suggested if one.height]
    if not found:
        return pl.repeat(None, height, dtype=SUGGESTIONS_TYPE, eager=True).alias(SUGGESTIONS)
    first = pl.concat(found).unique(["index", "field"], keep="first", maintain_order=True)
    lists = first.group_by("index", maintain_order=True).agg(pl.struct("field", "value").alias(SUGGESTIONS))
    every = pl.DataFrame({"index": pl.int_range(height, dtype=pl.UInt32, eager=True)})
    return every.join(lists, on="index", how="left", maintain_order="left")[SUGGESTIONS]


def _joined_hints(height: int, hints: Iterable[pl.Series]) -> pl.Series:
    """Join the sentences about a row's values."""
    found = [series for series in hints if series.null_count() < series.len()]
    if not found:
        return pl.repeat(None, height, dtype=pl.String, eager=True).alias(HINTS)
    frame = pl.DataFrame([one.alias(str(index)) for index, one in enumerate(found)])
    text = pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
    return frame.select(pl.when(text != "").then(text)).to_series().alias(HINTS)
