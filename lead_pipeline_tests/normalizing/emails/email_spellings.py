"""Random spellings of email addresses: plain ones of many shapes, and all the ways to spoil one. What they are compared
with belongs to the tests and the script that use them.
"""

import random
import sys
import unicodedata
from collections.abc import Iterator
from itertools import groupby

NAMES = (
    "ana",
    "Ana.Maria",
    "j.smith",
    "o'brien",
    "info",
    "INFO",
    "Sales",
    "no-reply",
    "x",
    "a+b",
    "_a_",
    "m\u00fcller",
    "\u7528\u6237",
)
NAMES += (
    "jose\u0301",
    "a.b.c.d",
    "0815",
    "a=b/c",
    "{x}",
    "a`b",
    "postmaster",
    "Web.Master",
    "WebMaster",
    "n" * 70,
    '"a b"',
)
DOMAINS = (
    "gmail.com",
    "GMail.Com",
    "web.de",
    "acme.co.uk",
    "a-b.io",
    "xn--mnchen-3ya.de",
    "m\u00fcnchen.de",
    "localhost",
    "x.test",
)
DOMAINS += (
    "sub.invalid",
    "example.com",
    "foo.local",
    "a.b.c.d.e.org",
    "1.de",
    "a.1",
    "3com.net",
    "x--y.com",
    "ab--c.com",
)
DOMAINS += (
    "\u4f8b\u3048.jp",
    "-a.com",
    "a-.com",
    "a..com",
    "com",
    "[127.0.0.1]",
    "l" * 63 + ".com",
    "l" * 64 + ".com",
    "a_b.com",
)
DOMAINS += (
    "\uff47\uff4d\uff41\uff49\uff4c.com",
    "gmail.com.",
    ".gmail.com",
    "onion",
    "b.onion",
    "arpa",
    "x.arpa",
    "test",
    "a.b.test",
    "atest.com",
)
MARKS = " \t.,;:@<>()[]\"'\\-_+!#$%&*/=?^`{|}~\u00a0\u200b\u0301\u2024\uff20\n\x00\u3002"


class EmailSpeller:
    """A seeded source of spellings."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def spellings(self, count: int) -> Iterator[str]:
        """Yield `count` spellings, about half of them addresses."""
        for _ in range(count):
            spelling = f"{self._name()}@{self._domain()}"
            if self.random.random() < 0.05:
                spelling = self.random.choice(
                    ("Ana <{}>", "<{}>", "{} ", " {}", "mailto:{}", '"A. B." <{}>', "{}>", "{},{}")
                )
                spelling = spelling.format(f"{self._name()}@{self._domain()}", "b@web.de")
            yield self._damaged(spelling) if self.random.random() < 0.4 else spelling

    def _name(self) -> str:
        return self.random.choice(NAMES) if self.random.random() < 0.6 else self._letters(12)

    def _domain(self) -> str:
        if self.random.random() < 0.5:
            return self.random.choice(DOMAINS)
        labels = [self._letters(10) for _ in range(self.random.randrange(1, 4))]
        return ".".join((*labels, self.random.choice(("com", "de", "co.uk", "COM", "c0m", "c1", "xn--p1ai"))))

    def _letters(self, longest: int) -> str:
        length = self.random.randrange(1, longest)
        return "".join(self.random.choice("abcdefghijklmnopqrstuvwxyzABZ0123456789-._") for _ in range(length))

    def _damaged(self, spelling: str) -> str:
        text = list(spelling)
        for _ in range(self.random.randrange(1, 3)):
            place = self.random.randrange(len(text) + 1)
            if text[place : place + 1] and self.random.random() < 0.5:
                text[place] = self.random.choice(("", self.random.choice(MARKS)))
            else:
                text.insert(place, self.random.choice(MARKS))
        return "".join(text)


def letters_of_every_kind() -> Iterator[str]:
    """Yield the first and the last of each run of code points of one general category, but surrogates."""
    for category, run in groupby(map(chr, range(0x80, sys.maxunicode + 1)), key=unicodedata.category):
        if category != "Cs":
            first, *_, last = list(run) * 2
            yield from {first, last}


#: Letters that compose with marks, and marks; singletons that become ASCII in NFC; Hangul; what is no letter.
_MIXED = (
    *"aeinosuAEINOU",
    *"\u0301\u0308\u0327\u030a\u0345\u05b0\u093c\u0f71\u3099\u309a",
    *"\u037e\u1fef\u212a\u212b\u2126\u2000\u0340\u0374\u0387",
    *"\u1100\u1161\u11a8\uac00\u304b\u30cf\u0915\u0621\u05e9\u0416\u4f8b\U0001f600\U0001d400\u00df\u0131\u017f",
    *".+-_'`;,:<@ \u00a0\u200b\u200d\u202e\u2028\ue000\U000e0001\u00ad",
)


def mixtures(seed: int, count: int) -> Iterator[str]:
    """Yield random local parts of letters beyond ASCII and marks, at domains in ASCII or not."""
    source = random.Random(seed)
    domains = (
        "example.com",
        "Mail.Example.ORG",
        "m\u00fcnchen.de",
        "xn--mnchen-3ya.de",
        "\u4f8b\u3048.jp",
        "x.test",
        "",
    )
    mailboxes = ("info", "INFO", "Sales", "\u212ainfo", "in\ufb01", "inf\u00ba")
    for _ in range(count):
        local = "".join(source.choice(_MIXED) for _ in range(source.randrange(1, 9)))
        if source.random() < 0.05:
            local = source.choice(mailboxes)
        if source.random() < 0.03:
            local *= source.randrange(20, 90)
        yield f"{local}@{source.choice(domains)}"


def as_long_as_allowed() -> Iterator[str]:
    """Yield addresses about as long as allowed: as spelled, in NFC, or with their domain in ASCII."""
    domains = ("example.com", "m\u00fcnchen.de", "x.test", "\u4f8b" * 20 + ".jp")
    for length in range(30, 250):
        for letter in ("a", "\u00e9", "e\u0301", "\u0958"):
            yield from (f"{letter * length}@{domain}" for domain in domains)
