"""Finds the punctuation of a delimited text from its start, and says how sure it is."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lead_pipeline.model.formula_injection import is_returning
from lead_pipeline.reading.delimited.dialect import Dialect
from lead_pipeline.reading.delimited.tokenizer import Record, Tokenizer
from lead_pipeline.reading.header import is_blank
from lead_pipeline.reading.row_reader import ReadingOptions
from lead_pipeline.reading.value_kinds import look_of, prevailing_look

#: Delimiters that tools write, the likelier first; the rare ones must prove themselves on every row.
COMMON = ",;\t|"
RARE = ":^~#*/&!\x01\x1e\x1f\xa7 "

#: Records and cells that are looked at; more would change nothing but the time.
_RECORDS, _CELLS = 200, 3000

_SEP_LINE = re.compile(r'"?sep=(.)"?[ \t]*(\r\n|\r|\n|\Z)', re.IGNORECASE)
_TYPED = frozenset({"number", "date", "time", "email", "phone", "url"})

#: What a row with quotes that can be understood counts beside one that is damaged.
_STRAY = 0.5

#: Digits in groups, as phones are written, and the most that one has (ITU-T E.164, and a prefix before it).
_GROUPS, _MOST_DIGITS = re.compile(r"\s*[+(]?[0-9][0-9 ()./+-]*"), 18

#: With a common delimiter that scores so well the rare ones need not be tried; quotes show in so many characters.
_GOOD_ENOUGH = 0.6
_QUOTES_LOOKED_AT = 2**14


@dataclass(frozen=True, slots=True)
class SniffedDialect:
    """A dialect, how sure we are (0 to 1), and the length of a `sep=` line that named the delimiter."""

    dialect: Dialect
    confidence: float
    sep_length: int = 0


def find_dialect(text: str, options: ReadingOptions) -> SniffedDialect:
    """Find delimiter, quote and escape of `text`; what `options` name is taken as given.

    The score is that of van den Burg et al., "Wrangling messy CSV files by detecting row and type patterns" (2019):
    how uniform the rows are, times how much the cells look like values; damaged quotes lower it.
    """
    sep = _SEP_LINE.match(text)
    if sep is not None and options.delimiter in (None, sep.group(1)):
        below = text[sep.end() :]
        given = sep.group(1) if options.delimiter or sep.group(1) in below else None  # a line that lies names none
        found = find_dialect(below, options.model_copy(update={"delimiter": given}))
        return replace(found, sep_length=sep.end())
    scored: list[tuple[float, int, Dialect]] = []
    for rank, dialect in enumerate(_candidates(text, options)):
        if dialect.delimiter in RARE and scored and max(score for score, _, _ in scored) > _GOOD_ENOUGH:
            break
        scored.append((_score(text, dialect), -rank, dialect))
    scored.sort(key=lambda entry: entry[:2], reverse=True)
    best, _, dialect = scored[0]
    others = [score for score, _, other in scored if other.delimiter != dialect.delimiter]
    second = max(others, default=0.0)
    confidence = 1.0 if options.delimiter else (round(1 - second / best / 2, 2) if best else 0.5)
    return SniffedDialect(_with_padding(text, dialect), confidence)


def _candidates(text: str, options: ReadingOptions) -> list[Dialect]:
    if options.delimiter is not None:
        delimiters = options.delimiter
    else:
        delimiters = "".join(mark for mark in COMMON + RARE if mark in text) or ","
        delimiters = delimiters if delimiters[0] in COMMON else "," + delimiters
    found = []
    for delimiter in delimiters:
        if _is_ours(text, delimiter) and options.quote is None and options.escape is None:
            found.append(Dialect(delimiter, '"'))
            continue
        for quote in _quotes(text, delimiter, options):
            found.append(Dialect(delimiter, quote))
            if _may_escape(text, delimiter, quote, options):
                found.append(Dialect(delimiter, quote, "\\"))
    return [dialect for dialect in found if dialect.escape] if options.escape else found


def _is_ours(text: str, delimiter: str) -> bool:
    """Tell whether a file of ours has come back, in which apostrophes stand before formulas and are never quotes, and
    backslashes are what they are; spreadsheets that save it double quotes, too.
    """
    if "_row_number" not in text:
        return False
    return is_returning(cell.strip(' "') for cell in re.split(rf"[{re.escape(delimiter)}\r\n]", text))


def _quotes(text: str, delimiter: str, options: ReadingOptions) -> list[str | None]:
    if options.quote is not None:
        return [options.quote or None]
    double, single = _quoted_cells(text, delimiter, '"'), _quoted_cells(text, delimiter, "'")
    if not double[1] and single[1] and single[1] >= 0.5 * single[0]:
        return ['"', "'"]
    if double[0] > 2 and not double[1] and 2 * _closed_anyhow(text, delimiter) < double[0]:
        return [None]
    return ['"']


def _quoted_cells(text: str, delimiter: str, quote: str) -> tuple[int, int]:
    """Return how many cells begin with a quote, and how many of them are closed before a delimiter."""
    text = text[:_QUOTES_LOOKED_AT]
    if quote not in text:
        return 0, 0
    edge = f"[{re.escape(delimiter)}\r\n]"
    opened = len(re.findall(rf"(?:\A|{edge}) *{quote}", text))
    closed = len(re.findall(rf"(?:\A|(?<={edge})) *{quote}(?:[^{quote}]|{quote}{quote})*+{quote} *(?={edge}|\Z)", text))
    return opened, closed


def _closed_anyhow(text: str, delimiter: str) -> int:
    """Return how many quotes end a cell, whatever quotes stand before them in it."""
    return len(
        re.findall(rf'[^{re.escape(delimiter)}\r\n]" *(?:[{re.escape(delimiter)}\r\n]|\Z)', text[:_QUOTES_LOOKED_AT])
    )


def _may_escape(text: str, delimiter: str, quote: str | None, options: ReadingOptions) -> bool:
    """Return whether a backslash stands before a delimiter, or before quotes that make no sense without one.

    Where quotes are doubled, an odd number of them ends the cell and an even number does not: three of them behind a
    backslash, before a delimiter, are a quote and the end.
    """
    if options.escape is not None:
        return options.escape == "\\"
    if f"\\{delimiter}" in text:
        return True
    if quote is None:
        return False
    runs = re.finditer(rf"\\({quote}+)([ ]*(?:[{re.escape(delimiter)}\r\n]|\Z))?", text)
    return any((len(run[1]) % 2 == 0) == (run[2] is not None) for run in runs)


def _score(text: str, dialect: Dialect) -> float:
    records = _records(text, dialect)
    widths: Counter[int] = Counter()
    for record in records:  # by lines, or the text inside a long value would outvote the row that it belongs to
        widths[len(record.cells)] += 0 if is_blank(record) else record.lines
    if not widths.total() or set(widths) == {1}:
        return 0.0
    uniform = sum(number * (width - 1) / width for width, number in widths.items()) / len(widths) / widths.total()
    if dialect.delimiter in RARE and not _proves_itself(text, records, widths, dialect):
        return 0.0
    cells = [cell for record in records for cell in record.cells][:_CELLS]
    valued = sum(_looks_whole(cell, dialect.delimiter) for cell in cells) / len(cells)
    damaged = sum(record.quote_unclosed + _STRAY * record.quote_stray for record in records)
    whole = 1 - damaged / len(records)
    return uniform * (0.5 + valued / 2) * whole * (0.3 if dialect.delimiter in RARE else 1.0)


def _proves_itself(text: str, records: Sequence[Record], widths: Counter[int], dialect: Dialect) -> bool:
    """Return whether a rare delimiter cuts every row alike, and cuts nothing that is one value."""
    least = 3 if dialect.delimiter == " " else 2
    (width, number), total = widths.most_common(1)[0], widths.total()
    if width < least or number < max(2, 0.9 * total):
        return False
    joined = [dialect.delimiter.join(record.cells) for record in records]
    if prevailing_look(joined)[0] != "text" or sum(map(_is_one_number, joined)) >= 0.9 * (len(joined) - 1):
        return False
    if dialect.delimiter == "#" and any(line.startswith("#") for line in joined):
        return False  # the mark of a comment
    if dialect.delimiter == " " and _quotes_spaces(text, len(records)):
        return True
    if dialect.delimiter in " /":
        looks = [look_of(cell) for record in records for cell in record.cells]
        return sum(look in _TYPED for look in looks) > len(looks) / 2
    return True


def _is_one_number(line: str) -> bool:
    """Tell whether a line is a phone of groups of digits: `9 6123 4567` are not three columns."""
    return bool(_GROUPS.fullmatch(line)) and sum(map(str.isdigit, line)) <= _MOST_DIGITS


def _quotes_spaces(text: str, records: int) -> bool:
    """Tell whether most records quote values for the sake of their spaces, as only a list parted by spaces does."""
    quoted = re.findall(r'(?m)^(?:[^\n]*? )?"[^"\n]* [^"\n]*"(?= |\r?$)', text)
    return 2 * len(quoted) > records


def _looks_whole(cell: str, delimiter: str) -> bool:
    """Return whether a cell looks like one value: it has a type, or none of the marks that separate values."""
    if not any(mark in cell for mark in COMMON if mark != delimiter) and not cell.startswith(('"', "'")):
        return True
    return look_of(cell) in _TYPED or (" " in cell and len(cell) > 20) or "\n" in cell


def _with_padding(text: str, dialect: Dialect) -> Dialect:
    """Mark spaces after delimiters as padding when (nearly) every value has them."""
    if dialect.delimiter == " " or f"{dialect.delimiter} " not in text:
        return dialect
    padded = replace(dialect, padded=True)
    later = [cell for record in _records(text, dialect) for cell in record.cells[1:] if cell.strip()]
    if later and sum(cell.startswith(" ") for cell in later) >= 0.95 * len(later):
        return padded
    quote_padded = dialect.quote and f"{dialect.delimiter} {dialect.quote}" in text
    if quote_padded and _score(text, padded) > _score(text, dialect):
        return padded
    return dialect


def _records(text: str, dialect: Dialect) -> list[Record]:
    """Return the first records; the sample's last, possibly cut, counts only when it is the only one."""
    tokenizer = Tokenizer(dialect)
    records, _ = tokenizer.records(text, final=False, limit=_RECORDS)
    return records or tokenizer.records(text, final=True, limit=1)[0]
