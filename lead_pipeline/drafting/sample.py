"""A sample file of a profile: its headers, and rows that it imports as they are, to be replaced by one's own. Its
rows take the way of real ones before anybody gets them.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import polars as pl

from lead_pipeline.drafting.examples import Examples
from lead_pipeline.drafting.in_memory import checked_values, validated
from lead_pipeline.model.errors import UsageError, listed
from lead_pipeline.model.fields import HINTS, title_of
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reading_options import ReadingOptions

_ROWS = 2
#: Secondary contacts shown; further ones have columns of the same form.
_CONTACTS = 2
_STEPS = 30
_NUMBERED = "column_"

#: Header: the text below it.
Cells = dict[str, str]


class _Fault(NamedTuple):
    """What is wrong with a row, the graver first."""

    reasons: int
    warnings: int
    blanks: int
    #: Characters of the hints: two broken rules of one kind give one reason and two sentences.
    hint_length: int

    @property
    def is_none(self) -> bool:
        """Return whether the row is imported without a word."""
        return not self.reasons and not self.warnings


def sample_file(profile: ImportProfile) -> bytes:
    """Return a CSV file that the profile imports as it is: headers, and two rows of nobody.

    There is a column for each field, attribute with rules, alias and default attribute, and for the first two secondary
    contacts; the first row has a value in each. Delimiter, quote, encoding and header are those that the profile says.

    Raises:
        UsageError: no row could be made that the profile accepts; the sentence names the columns and what is against
            them. Or the profile's encoding, delimiter or quote cannot write its headers.
    """
    columns = {name: profile.column_of(name) for name in _shown(profile)}
    if profile.reading.header is False:  # only what the profile says by its place
        columns = {name: header for name, header in columns.items() if _place(header) is not None}
    examples = Examples(profile)
    rows = [_accepted(profile, columns, examples, row) for row in range(_ROWS)]
    extra = _codes(profile) | _default_attributes(profile)
    return _as_bytes(profile, [*columns.values(), *extra], [row | extra for row in rows])


def write_sample(path: Path, sample: bytes) -> None:
    """Write a sample to a new file; raises UsageError when it is there already, or cannot be written."""
    try:
        with path.open("xb") as file:
            file.write(sample)
    except FileExistsError:
        raise UsageError(f"{path} is there already, and is left as it is. Give another name.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}. Check the folder and its permissions.") from None


def _shown(profile: ImportProfile) -> Iterator[str]:
    for name, rule in profile.rules.items():
        kind, _, rest = name.partition(".")
        if rule.has_column and (kind != "secondary" or int(rest.partition(".")[0]) <= _CONTACTS):
            yield name


def _default_attributes(profile: ImportProfile) -> Cells:
    if profile.other_columns == "ignore" or profile.reading.header is False:
        return {}
    ignored = {header.strip().casefold() for header in profile.ignore_columns}
    return {name: text for name, text in profile.attribute_defaults.items() if name.strip().casefold() not in ignored}


def _accepted(profile: ImportProfile, columns: Mapping[str, str], examples: Examples, row: int) -> Cells:
    """Return cells that the profile accepts together: the first text of each column that is good by itself, then
    other ones, one column or two that are compared at a time, as long as that leaves fewer faults.
    """
    texts = {header: examples.of(name, profile.rules[name], _person(name, row)) for name, header in columns.items()}
    texts = _good(profile, columns, texts)
    blank = {header for name, header in columns.items() if row and name.startswith("secondary.")}
    cells = {header: "" if header in blank else next(iter(each), "") for header, each in texts.items()}
    fault = _faults(profile, [cells])[0]
    for _ in range(_STEPS):
        if fault.is_none:
            return cells
        tried = [cells | change for change in _changes(profile, columns, texts)]
        best, other = min(zip(_faults(profile, tried), tried, strict=True), key=lambda pair: pair[0])
        if best >= fault:
            break
        cells, fault = other, best
    if fault.reasons:
        _refuse(profile, cells)
    return cells


def _changes(profile: ImportProfile, columns: Mapping[str, str], texts: Mapping[str, list[str]]) -> Iterator[Cells]:
    for header, each in texts.items():
        yield from ({header: text} for text in (*each, ""))
    for rule in profile.row_rules:
        headers = [columns.get(profile.rule_column(name) or "", "") for name in rule.names]
        if rule.rule == "compare" and all(header in texts for header in headers):
            yield from (dict(zip(headers, pair, strict=True)) for pair in product(*(texts[one] for one in headers)))


def _person(name: str, row: int) -> int:
    """Return whose example a column gets: the row's person, and another one for each secondary contact."""
    kind, _, rest = name.partition(".")
    return row + int(rest.partition(".")[0]) - 1 if kind == "secondary" else row


def _good(profile: ImportProfile, columns: Mapping[str, str], texts: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return the texts that are good by themselves; a column without any stays empty."""
    depth = max((len(each) for each in texts.values()), default=0)
    rows = [{h: each[min(place, len(each) - 1)] if each else "" for h, each in texts.items()} for place in range(depth)]
    if not rows:
        return dict(texts)
    found = checked_values(_frame(profile, rows), profile)
    good: dict[str, list[str]] = {}
    for name, header in columns.items():
        reasons = found[f"{name}_reason"].to_list()
        good[header] = [text for text, reason in zip(texts[header], reasons, strict=False) if reason is None]
    return good


def _faults(profile: ImportProfile, rows: Sequence[Cells]) -> list[_Fault]:
    counted = validated(_frame(profile, rows), profile).select(
        reasons=pl.col("reasons").list.len(),
        warnings=pl.col("warnings").list.len(),
        blanks=pl.Series([list(row.values()).count("") for row in rows]),
        hint_length=pl.col(HINTS).str.len_chars().fill_null(0),
    )
    return [_Fault(*counts) for counts in counted.iter_rows()]


def _frame(profile: ImportProfile, rows: Sequence[Cells]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict.fromkeys(rows[0], pl.String)).with_columns(
        pl.lit("").alias(header) for header in _codes(profile)
    )


def _codes(profile: ImportProfile) -> Cells:
    """Return empty cells for the codes of phones in several columns: the number is written in full."""
    return {header: "" for name, rule in profile.rules.items() if rule.has_column for header in profile.codes_of(name)}


def _refuse(profile: ImportProfile, cells: Cells) -> NoReturn:
    verdict = validated(_frame(profile, [cells]), profile)
    names = {profile.column_of(name): title_of(name) for name in profile.rules}
    empty = [names[header] for header, text in cells.items() if not text]
    missing = f" No example value was found for {listed(empty)}." if empty else ""
    raise UsageError(
        f"No row could be made up that profile '{profile.name}' accepts: its rules say "
        f"{listed(verdict['reasons'][0])}.{missing} Check that some value can fulfil them (`lead-pipeline profiles "
        f"show {profile.name}`), and write a file of your own."
    )


def _as_bytes(profile: ImportProfile, headers: Sequence[str], rows: Sequence[Cells]) -> bytes:
    options = profile.reading
    if options.header is False:
        lines = _by_place(headers, rows)
    else:
        lines = [*_above(options), list(headers), *([row.get(header, "") for header in headers] for row in rows)]
    text = io.StringIO()
    try:
        csv.writer(text, **_dialect(options)).writerows(lines)
        return text.getvalue().encode(options.encoding or ("utf-8" if text.getvalue().isascii() else "utf-8-sig"))
    except (csv.Error, UnicodeEncodeError, LookupError) as error:
        raise UsageError(
            f"A sample of profile '{profile.name}' cannot be written as `reading:` says: {error}. Correct delimiter, "
            "quote, escape or encoding there."
        ) from None


def _above(options: ReadingOptions) -> Iterator[list[str]]:
    """Yield what stands above a header that is not in the first line."""
    for line in range((options.header_row or 1) - 1):
        yield ["Sample"] if line == 0 else []


def _by_place(headers: Sequence[str], rows: Sequence[Cells]) -> list[list[str]]:
    """Lay the cells out by the place that `column_3` names."""
    places = {_place(header): header for header in headers}
    width = max((place for place in places if place), default=0)
    return [[row.get(places.get(place, ""), "") for place in range(1, width + 1)] for row in rows]


def _place(header: str) -> int | None:
    number = header.strip().casefold().removeprefix(_NUMBERED)
    is_place = header.strip().casefold().startswith(_NUMBERED) and number.isdecimal() and int(number) > 0
    return int(number) if is_place else None


def _dialect(options: ReadingOptions) -> dict[str, Any]:
    quote = '"' if options.quote is None else options.quote
    escape = options.escape or None
    return {
        "delimiter": options.delimiter or ",",
        "quotechar": quote or None,
        "quoting": csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        "escapechar": escape,
        "doublequote": escape is None,
        "lineterminator": "\r\n",
    }
