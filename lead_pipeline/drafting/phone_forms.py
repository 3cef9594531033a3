"""The phone numbers of a file as they are written: which are international, which are complete national numbers of a
country, and which lack their area code.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import phonenumbers
import polars as pl
from phonenumbers import PhoneMetadata
from phonenumbers.phonenumberutil import ndd_prefix_for_region

from lead_pipeline.mapping.evidence import evidence_of
from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.model.texts.clean_text import clean_text
from lead_pipeline.normalizing.phones.labels import without_labels
from lead_pipeline.normalizing.phones.normalizer import normalize_phones

_ROWS = 2_000
_VALUES = 200
_LOCAL_DIGITS = 8
#: Numbering plans whose numbers differ by more digits in length accept nearly any digits.
_LOOSE = 5
#: `(202) 555-0143`, `202-555-0143`, `202.555.0143`: hardly anybody outside North America groups ten digits so.
_NORTH_AMERICAN = r"^\s*(1[ .-]?)?(\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[-./ ])[2-9][0-9]{2}[-. ][0-9]{4}\b"
_INTERNATIONAL = r"^\s*(\+|00[1-9])"
_WITH_00 = r"^\s*00"


class Numbers(NamedTuple):
    """Different numbers of a file's phone columns: those with + (or 00), and the others."""

    international: pl.Series
    national: pl.Series

    @property
    def total(self) -> int:
        """Return how many were looked at."""
        return self.international.len() + self.national.len()

    @property
    def dialled_00(self) -> pl.Series:
        """Return the international ones that are written with 00, which only some countries dial, and not with +."""
        return self.international.filter(self.international.str.contains(_WITH_00))


def phone_numbers(columns: Sequence[str], sample: pl.DataFrame) -> Numbers:
    """Return some values of the columns that are likeliest phones: by header, else by form."""
    sample = sample.gather_every(max(sample.height // _ROWS, 1)).head(_ROWS)
    present = [column for column in columns if column in sample.columns]
    evidence = evidence_of(sample, present, None)
    named = [c for c in present if "phone" in meaning_of(c).meanings and _may_be_phones(sample[c])]
    likely = [column for column in present if evidence[column].share("phone_like") >= 0.5]
    free = [column for column in likely if not meaning_of(column).meanings]
    chosen = named or sorted(free, key=lambda c: (-evidence[c].share("written_phone"), -sample[c].n_unique()))[:1]
    values = [_spread(sample[column]) for column in chosen]
    every = pl.concat(values).unique(maintain_order=True) if values else pl.Series("numbers", [], dtype=pl.String)
    plus = every.str.contains(_INTERNATIONAL)
    return Numbers(every.filter(plus), every.filter(~plus))


def _may_be_phones(values: pl.Series) -> bool:
    """Return whether most values have the digits of a phone, with or without area code."""
    filled = values.filter((values.str.strip_chars() != "").fill_null(value=False))
    digits = filled.filter(filled.str.contains("[0-9]")).str.count_matches("[0-9]")
    return not digits.is_empty() and _mean(digits >= 5) >= 0.5


def _spread(values: pl.Series) -> pl.Series:
    cleaned = without_labels(clean_text(values)).str.strip_chars().unique(maintain_order=True).rename("numbers")
    usable = cleaned.filter(cleaned.str.contains("[0-9].*[0-9].*[0-9].*[0-9].*[0-9]"))
    return usable.gather_every(max(usable.len() // _VALUES, 1)).head(_VALUES)


def regions_of_international(numbers: pl.Series) -> dict[str, int]:
    """Return how many of the numbers with + are valid in each country."""
    valid = normalize_phones(numbers.str.replace(r"^\s*00", "+"), None).filter("valid")
    return dict(valid["region"].drop_nulls().value_counts(sort=True).iter_rows())


def regions_of_calling_codes(national: pl.Series) -> dict[str, int]:
    """Return how many numbers begin with a country's calling code, the + left out: `4930…`; no others count."""
    digits = national.str.replace_all("[^0-9]", "")
    long = digits.filter((digits.str.len_chars() >= 11) & ~digits.str.starts_with("0"))
    return regions_of_international("+" + long) if long.len() else {}


def complete_share(national: pl.Series, region: str) -> float:
    """Return the share of numbers that are valid in a country and complete there.

    Where a 0 is dialled first, complete numbers have that 0, or the length of a number without it: a local number
    must not be read as a short one of a loose numbering plan, in which nearly any digits are valid.
    """
    if national.is_empty():
        return 0.0
    valid = normalize_phones(national, region)["valid"]
    return _mean(valid & ~_looks_local(national, region))


def local_share(national: pl.Series) -> float:
    """Return the share of numbers that are too short for one with an area code, nearly everywhere."""
    if national.is_empty():
        return 0.0
    return _mean(_digits(national).is_between(5, _LOCAL_DIGITS) & ~national.str.contains(r"^\W*0"))


def _looks_local(national: pl.Series, region: str) -> pl.Series:
    if not dialled_with_0(region):
        return pl.repeat(value=False, n=national.len(), dtype=pl.Boolean, eager=True)
    return (_digits(national) < _shortest_complete(region)) & ~national.str.contains(r"^\W*0")


def _digits(numbers: pl.Series) -> pl.Series:
    return numbers.str.count_matches("[0-9]")


@cache
def _shortest_complete(region: str) -> int:
    """Return the digits of a short number with its area code; in plans with any length, more than local ones have."""
    example, plan = phonenumbers.example_number(region), PhoneMetadata.metadata_for_region(region)
    if example is None or plan is None or plan.general_desc is None:
        return 0
    lengths = plan.general_desc.possible_length
    is_loose = max(lengths) - min(lengths) > _LOOSE
    return max(len(str(example.national_number)) - 1, _LOCAL_DIGITS + 1 if is_loose else 0)


def dialled_with_0(region: str) -> bool:
    """Return whether a 0 is dialled before the area code in a country."""
    return bool(ndd_prefix_for_region(region, True) == "0")


def dials_00(region: str) -> bool:
    """Return whether 00 is dialled in a country before the calling codes of others."""
    plan = PhoneMetadata.metadata_for_region(region)
    return plan is not None and bool(re.fullmatch(plan.international_prefix or "", "00"))


def north_american(national: pl.Series) -> tuple[float, int]:
    """Return the share of numbers that are grouped as in North America only, and how many area codes there are."""
    digits = national.str.replace_all("[^0-9]", "").str.replace("^1(.{10})$", "$1")
    return _mean(national.str.contains(_NORTH_AMERICAN)), digits.str.slice(0, 3).n_unique()


def trunk_share(national: pl.Series) -> float:
    """Return the share of numbers that begin with the 0 before an area code and are long enough to be complete."""
    return _mean(national.str.contains(r"^\W*0[1-9]") & (_digits(national) >= 9))


def _mean(are: pl.Series) -> float:
    share = are.mean()
    return share if isinstance(share, float) else 0.0
