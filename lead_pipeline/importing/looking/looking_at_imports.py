"""Imports as lists and days show them, under way and ended, from their manifests and results; no store is opened."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence

from lead_pipeline.filing.decisions import state_of
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.inbox import source_of
from lead_pipeline.filing.locks import is_locked
from lead_pipeline.filing.manifests import Manifest, pending_manifests
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.looking.results_catalogue import KnownResult, KnownResults, catalogue_of
from lead_pipeline.importing.looking.scorecards import (
    by_source,
    find_scorecards,
    sources_of,
    sum_of_counts,
    unusual_measures,
)
from lead_pipeline.model.looks.import_looks import (
    STATUS_GROUPS,
    DayLook,
    ImportFilter,
    ImportLine,
    ImportsPage,
    Measure,
    Scorecard,
    StatusGroup,
)
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus
from lead_pipeline.model.results import RowCounts

_GROUP_OF: dict[ImportStatus, StatusGroup] = {one: group for group, those in STATUS_GROUPS.items() for one in those}


def look_at_imports(home: Home, chosen: ImportFilter, *, offset: int, limit: int) -> ImportsPage:
    """Return some of the imports that a filter finds, newest first; those under way are newer than any that ended."""
    results = catalogue_of(home).results()
    lines = _lines(home, results)
    found = [line for line, day in lines if _is_chosen(line, day, chosen)]
    shown = tuple(_with_unusual(results, line) for line in found[offset : offset + limit])
    return ImportsPage(lines=shown, total=len(found), profiles=tuple(sorted({line.profile for line, _ in lines})))


def look_at_days(home: Home, until: dt.date, days: int) -> tuple[DayLook, ...]:
    """Return what came on each of the last days, the newest first, also on those on which nothing came."""
    by_day: dict[dt.date, list[ImportLine]] = defaultdict(list)
    for line, day in _lines(home, catalogue_of(home).results()):
        if until - dt.timedelta(days=days) < day <= until:
            by_day[day].append(line)
    return tuple(_day(day, by_day[day]) for day in (until - dt.timedelta(days=back) for back in range(days)))


def look_at_sources(home: Home) -> tuple[Scorecard, ...]:
    """Return the scorecard of each source: unusual ones first, then the one with the newest file."""
    return catalogue_of(home).results().made(find_scorecards)


def line_of_import(home: Home, import_id: str) -> ImportLine | None:
    """Return one import as a list shows it, None when there is none of that id."""
    results = catalogue_of(home).results()
    found = next((line for line, _ in _lines(home, results) if line.import_id == import_id), None)
    return _with_unusual(results, found) if found else None


def day_of(moment: dt.datetime) -> dt.date:
    """Return the day on which a moment is, where this computer is."""
    return moment.astimezone().date()


def _lines(home: Home, results: KnownResults) -> list[tuple[ImportLine, dt.date]]:
    """Return every import with the day on which it ended or came, newest first."""
    under_way = []
    if (home.staging / "manifests").is_dir():
        known = results.made(_by_id)
        under_way = [_pending(home, one, known.get(one.import_id)) for one in pending_manifests(home)]
    pending = {line.import_id for line in under_way}
    newest = sorted(under_way, key=lambda line: line.at, reverse=True)
    return [(line, day_of(line.at)) for line in newest] + [
        (one.line, one.day) for one in reversed(results.all) if one.line.import_id not in pending
    ]


def _by_id(results: Sequence[KnownResult]) -> dict[str, KnownResult]:
    return {one.line.import_id: one for one in results}


def _with_unusual(results: KnownResults, line: ImportLine) -> ImportLine:
    """Return a line that says what is unusual about it for its source."""
    one = results.made(_by_id).get(line.import_id)
    if line.status not in COMMITTED or one is None:
        return line
    those = results.made(by_source)[line.profile, line.source]
    found = unusual_measures(one, those, results.made(sources_of))
    return line.model_copy(update={"unusual": tuple(map(unusual_sentence, found))})


def unusual_sentence(measure: Measure) -> str:
    """Return what is unusual about the last file of a source."""
    low, high = measure.low or 0.0, measure.high or 0.0
    shown = (_shown(value, is_share=measure.is_share) for value in (measure.latest, low, high))
    return "{} {}, usually {} to {}".format(measure.title, *shown)


def _shown(value: float, *, is_share: bool) -> str:
    return f"{100 * value:.1f} %" if is_share else f"{value:,.0f}"


def _is_chosen(line: ImportLine, day: dt.date, chosen: ImportFilter) -> bool:
    return (
        (chosen.group is None or line.status in STATUS_GROUPS[chosen.group])
        and (chosen.profile is None or line.profile == chosen.profile)
        and (chosen.source is None or line.source == chosen.source)
        and (chosen.day is None or day == chosen.day)
    )


def _pending(home: Home, manifest: Manifest, known: KnownResult | None) -> ImportLine:
    """Return an import for which something is left to do; one that waits for a person has a result already."""
    state = state_of(home, manifest)
    if known is not None and (state == "awaited" or known.is_committed):
        return known.line  # it waits, or is committed and files of its rows are being written
    at_work = WorkFolder(home, manifest).folder.is_dir() and is_locked(home, manifest.import_id)
    why, would_be = manifest.waits_for, None
    if state in ("approved", "cancelled"):
        why, would_be = f"It was {state}, and is being completed.", known
    return ImportLine(
        import_id=manifest.import_id,
        status=ImportStatus.PROCESSING if at_work else ImportStatus.QUEUED,
        profile=manifest.profile.name,
        source=source_of(home, manifest),
        destination=str(manifest.profile.destination),
        file_name=manifest.file_name,
        rows_read=would_be.line.rows_read if would_be else None,
        counts=would_be.line.counts if would_be else RowCounts(),
        why=why,
        came_at=manifest.staged_at,
        at=manifest.staged_at,
    )


def _day(day: dt.date, lines: Sequence[ImportLine]) -> DayLook:
    groups: Counter[str] = Counter(_GROUP_OF[line.status] for line in lines)
    committed = [line for line in lines if line.status in COMMITTED]
    return DayLook(
        day=day,
        files=len(lines),
        rows_read=sum(line.rows_read or 0 for line in committed),
        counts=sum_of_counts(line.counts for line in committed),
        **groups,
    )
