"""Rows that are no row of the list although they stand among them: the header once more, totals, and what is written
below a list. A row with anything by which it could be somebody is never taken for one.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.reading.file_columns import WHITESPACE, Column

#: The end of a list is looked at in so many rows, of which at most so many are no rows of it.
_ROWS_HELD, _MOST_ROWS = 60, 15

#: So many rows are looked at above a header that comes again.
_FEET = 4

#: Words for a total, as they stand alone in the first cell of a row, also in the middle of a list.
_TOTALS = (
    "total", "totals", "sub total", "subtotal", "sub-total", "subtotals", "grand total", "grand totals",
    "overall total", "sum", "summe", "gesamt", "gesamtsumme", "zwischensumme", "insgesamt", "somme", "total général",
    "sous-total", "suma", "suma total", "total general", "totale", "subtotale", "soma", "total geral", "totaal",
    "subtotaal", "totalt", "yhteensä", "razem", "celkem", "összesen", "toplam", "genel toplam", "итого", "всего",
    "разом", "σύνολο", "合计", "总计", "小计", "合計", "總計", "小計", "합계", "총계", "소계",
    "count", "anzahl", "average", "averages", "durchschnitt", "mittelwert", "moyenne", "promedio",
)  # fmt: skip
#: Some of them are names of people too.
_NAMES = frozenset({"suma", "soma"})
_UNITS = (
    r"(?:records?|rows?|leads?|contacts?|entries|results?|items?|datens[äa]tze?|eintr[äa]ge?|zeilen?|kontakte?|"
    r"lignes?|contacts?|enregistrements?|registros?|filas?|contactos?|righe|contatti|linhas?|contatos?|rijen)"
)
_COUNT = rf"[\d.,' ]*\d\s*{_UNITS}(?:\s(?:in total|found|affected|exported|selected|shown|gesamt|insgesamt))?"
_WORDS = "|".join(re.escape(word) for word in sorted(_TOTALS, key=len, reverse=True))

#: A total and nothing else in the cell; what says how many of what there are can be nothing else.
_TOTAL = re.compile(rf"(?:{_WORDS})\s*[:=]?", re.IGNORECASE)
#: Says of what, and needs the number beside it.
_TOTAL_BESIDE = re.compile(rf"(?:{_WORDS})\s(?:(?:of|de|der|di)\s)?{_UNITS}\s*[:=]?", re.IGNORECASE)
_TOTAL_OF = re.compile(
    rf"(?:{_WORDS})\s*[:=]?\s*(?:[\d.,']+|\([\d.,']+\)|\(?{_COUNT}\)?)\s*|\(?{_COUNT}\)?\.?"
    rf"|(?:(?:{_WORDS}|number|no\.?|count|anzahl|nombre|número)(?:\s(?:of|der|de|di))?\s{_UNITS}|nombre total"
    rf"|{_UNITS}(?:\s(?:count|total))?)"
    r"\s*[:=]\s*[\d.,']+|(?:grand|overall) totals?",
    re.IGNORECASE,
)

#: What is written below a list.
_NOTICE = re.compile(
    r"(?:strictly |streng )?(?:confidential|vertraulich|confidentiel|confidencial)\b.*|(?:copyright|©|\(c\))\s.*"
    r"|(?:report |list |file |data )?(?:generated|exported|printed|created|downloaded|prepared|compiled)"
    r" (?:by|on|at|from|in|with)\s.*|(?:filters?|filtered by|note|hinweis|nota|remarque|disclaimer)\s?:\s.+|\*\s.+"
    r"|(?:erstellt|exportiert|gedruckt) (?:am|von|mit)\s.*"
    r"|(?:page|seite|página|pagina) \d+(?:\s?(?:/|of|von|de|di|sur)\s?\d+)?"
    r"|[*\s-]*end of (?:the )?(?:file|report|list|data|records|export)\b.*|(?:as of|stand|source|quelle)\s*:.*"
    r"|.*\b(?:all rights reserved|do not distribute|alle rechte vorbehalten)\b.*|[-=_*]{3,}",
    re.IGNORECASE | re.DOTALL,
)

_DAY = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ]{1,2}(?:\d{1,2}|[^\W\d]{3,9})[-/. ]{1,2}\d{4})"
#: Of these, what is nothing else in however few words: with a day, a mark, or all pages.
_MADE = r"(?:generated|exported|printed|created|downloaded|erstellt|exportiert|gedruckt)"
_SURE_NOTICE = re.compile(
    r"(?:strictly |streng )?(?:confidential|vertraulich|confidentiel|confidencial)\W*|(?:©|\(c\)).*"
    rf"|copyright\W+\d{{4}}\b.*|(?:report |list |file |data )?{_MADE}\b.*{_DAY}.*|(?:generated|exported) by\s.*"
    rf"|(?:export|report|print|download|run|creation)(?:ed)?[ -]?(?:date|time|on)?\s*:?\s*{_DAY}.*"
    rf"|(?:as of|stand|stand vom|au|a fecha de)\s*:?\s*{_DAY}.*"
    r"|(?:page|seite|página|pagina) \d+\s?(?:/|of|von|de|di|sur)\s?\d+"
    r"|[-*=\s]+(?:end|eof|ende|fin)[-*=\s]+|eof|[-=_*]{3,}",
    re.IGNORECASE | re.DOTALL,
)

#: A number that no phone is: with few digits, or with decimals.
_AMOUNT_TEXT = (
    r"[-+(]?\s*[$€£¥]?\s*(?:[0-9]{1,6}|[0-9]{1,3}(?:[,'][0-9]{3}){1,3}"
    r"|(?:[0-9]+|[0-9]{1,3}(?:[.,' ][0-9]{3})+)[.,][0-9]{1,2})\s*[%$€£¥)]?"
)
_AMOUNT = re.compile(_AMOUNT_TEXT)
_NUMBER_OF = re.compile(rf"{_AMOUNT_TEXT}|{_COUNT}", re.IGNORECASE)

#: A number in a column of numbers; with ten digits it might be a phone all the same.
_DIGITS = re.compile(r"(?:[.,' ]*\d){1,9}")

#: Reasons that a row below a list may have: it is short, or blank, or was found to be no row already.
_OWN_REASONS = {
    Reason.ROW_BLANK.value, Reason.ROW_TOO_FEW_CELLS.value, Reason.ROW_HEADER_AGAIN.value, Reason.ROW_FOOTER.value,
}  # fmt: skip

#: So many rows of a list have more than one cell, where one cell is unusual.
_MOST = 0.9

#: What may name somebody, whatever else the cell says.
_SOMEBODY = re.compile(
    r"@|(?:\d[^\d]*){7}|\b(?:ltd|inc|llc|llp|plc|corp|gmbh|ag|kg|ohg|e\.?k|s\.?a\.?s?|s\.?r\.?l|b\.?v|n\.?v|oy|ab|as|aps"
    r"|sp\.? z o\.?o|kft|pty|co)\b\.?$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})\b(?![-/.]\d)|\b\d{1,2}:\d{2}(?::\d{2})?"
)
#: Marks count for nothing in a header that comes again: `First_Name`, `E-mail:`.
_MARKS, _GAP = r"[\W_]+", r"[\W_]*"
_PARTICLES = frozenset(
    (
        "al", "af", "and", "av", "ben", "bin", "bint", "da", "das", "de", "del", "della", "der", "den", "di", "do",
        "dos", "du", "e", "el", "het", "la", "las", "le", "los", "och", "of", "ter", "the", "und", "van", "von", "y",
        "zu", "zum",
    )
)  # fmt: skip

#: Texts of so many words, some of them in lower case and no particles of names, are sentences.
_WORDS_OF_A_SENTENCE = 4


def with_stray_rows(frames: Iterable[pl.DataFrame], columns: Sequence[Column]) -> Iterator[pl.DataFrame]:
    """Yield the same rows; those that are no row of the list have row_header_again or row_footer as their only reason.

    The last rows are held back until it is known that they are the last.
    """
    held: list[pl.DataFrame] = []
    rows = 0
    for frame in frames:
        held.append(_marked_between(frame, columns))
        rows += frame.height
        while rows > _ROWS_HELD and (spare := min(rows - _ROWS_HELD, held[0].height)):
            yield held[0].head(spare)
            rows -= spare
            held = [held[0].slice(spare), *held[1:]] if spare < held[0].height else held[1:]
    if held:
        yield _marked_end(pl.concat(held, rechunk=False), [column.name for column in columns])


def _marked_between(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Mark the header, and totals beside numbers, wherever they are; few rows are looked at in more than one column."""
    named = [column for column in columns if column.header.strip(WHITESPACE)]
    first = named[0].name if named else columns[0].name if columns else None
    if first is None or frame.is_empty():
        return frame
    candidates = frame[first].is_in(_spellings(_TOTALS))
    if named:
        candidates = candidates | frame[first].str.contains(_spelled(named[0]))
    candidates = candidates.fill_null(value=False)
    if not candidates.any():
        return frame
    rows = frame.filter(candidates)
    again = rows.select(_repeats(columns)).to_series() if named else pl.repeat(value=False, n=rows.height, eager=True)
    totals = rows.select(_totals_numbers(first, columns)).to_series()
    headers = rows["row_number"].filter(again)
    feet = [*rows["row_number"].filter(totals & ~again), *_feet_of_pages(frame, headers, columns)]
    marked = _with_reason(frame, headers, Reason.ROW_HEADER_AGAIN)
    return _with_reason(marked, pl.Series(feet, dtype=pl.Int64), Reason.ROW_FOOTER)


def _feet_of_pages(frame: pl.DataFrame, headers: pl.Series, columns: Sequence[Column]) -> list[int]:
    """Return the numbers of the rows that stand at the foot of a page: by their words, right above the header again."""
    names = [column.name for column in columns]
    first = frame["row_number"][0]
    found = []
    for number in headers:
        for index in range(number - first - 1, max(-1, number - first - 1 - _FEET), -1):
            cells = [(cell or "").strip(WHITESPACE) for cell in frame.select(names).row(index)]
            if any(cells) and not (
                _is_lonely(cells, ()) and _is_worded(cells, is_unusual=len(names) > 1, is_apart=True)
            ):
                break
            found += [first + index] if any(cells) else []
    return found


def _folded(text: pl.Expr) -> pl.Expr:
    return text.fill_null("").str.to_lowercase().str.replace_all(_MARKS, "")


def _spelled(column: Column) -> str:
    """Return the pattern of a header's words, whatever marks are around and between them."""
    texts = [[re.escape(word) for word in re.split(_MARKS, text) if word] for text in (column.header, column.name)]
    patterns = {f"(?i)\\A{_GAP}{_GAP.join(words)}{_GAP}\\z" for words in texts if words}
    return "|".join(sorted(patterns)) or r"\A\z.\A"


def _spellings(texts: Iterable[str]) -> list[str]:
    """Return how a word may stand in a cell, to be compared with all cells of a column without changing these."""
    cases = {
        form
        for text in (raw.strip(WHITESPACE) for raw in texts)
        for form in (text, text.lower(), text.upper(), text.title(), text.capitalize())
    }
    return [padded for form in cases for padded in (form, f" {form}", f"{form} ", f" {form} ")]


def _repeats(columns: Sequence[Column]) -> pl.Expr:
    """Whether a row says in each column what the header says there, or nothing; in at least half of those with a name,
    and in more than one where there are several.
    """
    same, filled, names = [], [], 0
    for column in columns:
        cell = _folded(pl.col(column.name))
        texts = [re.sub(_MARKS, "", text.lower()) for text in (column.header, column.name)]
        has_name = bool(column.header.strip(WHITESPACE))
        names += has_name
        same.append(cell.is_in(["", *texts]) if has_name else cell == "")
        filled.append(cell != "")
    least = max(min(names, 2), (names + 1) // 2)
    return pl.all_horizontal(same) & (pl.sum_horizontal(filled) >= least)


def _totals_numbers(first: str, columns: Sequence[Column]) -> pl.Expr:
    """Whether a row has a word for a total in its first cell, beside it numbers, and nothing else."""
    is_total = pl.col(first).str.strip_chars(WHITESPACE).str.to_lowercase().is_in(list(_TOTALS))
    others = [
        pl.col(column.name).fill_null("").str.strip_chars(WHITESPACE) for column in columns if column.name != first
    ]
    numbers = [cell.str.contains(rf"\A{_AMOUNT_TEXT}\z") for cell in others]
    plain = [(cell == "") | number for cell, number in zip(others, numbers, strict=True)]
    return is_total & pl.all_horizontal(plain) & pl.any_horizontal(numbers) if others else pl.lit(value=False)


def _marked_end(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Mark what is below the list: totals, counts, notices, and sentences beside them below a blank row."""
    cells = [[(cell or "").strip(WHITESPACE) for cell in row] for row in frame.select(names).rows()]
    reasons = frame["reasons"].to_list()
    numbers = _number_columns(cells)
    start = len(cells)
    while start > 0 and set(reasons[start - 1]) <= _OWN_REASONS and _is_lonely(cells[start - 1], numbers):
        start -= 1
    body = [filled for row in cells[:start] if (filled := sum(map(bool, row))) and not _is_foot(row)]
    below = [n for n in range(start, len(cells)) if any(cells[n]) and Reason.ROW_FOOTER.value not in reasons[n]]
    if not body or not below:
        return frame
    unusual = len(names) > 1 and sum(filled > 1 for filled in body) >= _MOST * len(body)
    blank = next((n for n in range(start, len(cells)) if not any(cells[n])), len(cells))
    worded = [n for n in below if _is_worded(cells[n], is_unusual=unusual, is_apart=n > blank)]
    prose = [n for n in below if worded and unusual and n > blank and _is_prose(cells[n])]
    found = sorted({*worded, *prose})
    return (
        frame if len(found) > _MOST_ROWS else _with_reason(frame, frame["row_number"].gather(found), Reason.ROW_FOOTER)
    )


def _number_columns(cells: Sequence[Sequence[str]]) -> set[int]:
    """Return the columns that hold numbers, of which a total may have more digits than each: by index."""
    found = set()
    for index, column in enumerate(zip(*cells, strict=True)):
        filled = [cell for cell in column if cell]
        amounts = sum(_AMOUNT.fullmatch(cell) is not None for cell in filled)
        if amounts > 1 and amounts >= len(filled) - 1:
            found.add(index)
    return found


def _is_lonely(row: Sequence[str], numbers: Collection[int]) -> bool:
    """Tell whether a row has at most one cell with something else than a number, and nobody in it."""
    others = [
        cell
        for index, cell in enumerate(row)
        if cell and not _NUMBER_OF.fullmatch(cell) and not (index in numbers and _DIGITS.fullmatch(cell))
    ]
    return len(others) <= 1 and not any(_SOMEBODY.search(_DATE.sub("", cell)) for cell in others)


def _is_worded(row: Sequence[str], *, is_unusual: bool, is_apart: bool) -> bool:
    """Tell whether the words of a row are those of a total or a notice.

    A total may have numbers beside it; a bare word, or a notice, counts only where rows of the list have more cells.
    """
    text = next(cell for cell in row if cell)
    alone = sum(map(bool, row)) == 1
    if _TOTAL_OF.fullmatch(text):
        return alone or is_unusual
    if not is_unusual or (alone and text.lower() in _NAMES):
        return False
    if _TOTAL.fullmatch(text) or (not alone and _TOTAL_BESIDE.fullmatch(text)):
        return True
    if alone and _SURE_NOTICE.fullmatch(text):
        return True
    return alone and _NOTICE.fullmatch(text) is not None and (is_apart or len(text.split()) >= _WORDS_OF_A_SENTENCE)


def _is_foot(row: Sequence[str]) -> bool:
    return sum(map(bool, row)) == 1 and _is_worded(row, is_unusual=True, is_apart=True)


def _is_prose(row: Sequence[str]) -> bool:
    """Tell whether the one cell of a row is a sentence, and no name of a person or company."""
    words = [word for cell in row for word in cell.split()]
    small = [word for word in words if word.isalpha() and word.islower() and word not in _PARTICLES]
    return sum(map(bool, row)) == 1 and len(words) >= _WORDS_OF_A_SENTENCE and bool(small)


def _with_reason(frame: pl.DataFrame, row_numbers: pl.Series, reason: Reason) -> pl.DataFrame:
    """Make it the only reason of some rows: whether cells are missing is of no interest in them."""
    if row_numbers.is_empty():
        return frame
    is_stray = pl.col("row_number").is_in(row_numbers.implode()) & (pl.col("extra_cells").list.len().fill_null(0) == 0)
    only = pl.lit([reason.value], pl.List(pl.String))
    return frame.with_columns(reasons=pl.when(is_stray).then(only).otherwise("reasons"))
