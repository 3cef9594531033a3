"""The wording of results for people: sentences, numbers with units, and names that cannot break a line or a page.
Terminal, Markdown, HTML and email all take their sentences from here.
"""

import shlex
from collections.abc import Sequence
from pathlib import Path

from lead_pipeline.model.errors import counted, listed
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus, Outcome
from lead_pipeline.model.results import ImportResult, Progress, ReasonCount
from lead_pipeline.reporting.lead_changes_wording import lead_changes_sentences
from lead_pipeline.reporting.sequel_wording import recovered_sentences

_STATUS_SENTENCES = {
    ImportStatus.QUEUED: "The file is waiting for its turn.",
    ImportStatus.PROCESSING: "The file is being imported.",
    ImportStatus.AWAITING_APPROVAL: "The file was read and checked; nothing is imported until somebody approves it.",
    ImportStatus.FAILED: "The import failed and nothing was kept; it can be run again.",
    ImportStatus.QUARANTINED: "The file was refused and nothing was imported.",
    ImportStatus.CANCELLED: "The import was cancelled and nothing was kept.",
    ImportStatus.REVERTED: "The import was reverted; its leads were removed.",
}
_DRY_RUN = "Dry run: nothing was kept."
_KNOWN = "This content was imported before, so nothing would change. Of that import:"
_KNOWN_NOW = "This content was imported before, so nothing was done this time. Of that import:"
_WOULD_BE = {
    ImportStatus.QUARANTINED: "The file would be refused.",
    ImportStatus.AWAITING_APPROVAL: "The import would wait for approval.",
}

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space"}
_NEWLINES = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}


#: So many columns are named with a reason.
_COLUMNS_NAMED = 3


def columns_said(found: ReasonCount) -> str:
    """Return which columns a reason is about, the most frequent first and of several how often; empty for none."""
    if len(found.columns) < 2:  # one needs no number
        return "".join(map(one_line, found.columns))
    said = [f"{one_line(column)} ({count:,})" for column, count in list(found.columns.items())[:_COLUMNS_NAMED]]
    more = len(found.columns) - len(said)
    return ", ".join(said) + (f" and {more} more" if more else "")


def status_sentence(result: ImportResult) -> str:
    """Return in plain words how the import ended; why a file was refused or needs approval is in `result.message`."""
    if result.dry_run:
        sentences = [_DRY_RUN, _KNOWN if result.already_imported else _WOULD_BE.get(result.status, "")]
    elif result.status in COMMITTED:
        sentences = [_KNOWN_NOW] * result.already_imported
    else:
        sentences = [_STATUS_SENTENCES[result.status]]
    if result.status in (*COMMITTED, ImportStatus.AWAITING_APPROVAL):
        leads = _leads_sentence(result)
        sentences += [_continued(leads) if result.already_imported else leads, _rejected_sentence(result)]
    return " ".join(filter(None, sentences))


def _continued(sentence: str) -> str:
    """Return a sentence as it goes on behind a colon."""
    return sentence[0].lower() + sentence[1:]


def _leads_sentence(result: ImportResult) -> str:
    """Say how many rows became leads, updated one, or changed nothing; for a dry run, how many would."""
    read, counts, would = result.rows_read or 0, result.counts, result.is_supposed
    if read == 0:
        return "The file has no rows."
    become = "would become" if would else "became"
    phrases = [
        (counts.created, f"{become} a new lead" if counts.created == 1 else f"{become} new leads"),
        (counts.updated, "would update a lead" if would else "updated a lead"),
        (counts.unchanged, "would change nothing" if would else "changed nothing"),
    ]
    found = [(rows, verb) for rows, verb in phrases if rows]
    if read == 1:
        nothing = "would not become a new lead" if would else "did not become a new lead"
        return f"The one row {found[0][1] if found else nothing}."
    if not found:
        return f"None of the {read:,} rows {become} a new lead."
    (rows, verb), *others = found
    first = f"All {read:,} rows {verb}" if rows == read else f"{rows:,} of {read:,} rows {verb}"
    return ", ".join([first, *(f"{rows:,} {verb}" for rows, verb in others)]) + "."


def _rejected_sentence(result: ImportResult) -> str:
    rejected = result.counts.rejected
    if not rejected:
        return ""
    them = "it" if rejected == 1 else "them"
    if result.dry_run and not result.already_imported:
        return f"{counted(rejected, 'row')} could not be used; the reasons are in the dry-run file."
    if result.status == ImportStatus.AWAITING_APPROVAL:
        return (
            f"{counted(rejected, 'row')} could not be used: approve to import the others, or cancel, correct the file "
            "and drop it again."
        )
    return f"{counted(rejected, 'row')} could not be used; correct {them} in the rejected file and drop it again."


def progress_sentence(progress: Progress) -> str:
    """Return `total 40, processed 40, imported 31, skipped 9 (duplicate, …), errors 4`."""
    total = "" if progress.total is None else f"total {progress.total:,}, "
    return (
        f"{total}processed {progress.processed:,}, imported {progress.imported:,}, "
        f"skipped {progress.skipped:,} (duplicate, invalid, suppressed, blank or unchanged), errors {progress.errors:,}"
    )


def decision_commands(result: ImportResult, home: Path | None) -> dict[str, str]:
    """Return the commands that approve and cancel an import waiting for approval; empty for any other."""
    if result.status != ImportStatus.AWAITING_APPROVAL or result.dry_run:
        return {}
    option = "" if home is None else f" --home {shlex.quote(encodable(str(home)))}"
    return {answer: f"lead-pipeline{option} {answer} {result.import_id}" for answer in ("approve", "cancel")}


def sentences_to_notice(result: ImportResult) -> tuple[str, ...]:
    """Return what a person should know besides the message; of a refused file also how it was read, for that may be why
    nothing in it was found.
    """
    notes = result.file.notes if result.status == ImportStatus.QUARANTINED else ()
    return (
        *notes,
        *result.layout_changes,
        *lead_changes_sentences(result),
        *result.notices,
        *recovered_sentences(result),
    )


def ignored_sentence(columns: Sequence[str]) -> str:
    """Return `2 columns are ignored, as the profile says: wood, price.`, or the like of one column."""
    are = "1 column is" if len(columns) == 1 else f"{len(columns):,} columns are"
    return f"{are} ignored, as the profile says: {listed(columns)}."


def outcomes_listed(result: ImportResult) -> str:
    """Return the outcomes that occur, in their order: `170 created, 12 duplicate`."""
    return ", ".join(f"{result.counts.of(each):,} {each.value}" for each in Outcome if result.counts.of(each))


def one_line(text: str) -> str:
    """Return the text with every character that is not plainly visible written as an escape.

    A file may be named anything: a line feed would forge a log line, an escape sequence would recolor a terminal,
    a right-to-left override would show `gpj.exe` as `exe.jpg`, and a byte that is not UTF-8 cannot be encoded at all.
    """
    return "".join(
        character if character == " " or character.isprintable() else _escaped(character) for character in text
    )


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python represents a byte of a file name that is not UTF-8 (PEP 383)
        code -= 0xDC00
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def encodable(text: str) -> str:
    """Return the text unchanged, except that bytes of a file name that are not UTF-8 become escapes."""
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
    """Return a name for a character that is hard to see."""
    return _DELIMITERS.get(delimiter, one_line(delimiter))


def newline_name(newline: str) -> str:
    """Return `CRLF`, `LF` or `CR`; other text is returned as it is."""
    return _NEWLINES.get(newline, one_line(newline))
