"""How a country writes its own numbers, and which time zones a number belongs to. Functions name those of
`phonenumbers` that they mirror.
"""

import re
from functools import cache

import phonenumbers
import polars as pl
from phonenumbers import NumberFormat, PhoneNumberType
from phonenumbers.timezone import UNKNOWN_TIMEZONE
from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

from lead_pipeline.normalizing.phones.plan.numbering import NUMBER, metadata_of, regions_of
from lead_pipeline.normalizing.phones.plan.patterns import at_start, replacement, whole
from lead_pipeline.normalizing.phones.plan.plan_schema import UNKNOWN

_ZONES = pl.List(pl.String)

#: The region of calling codes that belong to no country (`phonenumberutil.REGION_CODE_FOR_NON_GEO_ENTITY`).
_NO_COUNTRY = "001"


def with_national(numbers: pl.DataFrame, code: int) -> pl.DataFrame:
    """Add `national` (String): the `number` as its country writes it (`format_number`, NATIONAL).

    A number of no country (+800, satellites) has no national spelling: without its code it is somebody else's number,
    so that the international one stands here, where the library leaves the code out.
    """
    formats = metadata_of(code, regions_of(code)[0]).number_format
    chosen = (pl.when(_fits(form)).then(pl.lit(index, pl.UInt16)) for index, form in enumerate(formats))
    choice = pl.coalesce(*chosen, pl.lit(None, pl.UInt16))
    parts = numbers.with_columns(choice=choice).partition_by("choice", as_dict=True, include_key=False)
    written = pl.concat([part.with_columns(national=_written(formats, index)) for (index,), part in parts.items()])
    if regions_of(code)[0] == _NO_COUNTRY:
        return written.with_columns(national=pl.concat_str(pl.lit(f"+{code} "), "national"))
    return written


def _fits(form: NumberFormat) -> pl.Expr:
    """True where a format is meant for a number: the last of its leading digits is the most detailed
    (`_choose_formatting_pattern_for_number`).
    """
    fits = NUMBER.str.contains(whole(form.pattern or ""))
    leading = form.leading_digits_pattern
    return NUMBER.str.contains(at_start(leading[-1])) & fits if leading else fits


def _written(formats: list[NumberFormat], index: int | None) -> pl.Expr:
    """Write the groups of a number, the national prefix where the rule has one (`_format_nsn_using_pattern`)."""
    if index is None:
        return NUMBER
    form = formats[index]
    rule = form.format or ""
    if form.national_prefix_formatting_rule:
        rule = re.sub(r"(\\\d)", form.national_prefix_formatting_rule, rule, count=1)
    return NUMBER.str.replace(whole(form.pattern or ""), replacement(rule))


def with_time_zones(numbers: pl.DataFrame, code: int) -> pl.DataFrame:
    """Add `time_zones` (List(String), IANA names) for numbers of known `type` (`time_zones_for_number`).

    Lines with a location have those of the longest known prefix of the number, all others those of their calling code.
    """
    located = [
        PhoneNumberType.to_string(kind).lower()
        for kind in PhoneNumberType.values()
        if phonenumbers.is_number_type_geographical(kind, code)
    ]
    full = pl.concat_str(pl.lit(str(code)), NUMBER)
    by_prefix = (_looked_up(full.str.head(length), code, length) for length in _prefixes_of(code))
    unknown = pl.lit([UNKNOWN_TIMEZONE], _ZONES)
    country = pl.lit(list(zones_of_calling_code(str(code))), _ZONES)
    zones = pl.when(pl.col("type").is_in(located)).then(pl.coalesce(*by_prefix, unknown)).otherwise(country)
    return numbers.with_columns(time_zones=pl.when(pl.col("type") == UNKNOWN).then(unknown).otherwise(zones))


def zones_of_calling_code(code: str) -> tuple[str, ...]:
    """Mirrors `_country_level_time_zones_for_number`, which never asks for fewer than two digits of a longer code."""
    return next((TIMEZONE_DATA[known] for known in (code, code[:2]) if known in TIMEZONE_DATA), (UNKNOWN_TIMEZONE,))


def _looked_up(prefix: pl.Expr, code: int, length: int) -> pl.Expr:
    known, positions, zones = _table_of(code, length)
    index = prefix.replace_strict(known, positions, default=None, return_dtype=pl.UInt32)
    return pl.lit(zones).gather(index)


@cache
def _table_of(code: int, length: int) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The known prefixes of a length (String), their positions (UInt32) and zones (List(String)): two thousand prefixes
    of the United States, which would take longer than a small file's rows if they were made a table each time.
    """
    known = _prefixes_of(code)[length]
    zones = pl.Series([list(TIMEZONE_DATA[one]) for one in known], dtype=_ZONES)
    return pl.Series(known, dtype=pl.String), pl.int_range(len(known), dtype=pl.UInt32, eager=True), zones


@cache
def _prefixes_of(code: int) -> dict[int, list[str]]:
    """The known prefixes that begin with a calling code, by their length, longest first."""
    lengths = range(TIMEZONE_LONGEST_PREFIX, 0, -1)
    known = {
        length: [one for one in TIMEZONE_DATA if len(one) == length and one.startswith(str(code))] for length in lengths
    }
    shorter = [str(code)[:length] for length in range(len(str(code)) - 1, 0, -1)]
    known |= {len(one): [one] for one in shorter if one in TIMEZONE_DATA}
    return {length: prefixes for length, prefixes in known.items() if prefixes}
