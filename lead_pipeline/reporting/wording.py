"""How results are said to people: sentences, numbers with units, and names that cannot break a line or a page.
Where the words go (terminal, Markdown, HTML) belongs in summary.py and report.py.
"""

from lead_pipeline.model.outcomes import COMMITTED, ImportStatus, Outcome
from lead_pipeline.model.results import ImportResult

_STATUS_SENTENCES = {
    ImportStatus.QUEUED: "The file waits for its turn.",
    ImportStatus.PROCESSING: "The file is being imported.",
    ImportStatus.AWAITING_APPROVAL: "The file was read and judged; nothing is imported before somebody approves it.",
    ImportStatus.FAILED: "The import failed and nothing of it was kept; it can be run again.",
    ImportStatus.QUARANTINED: "The file was refused and nothing of it was imported.",
    ImportStatus.CANCELLED: "The import was cancelled and nothing of it was kept.",
    ImportStatus.REVERTED: "The import was taken back; its leads are gone.",
}

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space"}
_NEWLINES = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}


def status_sentence(result: ImportResult) -> str:
    """Return in plain words how the import ended; why a file was refused is in `result.message`."""
    if result.status not in COMMITTED:
        return _STATUS_SENTENCES[result.status]
    sentences = [_leads_sentence(result)]
    rejected = result.counts.rejected
    if rejected:
        them = "it" if rejected == 1 else "them"
        sentences.append(
            f"{counted(rejected, 'row')} could not be used; correct {them} in the rejected file and drop that."
        )
    if result.already_imported:
        sentences.insert(0, "This content was imported before, so nothing was done this time.")
    return " ".join(sentences)


def _leads_sentence(result: ImportResult) -> str:
    created, read = result.counts.created, result.rows_read or 0
    if read == 0:
        return "The file has no rows."
    if read == 1:
        return "The one row became a new lead." if created else "The one row did not become a new lead."
    if created == read:
        return f"All {read:,} rows became new leads."
    if created == 0:
        return f"None of the {read:,} rows became a new lead."
    return f"{created:,} of {read:,} rows became {'a new lead' if created == 1 else 'new leads'}."


def counted(number: int, noun: str) -> str:
    """Return `1 row`, `2,000 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def outcomes_listed(result: ImportResult) -> str:
    """Return the outcomes that occur, in their order: `170 created, 12 duplicate`."""
    return ", ".join(f"{result.counts.of(each):,} {each.value}" for each in Outcome if result.counts.of(each))


def one_line(text: str) -> str:
    """Return the text with everything that is not plainly visible written as an escape.

    A file may be named anything: a line feed would forge a line of a log, an escape sequence would recolour a terminal,
    a right-to-left override would show `gpj.exe` as `exe.jpg`, and a byte that is not UTF-8 cannot be encoded at all.
    """
    return "".join(
        character if character == " " or character.isprintable() else _escaped(character) for character in text
    )


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python spells a byte of a file name that is not UTF-8 (PEP 383)
        code -= 0xDC00
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def encodable(text: str) -> str:
    """Return the text as it is, but for bytes of a file name that are not UTF-8: these become escapes."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def file_size(size: int) -> str:
    """Return `512 bytes`, `45.1 kB`, `1.2 GB` (powers of 1000, as file managers show them)."""
    if size < 1000:
        return counted(size, "byte")
    value, unit = size / 1000, "kB"
    for larger in ("MB", "GB", "TB"):
        if value < 999.95:
            break
        value, unit = value / 1000, larger
    return f"{value:.1f} {unit}"


def duration(seconds: float) -> str:
    """Return `35 ms`, `1.8 s`, `2 min 5 s`."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def delimiter_name(delimiter: str) -> str:
    """Return a word for a character that is hard to see."""
    return _DELIMITERS.get(delimiter, one_line(delimiter))


def newline_name(newline: str) -> str:
    """Return `CRLF`, `LF` or `CR`; what is already a word stays."""
    return _NEWLINES.get(newline, one_line(newline))
