"""Which encoding of one byte a character makes words of bytes: judged by the letters of the languages written in it and
by what stands beside what. Encodings of several bytes, and the file as a whole, do not belong here.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

#: The letters beyond ASCII of languages, in lower case (Unicode CLDR, main exemplar characters); of scripts other than
#: Latin all letters, the ten commonest first.
LATIN = {
    "French": "éèêëàâæçîïôœùûü",
    "German": "äöüß",
    "Spanish": "áéíñóúü",
    "Portuguese": "áâãàçéêíóôõúü",
    "Italian": "àèéìíòóùú",
    "Catalan": "àçéèíïòóúü",
    "Dutch": "áéëèïóöüúí",
    "Swedish": "åäöéà",
    "Finnish": "äöåšž",
    "Danish": "æøåéóäö",
    "Icelandic": "áæðéíóöþúýø",
    "Irish": "áéíóú",
    "Estonian": "äöõüšž",
    "Albanian": "çë",
    "Polish": "ąćęłńóśźż",
    "Czech": "áčďéěíňóřšťúůýž",
    "Slovak": "áäčďéíĺľňóôŕšťúýž",
    "Hungarian": "áéíóöőúüű",
    "Romanian": "ăâîşţșț",
    "Croatian": "čćđšž",
    "Turkish": "çğıİöşüâîû",
    "Latvian": "āčēģīķļņšūž",
    "Lithuanian": "ąčęėįšųūž",
}
OTHERS = {
    "Russian": "оеаинтсрвлкмдпуяызбгчйхжшюцщэфъё\u044c",
    "Ukrainian": "оаинвретскідлмпуязбгчйхжшюцщєїфґь",
    "Belarusian": "аіенорыстлкдвумяпзьгбчйцхжшюэёфў",
    "Bulgarian": "аеиотнрсвлкдпмзъуябгчщхжцшфюйьѝ",
    "Serbian": "аиоенрстјуквдмлпзгбшчцжхћђњљфџ",
    "Macedonian": "аоеитнрсвлкдпмзјубгчшцжхќѓњљфџѕѝѐ",
    "Greek": "αοιετσνηυρκπλμςγδχθφωβξζψάέήίόύώϊϋΐΰ",
    "Hebrew": "יוהלאמרתבשנעפקדחטכזסגצםןץףך",
    "Arabic": "اليمنرتبوةسدعفهكقحجشصطخأزذثضغظىئءآؤإًٌٍَُِّْـپچژگ",
    "Thai": "\u0e32\u0e19\u0e23\u0e40\u0e2d\u0e01\u0e22\u0e21\u0e25\u0e27"
    + "".join(chr(code) for code in (*range(0xE01, 0xE3B), *range(0xE40, 0xE4F))),
}

_WEST = (
    "French", "German", "Spanish", "Portuguese", "Italian", "Catalan", "Dutch", "Swedish", "Danish", "Icelandic",
    "Irish", "Albanian", "Finnish",
)  # fmt: skip
_EAST = ("Polish", "Czech", "Slovak", "Hungarian", "Romanian", "Croatian", "German", "Albanian", "French")
_BALTIC = ("Latvian", "Lithuanian", "Estonian", "German", "Polish", "Swedish", "Danish")
_SLAVIC = ("Russian", "Ukrainian", "Belarusian", "Bulgarian", "Serbian", "Macedonian")

#: The encodings that lists come in, the commoner first, and what is written in them.
ENCODINGS = {
    "cp1252": (*_WEST, "Estonian"),
    "cp1250": _EAST,
    "cp1251": _SLAVIC,
    "iso8859_2": _EAST,
    "iso8859_15": (*_WEST, "Estonian"),
    "cp1254": (*_WEST, "Turkish"),
    "cp1253": ("Greek",),
    "cp1257": _BALTIC,
    "cp1255": ("Hebrew",),
    "cp1256": ("Arabic",),
    "cp874": ("Thai",),
    "mac_roman": _WEST,
    "koi8_r": ("Russian", "Bulgarian"),
    "koi8_u": ("Russian", "Ukrainian", "Belarusian", "Bulgarian"),
    "iso8859_5": _SLAVIC,
    "iso8859_7": ("Greek",),
    "iso8859_13": _BALTIC,
    "iso8859_4": _BALTIC,
    "iso8859_8": ("Hebrew",),
    "iso8859_6": ("Arabic",),
    "cp850": _WEST,
    "cp437": ("French", "German", "Spanish", "Italian", "Dutch", "Swedish"),
    "cp852": _EAST,
    "cp866": _SLAVIC,
    "mac_cyrillic": _SLAVIC,
    "mac_latin2": _EAST,
}

#: Marks by the side of a word on which they stand.
_BEFORE_WORDS = "\u201c\u2018\u201e\u201a\u00ab\u2039\u00bf\u00a1$\u00a9#"
_AFTER_WORDS = "\u201d\u00bb\u203a\u00ae\u2122\u00b0\u00ba\u00aa\u2026\u00b2\u00b3\u20ac\u00a3%"
_WITHIN_WORDS = "\u2019\u00b7\u00b4\u02bc\u00ad"
_BETWEEN_WORDS = "\u2013\u2014\u2022\u00a7\u00b6\u00b1\u00d7\u00bd\u00bc\u00be\u2116\u060c\u061b\u061f"

_WORD = re.compile(rb"[0-9A-Za-z]*[\x80-\xff][0-9A-Za-z\x80-\xff]*")
_WORDS, _LONGEST = 200, 60

#: What speaks against a reading, and how loudly, in classes of characters: `a` `A` letters of ASCII, `l` `L` Latin
#: letters beyond it, `n` `N` letters of another script, `f` those of no language written so; `b` `k` `w` `m` marks
#: before, after, within and between words, `s` a space, `x` any other mark, `!` a control character.
_ODDITIES = tuple(
    (re.compile(pattern), weight)
    for pattern, weight in (
        (rb"!", 3.0),
        (rb"[aAlL](?=[nN])|[nN](?=[aAlL])", 2.0),
        (rb"x|f", 1.0),
        (rb"(?<=[aAlLnNf])[bm]|k(?=[aAlLnNf])|m(?=[aAlLnNf])", 1.0),
        (rb"(?<![aAlLnNf])w(?=[aAlLnNf])", 0.5),
        (rb"(?<=[nN])w(?=[nN])", 0.2),
        (rb"(?<=[aAlLnNf])s(?=[aAlLnNf])", 0.5),
        (rb"s(?=s)", 1.0),
        (rb"[aln](?=[LN])|[ln](?=A)", 1.0),
        (rb"[ALN][ALN](?=[ln])", 0.5),
        (rb"[lL]{3}", 1.0),
    )
)


#: Letters that stand before some others only (empty: at the end of a word): Portuguese `ão`, Slovak `vŕba`.
_FOLLOWERS = {
    "Portuguese": (("ã", "õ"), (b"", b"o", b"e", b"i", b"s")),
    "Slovak": (("ŕ", "ĺ"), tuple(bytes([letter]) for letter in b"bcdfghjkmnpqrstvxz")),
}

#: What speaks against all but the commonest encoding, and the more the later one stands; the share that common letters
#: have in a text; what speaks against a text that no one language can have.
_NOT_FIRST, _LATER, _FEW_WORDS = 0.06, 0.003, 0.006
_COMMON_SHARE, _NOT_ONE = 0.6, 0.1

#: With so many more oddities a word than another, an encoding is not looked at further.
_FAR_BEHIND = 0.5


class Reading(NamedTuple):
    """How strange the words are in an encoding: 0 is not at all, 1 about one oddity in every word."""

    encoding: str
    strangeness: float


class _Table(NamedTuple):
    """What each byte is in an encoding: its class, the languages that have it (as bits, -1 for no letter) ..."""

    classes: bytes
    languages: tuple[int, ...]
    common: set[int]
    followers: dict[int, tuple[int, tuple[bytes, ...]]]


def words_beyond_ascii(sample: bytes) -> list[bytes]:
    """Return the first different words with bytes beyond ASCII in them."""
    words: dict[bytes, None] = {}
    for found in _WORD.finditer(sample):
        words[found.group()[:_LONGEST]] = None
        if len(words) == _WORDS:
            break
    return list(words)


def readings(words: Sequence[bytes]) -> list[Reading]:
    """Return the encodings that the words (at least one) may be in, the likeliest first."""
    joined = b" ".join(words)
    oddities = {name: _oddities(joined, name) / len(words) for name in ENCODINGS}
    least = min(oddities.values())
    found = [
        Reading(name, round(oddities[name] + _unspoken(words, name) + _prior(index, len(words)), 3))
        for index, name in enumerate(ENCODINGS)
        if oddities[name] <= least + _FAR_BEHIND
    ]
    return sorted(found, key=lambda reading: reading.strangeness)


def _prior(index: int, words: int) -> float:
    """Return what speaks against an encoding before a word is looked at; the fewer the words, the more it weighs."""
    return _NOT_FIRST + index * (_LATER + _FEW_WORDS / words) if index else 0.0


def _oddities(joined: bytes, name: str) -> float:
    classes = joined.translate(_table(name).classes)
    return sum(weight * len(pattern.findall(classes)) for pattern, weight in _ODDITIES)


def _unspoken(words: Sequence[bytes], name: str) -> float:
    """Return the share of words that no language can have, and a little for a text that no one language can have."""
    table = _table(name)
    counts, total, common, odd = [0] * len(ENCODINGS[name]), 0, 0, 0
    for word in words:
        shared = -1
        for index, byte in enumerate(word):
            spoken = table.languages[byte]
            if spoken < 0:
                continue
            if byte in table.followers:
                language, allowed = table.followers[byte]
                spoken &= -1 if word[index + 1 : index + 2].lower() in allowed else ~language
            shared &= spoken
            total += 1
            common += byte in table.common
            for language in range(len(counts)):
                counts[language] += spoken >> language & 1
        odd += not shared
    if not total:
        return 0.0
    mixed = (1 - max(counts) / total) / 2 + _NOT_ONE * (max(counts) < total)
    rare = max(0.0, _COMMON_SHARE - common / total) if ENCODINGS[name][0] in OTHERS else 0.0
    return odd / len(words) + mixed + rare


@lru_cache
def _table(name: str) -> _Table:
    languages = [(LATIN | OTHERS)[language] for language in ENCODINGS[name]]
    marks = [bytes([byte]).decode(name, errors="replace") for byte in range(256)]
    known = "".join(languages)
    spoken = [
        sum(_speaks(letters, mark) << index for index, letters in enumerate(languages)) if _is_letter(mark) else -1
        for mark in marks
    ]
    common = {byte for byte, mark in enumerate(marks) if any(mark.lower() in letters[:10] for letters in languages)}
    followers = {
        byte: (1 << ENCODINGS[name].index(language), allowed)
        for language, (letters, allowed) in _FOLLOWERS.items()
        if language in ENCODINGS[name]
        for byte, mark in enumerate(marks)
        if mark.lower() in letters
    }
    return _Table("".join(_class_of(mark, known) for mark in marks).encode(), tuple(spoken), common, followers)


def _speaks(letters: str, mark: str) -> bool:
    return mark in letters or mark.lower() in letters


def _is_letter(mark: str) -> bool:
    return not mark.isascii() and ((mark.isalpha() and mark not in _AFTER_WORDS) or unicodedata.category(mark) == "Mn")


def _class_of(mark: str, known: str) -> str:
    if mark.isascii():
        return "0" if mark.isdigit() else " " if not mark.isalpha() else "A" if mark.isupper() else "a"
    if _is_letter(mark):
        if not _speaks(known, mark):
            return "f"
        latin = "LATIN" in unicodedata.name(mark)
        return ("L" if latin else "N") if mark.isupper() else ("l" if latin else "n")
    if mark == "\u00a0":
        return "s"
    sides = {"b": _BEFORE_WORDS, "k": _AFTER_WORDS, "w": _WITHIN_WORDS, "m": _BETWEEN_WORDS}
    return next(
        (side for side, those in sides.items() if mark in those),
        "x" if mark.isprintable() and mark != "\ufffd" else "!",
    )
