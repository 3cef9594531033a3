"""The layout of a file, and what has changed since the previous files: columns missing, renamed, moved, emptied, of a
different kind, or new. Acting on it (a warning, a hold for approval) does not belong here.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from statistics import mode

import polars as pl

from lead_pipeline.mapping.column_names import certain_names
from lead_pipeline.mapping.evidence import ColumnEvidence, noun_of
from lead_pipeline.mapping.header_spelling import spelling_of
from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.model.column_layout import ColumnLayout, FilledCells, LayoutChange, LayoutChangeKind, LayoutColumn
from lead_pipeline.model.fields import folded_header
from lead_pipeline.model.formula_injection import added_columns, is_returning, restored_header
from lead_pipeline.model.profile import ImportProfile

#: Enough rows to see the kind of a column; pass the first ones to `evidence_of`.
SAMPLED_ROWS = 200

#: Fewer values do not establish the kind of a column.
_MIN_VALUES = 3
#: Names at least this similar are one name, mistyped or extended.
_MIN_SIMILARITY = 0.8
#: A column counts as emptied when the probability that it is empty by chance is below this.
_MAX_CHANCE = 0.05
#: Changes that are one sentence for several columns, and how many of these it names.
_SAID_TOGETHER: dict[LayoutChangeKind, str] = {"missing": "missing", "added": "new"}
_NAMED_TOGETHER = 10
_OF_CONTACTS = frozenset({"phone", "phone_like", "written_phone", "email"})
#: Kinds that one column may show in different files, depending on how its values are written.
_RELATED_KINDS: tuple[frozenset[str], ...] = (
    frozenset({"phone", "phone_like", "written_phone"}),
    frozenset({"integer", "postal_code", "number"}),
)


#: Kinds of which a file has few columns: another one at the same position is hardly another column. Names and numbers
#: are in many.
_TELLING_KINDS = ("email", "phone", "phone_like", "date", "url", "ip")
#: More changes than these, of columns that only become attributes, are said in one sentence.
_FEW_CHANGES = 3
_CHANGED_SO: Mapping[str, tuple[str, str]] = {
    "missing": ("is missing", "are missing"),
    "renamed": ("seems to have another name", "seem to have other names"),
    "moved": ("has moved", "have moved"),
    "emptied": ("is empty", "are empty"),
    "retyped": ("holds another kind of values", "hold other kinds of values"),
    "added": ("is new", "are new"),
}


def count_filled(batch: pl.DataFrame, columns: Sequence[str]) -> FilledCells:
    """Count the cells of a batch that contain more than ASCII whitespace; the counts of batches add up.

    Only texts that sort before the first printable character are trimmed: trimming all would take five times as long,
    more than mapping the rows.
    """
    counts = batch.select(pl.col(column).count() - _blank(pl.col(column)).sum() for column in columns)
    return FilledCells(rows=batch.height, filled=dict(zip(columns, counts.row(0), strict=True)) if columns else {})


def _blank(cell: pl.Expr) -> pl.Expr:
    return cell.filter(cell < "!").str.strip_chars() == ""


def layout_of(columns: Sequence[str], cells: FilledCells, evidence: Mapping[str, ColumnEvidence]) -> ColumnLayout:
    """Describe the columns of a file.

    Args:
        columns: the file's unique column names, in order. Of a rejected file of ours, only the original columns are
            described, so that it has the layout of the file it came from.
        cells: how full each is, in the whole file.
        evidence: what a sample of each looks like; SAMPLED_ROWS rows are enough.
    """
    returning, own = is_returning(columns), added_columns(columns)
    theirs = [column for column in columns if column not in own]
    described = (
        LayoutColumn(
            name=restored_header(column) if returning else column,
            kind=_kind(evidence.get(column)),
            filled=cells.filled.get(column, 0),
        )
        for column in theirs
    )
    return ColumnLayout(rows=cells.rows, columns=tuple(described))


def _kind(evidence: ColumnEvidence | None) -> str | None:
    return evidence.likeliest() if evidence is not None and evidence.values >= _MIN_VALUES else None


def compare_layouts(
    now: ColumnLayout, earlier: Sequence[ColumnLayout], profile: ImportProfile | None = None
) -> tuple[LayoutChange, ...]:
    """Return how a file differs from the previous files; nothing when there are none.

    Where the previous files differ from one another, the most similar one is compared (the newest of several), because
    two systems may use one profile in turn; how full a column is, and of what kind, is compared with all of them.

    Args:
        now: the file's layout.
        earlier: layouts of the profile's last files, newest first.
        profile: the one of all of them, whose names of columns may be shown.

    Returns:
        missing, renamed, moved, emptied, retyped, added columns, in this order. Names are compared
        trimmed and case-insensitively. A missing and a new column are one renamed column when their names are similar
        or mean the same field, or both have emails, phones, dates or the like at the same position; never when their
        values are of different kinds or their names mean different fields.
    """
    if not earlier:
        return ()
    shown_now = _shown_names(now, profile)
    return min((tuple(_changes(now, one, earlier, shown_now, _shown_names(one, profile))) for one in earlier), key=len)


def sentences_about(
    changes: Sequence[LayoutChange], profile: ImportProfile | None = None, fields: Collection[str] = ()
) -> Iterator[str]:
    """Yield a sentence for each change, and one for all columns that are missing, and for all that are new: a file with
    few of the columns (an update of two values) differs in one thing. Where a profile keeps whatever else a file has,
    more than a few changes of such columns are one sentence.

    Args:
        changes: what `compare_layouts` found.
        profile: the one of the file; without it every change has its sentence.
        fields: columns of the file that supply fields, besides those that the profile names.
    """
    free = _of_attributes(changes, profile, fields)
    if len(free) <= _FEW_CHANGES:
        yield from _sentences([*changes])
        return
    yield from _sentences([change for change in changes if change not in free])
    counts = Counter(change.kind for change in free)
    said = ", ".join(f"{count} {_CHANGED_SO[kind][count > 1]}" for kind, count in counts.items())
    yield f"Of the columns that are kept as attributes, {said}."


def _of_attributes(
    changes: Sequence[LayoutChange], profile: ImportProfile | None, fields: Collection[str]
) -> list[LayoutChange]:
    """Return the changes of columns that no field and no rule is about."""
    if profile is None or profile.other_columns != "attributes":
        return []
    rules = [name for name, rule in profile.rules.items() if rule.has_column]
    headers = [profile.column_of(name) for name in rules] + [code for name in rules for code in profile.codes_of(name)]
    named = {folded_header(header) for header in (*headers, *profile.ignore_columns, *fields)}
    return [one for one in changes if not any(_is_of_a_field(header, named, profile) for header in _headers(one))]


def _headers(change: LayoutChange) -> tuple[str, ...]:
    return (change.column,) if change.before is None else (change.column, change.before)


def _is_of_a_field(header: str, named: Collection[str], profile: ImportProfile) -> bool:
    by_meaning = profile.mapping == "auto" and not set(profile.fields).isdisjoint(meaning_of(header).fields)
    return folded_header(header) in named or by_meaning


def _sentences(changes: Sequence[LayoutChange]) -> Iterator[str]:
    for kind, found in groupby(changes, key=lambda change: change.kind):
        together = list(found)
        verb = _SAID_TOGETHER.get(kind)
        if verb is None or len(together) == 1:
            yield from (change.sentence for change in together)
            continue
        names = [one.sentence.removeprefix("The column ").removesuffix(f" is {verb}.") for one in together]
        more = f" and {len(names) - _NAMED_TOGETHER} more" if len(names) > _NAMED_TOGETHER else ""
        yield f"{len(names)} columns are {verb}: {', '.join(names[:_NAMED_TOGETHER])}{more}."


def _changes(
    now: ColumnLayout,
    then: ColumnLayout,
    earlier: Sequence[ColumnLayout],
    shown_now: Mapping[str, str],
    shown_then: Mapping[str, str],
) -> Iterator[LayoutChange]:
    here, there = _by_name(now), _by_name(then)
    gone = [name for name in there if name not in here]
    new = [name for name in here if name not in there]
    renamed = _renamed(now, then, gone, new)
    for name in gone:
        if name not in renamed:
            column = there[name].name
            yield _change("missing", column, f"The column {shown_then[column]} is missing.")
    for before, name in renamed.items():
        was, column = there[before].name, here[name].name
        new_name = f"seems to be called {shown_now[column]} now"
        if not shown_now[column].startswith("'"):
            new_name = f"seems to have another name now, {shown_now[column]}"
        yield _change("renamed", column, f"The column {shown_then[was]} {new_name}.", was)
    common = [name for name in here if name in there]
    yield from _moved(common, here, then, shown_now)
    past = {name: _before(name, earlier) for name in common} | {n: _before(b, earlier) for b, n in renamed.items()}
    for name in here:
        if name in past:
            yield from _emptied_or_retyped(here[name], now, past[name], shown_now[here[name].name])
    for name in new:
        if name not in renamed.values():
            column = here[name].name
            yield _change("added", column, f"The column {shown_now[column]} is new.")


def _by_name(layout: ColumnLayout) -> dict[str, LayoutColumn]:
    """Return the columns by name, trimmed and case-insensitive, as the mapping finds them."""
    return {column.name.strip().casefold(): column for column in layout.columns}


def _renamed(now: ColumnLayout, then: ColumnLayout, gone: Iterable[str], new: Iterable[str]) -> dict[str, str]:
    """Return previous name: current name, the most similar pairs first."""
    pairs = ((_similarity(before, name, now, then), before, name) for before in gone for name in new)
    renamed: dict[str, str] = {}
    for similarity, before, name in sorted(pairs, key=lambda pair: -pair[0]):
        if similarity >= _MIN_SIMILARITY and before not in renamed and name not in renamed.values():
            renamed[before] = name
    return renamed


def _similarity(before: str, name: str, now: ColumnLayout, then: ColumnLayout) -> float:
    """Return from 0 to 1 how likely two names are the same column."""
    was, is_now = _by_name(then)[before], _by_name(now)[name]
    first, second = spelling_of(was.name), spelling_of(is_now.name)
    if first.number != second.number:
        return 0.0
    if first.words and first.words == second.words:
        return 1.0
    means, meant = meaning_of(is_now.name).meanings, meaning_of(was.name).meanings
    if _are_others(was, is_now) or (means and meant and set(means).isdisjoint(meant)):
        return 0.0
    if len(means) == 1 and means == meant:
        return 0.95
    is_in_place = list(_by_name(then)).index(before) == list(_by_name(now)).index(name)
    if is_in_place and was.kind in _TELLING_KINDS and _same_kind(was.kind, is_now.kind):
        return 0.9
    return SequenceMatcher(None, before, name, autojunk=False).ratio()


def _are_others(was: LayoutColumn, is_now: LayoutColumn) -> bool:
    """Return whether the values of two columns are of different kinds, where both are known."""
    return was.kind is not None and is_now.kind is not None and not _same_kind(was.kind, is_now.kind)


def _moved(
    common: Sequence[str], here: Mapping[str, LayoutColumn], then: ColumnLayout, shown: Mapping[str, str]
) -> Iterator[LayoutChange]:
    """Find the fewest columns that have moved: all but those of the longest run still in order."""
    positions = {name: position for position, name in enumerate(_by_name(then), start=1)}
    stayed = _longest_increasing([positions[name] for name in common])
    for name in common:
        if positions[name] not in stayed:
            column, position = here[name].name, list(here).index(name) + 1
            where = f"has moved from position {positions[name]} to position {position}"
            yield _change("moved", column, f"The column {shown[column]} {where}.")


def _longest_increasing(numbers: Sequence[int]) -> set[int]:
    """Return the members of a longest increasing subsequence of different numbers."""
    tails: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        at = bisect_left(tails, number)
        before[number] = tails[at - 1] if at else None
        tails[at : at + 1] = [number]
    run: set[int] = set()
    last = tails[-1] if tails else None
    while last is not None:
        run.add(last)
        last = before[last]
    return run


def _before(name: str, earlier: Sequence[ColumnLayout]) -> list[tuple[LayoutColumn, int]]:
    """Return a column as it was in the previous files, each with the number of rows."""
    return [(found, layout.rows) for layout in earlier if (found := _by_name(layout).get(name)) is not None]


def _emptied_or_retyped(
    column: LayoutColumn, now: ColumnLayout, past: Sequence[tuple[LayoutColumn, int]], shown: str
) -> Iterator[LayoutChange]:
    filled, rows = sum(one.filled for one, _ in past), sum(rows for _, rows in past)
    if column.filled == 0 and (1 - (filled + 1) / (rows + 2)) ** now.rows < _MAX_CHANCE:
        usual = f"it was filled in {filled / rows:.0%} of the {rows:,} rows in previous files"
        yield _change("emptied", column.name, f"The column {shown} is empty; {usual}.")
        return
    kinds = [one.kind for one, _ in past if one.kind is not None]
    if kinds and column.kind is not None and not any(_same_kind(kind, column.kind) for kind in kinds):
        held = f"now contains {noun_of(column.kind)}; it contained {noun_of(mode(kinds))} before"
        yield _change("retyped", column.name, f"The column {shown} {held}.")


def _same_kind(one: str | None, other: str | None) -> bool:
    return one == other or any({one, other} <= near for near in _RELATED_KINDS)


def _shown_names(layout: ColumnLayout, profile: ImportProfile | None) -> dict[str, str]:
    """Return how sentences name the columns; a header that may be a value is not shown (personal data)."""
    names = [column.name for column in layout.columns]
    contacts = {column.name for column in layout.columns if column.kind in _OF_CONTACTS}
    certain = certain_names(names, profile, contacts)
    return {name: f"'{name}'" if name in certain else f"at position {n}" for n, name in enumerate(names, start=1)}


def _change(kind: LayoutChangeKind, column: str, sentence: str, before: str | None = None) -> LayoutChange:
    return LayoutChange(kind=kind, column=column, before=before, sentence=sentence)
