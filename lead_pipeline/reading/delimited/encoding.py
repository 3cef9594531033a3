"""Which characters the bytes of a file stand for, and the file as UTF-8 whatever its encoding, with the physical lines
counted on the way. Where records begin and end belongs elsewhere.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lead_pipeline.model.errors import FileUnreadableError
from lead_pipeline.reading.delimited.quote_bits import count_of
from lead_pipeline.reading.delimited.single_byte_encodings import Reading, readings, words_beyond_ascii
from lead_pipeline.reading.source import COPY_AGAIN, ZEROS_BEHIND_TEXT, Source

#: Byte-order marks, longest first: that of UTF-16 LE is the beginning of that of UTF-32 LE.
BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

#: The encodings of several bytes a character that a legacy file may be in, as asked of the detector.
SEVERAL_BYTES = ("cp932", "gb18030", "big5", "cp949", "euc_jp")

_SAMPLE_BYTES = 256 * 2**10

#: What is only looked at and thrown away is read in blocks that fit a processor's cache.
_LOOKED_AT_BYTES = 256 * 2**10

#: Of a stretch that is UTF-8, so many bytes are asked how many runs beyond ASCII it has.
_COUNTED_BYTES = 4 * 2**10
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_UNKNOWN = "cp1252"

#: Words that are stranger than this in every encoding of one byte may be in one of several; a few words prove little.
_STRANGE, _STRANGE_FEW, _FEW_WORDS = 0.45, 0.15, 4

#: How sure we are of UTF-8 when bytes beyond ASCII are words in no encoding.
NO_WORDS = 0.3

#: Words that are as strange as this are none, but damage.
_NO_WORDS, _NO_WORDS_FEW = 1.1, 0.5

#: Of the runs beyond ASCII, one in so many may be damage that an encoding cannot explain.
_DAMAGED_RUNS = 20
_DETECTOR_BYTES = 16 * 2**10
_SURE_OF_SEVERAL = 0.9
_REPLACED = "lead_pipeline.unreadable"
_MARKED = re.compile("\udcff((?:[0-9a-f]{2})+)\udcfe")
_END_OF_FILE = b"\x1a"
_LOST_LETTER = "\ufffd".encode()

#: No text has so many in a row: a sector, which is the least that a disk or an upload in pieces leaves out.
_HOLE = bytes(512)


@dataclass(frozen=True, slots=True)
class Encoding:
    """The name of an encoding as Python knows it, the length of its byte-order mark, and how sure we are (0 to 1)."""

    name: str
    bom: bytes = b""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class TextSource:
    """A source whose encoding is known: its text as blocks of UTF-8 without a byte-order mark."""

    source: Source
    encoding: Encoding

    def blocks(self, size: int | None = None, count: "TextCount | None" = None) -> Iterator[bytes]:
        """Yield UTF-8, in which whatever could not be decoded has bytes that UTF-8 never has; see `readable`.

        NUL characters, which no text has, are left out, and counted in `count`; so is the mark of the end of a file
        (Ctrl-Z) that DOS programs write. Raises FileUnreadableError for so many in a row that bytes are missing.
        """
        held, trailing = b"", 0
        for block in self._decoded(_without(self.source.blocks(size), self.encoding.bom)):
            text = held + block
            if text.find(b"\x00") >= 0:
                if count is not None:
                    count.nuls += text.count(b"\x00")
                self._refuse_hole(bytes(min(trailing, len(_HOLE))) + text)
                trailing = _zeros_behind(text, trailing)
                text = text.replace(b"\x00", b"")
            else:
                trailing = 0
            kept = text.rstrip(_END_OF_FILE)
            held = text[len(kept) :]
            if kept:
                yield kept
        self.source.refuse_zeros_behind(trailing, ZEROS_BEHIND_TEXT)

    def _refuse_hole(self, text: bytes) -> None:
        """Zeros at the end may be a gap or the end of the file, which the next block tells."""
        if _HOLE in text.rstrip(b"\x00"):
            raise FileUnreadableError(
                f"{self.source.display_name} has a gap: {len(_HOLE)} zero bytes or more in a row, where text should "
                f"be. {COPY_AGAIN}"
            )

    def _decoded(self, raw: Iterator[bytes]) -> Iterator[bytes]:
        if self.encoding.name in ("utf-8", "ascii"):
            yield from raw
            return
        codecs.register_error(_REPLACED, _unreadable)
        decoder = codecs.getincrementaldecoder(self.encoding.name)(_REPLACED)
        for block in raw:
            yield decoder.decode(block).encode(errors="surrogateescape")
        yield decoder.decode(b"", final=True).encode(errors="surrogateescape")


def _unreadable(error: UnicodeError) -> tuple[str, int]:
    """Stand in for undecodable bytes with their digits between lone surrogates, which surrogateescape writes as 0xFF
    and 0xFE: so the bytes survive in UTF-8, and make no text together with their neighbours.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return f"\udcff{error.object[error.start : error.end].hex()}\udcfe", error.end


def readable(cell: str) -> str:
    r"""Return the cell with `\xe9` for every byte of the file that is no text, so that it can be found and replaced."""
    marked = _MARKED.sub(lambda found: re.sub("..", r"\\x\g<0>", found.group(1)), cell)
    return marked.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _without(blocks: Iterator[bytes], bom: bytes) -> Iterator[bytes]:
    start = b""
    for block in blocks:
        start += block
        if len(start) >= len(bom):
            break
    if rest := start.removeprefix(bom):
        yield rest
    yield from blocks


def _zeros_behind(text: bytes, before: int = 0) -> int:
    """Return how many zero bytes a text ends with, of which `before` stood at the end of what came before it."""
    zeros = len(text) - len(text.rstrip(b"\x00")) if text.endswith(b"\x00") else 0
    return zeros + before if zeros == len(text) else zeros


class TextCount:
    """Counts line breaks in blocks of bytes (LF, CRLF, lone CR), whatever quotes say, NULs that were removed, and the
    character that stands for lost letters (U+FFFD).
    """

    def __init__(self) -> None:
        self.breaks: Counter[str] = Counter(LF=0, CRLF=0, CR=0)
        self.nuls = 0
        self.lost_letters = 0
        self._last = b""
        self._end = b""

    def feed(self, block: bytes) -> None:
        """Count the line breaks of the next block."""
        if not block:
            return
        returns = pairs = 0
        if block.find(b"\r") >= 0:
            returns, pairs = count_of(block, ord("\r")), block.count(b"\r\n")
        if self._last == b"\r" and block[:1] == b"\n":
            pairs += 1
        self.breaks["CRLF"] += pairs
        self.breaks["LF"] += count_of(block, ord("\n")) - pairs
        self.breaks["CR"] += returns - pairs
        self._last = block[-1:]
        if self._end or block.find(_LOST_LETTER[0]) >= 0:  # a byte is found many times faster than three of them
            self.lost_letters += (self._end + block).count(_LOST_LETTER)
        self._end = block[-2:] if block[-1] in _LOST_LETTER[:2] else b""

    @property
    def lines(self) -> int:
        """Return the physical lines so far; a last line without a line break counts."""
        return self.breaks.total() + (self._last not in (b"", b"\n", b"\r"))


def known_encoding(name: str, display_name: str, head: bytes) -> Encoding:
    """Return the encoding that the caller named; raises FileUnreadableError for a name that Python does not know."""
    try:
        known = codecs.lookup(name).name
    except LookupError:
        raise FileUnreadableError(
            f"{display_name} cannot be read as '{name}': there is no such encoding. Write for example utf-8 or cp1252."
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
        return Encoding("utf-8", confidence=good / (good + bad))
    return _legacy(source, sample, bad)


def _wide(head: bytes) -> Encoding | None:
    """Recognise UTF-16 and UTF-32 without a mark by where the zero bytes of ASCII characters stand."""
    sample = head[: len(head) - len(head) % 4]
    if len(sample) < 4 or not sample.count(0):
        return None
    zeros = [sample[offset::4].count(0) / (len(sample) // 4) for offset in range(4)]
    patterns = {
        "utf-32-le": zeros[1] > 0.6 and min(zeros[2:]) > 0.95 and zeros[0] < 0.1,
        "utf-32-be": min(zeros[:2]) > 0.95 and zeros[2] > 0.6 and zeros[3] < 0.1,
        "utf-16-le": min(zeros[1], zeros[3]) > 0.3 and max(zeros[0], zeros[2]) < 0.1,
        "utf-16-be": min(zeros[0], zeros[2]) > 0.3 and max(zeros[1], zeros[3]) < 0.1,
    }
    for name, fits in patterns.items():
        if fits and _decodes(sample[: _whole_characters(sample, name)], name):
            return Encoding(name, confidence=0.95)
    return _wide_without_ascii(head[: len(head) - len(head) % 2])


def _wide_without_ascii(sample: bytes) -> Encoding | None:
    """Recognise UTF-16 in which little but delimiters and line breaks is ASCII: lines of printable characters."""
    if sample.count(0) * 100 < len(sample):
        return None
    for name, last in (("utf-16-le", -2), ("utf-16-be", -1)):
        whole = sample[:-2] if 0xD8 <= sample[last + (name == "utf-16-le")] <= 0xDB else sample  # half a pair
        text = whole.decode(name, errors="replace")
        breaks = text.count("\n") + text.count("\r")
        odd = sum(mark == "\ufffd" or not (mark.isprintable() or mark in "\t\r\n") for mark in text)
        if odd * 100 <= len(text) and 2 * breaks > sample.count(b"\n") + sample.count(b"\r"):
            return Encoding(name, confidence=0.8)
    return None


def _evidence(source: Source) -> tuple[bytes, int, int]:
    """Return lines beyond ASCII, and how many runs of bytes beyond ASCII are UTF-8 and are not, over the whole file."""
    sample, good, bad, carry = bytearray(), 0, 0, b""
    for block in source.blocks(_LOOKED_AT_BYTES):
        if block.isascii() and not carry:
            continue
        data = carry + block
        cut = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        if not cut and len(data) > _SAMPLE_BYTES:
            cut = _whole_characters(data, "utf-8")
        lines, carry = data[:cut], data[cut:]
        if len(sample) < _SAMPLE_BYTES and not lines.isascii():
            wanted = (line for line in lines.splitlines(keepends=True) if not line.isascii())
            sample += b"".join(wanted)[:_SAMPLE_BYTES]
        good, bad = _counted(lines, good, bad)
    sample += b"" if carry.isascii() else carry
    return (bytes(sample), *_counted(carry, good, bad))


def _counted(data: bytes, good: int, bad: int) -> tuple[int, int]:
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


def _legacy(source: Source, sample: bytes, runs: int) -> Encoding:
    """Find a legacy encoding: one of those of one byte a character, by letters, or one of several, by the detector.

    The detector distinguishes East Asian encodings; among those of one byte it confuses Western, Central European and
    many others on names (charset-normalizer knows no language of names), so that choice is made by letters. What is
    chosen must decode the whole file, but for a few runs of bytes in many, whose rows say so.
    """
    sample = sample.replace(b"\x00", b"")
    words = words_beyond_ascii(sample)
    ranked = readings(words)
    several = _of_several_bytes(sample, ranked[0], len(words))
    if not several and ranked[0].strangeness >= (_NO_WORDS if len(words) >= _FEW_WORDS else _NO_WORDS_FEW):
        return Encoding("utf-8", confidence=NO_WORDS)  # damage, on the rows that have it
    confidence = _SURE_OF_SEVERAL if len(words) >= _FEW_WORDS else 0.6
    answers = [*((name, confidence) for name in several), *_with_confidence(ranked, words)]
    for name, confidence in answers:
        if _undecodable(source, name) * _DAMAGED_RUNS <= runs:
            return Encoding(name, confidence=confidence)
    return Encoding(_UNKNOWN, confidence=0.2)


def _of_several_bytes(sample: bytes, single: Reading, words: int) -> list[str]:
    """Return what the detector says when the words are strange in the best encoding of one byte."""
    sample = sample[:_DETECTOR_BYTES]
    possible = [name for name in SEVERAL_BYTES if _nearly_decodes(sample, name)]
    if not possible or single.strangeness <= (_STRANGE if words >= _FEW_WORDS else _STRANGE_FEW):
        return []
    asked = [*possible, *([single.encoding] if words < _FEW_WORDS else [])]
    found = _detected(sample, asked)
    return found if found and found[0] in SEVERAL_BYTES else []


def _detected(sample: bytes, names: list[str]) -> list[str]:
    """Return in which of the encodings the sample makes sense, the likeliest first.

    The detector takes no encoding that cannot decode all of what it is given, so each is asked about as much as is
    whole characters in it; where none decodes that, without the damage.
    """
    from charset_normalizer import from_bytes

    whole = {name: sample[: _whole_characters(sample, name)] for name in names}
    asked = {name: start for name, start in whole.items() if _decodes(start, name)} or {
        name: start.decode(name, errors="ignore").encode(name, errors="ignore") for name, start in whole.items()
    }
    matches = [
        match
        for name, start in asked.items()
        for match in from_bytes(start, cp_isolation=[name], threshold=0.4, enable_fallback=False)
    ]
    return [match.encoding for match in sorted(matches)]


def _whole_characters(data: bytes, name: str) -> int:
    """Return the length of the data without a character at its end that is cut in this encoding."""
    decoder = codecs.getincrementaldecoder(name)("replace")
    decoder.decode(data)
    return len(data) - len(decoder.getstate()[0])


def _nearly_decodes(sample: bytes, name: str) -> bool:
    """Return whether a sample (which may end within a character) is text in an encoding of several bytes.

    Half-width katakana are no evidence: every byte string has a reading as Shift-JIS that is full of them.
    """
    beyond = [mark for mark in sample.decode(name, errors="replace") if not mark.isascii()]
    wrong = sum(mark == "\ufffd" for mark in beyond)
    half_width = sum("\uff61" <= mark <= "\uff9f" for mark in beyond)
    return (wrong - 1) * _DAMAGED_RUNS <= len(beyond) and 2 * half_width <= len(beyond)


def _with_confidence(ranked: list[Reading], words: list[bytes]) -> list[tuple[str, float]]:
    """Return the encodings with how sure each is: by how much stranger the next is that makes other words of them."""
    joined = b" ".join(words)
    texts = [joined.decode(reading.encoding, errors="replace") for reading in ranked]
    answers = []
    for rank, reading in enumerate(ranked):
        later = [
            other.strangeness - reading.strangeness
            for other, text in zip(ranked, texts, strict=True)
            if text != texts[rank] and other.strangeness >= reading.strangeness
        ]
        margin = min(later, default=1.0)
        answers.append((reading.encoding, round(min(0.95, 0.5 + margin) if rank == 0 else 0.3, 2)))
    return answers


def _undecodable(source: Source, name: str) -> int:
    """Return how many byte sequences of the whole file an encoding cannot decode."""
    codecs.register_error(_REPLACED, _unreadable)
    decoder = codecs.getincrementaldecoder(name)(_REPLACED)
    wrong = sum(decoder.decode(block).count("\udcff") for block in source.blocks(_LOOKED_AT_BYTES))
    return wrong + decoder.decode(b"", final=True).count("\udcff")
