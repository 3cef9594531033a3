"""Telephone numbers for examples: valid to phonenumbers, and nobody's wherever a regulator has set some aside for
fiction. Reading numbers that people wrote does not belong here.
"""

from collections.abc import Collection, Iterator

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

#: Numbers set aside for fiction by Ofcom, ACMA, ARCEP and the Bundesnetzagentur: how they begin, with the country code,
#: and how many digits follow. North America's, 555-0100 to 555-0199 of any area, are made from the area codes of the
#: library's own examples.
_FICTION: dict[str, tuple[tuple[str, int], ...]] = {
    "GB": (("+442079460", 3),),
    "AU": (("+6125550", 4),),
    "FR": (("+3319900", 4),),
    "DE": (("+4917139200", 2), ("+493023125", 3)),
}
_NANP = 1
_OF_NATION = {True: PhoneNumberFormat.NATIONAL, False: PhoneNumberFormat.INTERNATIONAL}


def example_phones(region: str, types: Collection[str] | None = None) -> Iterator[str]:
    """Yield different valid numbers of a region, E.164, of the kinds of line in `types` (None: any); maybe none.

    `types` are spelled as the model's `LineType`. Without numbers for fiction, the library's examples are varied.
    """
    seen: set[str] = set()
    for text in _candidates(region, types):
        number = phonenumbers.parse(text, region)
        kind = PhoneNumberType.to_string(phonenumbers.number_type(number)).lower()
        is_fitting = phonenumbers.is_valid_number_for_region(number, region) and (types is None or kind in types)
        if is_fitting and text not in seen:
            seen.add(text)
            yield text


def spelled_phone(e164: str, *, national: bool) -> str:
    """Return a number as people write it: `+1 201-555-0123`, or as it is dialled in its own country."""
    return phonenumbers.format_number(phonenumbers.parse(e164), _OF_NATION[national])


def _candidates(region: str, types: Collection[str] | None) -> Iterator[str]:
    for start, digits in _FICTION.get(region, ()):
        yield from (f"{start}{index:0{digits}}" for index in range(1, 100))
    wanted = [code for code in PhoneNumberType.values() if code != PhoneNumberType.UNKNOWN]
    for code in wanted:
        if types is not None and PhoneNumberType.to_string(code).lower() not in types:
            continue
        example = phonenumbers.example_number_for_type(region, code)
        if example is not None:
            yield from _varied(example)


def _varied(example: phonenumbers.PhoneNumber) -> Iterator[str]:
    """Yield the numbers around an example; in North America those for fiction of its area first."""
    text = phonenumbers.format_number(example, PhoneNumberFormat.E164)
    if example.country_code == _NANP:
        yield from (f"{text[:5]}55501{index:02}" for index in range(100))
    yield text
    yield from (f"{text[:-2]}{index:02}" for index in range(100))
