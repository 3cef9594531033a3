"""Cells that hold several numbers: found, and taken apart. The library does not ask: it glues `03525 / 0172/8945541`
into one good number. What becomes of such a cell does not belong here.
"""

import re
from collections.abc import Iterator

import polars as pl

from lead_pipeline.normalizing.frames import split

_RAW = pl.col("raw")

#: Where a second number may begin: each pattern matches what stands between two numbers, and looks no further
#: than Polars' engine can. A number in full has 7 digits, or 9 with its country code.
_FULL, _FULL_ABROAD = 7, 9
_MARK = (
    r"[;|&\n\r\t,\x{b7}\x{2022}\x{3001}\x{ff0c}\x{ff1b}]|:{2,}|<[bB][rR]\s*/?>"
    r"|\s(?:[oO][rR]|[aA][nN][dD]|oder|und|ou|et|o|y|e)\.?\s"
)
_PYTHON_MARK = re.sub(r"\\x\{(\w+)\}", lambda code: chr(int(code[1], 16)), _MARK)
#: What parts numbers where all of them are in full: other marks, and words such as the kind of line; but no extension,
#: and no fax, which is not to be called.
_BETWEEN_FULL = re.compile(
    r"\s[-\u2013\u2014]\s|\s*(?:-{2,}|\.{2,}|[~*\\_=>:\u2026\u2192\uff0f])\s*"
    r"|(?<=[0-9)])\s*[(\[]?(?!(?:x|extn?|extension|f|fax|telefax)\b)[^\W\d_]{1,9}\.?[)\]]?\s*:?\s*(?=[(+]?[0-9])",
    re.IGNORECASE,
)
_SUSPECT = "|".join(
    (
        rf"[0-9][^0-9]*(?:{_MARK})",
        r"[0-9][^0-9+]*\+",  # a + behind digits
        r"[0-9][^0-9/]*/[/\s]*\(?0[0-9]{2}",  # 03525 / 0172
        r"(?:[0-9][^0-9/]*){4}/\s*-?[0-9]{1,3}(?:\s*/\s*-?[0-9]{1,3})*[^0-9]*$",  # 401240/1, 555-43/-22, 555-4321/2/3
        r"(?:[0-9][^0-9]*){7}\s[-\x{2013}\x{2014}]\s(?:[^0-9]*[0-9]){7}",
        r"(?:[0-9][^0-9]*){7}(?:[^0-9+()\s./-]|--|\.\.)(?:[^0-9]*[0-9]){7}",
        r"(?:[0-9][^0-9]*){7}/(?:[^0-9/]*[0-9]){7}",
        r"(?:[0-9][^0-9\s]*){7}\s+[^0-9\s]*(?:[0-9][^0-9\s]*){7}",
        r"(?:[0-9][^0-9]*){7}\((?:[^0-9]*[0-9]){7}",
    )
)
#: Two numbers of digits and punctuation with one mark between them, each too short to be two: most cells with several.
#: What is said of them here is what `_taken_apart` comes to.
_PAIR = r"^(\+?\(?[0-9](?:[ ().-]*[0-9]){8,12}) *[/;,|] *(\+?\(?[0-9](?:[ ().-]*[0-9]){6,12})$"
#: Marks in one of them that could part it after all.
_PARTED = r"--|\.\.|\s-\s"
#: A number that a spreadsheet wrote has a + behind digits, and is one: its parts are too short to be two.
_SCIENTIFIC = r"^\+?[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}$"


def find_multiple_phones(raw: pl.Series) -> pl.DataFrame:
    """Find the cells that hold several numbers, and take them apart.

    Several are: pieces of six digits or more with `; , | & or`, a line break or a + between them; full numbers (7
    digits, 9 with country code) with a slash, space or parenthesis between; what follows a slash and begins with a
    trunk 0 (`03525 / 0172/8945541`); and other endings behind slashes (`05141 401240/1`, `555-4321/2/3`). In cells
    with letters (extensions, words) only marks and words part numbers.

    Args:
        raw: String.

    Returns:
        One row per value, in order: `multiple` (Boolean), `phones` (List(String)): the spellings, complete ones first;
        the value itself where there is but one, empty for null.
    """
    cells = pl.DataFrame({"raw": raw.cast(pl.String)}).with_row_index("row")
    single = pl.when(_RAW.is_null()).then(pl.lit([], pl.List(pl.String))).otherwise(pl.concat_list("raw"))
    return (
        cells.with_columns(single=single)
        .join(cells_with_several(cells["raw"]), on="row", how="left", maintain_order="left")
        .select(multiple=pl.col("phones").is_not_null(), phones=pl.coalesce("phones", "single"))
    )


def cells_with_several(raw: pl.Series) -> pl.DataFrame:
    """Return the cells (String) that hold several numbers: `row` (UInt32), `phones` (List(String)) as above."""
    cells = pl.DataFrame({"raw": raw.cast(pl.String)}).with_row_index("row")
    suspects = cells.filter(_RAW.str.contains(_SUSPECT))
    suspects = suspects.filter(~_RAW.str.contains(_SCIENTIFIC))
    pairs, others = split(suspects, _RAW.str.contains(_PAIR) & ~_RAW.str.contains(_PARTED))
    both = pl.concat_list(_RAW.str.extract(_PAIR, 1), _RAW.str.extract(_PAIR, 2))
    apart = [(row, found) for row, cell in others.iter_rows() if len(found := _taken_apart(cell)) > 1]
    rows = [row for row, found in apart for _ in found]
    numbers = [number for _, found in apart for number in found]
    each = pl.DataFrame({"row": rows, "phones": numbers}, schema={"row": pl.UInt32, "phones": pl.String})
    return pl.concat([pairs.select("row", phones=both), each.group_by("row", maintain_order=True).agg("phones")])


def _taken_apart(cell: str) -> list[str]:
    marked = [piece.strip() for piece in re.split(rf"{_PYTHON_MARK}|(?<=[0-9])[\s/]*(?=\(?\+)", cell)]
    marked = [marked[0], *(_without_plus_for_and(piece, marked[0]) for piece in marked[1:])]
    pieces = marked if sum(_digits(piece) >= _FULL - 1 for piece in marked) > 1 else [cell]
    full = [one for piece in pieces for one in _parted_in_full(piece)]
    numbers = [number for piece in full for number in _parted(piece) if _digits(number)]
    return sorted(numbers, key=lambda number: _digits(number) < _FULL - 1) if len(numbers) > 1 else [cell]


def _parted_in_full(piece: str) -> list[str]:
    apart = [one.strip() for one in _BETWEEN_FULL.split(piece)]
    return apart if all(_digits(one) >= _FULL for one in apart) else [piece]


def _without_plus_for_and(piece: str, first: str) -> str:
    """Return what follows a + that stands for 'and': apart from a number no longer than the first, which has no +."""
    apart = re.fullmatch(r"\+\s+(.*)", piece, re.DOTALL)
    is_and = apart and not first.startswith(("+", "00")) and _digits(piece) <= _digits(first)
    return apart[1] if apart and is_and else piece


def _parted(piece: str) -> Iterator[str]:
    """Yield the numbers of a piece without marks, split at slashes, spaces, parentheses where both sides allow it."""
    if re.search("[^\\W\\d_]", piece):
        yield piece
        return
    number = ""
    for found in re.finditer(r"(\s*/[/\s]*|\s+|(?=\()|^)([^\s/(]+|\([^\s/(]*)", piece):
        gap, part = found.groups()
        if number and _is_a_new_number(number, gap, part, piece[found.start() :]):
            yield number
            number = part
        elif number and _is_ending(number, gap, piece[found.start(2) :]):
            yield number
            number = _with_ending(number, part)
        else:
            number += gap + part
    yield number


def _is_a_new_number(number: str, gap: str, part: str, rest: str) -> bool:
    """True where a number in full begins behind one in full, or anything behind a slash with a trunk 0."""
    full = _FULL_ABROAD if number.startswith(("+", "00")) else _FULL
    trunk = "/" in gap and re.match(r"\(?0[0-9]{2}", part) is not None and _digits(number) > 2
    # Behind a slash, spaces may group the digits of one number.
    ahead = rest.lstrip("/ \t").split("/")[0] if part.startswith("(") or "/" in gap else part
    return trunk or (_digits(number) >= full and _digits(ahead) >= _FULL)


def _is_ending(number: str, gap: str, rest: str) -> bool:
    """True for the last one to three digits behind a slash and a number too long to be an area code."""
    last = number.rsplit("/", 1)[-1]
    return (
        "/" in gap
        and bool(re.fullmatch(r"-?[0-9]{1,3}(\s*/\s*-?[0-9]{1,3})*\W*", rest))
        and _digits(last) > 3
        and _digits(number) > _FULL
    )


def _with_ending(number: str, ending: str) -> str:
    digits = re.sub("[^0-9]", "", ending)
    if ending.startswith("-") and "-" in number:
        return f"{number.rpartition('-')[0]}-{digits}"
    return number[: len(number) - len(digits)] + digits


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))
