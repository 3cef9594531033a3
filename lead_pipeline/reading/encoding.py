"""Which characters the bytes of a file stand for, and the file as UTF-8 whatever its encoding, with the physical lines
counted on the way. Where records begin and end belongs elsewhere.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lead_pipeline.model.errors import FileUnreadableError
from lead_pipeline.reading.bits import count_of
from lead_pipeline.reading.source import Source

#: Byte-order marks, longest first: that of UTF-16 LE is the beginning of that of UTF-32 LE.
BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

#: What a legacy file may be in, as asked of the detector: the encodings that spreadsheets and CRMs write.
LEGACY = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859_2", "iso8859_5",
    "iso8859_7", "koi8_r", "mac_roman", "cp932", "gb18030", "big5", "cp949", "euc_jp",
)  # fmt: skip

#: The letters beyond ASCII of the languages that an encoding is used for; the commoner encoding stands first.
LATIN_LETTERS = {
    "cp1252": "éèêëàâäáãåæçñöóòôõøúùûüíìîïßœª\xba",
    "cp1250": "ąćęłńóśźżáčďéěíňřšťúůýžőűöüäăâîşţđôľĺŕß",
    "iso8859_2": "ąćęłńóśźżáčďéěíňřšťúůýžőűöüäăâîşţđôľĺŕß",
    "cp1254": "çğ\u0131öşüâîûi\u0307",
    "cp1257": "āčēģīķļņšūžąęėįųõäöü",
    "mac_roman": "éèêëàâäáãåæçñöóòôõøúùûüíìîïßœ",
    "iso8859_15": "éèêëàâäáãåæçñöóòôõøúùûüíìîïßœ",
}
_MARKS = "€£©®°¡¿«»§·\xa0\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u2122\u2022"

_SAMPLE_BYTES = 256 * 2**10

#: What is only looked at and thrown away is read in blocks that fit a processor's cache.
_LOOKED_AT_BYTES = 256 * 2**10

#: Of a stretch that is UTF-8, so many bytes are asked how many runs beyond ASCII it has.
_COUNTED_BYTES = 4 * 2**10
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_UNKNOWN = "cp1252"

#: With fewer bytes beyond ASCII a detector is guessing; the commonest legacy encoding is the better guess.
_LEAST_EVIDENCE = 12
_REPLACED = "lead_pipeline.unreadable"


@dataclass(frozen=True, slots=True)
class Encoding:
    """The name of an encoding as Python knows it, the length of its byte-order mark, and how sure we are (0 to 1)."""

    name: str
    bom: bytes = b""
    sure: float = 1.0


@dataclass(frozen=True, slots=True)
class TextSource:
    """A source whose encoding is known: its text as blocks of UTF-8 without a byte-order mark."""

    source: Source
    encoding: Encoding

    def blocks(self, size: int | None = None) -> Iterator[bytes]:
        """Yield UTF-8, in which whatever could not be decoded is a byte that UTF-8 never has (0xFF)."""
        raw = _without(self.source.blocks(size), self.encoding.bom)
        if self.encoding.name in ("utf-8", "ascii"):
            yield from raw
            return
        codecs.register_error(_REPLACED, _unreadable)
        decoder = codecs.getincrementaldecoder(self.encoding.name)(_REPLACED)
        for block in raw:
            yield decoder.decode(block).encode(errors="surrogateescape")
        yield decoder.decode(b"", final=True).encode(errors="surrogateescape")


def _unreadable(error: UnicodeError) -> tuple[str, int]:
    """Stand in for undecodable bytes with a lone surrogate, which surrogateescape writes as 0xFF."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end


def _without(blocks: Iterator[bytes], bom: bytes) -> Iterator[bytes]:
    start = b""
    for block in blocks:
        start += block
        if len(start) >= len(bom):
            break
    if rest := start.removeprefix(bom):
        yield rest
    yield from blocks


class LineCount:
    """Counts line breaks (LF, CRLF, lone CR) in blocks of bytes by themselves, whatever quotes say."""

    def __init__(self) -> None:
        self._breaks = 0
        self._last = b""

    def feed(self, block: bytes) -> None:
        """Count the line breaks of the next block."""
        if not block:
            return
        self._breaks += count_of(block, ord("\n"))
        if block.find(b"\r") >= 0:
            self._breaks += block.count(b"\r") - block.count(b"\r\n")
        if self._last == b"\r" and block[:1] == b"\n":
            self._breaks -= 1
        self._last = block[-1:]

    @property
    def lines(self) -> int:
        """Return the physical lines so far; a last line without a line break counts."""
        return self._breaks + (self._last not in (b"", b"\n", b"\r"))


def known_encoding(name: str, shown: str, head: bytes) -> Encoding:
    """Return the encoding that the caller named; raises FileUnreadableError for a name that Python does not know."""
    try:
        known = codecs.lookup(name).name
    except LookupError:
        raise FileUnreadableError(
            f"{shown} cannot be read as '{name}': no such encoding is known. Write for example utf-8 or cp1252."
        ) from None
    known = {"utf-8-sig": "utf-8"}.get(known, known)
    for bom, marked in BOMS:
        if head.startswith(bom) and marked.startswith(known):
            return Encoding(marked, bom)
    return Encoding({"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(known, known))


def find_encoding(source: Source, head: bytes) -> Encoding:
    """Find the encoding: byte-order mark, zero bytes, UTF-8 over the whole file, else a detector's best guess."""
    for bom, name in BOMS:
        if head.startswith(bom):
            return Encoding(name, bom)
    wide = _wide(head)
    if wide is not None:
        return wide
    sample, good, bad = _evidence(source)
    if not bad:
        return Encoding("utf-8")
    if good >= bad:  # a UTF-8 file with a few bad rows: those rows say so
        return Encoding("utf-8", sure=good / (good + bad))
    legacy = _legacy(source, sample)
    if _plausible(sample, legacy.name):
        return legacy
    return Encoding("utf-8", sure=0.3)  # bytes that make no words in any encoding: damage, on the rows that have it


def _plausible(sample: bytes, name: str) -> bool:
    """Tell whether most characters beyond ASCII are such as people write, and not what binary damage looks like."""
    if name in LATIN_LETTERS:
        return _strangeness(sample, name) < 0.5
    beyond = [mark for mark in sample.decode(name, errors="replace") if not mark.isascii()]
    return 2 * sum(mark.isprintable() and mark != "\ufffd" for mark in beyond) > len(beyond)


def _wide(head: bytes) -> Encoding | None:
    """Recognise UTF-16 and UTF-32 without a mark by where the zero bytes of ASCII characters stand."""
    sample = head[: len(head) - len(head) % 4]
    if len(sample) < 4 or sample.count(0) < len(sample) // 8:
        return None
    zeros = [sample[place::4].count(0) / (len(sample) // 4) for place in range(4)]
    patterns = {
        "utf-32-le": zeros[1] > 0.6 and min(zeros[2:]) > 0.95 and zeros[0] < 0.1,
        "utf-32-be": min(zeros[:2]) > 0.95 and zeros[2] > 0.6 and zeros[3] < 0.1,
        "utf-16-le": min(zeros[1], zeros[3]) > 0.3 and max(zeros[0], zeros[2]) < 0.1,
        "utf-16-be": min(zeros[0], zeros[2]) > 0.3 and max(zeros[1], zeros[3]) < 0.1,
    }
    for name, fits in patterns.items():
        if fits and _decodes(sample, name):
            return Encoding(name, sure=0.95)
    return None


def _evidence(source: Source) -> tuple[bytes, int, int]:
    """Return lines beyond ASCII, and how many runs of bytes beyond ASCII are UTF-8 and are not, over the whole file."""
    sample, good, bad, carry = bytearray(), 0, 0, b""
    for block in source.blocks(_LOOKED_AT_BYTES):
        if block.isascii() and not carry:
            continue
        data = carry + block
        cut = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1 or (len(data) if len(data) > _SAMPLE_BYTES else 0)
        lines, carry = data[:cut], data[cut:]
        if len(sample) < _SAMPLE_BYTES and not lines.isascii():
            wanted = (line for line in lines.splitlines(keepends=True) if not line.isascii())
            sample += b"".join(wanted)[:_SAMPLE_BYTES]
        good, bad = _judged(lines, good, bad)
    sample += b"" if carry.isascii() else carry
    return (bytes(sample), *_judged(carry, good, bad))


def _judged(data: bytes, good: int, bad: int) -> tuple[int, int]:
    if data.isascii():
        return good, bad
    if _decodes(data, "utf-8"):
        runs = len(_HIGH_RUN.findall(data, 0, _COUNTED_BYTES)) * max(1, len(data) // _COUNTED_BYTES)
        return good + 1 + runs, bad
    found = _HIGH_RUN.findall(data)
    valid = sum(_decodes(run, "utf-8") for run in found)
    return good + valid, bad + len(found) - valid


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _legacy(source: Source, sample: bytes) -> Encoding:
    """Ask the detector about the lines beyond ASCII, and take the first answer that can decode the whole file.

    The detector tells scripts apart; among the encodings of Latin letters it confuses Western and Central European
    ones on names (charset-normalizer has no language of names), so that choice is made by the letters themselves.
    """
    ranked: list[str] = []
    if sum(len(run) for run in _HIGH_RUN.findall(sample)) >= _LEAST_EVIDENCE:
        from charset_normalizer import from_bytes

        matches = from_bytes(sample, cp_isolation=list(LEGACY), threshold=0.4, enable_fallback=False)
        ranked = [match.encoding for match in matches if not _half_width(sample, match.encoding)]
    if not ranked or ranked[0] in LATIN_LETTERS:
        ranked = [*sorted(LATIN_LETTERS, key=lambda name: _strangeness(sample, name)), *ranked]
    answers = list(dict.fromkeys([*ranked, _UNKNOWN, "latin-1"]))
    for place, name in enumerate(answers):
        if _decodes_all(source, name):
            return Encoding(name, sure=0.8 if place == 0 and ranked else 0.4)
    return Encoding(_UNKNOWN, sure=0.2)


def _half_width(sample: bytes, name: str) -> bool:
    """Tell a reading as Shift-JIS that is nothing but half-width katakana: every byte string has one."""
    if name != "cp932":
        return False
    beyond = [mark for mark in sample.decode(name, errors="replace") if not mark.isascii()]
    return 2 * sum("\uff61" <= mark <= "\uff9f" for mark in beyond) > len(beyond)


def _strangeness(sample: bytes, name: str) -> float:
    """Return the share of characters beyond ASCII that the languages of an encoding do not use."""
    beyond = [mark for mark in sample.decode(name, errors="replace") if not mark.isascii()]
    home = LATIN_LETTERS[name] + _MARKS
    return sum(mark.lower() not in home for mark in beyond) / max(1, len(beyond))


def _decodes_all(source: Source, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for block in source.blocks(_LOOKED_AT_BYTES):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
