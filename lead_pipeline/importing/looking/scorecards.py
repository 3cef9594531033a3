"""How each source does: a profile, or a folder below it. The last file is compared with those before, so that a source
that gets worse is seen. Corrected files are left out, for they say nothing about their source.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from lead_pipeline.importing.looking.control_limits import FILES_BEFORE, limits_of
from lead_pipeline.importing.looking.results_catalogue import KnownResult
from lead_pipeline.model.looks.import_looks import Measure, Scorecard
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.results import RowCounts

#: The name of a profile, and of the folder below its own.
Source = tuple[str, str]


class _Measured(NamedTuple):
    """A number of a file: what people call it, and how it is counted."""

    name: str
    title: str
    is_share: bool
    rows: Callable[[KnownResult], int]


#: What is measured of every file, beside its overlap with other sources.
_MEASURED = (
    _Measured("rows", "Rows", is_share=False, rows=lambda one: one.line.rows_read or 0),
    _Measured("accepted", "Accepted", is_share=True, rows=lambda one: _accepted(one.line.counts)),
    _Measured("rejected", "Rejected", is_share=True, rows=lambda one: one.line.counts.rejected),
    _Measured("invalid_phones", "Invalid phones", is_share=True, rows=lambda one: one.invalid_phones),
    _Measured("duplicates", "Duplicates", is_share=True, rows=lambda one: one.line.counts.duplicate),
    _Measured("suppressed", "Suppressed", is_share=True, rows=lambda one: one.line.counts.suppressed),
)


def source_of_result(one: KnownResult) -> Source:
    """Return the source that an import's file came from."""
    return one.line.profile, one.line.source


def by_source(results: Iterable[KnownResult]) -> dict[Source, list[KnownResult]]:
    """Return the imports of each source, in the order in which they ended."""
    found: dict[Source, list[KnownResult]] = defaultdict(list)
    for one in results:
        found[source_of_result(one)].append(one)
    return dict(found)


def sources_of(results: Iterable[KnownResult]) -> dict[str, Source]:
    """Return the source of each import by its id."""
    return {one.line.import_id: source_of_result(one) for one in results}


def find_scorecards(results: Sequence[KnownResult]) -> tuple[Scorecard, ...]:
    """Return the scorecard of each source that something was imported of: unusual ones first, then the newest."""
    whose = sources_of(results)
    cards = [
        _scorecard(source, imports, whose)
        for source, imports in by_source(results).items()
        if any(_is_measured(one) for one in imports)
    ]
    return tuple(sorted(cards, key=lambda card: (not card.unusual, -card.last_at.timestamp(), card.name)))


def unusual_measures(one: KnownResult, of_source: Sequence[KnownResult], whose: Mapping[str, Source]) -> list[Measure]:
    """Return what was unusual about an import when it ended; `of_source` are the imports of its source, in order."""
    if not _is_measured(one):
        return []
    behind = next(index for index, other in enumerate(of_source, start=1) if other is one)
    until = [other for other in of_source[:behind] if _is_measured(other)]
    return [measure for measure in _measures(until[-FILES_BEFORE - 1 :], whose) if measure.is_unusual]


def _is_measured(one: KnownResult) -> bool:
    return one.is_committed and one.line.sequel_of is None and bool(one.line.rows_read)


def _scorecard(source: Source, imports: Sequence[KnownResult], whose: Mapping[str, Source]) -> Scorecard:
    committed = [one for one in imports if one.is_committed]
    measured = [one for one in imports if _is_measured(one)]
    overlaps: Counter[str] = Counter()
    for one in committed:
        overlaps.update(_overlaps(one, whose))
    return Scorecard(
        profile=source[0],
        source=source[1],
        files=len(committed),
        refused=sum(one.line.status in ("quarantined", "failed") for one in imports),
        rows_read=sum(one.line.rows_read or 0 for one in committed),
        counts=sum_of_counts(one.line.counts for one in committed),
        invalid_phones=sum(one.invalid_phones for one in committed),
        recovered=sum(one.line.rows_recovered for one in committed),
        overlaps=dict(overlaps.most_common()),
        last_import_id=measured[-1].line.import_id,
        last_at=measured[-1].line.at,
        measures=tuple(_measures(measured[-FILES_BEFORE - 1 :], whose)),
    )


def _overlaps(one: KnownResult, whose: Mapping[str, Source]) -> dict[str, int]:
    """Return how many rows of an import are leads of each other source already."""
    found: Counter[str] = Counter()
    for import_id, rows in one.duplicates_of.items():
        other = whose.get(import_id)
        if other is not None and other != source_of_result(one):
            found["/".join(filter(None, other))] += rows
    return dict(found)


def _measures(imports: Sequence[KnownResult], whose: Mapping[str, Source]) -> list[Measure]:
    """Return the measures of some imports in their order; the last one is compared with those before."""
    elsewhere = _Measured("overlap", "Leads of other sources", True, lambda one: sum(_overlaps(one, whose).values()))
    return [_measure(measured, imports) for measured in (*_MEASURED, elsewhere)]


def _measure(measured: _Measured, imports: Sequence[KnownResult]) -> Measure:
    values = [
        measured.rows(one) / (one.line.rows_read or 1) if measured.is_share else measured.rows(one) for one in imports
    ]
    limits = limits_of(values[:-1], rows=imports[-1].line.rows_read or 0, is_share=measured.is_share)
    return Measure(
        name=measured.name,
        title=measured.title,
        is_share=measured.is_share,
        values=tuple(float(value) for value in values),
        usual=limits.usual if limits else None,
        low=limits.low if limits else None,
        high=limits.high if limits else None,
    )


def sum_of_counts(counts: Iterable[RowCounts]) -> RowCounts:
    """Return the rows of several imports by outcome."""
    several = list(counts)
    return RowCounts(**{outcome.value: sum(one.of(outcome) for one in several) for outcome in Outcome})


def _accepted(counts: RowCounts) -> int:
    return counts.created + counts.updated + counts.unchanged
