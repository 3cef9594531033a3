"""Numbers that can be read in one way only, and are valid: what most spellings of a long list are. They are known by a
few expressions; of all others nothing is said here.
"""

from collections.abc import Iterator

import polars as pl
from phonenumbers import PhoneMetadata, ValidationResult

from lead_pipeline.normalizing.frames import split
from lead_pipeline.normalizing.phones.plan.dialling import with_calling_code
from lead_pipeline.normalizing.phones.plan.numbering import (
    NUMBER,
    calling_code_of,
    has_national_prefix,
    is_general,
    is_ordinary_line,
    length_verdict,
    metadata_of,
    regions_of,
)
from lead_pipeline.normalizing.phones.plan.patterns import UncoveredPatternError, at_start

_RAW = pl.col("raw")

#: Digits alone, and digits with punctuation between them that is dropped: no mark at which a second number begins, and
#: no tail of a decimal number, which a spreadsheet wrote.
_BARE = r"^\+?[0-9]{7,15}$"
_DRESSED = r"^\+?\(?[0-9][0-9 ().\-]{5,22}[0-9]$"
_PUNCTUATION = [" ", "(", ")", ".", "-", "+"]
_DECIMAL_TAIL = r"\.0+$"
#: With so many digits and punctuation, two numbers may stand in a cell.
_MOST_DRESSED = 13


def sure_numbers(raw: pl.Series, region: str | None) -> pl.DataFrame:
    """Return the spellings that surely are one valid number under the default `region`: `row` (UInt32), `e164`.

    `normalize_phones` reads each of them as the same number, valid; it may find others valid, too.
    """
    spellings = pl.DataFrame({"raw": raw.cast(pl.String)}).with_row_index("row")
    try:
        found = [_written(numbers, code) for numbers, code in _by_calling_code(_spelled(spellings), region)]
    except UncoveredPatternError:
        found = []
    return pl.concat([pl.DataFrame(schema={"row": pl.UInt32, "e164": pl.String}), *found])


def _spelled(spellings: pl.DataFrame) -> pl.DataFrame:
    """Return the spellings of such a form: `row number plus`."""
    bare, others = split(spellings, _RAW.str.contains(_BARE))
    dressed = others.filter(_RAW.str.contains(_DRESSED))
    digits = _RAW.str.replace_many(_PUNCTUATION, [""] * len(_PUNCTUATION))
    read = dressed.filter(~_RAW.str.contains(_DECIMAL_TAIL)).with_columns(number=digits)
    spelled = pl.concat(
        [
            bare.with_columns(number=_RAW.str.strip_prefix("+")),
            read.filter(NUMBER.str.len_bytes().is_between(7, _MOST_DRESSED)),
        ]
    )
    return spelled.select("row", "number", plus=_RAW.str.starts_with("+"))


def _by_calling_code(spelled: pl.DataFrame, region: str | None) -> Iterator[tuple[pl.DataFrame, int]]:
    """Yield national numbers (`row`, `number`) with the calling code that they are surely of."""
    abroad, national = split(spelled, pl.col("plus"))
    if abroad.height:
        known, _ = with_calling_code(abroad.drop("plus"))
        for (code,), numbers in known.partition_by("calling_code", as_dict=True, include_key=False).items():
            main = metadata_of(int(code), regions_of(int(code))[0])
            yield _sure(numbers.filter(~has_national_prefix(main)), int(code)), int(code)
    if region is not None and national.height:
        code = calling_code_of(region)
        for numbers in _dialled(national.drop("plus"), code, metadata_of(code, region)):
            yield _sure(numbers, code), code


def _dialled(national: pl.DataFrame, code: int, plan: PhoneMetadata) -> Iterator[pl.DataFrame]:
    """Yield numbers dialled in a region: as they are, without its calling code, without its national prefix."""
    numbers = national
    if plan.international_prefix is not None:
        numbers = numbers.filter(~NUMBER.str.contains(at_start(plan.international_prefix)))
    coded, plain = split(numbers, NUMBER.str.starts_with(str(code)))
    prefixed, plain = split(plain, has_national_prefix(plan))
    yield plain
    if coded.height:
        main = metadata_of(code, regions_of(code)[0])
        rest = coded.filter(~is_general(NUMBER, plan)).with_columns(number=NUMBER.str.slice(len(str(code))))
        clear = is_general(NUMBER, plan) & ~has_national_prefix(plan) & ~has_national_prefix(main)
        yield rest.filter(clear)
    if prefixed.height and not plan.national_prefix_transform_rule and plan.national_prefix_for_parsing:
        stripped = prefixed.with_columns(number=NUMBER.str.replace(at_start(plan.national_prefix_for_parsing), ""))
        possible = length_verdict(NUMBER, plan) == ValidationResult.IS_POSSIBLE
        yield stripped.filter(is_general(NUMBER, plan) & possible)


def _sure(numbers: pl.DataFrame, code: int) -> pl.DataFrame:
    """Keep the numbers that are ordinary lines of a region which owns whatever no other region of the code does."""
    regions = regions_of(code)
    leading = [metadata_of(code, region).leading_digits for region in regions]
    if len(regions) > 1 and any(leading):
        numbers = numbers.filter(~NUMBER.str.contains(at_start("|".join(filter(None, leading)))))
    found = []
    for region, digits in zip(regions, leading, strict=True):
        if len(regions) == 1 or not digits:
            ordinary, numbers = split(numbers, is_ordinary_line(code, region))
            found.append(ordinary)
    return pl.concat(found) if found else numbers.clear()


def _written(numbers: pl.DataFrame, code: int) -> pl.DataFrame:
    return numbers.select("row", e164=pl.concat_str(pl.lit(f"+{code}"), NUMBER))
