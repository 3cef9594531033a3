"""The country that a file's numbers are written for, worked out from its phone and country columns. A profile never has
this done for it: only drafts, which a person looks through.
"""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl
from phonenumbers.phonenumberutil import ndd_prefix_for_region

from lead_pipeline.mapping.evidence import evidence_of
from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.normalizing.phones.normalizer import normalize_phones
from lead_pipeline.normalizing.phones.regions import region_named, supported_regions

#: Countries tried when the file does not name one; NANP countries share one plan and are tried as US.
_TRIED = (
    "US", "GB", "DE", "FR", "ES", "IT", "NL", "BE", "CH", "AT", "SE", "NO", "DK", "FI", "PL", "PT", "IE", "CZ",
    "AU", "NZ", "IN", "BR", "MX", "ZA", "SG", "JP",
)  # fmt: skip
_VALUES = 50
_MOST = 0.8
#: The next best country must be this much worse, else a person is asked.
_MARGIN = 0.1


class RegionGuess(NamedTuple):
    """A country (None: none is needed, or none fits), why, and whether nothing needs to be asked."""

    region: str | None
    evidence: str
    is_sure: bool
    is_per_row: bool = False


def guessed_region(columns: Sequence[str], sample: pl.DataFrame) -> RegionGuess:
    """Work out the country of the numbers: international ones need none, a column names it, or they fit one."""
    numbers = _numbers(columns, sample)
    if numbers.is_empty():
        return RegionGuess(None, "the file has no column of phone numbers", is_sure=True)
    international = _valid_share(numbers, None)
    if international >= _MOST:
        return RegionGuess(None, f"{international:.0%} of the numbers looked at have a + and need none", is_sure=True)
    return _named_in_file(columns, sample, numbers) or _best_fit(numbers)


def _numbers(columns: Sequence[str], sample: pl.DataFrame) -> pl.Series:
    """Return some values of the column that is likeliest one of phones: by header, else by form."""
    present = [column for column in columns if column in sample.columns]
    evidence = evidence_of(sample, present, None)
    likely = [column for column in present if evidence[column].share("phone_like") >= 0.5]
    named = [column for column in likely if "phone" in meaning_of(column).meanings]
    free = [column for column in likely if not meaning_of(column).meanings]
    chosen = sorted(named or free, key=lambda column: -evidence[column].values)[:1]
    if not chosen:
        return pl.Series("numbers", [], dtype=pl.String)
    values = sample[chosen[0]].str.strip_chars().unique(maintain_order=True)
    values = values.filter(values.str.contains("[0-9]{2}"))
    return values.gather_every(max(values.len() // _VALUES, 1)).head(_VALUES)


def _named_in_file(columns: Sequence[str], sample: pl.DataFrame, numbers: pl.Series) -> RegionGuess | None:
    """Take the country from a column of countries; one country for all rows, or each row its own."""
    named = [column for column in columns if column in sample.columns and meaning_of(column).meanings == ("country",)]
    if len(named) != 1:
        return None
    spellings = sample[named[0]].str.strip_chars().value_counts(sort=True, name="rows")
    regions = [(region_named(text), rows) for text, rows in spellings.iter_rows() if text]
    known = sum(rows for region, rows in regions if region)
    if not known or known < _MOST * sum(rows for _, rows in regions):
        return None
    by_region: dict[str, int] = {}
    for region, rows in regions:
        if region:
            by_region[region] = by_region.get(region, 0) + rows
    first = max(by_region, key=lambda region: by_region[region])
    if len(by_region) > 1:
        evidence = f"the column of countries names {len(by_region)}, most often {first}; each row's own is used"
        default = first if by_region[first] >= _MOST * known else None
        return RegionGuess(default, evidence, is_sure=True, is_per_row=True)
    share = _valid_share(numbers, first)
    if share < 0.5:
        return None
    evidence = f"the column of countries says {first}, where {share:.0%} of the numbers looked at are valid"
    return RegionGuess(first, evidence, is_sure=True)


def _best_fit(numbers: pl.Series) -> RegionGuess:
    tried = [region for region in _TRIED if region in supported_regions()]
    shares = {region: _native_share(numbers, region) for region in tried}
    if max(shares.values()) < _MOST:  # local numbers, without what is dialled before them
        shares = {region: _valid_share(numbers, region) for region in tried}
    (region, best), (other, second) = sorted(shares.items(), key=lambda tried: -tried[1])[:2]
    evidence = (
        f"{best:.0%} of the {numbers.len()} numbers looked at are valid in {region}, {second:.0%} in {other}, the next "
        f"best of {len(_TRIED)} countries tried"
    )
    return RegionGuess(region, evidence, is_sure=best >= _MOST and best - second >= _MARGIN)


def _native_share(numbers: pl.Series, region: str) -> float:
    """Return the share that is valid there and written as people there do: where a 0 is dialled first, with that 0.

    Without that, a loose plan such as Germany's, in which nearly any digits are valid, would claim US numbers too.
    """
    valid = normalize_phones(numbers, region)["valid"]
    if ndd_prefix_for_region(region, True) == "0":
        valid = valid & numbers.str.contains(r"^[^0-9+]*(0|\+)")
    share = valid.mean()
    return share if isinstance(share, float) else 0.0


def _valid_share(numbers: pl.Series, region: str | None) -> float:
    share = normalize_phones(numbers, region)["valid"].mean()
    return share if isinstance(share, float) else 0.0
