"""The country that a file's numbers are written for, worked out from all that the file says of it. A profile never has
this done for it: only drafts, which a person looks through.

Numbers alone do not say it: nearly any digits are valid somewhere. They only choose among countries that something
else names, unless they are written as one country's are and there are enough of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import phonenumbers
import polars as pl

from lead_pipeline.drafting.country_clues import Clue, clues_beside_numbers
from lead_pipeline.drafting.phone_forms import (
    Numbers,
    complete_share,
    dialled_with_0,
    dials_00,
    local_share,
    north_american,
    phone_numbers,
    regions_of_calling_codes,
    regions_of_international,
    trunk_share,
)
from lead_pipeline.drafting.yaml_text import percent
from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.normalizing.phones.regions import region_named, supported_regions

#: Countries whose numbers begin with a 0 within the country: any of them could be meant by such numbers.
_DIALLING_0 = (
    "GB", "DE", "FR", "IT", "NL", "BE", "CH", "AT", "SE", "FI", "IE", "RO", "BG", "HR", "RS", "UA", "AU", "NZ", "IN",
    "JP", "KR", "CN", "TW", "TH", "MY", "PH", "VN", "ID", "TR", "IL", "AE", "EG", "ZA", "NG", "KE", "PK", "AR", "BR",
)  # fmt: skip
#: Large ones from which 00 is dialled, for numbers that begin so and are of other countries.
_DIALLING_00 = ("GB", "DE", "ES")
#: Of countries for which equally much speaks, these are tried first: there are more lists of theirs.
_LARGE = (
    "US", "GB", "CA", "AU", "DE", "FR", "ES", "IT", "BR", "MX", "IN", "AR", "NL", "CO", "CL", "AT", "CH", "NZ", "BE",
    "PE", "IE", "ZA", "PT", "EC", "VE", "UY",
)  # fmt: skip
_MOST = 0.8
#: Points: what the evidence must add up to, how much of it must not come from the numbers, and by how much it must
#: exceed any other country's.
_ENOUGH, _BESIDE, _MARGIN = 4.0, 1.5, 1.5
#: So much besides the numbers makes a country also of a list whose numbers are mostly bad.
_BEYOND_DOUBT = 5.0
_LIKELIEST = 12
#: Less than this is not worth naming a country in a question.
_HINT = 1.0
#: So few numbers without + beside those of several countries are not worth a question.
_STRAY = 0.02
#: Fewer numbers are no pattern; with this many, their form alone can be.
_FEW, _MANY = 5, 20
#: Ten digits that are valid in North America are also Colombian or Mexican ones, but not with so many beginnings.
_MANY_AREA_CODES = 12


class RegionGuess(NamedTuple):
    """A country (None: none is needed, or it is not clear which), why, and whether nothing needs to be asked."""

    region: str | None
    evidence: str
    is_sure: bool
    is_per_row: bool = False
    #: What a person might answer, most likely first, where they are asked.
    likely: tuple[str, ...] = ()

    @property
    def assumed(self) -> str | None:
        """Return the country under which columns are looked at, which is not yet one to import by."""
        return self.region or next(iter(self.likely), None)


class _Scored(NamedTuple):
    region: str
    beside: float
    complete: float

    @property
    def total(self) -> float:
        return self.beside + 2 * self.complete


def guessed_region(columns: Sequence[str], sample: pl.DataFrame) -> RegionGuess:
    """Work out the country of the numbers: international ones need none, a column names it, or what is said agrees."""
    numbers = phone_numbers(columns, sample)
    if not numbers.total:
        return RegionGuess(None, "the file has no column of phone numbers", is_sure=True)
    if numbers.national.len() <= _STRAY * numbers.total and numbers.dialled_00.len() > _STRAY * numbers.total:
        return _from_abroad(numbers)
    if numbers.national.is_empty():
        share = numbers.international.len() / numbers.total
        return RegionGuess(None, f"{percent(share)} of the numbers looked at have a + and need none", is_sure=True)
    if numbers.national.len() <= _STRAY * numbers.total and len(regions_of_international(numbers.international)) > 1:
        most = percent(numbers.international.len() / numbers.total)
        return RegionGuess(None, f"{most} of the numbers looked at have a +, of several countries", is_sure=True)
    said = _countries_said(columns, sample)
    clues = clues_beside_numbers(columns, sample)
    return _named_in_file(said, numbers) or _by_clues(numbers, [*_said_clue(said), *clues])


def _from_abroad(numbers: Numbers) -> RegionGuess:
    """Take a country from which 00 is dialled for numbers that begin with 00: under no country they cannot be read."""
    found = regions_of_international(numbers.international)
    count = sum(found.values())
    likely = tuple(region for region in found if dials_00(region))[:3]
    begin = f"{percent(numbers.dialled_00.len() / numbers.total)} of the numbers looked at begin with 00"
    if likely and found[likely[0]] >= _MOST * count:
        of = f"{percent(found[likely[0]] / count)} of those with 00 or + are of {likely[0]}"
        return RegionGuess(
            likely[0], f"{begin}, which is dialled there before other countries' codes; {of}", is_sure=True
        )
    needed = f"{begin}, which is read only under a country from which 00 is dialled"
    return RegionGuess(None, needed, is_sure=False, likely=likely or _DIALLING_00)


def _countries_said(columns: Sequence[str], sample: pl.DataFrame) -> dict[str, int]:
    """Return in how many rows the column of countries names each; nothing when most are not known, or none is there."""
    named = [column for column in columns if column in sample.columns and meaning_of(column).meanings == ("country",)]
    if len(named) != 1:
        return {}
    spellings = sample[named[0]].str.strip_chars().value_counts(sort=True, name="rows")
    regions = [(region_named(text), rows) for text, rows in spellings.iter_rows() if text]
    known = sum(rows for region, rows in regions if region)
    if not known or known < _MOST * sum(rows for _, rows in regions):
        return {}
    by_region: dict[str, int] = {}
    for region, rows in regions:
        if region:
            by_region[region] = by_region.get(region, 0) + rows
    return by_region


def _said_clue(said: Mapping[str, int]) -> list[Clue]:
    """Return what a column of countries says, where the numbers do not agree with it."""
    first = next(iter(said), None)
    return [Clue(3.0, {first: 1.0}, f"the column of countries says {first}")] if first and len(said) == 1 else []


def _named_in_file(said: Mapping[str, int], numbers: Numbers) -> RegionGuess | None:
    """Take the country from a column of countries; one country for all rows, or each row its own."""
    if not said:
        return None
    first, known = max(said, key=lambda region: said[region]), sum(said.values())
    if len(said) > 1:
        evidence = f"the column of countries names {len(said)}, most often {first}; each row's own is used"
        default = first if said[first] >= _MOST * known else None
        return RegionGuess(default, evidence, is_sure=True, is_per_row=True)
    share = complete_share(numbers.national, first)
    if share < 0.5:
        return None
    evidence = f"the column of countries says {first}, where {share:.0%} of the numbers looked at are valid"
    return RegionGuess(first, evidence, is_sure=True)


def _by_clues(numbers: Numbers, beside: list[Clue]) -> RegionGuess:
    """Add up what speaks for each country, and ask where that is too little or speaks for several."""
    clues = [*_international(numbers), *beside, *_calling_codes(numbers), *_north_american(numbers)]
    ranked = _ranked(clues, numbers)
    if not _is_clear(ranked) and trunk_share(numbers.national) >= 0.95:
        clues += _of_one_plan(numbers.national)
        ranked = _ranked(clues, numbers)
    if _is_clear(ranked):
        best = ranked[0]
        return RegionGuess(best.region, _said(clues, best, numbers), is_sure=True)
    return _asked(clues, ranked, numbers)


def _ranked(clues: Iterable[Clue], numbers: Numbers) -> list[_Scored]:
    """Return the countries that something names, those with most points first."""
    every = list(clues)
    named = {region for clue in every for region, share in clue.support.items() if share > 0}
    beside = {region: sum(clue.points(region) for clue in every) for region in named & supported_regions()}
    likeliest = sorted(beside, key=lambda region: (-beside[region], _rank(region)))[:_LIKELIEST]
    scored = [_Scored(r, beside[r], complete_share(numbers.national, r)) for r in likeliest if beside[r] > 0]
    return sorted(scored, key=lambda one: -one.total)


def _rank(region: str) -> int:
    return _LARGE.index(region) if region in _LARGE else len(_LARGE)


def _is_clear(ranked: Sequence[_Scored]) -> bool:
    if not ranked:
        return False
    best = ranked[0]
    rivals = [one for one in ranked[1:] if _calling_code(one.region) != _calling_code(best.region)]
    margin = best.total - max((one.total for one in rivals), default=0.0)
    is_usable = best.complete >= 0.6 or (best.complete >= 0.3 and best.beside >= _BEYOND_DOUBT)
    return is_usable and best.total >= _ENOUGH and best.beside >= _BESIDE and margin >= _MARGIN


def _calling_code(region: str) -> int:
    return int(phonenumbers.country_code_for_region(region))


def _international(numbers: Numbers) -> list[Clue]:
    regions = regions_of_international(numbers.international)
    count = sum(regions.values())
    if not count:
        return []
    first = next(iter(regions))
    weight = 2.0 if count < _FEW else 4.0
    share = f"{percent(numbers.international.len() / numbers.total)} of the numbers have a +"
    sentence = f"{share}, and {percent(regions[first] / count)} of these are of {first}"
    return [Clue(weight, {region: found / count for region, found in regions.items()}, sentence)]


def _calling_codes(numbers: Numbers) -> list[Clue]:
    regions = regions_of_calling_codes(numbers.national)
    first = next(iter(regions), None)
    if first is None or regions[first] < max(_FEW, _MOST * numbers.national.len()):
        return []
    code = _calling_code(first)
    return [Clue(1.5, {first: 1.0}, f"{regions[first]:,} numbers begin with {code}, the calling code of {first}")]


def _north_american(numbers: Numbers) -> list[Clue]:
    """Take numbers that are grouped as in North America, or many with ten digits and many area codes, for its."""
    national = numbers.national
    count, (grouped, area_codes) = national.len(), north_american(national)
    many = count >= _MANY and area_codes >= _MANY_AREA_CODES
    if not (grouped >= _MOST and (count >= _FEW or numbers.international.len())) and not many:
        return []
    valid = complete_share(national, "US")
    if valid < (0.9 if grouped >= _MOST else 0.97):
        return []
    form = "grouped as in North America" if grouped >= _MOST else f"of ten digits, with {area_codes} area codes"
    weight = 2.5 if count >= _MANY else 2.0
    return [Clue(weight, {"US": 1.0, "CA": 0.9}, f"{percent(valid)} of the numbers are valid in US, {form}")]


def _of_one_plan(national: pl.Series) -> list[Clue]:
    """Take complete numbers with the 0 in front for those of the one country where nearly all of them are valid."""
    shares = {region: complete_share(national, region) for region in _DIALLING_0}
    (first, best), (_, second) = sorted(shares.items(), key=lambda tried: -tried[1])[:2]
    if national.len() < _MANY or best < 0.95 or second > 0.6:
        return []
    sentence = f"the numbers begin with a 0 and are valid in {first} only, of {len(shares)} countries tried"
    return [Clue(2.5, {first: 1.0}, sentence)]


def _said(clues: Iterable[Clue], best: _Scored, numbers: Numbers) -> str:
    """Name what speaks for a country, and how many numbers are valid there."""
    reasons = [clue.sentence for clue in clues if clue.points(best.region) > 0 and clue.sentence]
    valid = f"{percent(best.complete)} of the {numbers.national.len():,} numbers without + looked at are valid in"
    return "; ".join([*reasons, f"{valid} {best.region}"])


def _asked(clues: Sequence[Clue], ranked: Sequence[_Scored], numbers: Numbers) -> RegionGuess:
    most = max((one.beside for one in ranked), default=0.0)
    fits = any(one.beside >= max(_HINT, most / 2) and one.complete >= 0.5 for one in ranked)
    local = 0.0 if fits else local_share(numbers.national)
    named = [one for one in ranked if one.beside >= _BESIDE or (local < 0.5 and one.complete >= 0.5)] or [
        one for one in ranked[:1] if one.beside >= _HINT
    ]
    if not named and local < 0.5:
        fitting = [one for one in _LARGE if not dialled_with_0(one) or trunk_share(numbers.national) >= 0.5]
        tried = (_Scored(region, 0.0, complete_share(numbers.national, region)) for region in fitting)
        named = sorted((one for one in tried if one.complete >= _MOST), key=lambda one: -one.complete)
    likely = tuple(one.region for one in named[:3] if one.total >= named[0].total / 2)
    seen = [clue.sentence for clue in clues if clue.sentence and any(clue.points(region) > 0 for region in likely)]
    if local >= 0.5:
        where = f" of {likely[0]}" if len(likely) == 1 else ""
        seen.append(
            f"{percent(local)} of the {numbers.national.len():,} numbers look like local numbers without area code"
            f"{where}, which cannot be dialled from elsewhere: add the area code in the file"
        )
    elif not seen:
        seen.append("nothing in the file names it, and numbers alone are valid in several countries")
    shares = [f"{percent(one.complete)} of the numbers are valid in {one.region}" for one in named[: len(likely)]]
    return RegionGuess(None, "; ".join([*seen, *shares]), is_sure=False, likely=likely)
