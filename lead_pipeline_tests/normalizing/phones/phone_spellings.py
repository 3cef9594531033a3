"""Random spellings of phone numbers: every region's example numbers, in every format, damaged and dressed up.
What they are compared with belongs to the tests and the script that use them.
"""

import random
from collections.abc import Iterator
from functools import cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType

FORMATS = (
    PhoneNumberFormat.E164,
    PhoneNumberFormat.INTERNATIONAL,
    PhoneNumberFormat.NATIONAL,
    PhoneNumberFormat.RFC3966,
)
REGIONS: tuple[str | None, ...] = (*sorted(phonenumbers.SUPPORTED_REGIONS), None)
PREFIXES = ("00", "011", "0011", "810", "001", "010", "0", "1", "8", "06", "09", "+", "++", "+0", "+00")
LEADS = ("Tel: ", "(", "'", "tel:", "Phone ", "p.", "x ", "call ext ", "Fax. ", "\u260e ", "~", "#")
TAILS = ("", ".", ",", " (mobile)", " home", "x", "  ", "A", " Xy", "\t", "\n", "_", "/", " ;", "*")
LABELS = (
    " ext. ",
    " x",
    "x",
    " ext ",
    "#",
    " #",
    " Ext:",
    ", ext ",
    "-x",
    " extension ",
    ";ext=",
    " int. ",
    " \u0434\u043e\u0431 ",
)
LABELS += (" X", ",", ",,", " - ", "~", " anexo ", "/x", " xtn", ";", " EXTN.")
WORDS = ("FLOWERS", "-abc", "GoNow", "x", "Xy", "-HOME-", "o", "CALL 123", "ext", " int")
ZEROS = ("\u0660", "\u06f0", "\u0966", "\uff10", "\u09e6")
JUNK = "0123456789" * 3 + "+-() ./[]xX,;#*~abcnext\t\n_\u00a0\uff58\uff11\u2013\uff0b"


@cache
def example_numbers() -> tuple[PhoneNumber, ...]:
    """Return the metadata's own example numbers: every region and type, and every calling code of no country."""
    regional = (
        phonenumbers.example_number_for_type(region, kind)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in PhoneNumberType.values()
        if kind != PhoneNumberType.UNKNOWN
    )
    codes = sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS)
    global_ones = (phonenumbers.example_number_for_non_geo_entity(code) for code in codes)
    return tuple(number for number in (*regional, *global_ones) if number is not None)


@cache
def _written() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    return tuple(
        (
            str(number.country_code),
            phonenumbers.national_significant_number(number),
            tuple(phonenumbers.format_number(number, style) for style in FORMATS),
        )
        for number in example_numbers()
    )


@cache
def _of_calling_code(code: int) -> tuple[int, ...]:
    return tuple(place for place, written in enumerate(_written()) if written[0] == str(code))


class Speller:
    """A seeded source of spellings for one default region."""

    def __init__(self, region: str | None, seed: int) -> None:
        self.random = random.Random(f"{region} {seed}")
        self.domestic = _of_calling_code(phonenumbers.country_code_for_region(region)) if region else ()
        plan = PhoneMetadata.metadata_for_region(region, None) if region else None
        self.trunk = (plan and plan.national_prefix) or "0"

    def spellings(self, count: int) -> Iterator[str]:
        """Yield `count` spellings; about half are of the region's own numbers."""
        for _ in range(count):
            yield self._spelling()

    def _spelling(self) -> str:
        at_home = self.domestic and self.random.random() < 0.5
        place = self.random.choice(self.domestic) if at_home else self.random.randrange(len(_written()))
        code, number, formats = _written()[place]
        kinds = (
            self._formatted,
            self._bare,
            self._prefixed,
            self._extended,
            self._dressed,
            self._lettered,
            self._foreign,
        )
        kind = self.random.choices(kinds, (30, 15, 18, 10, 8, 4, 4))[0]
        spelling = kind(code, number, formats) if self.random.random() < 0.93 else self._random_text()
        return self._damaged(spelling) if self.random.random() < 0.5 else spelling

    def _redialled(self, text: str) -> str:
        """Replace some digits behind the first ones, so that the number is another of the same shape."""
        tail = self.random.randrange(3, 8)
        return text[:-tail] + "".join(self._digit() if one.isdigit() else one for one in text[-tail:])

    def _digit(self) -> str:
        return self.random.choice("0123456789")

    def _formatted(self, code: str, number: str, formats: tuple[str, ...]) -> str:
        return self._redialled(self.random.choice(formats))

    def _bare(self, code: str, number: str, formats: tuple[str, ...]) -> str:
        return self.random.choice(("", code, self.trunk)) + self._redialled(number)

    def _prefixed(self, code: str, number: str, formats: tuple[str, ...]) -> str:
        gap = self.random.choice(("", " ", "-"))
        head = self.random.choice((*PREFIXES, self.trunk))
        return head + gap + self.random.choice((code, "", code + self.trunk)) + self._redialled(number)

    def _extended(self, code: str, number: str, formats: tuple[str, ...]) -> str:
        extension = "".join(self._digit() for _ in range(self.random.randrange(1, 11)))
        return (
            self._formatted(code, number, formats)
            + self.random.choice(LABELS)
            + extension
            + self.random.choice(("", "", "#", ")"))
        )

    def _dressed(self, code: str, number: str, formats: tuple[str, ...]) -> str:
        return self.random.choice(LEADS) + self._formatted(code, number, formats) + self.random.choice(TAILS)

    def _lettered(self, code: str, number: str, formats: tuple[str, ...]) -> str:
        return self.random.choice(formats)[: self.random.randrange(3, 10)] + self.random.choice(WORDS)

    def _foreign(self, code: str, number: str, formats: tuple[str, ...]) -> str:
        zero = ord(self.random.choice(ZEROS))
        written = (chr(zero + int(one)) if one.isdigit() else one for one in self._formatted(code, number, formats))
        return (
            "".join(written)
            .replace("-", self.random.choice("-\u2010\uff0d"))
            .replace("+", self.random.choice("+\uff0b"))
        )

    def _random_text(self) -> str:
        return "".join(self.random.choice(JUNK) for _ in range(self.random.randrange(1, 24)))

    def _damaged(self, spelling: str) -> str:
        text = list(spelling)
        for _ in range(self.random.randrange(1, 4)):
            place = self.random.randrange(len(text) + 1)
            if text[place : place + 1] and self.random.random() < 0.6:
                text[place] = self.random.choice(("", self._digit(), self._digit()))
            else:
                text.insert(place, self.random.choice("0123456789 -./()+[]"))
        return "".join(text)
