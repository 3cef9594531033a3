"""Which regions phone numbers can be read under, and what people call them: ISO codes, calling codes, names in the
languages of CLDR, everyday names. Nothing about numbers belongs here. What a region is comes from phonenumbers, what it
is called from CLDR (Babel) and data/country_names.txt.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

import phonenumbers
import polars as pl
from babel import Locale
from babel.core import get_global
from babel.localedata import locale_identifiers
from phonenumbers import PhoneMetadata

from lead_pipeline.model.errors import UsageError, did_you_mean
from lead_pipeline.normalizing.missing import means_missing

#: What separates a name from a code beside it: `United Kingdom (GB)`, `GB +44`, `DE - Germany`.
_BETWEEN_PARTS = re.compile(
    r"[()\[\]|/,;:]|\s[-\u2013\u2014]\s|\s(?=00[0-9])|\s?(?=\+[0-9])|(?<=[0-9])\s+(?=[^\W\d])|(?<=\b[A-Z]{2})-(?=[^\W\d]{4})"
)
#: A part of a country by ISO 3166-2: `GB-ENG`.
_SUBDIVISION = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}")
_CALLING_CODE = re.compile(r"(?:\+|00|011)?\s*([1-9][0-9]{0,3}|1[ -][0-9]{3})(?:[.,]0+)?(?: ?\(0\))?")
#: Forms of government before a name, as official names have them: `Republic of Austria`.
_GOVERNMENT = re.compile(
    r"(?:(?:federal|federative|islamic|democratic|socialist|united|arab|oriental|plurinational|bolivarian|independent"
    r"|cooperative|co operative|people s) )*(?:republic|kingdom|state|states|commonwealth|principality|grand duchy"
    r"|sultanate|union|federation) of (?:the )?(.+)"
)
#: The same behind a name, as ISO 3166 has it: `Tanzania, United Republic of`.
_GOVERNMENT_BEHIND = re.compile(
    r"(.+?) (?:the )?(?:(?:federal|federated|islamic|united|plurinational|bolivarian) )?"
    r"(?:republic|kingdom|states?|commonwealth|province) of(?: the| china)?"
)
_ACCENTS = re.compile("[\u0300-\u036f]")  # marks of other scripts distinguish words
#: Flags are pairs of these letters (Unicode regional indicator symbols).
_FLAG = re.compile("([\U0001f1e6-\U0001f1ff]{2})")
_FLAG_LETTERS = {0x1F1E6 + index: chr(ord("A") + index) for index in range(26)}


@cache
def supported_regions() -> frozenset[str]:
    """Return the ISO codes of all regions that a number can be read under."""
    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def checked_region(region: str | None) -> str | None:
    """Return `region` unchanged when it is supported or None.

    Raises:
        UsageError: there is no such region; the sentence names the nearest one.
    """
    if region is None or region in supported_regions():
        return region
    raise UsageError(
        f"There is no region '{region}' that phone numbers can be read under.{_nearest(region)} "
        "A region is an ISO country code of two capital letters, such as US."
    )


def _nearest(region: str) -> str:
    named = region_named(region)
    return f" Did you mean '{named}'?" if named else did_you_mean(region, supported_regions())


@cache
def region_named(text: str) -> str | None:
    """Return the region that `text` names, else None.

    A region is named by ISO code (2 or 3 letters), alias (`UK`), flag, calling code (`+44`, `0044`, `44`) or name, in
    any language that CLDR has; also by several of them that agree: `United Kingdom (GB)`. A bare number is a calling
    code, never the numeric code of ISO 3166: `380` is Ukraine, not Italy. A calling code of several regions names the
    one whose rules for reading numbers all of them share.
    """
    written = unicodedata.normalize("NFKC", _FLAG.sub(r"|\1|", text)).translate(_FLAG_LETTERS).strip()
    single = _by_one_name(written)
    if single is not None:
        return single
    parts = [part.strip() for part in _BETWEEN_PARTS.split(written)]
    names = [part for part in parts if part and part.casefold() != "the"]
    return _agreed([_by_one_name(part) for part in sorted(names, key=_is_calling_code)])


def regions_named(names: pl.Series, default: str | None) -> pl.Series:
    """Return the region that each of `names` (String) names; `default` where it is empty or a word for 'none', null
    where it is unknown: a country that nobody knows is not the default one. String.
    """
    distinct = names.drop_nulls().unique()
    found = [region_named(name) for name in distinct]
    named = names.replace_strict(distinct, pl.Series(found, dtype=pl.String), default=None)
    unnamed = pl.DataFrame({"name": names, "region": named}).select(
        region=pl.when(pl.col("region").is_null() & (pl.col("name").is_null() | means_missing(pl.col("name"))))
        .then(pl.lit(default, pl.String))
        .otherwise("region")
    )
    return unnamed["region"]


def _agreed(regions: list[str | None]) -> str | None:
    """Return the region on which several names agree: the first one, if all are known and share its calling code."""
    known = [region for region in regions if region is not None]
    codes = {phonenumbers.country_code_for_region(region) for region in known}
    return known[0] if known and len(known) == len(regions) and len(codes) == 1 else None


def _is_calling_code(text: str) -> bool:
    return _CALLING_CODE.fullmatch(text) is not None


def _by_one_name(text: str) -> str | None:
    number = _CALLING_CODE.fullmatch(text)
    if number is not None:
        return _by_calling_code(re.sub("[^0-9]", "", number[1]))
    if "/" in text:
        return None  # two names; `n/a` is not Namibia
    part = _SUBDIVISION.fullmatch(text)
    if part is not None:
        return part[1] if part[1] in supported_regions() else None
    forms = [pattern.fullmatch(_words(text)) for pattern in (_GOVERNMENT, _GOVERNMENT_BEHIND)]
    names = [_folded(name) for name in (text, *(form[1] for form in forms if form))]
    tables = (_regions_by_name, _regions_by_foreign_name)  # few lists need the second, which takes a second to load
    return next((found for table in tables for one in names if (found := table().get(one))), None)


def _by_calling_code(digits: str) -> str | None:
    """Return the region of a calling code, in North America also with the area code of a country: `1876`."""
    if digits.startswith("1") and len(digits) > 1:
        return next((region for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1] if _owns(region, digits)), None)
    region = phonenumbers.region_code_for_country_code(int(digits))
    return region if region in supported_regions() else None


def _owns(region: str, digits: str) -> bool:
    metadata = PhoneMetadata.metadata_for_region(region)
    leading = metadata.leading_digits if metadata else None
    return leading is not None and re.fullmatch(leading, digits[1:]) is not None


@cache
def _regions_by_name() -> Mapping[str, str]:
    """Every code, alias, English and everyday name (folded) with its region; a code beats an alias, an alias a name."""
    known = supported_regions()
    names = {_folded(name): code for code, name in _territories("en") if code in known}
    aliases = {
        _folded(alias): codes[0]
        for alias, codes in get_global("territory_aliases").items()
        if len(codes) == 1 and codes[0] in known and alias.isalpha()
    }
    return names | _everyday_names() | aliases | {_folded(code): code for code in known}


@cache
def _regions_by_foreign_name() -> Mapping[str, str]:
    """Every name of another language that is the name of one region only."""
    meant: dict[str, set[str]] = {}
    for locale in locale_identifiers():
        language, _, variant = locale.partition("_")
        if not variant or (len(variant) == 4 and variant.isalpha()) or locale == "pt_PT":
            for code, name in _territories(locale):
                for spelling in {name, _without_umlauts(name) if language == "de" else name}:
                    meant.setdefault(_folded(spelling), set()).add(code)
    return {name: min(codes) for name, codes in meant.items() if len(codes) == 1 and codes <= supported_regions()}


def _territories(locale: str) -> Iterable[tuple[str, str]]:
    return Locale.parse(locale).territories.items()


def _everyday_names() -> dict[str, str]:
    return {_folded(name): code for code, names in _listed_names() for name in names}


def _listed_names() -> Iterator[tuple[str, list[str]]]:
    text = (files("lead_pipeline.normalizing") / "data" / "country_names.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            code, _, names = line.partition(" ")
            yield code, names.split("|")


def _without_umlauts(name: str) -> str:
    return name.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("Ä", "Ae").replace("Ö", "Oe")


def _folded(text: str) -> str:
    """Return what is compared: the words of a name in one, `U. K.` as `uk`."""
    return _words(text).replace(" ", "")


def _words(text: str) -> str:
    """Return the name without case, accents, dots, other marks and an article in front or behind."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace(".", "").replace("&", " and "))
    plain = _ACCENTS.sub("", letters)
    words = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in plain).split()
    if len(words) > 1 and words[-1] == "the":  # `Bahamas, The`
        words = words[:-1]
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)
