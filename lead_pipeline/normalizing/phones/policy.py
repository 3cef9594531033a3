"""What a profile makes of a phone: which of a cell's numbers is taken, which verdicts, types and spellings it accepts.
How a number is read does not belong here.
"""

import polars as pl
from phonenumbers import country_code_for_region

from lead_pipeline.model.fields import SECONDARY_PHONES
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import PhoneRule
from lead_pipeline.normalizing.phones.labels import without_labels
from lead_pipeline.normalizing.phones.normalizer import normalize_phones
from lead_pipeline.normalizing.phones.regions import checked_region, regions_named
from lead_pipeline.normalizing.phones.several import cells_with_several

_FALSE = pl.lit(value=False)
_SPELLINGS = pl.List(pl.String)
_PLUS = r"[+\x{FF0B}]"


def accepted_phones(
    raw: pl.Series, rule: PhoneRule, countries: pl.Series | None, default_region: str | None
) -> pl.DataFrame:
    """Read phones as `rule` wants them.

    Args:
        raw: String.
        rule: what is accepted.
        countries: each row's country (String), or None where the profile takes none from the row.
        default_region: the country of rows that name none; one that names an unknown country has none.

    Returns:
        One row per value, in order: `value` (String, E.164; null unless accepted), `reason` (String, a code; null
        exactly when accepted): the first that applies of several numbers, no good number, written otherwise than the
        profile's `format`, of a type left out, with an extension that is not allowed; `extension` (String or null);
        `further` (List(String), the other spellings of the cell; null unless the rule keeps them).

    Raises:
        UsageError: `default_region` is not supported.
    """
    checked_region(default_region)
    region = default_region if countries is None else regions_named(countries, default_region)
    spelling = without_labels(raw)
    several = cells_with_several(spelling)
    multiple = pl.repeat(value=False, n=raw.len(), dtype=pl.Boolean, eager=True).scatter(several["row"], values=True)
    further = _further(spelling, several) if rule.multiple == "secondary" else pl.lit(None, _SPELLINGS)
    if several.height:
        spelling = spelling.clone().scatter(several["row"], several["phones"].list.first())
    read = normalize_phones(spelling, None if rule.format == "international" else region)
    country = region if isinstance(region, pl.Series) else pl.lit(region, pl.String)
    known = read.with_columns(multiple=multiple, spelling=spelling, country=country)
    verdicts = known.select("e164", "extension", reason=_refusal(rule, known), further=further)
    value = pl.when(pl.col("reason").is_null()).then("e164").alias("value")
    return verdicts.select(value, "reason", "extension", "further")


def _further(raw: pl.Series, several: pl.DataFrame) -> pl.Series:
    """Return what each cell has behind its first number (List(String), empty for nothing)."""
    cells = pl.DataFrame({"row": pl.int_range(raw.len(), dtype=pl.UInt32, eager=True)})
    joined = cells.join(several, on="row", how="left", maintain_order="left")
    return joined.select(pl.col("phones").list.slice(1).fill_null(pl.lit([], _SPELLINGS))).to_series()


def secondary_phones(primary: pl.Series, further: pl.Series, region: str | pl.Series | None) -> pl.Series:
    """Return the good further numbers of each cell, in its order, without the primary and repetitions.

    Args:
        primary: String, E.164 or null.
        further: List(String), spellings.
        region: country of numbers without +, or that of each cell.

    Returns:
        List(String) of E.164, empty for none, in the order of `primary`.
    """
    cells = pl.DataFrame({"primary": primary, "spelling": further}).with_row_index("row")
    each = cells.explode("spelling", empty_as_null=True).filter(pl.col("spelling").is_not_null())
    read = normalize_phones(each["spelling"], region.gather(each["row"]) if isinstance(region, pl.Series) else region)
    each = each.with_columns(phone=read.select(pl.when("valid").then("e164")).to_series())
    good = each.filter(pl.col("phone").is_not_null() & pl.col("phone").ne_missing(pl.col("primary")))
    lists = good.group_by("row").agg(pl.col("phone").unique(maintain_order=True))
    joined = cells.select("row").join(lists, on="row", how="left", maintain_order="left")
    return joined.select(pl.col("phone").fill_null(pl.lit([], dtype=_SPELLINGS))).to_series().alias(SECONDARY_PHONES)


def _refusal(rule: PhoneRule, known: pl.DataFrame) -> pl.Expr:
    """The first reason against each number, null for none."""
    unwritten = (pl.col("reason") == Reason.PHONE_COUNTRY_UNKNOWN.value) & ~pl.col("spelling").str.contains(_PLUS)
    foreign = ~_is_domestic(known["country"]) if rule.format == "national" else _FALSE
    tried = (
        (pl.col("multiple") if rule.multiple == "reject" else _FALSE, Reason.PHONE_MULTIPLE),
        (unwritten if rule.format == "international" else _FALSE, Reason.PHONE_FORMAT_NOT_ALLOWED),
        (~_is_good(rule), None),
        (foreign, Reason.PHONE_FORMAT_NOT_ALLOWED),
        (~pl.col("type").is_in(rule.allow_types) if rule.allow_types else _FALSE, Reason.PHONE_TYPE_NOT_ALLOWED),
        (_FALSE if rule.allow_extension else pl.col("extension").is_not_null(), Reason.PHONE_EXTENSION_NOT_ALLOWED),
    )
    reasons = (pl.when(wrong).then(pl.lit(reason.value) if reason else pl.col("reason")) for wrong, reason in tried)
    return pl.coalesce(*reasons)


def _is_good(rule: PhoneRule) -> pl.Expr:
    """A number complete only for a local call is possible to the library, but nobody can call it from elsewhere."""
    possible = (pl.col("reason") == Reason.PHONE_NOT_VALID.value).fill_null(value=False)
    return pl.col("valid") | possible if rule.require == "possible" else pl.col("valid")


def _is_domestic(countries: pl.Series) -> pl.Expr:
    """True where the number has the calling code of the row's country."""
    codes = {country: f"+{country_code_for_region(country)}" for country in countries.drop_nulls().unique()}
    code = pl.col("country").replace_strict(codes, default=None, return_dtype=pl.String)
    return pl.col("e164").str.starts_with(code).fill_null(value=False)
