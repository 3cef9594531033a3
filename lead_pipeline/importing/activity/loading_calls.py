"""Loads a staged drop of call activity, or refuses it whole. Whom an import leaves out because of it is decided in the
import's own transaction.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from lead_pipeline.enrolling.history import ChangedLeads
from lead_pipeline.enrolling.reported_calls import advance_enrollments
from lead_pipeline.enrolling.settings_of_destinations import keep_settings
from lead_pipeline.filing.activity.activity_manifests import ActivityManifest
from lead_pipeline.filing.activity.activity_parts import ActivityParts
from lead_pipeline.filing.home import Home
from lead_pipeline.importing.activity.reading_calls import CALLS, FAULTS, ReadDrop, read_drop
from lead_pipeline.importing.few_rows import LINES_NAMED, are_more_than_a_few, named_lines, notes_of_drop
from lead_pipeline.importing.managing.settings_in_force import Settings, settings_in_force
from lead_pipeline.importing.managing.time_zones_of_leads import find_zones_of_leads
from lead_pipeline.mapping.calls.activity_columns import is_call_header
from lead_pipeline.model.errors import ListRefusedError, counted
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.scrub.activity_settings import ActivitySettings
from lead_pipeline.normalizing.calls import CallForm
from lead_pipeline.normalizing.known_names import checked_time_zone
from lead_pipeline.reporting.row_files.rejected_file import write_rejected_file
from lead_pipeline.screening.scrub.activity_records import add_activity
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.records import ActivityCounts, ActivityKeys, ActivityRecord

#: What is to be said about the drop as a whole, where many rows have the reason.
_QUESTIONS = {
    Reason.PHONE_COUNTRY_UNKNOWN: "of which country numbers without + are (--region)",
    Reason.DATE_AMBIGUOUS: "whether 03/04/2026 is in March or in April (--dates month_first or day_first, or --region)",
    Reason.DATE_ZONE_MISSING: "of which time zone times without one are (--timezone)",
}


@dataclass(frozen=True, slots=True)
class LoadedActivity:
    """What came of loading a drop: its counts, its rejected rows by reason, the lines of its first ones, the file that
    has all of these (path below the home), what there is to know about the file, which column says what, and the leads
    that advanced or were completed, by destination.
    """

    counts: ActivityCounts
    skipped: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    lines_rejected: list[int] = field(default_factory=list)
    rejected_file: str | None = None
    notices: tuple[str, ...] = ()
    mapping: dict[str, str] = field(default_factory=dict)
    settings: ActivitySettings = field(default_factory=ActivitySettings)
    advanced: tuple[ChangedLeads, ...] = ()


@dataclass(slots=True)
class _Rejects:
    """The rejected rows of a drop, and the file that has them."""

    path: Path
    name: str
    rows: int = 0
    lines: list[int] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def write(self, read: ReadDrop, parts: ActivityParts, unknown: pl.Series) -> None:
        """Write the rows that cannot be used, those of unknown leads included, as they are in the file."""
        self.rows, self.lines = read.rejected + unknown.len(), []
        self.reasons = read.faults + Counter({Reason.MATCH_MISSING.value: unknown.len()} if unknown.len() else {})
        if not self.rows:
            self.path.unlink(missing_ok=True)  # of an attempt when fewer leads were there
            return
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        columns = [(column.name, column.header) for column in read.reader.columns]
        write_rejected_file(self.path, columns, self._batches(read, parts, unknown))

    def _batches(self, read: ReadDrop, parts: ActivityParts, unknown: pl.Series) -> Iterator[pl.DataFrame]:
        """Read the file once more: most have no such row, and need not keep what all rows were."""
        header = read.reader.facts.header_line or 0
        nobody = pl.lit([Reason.MATCH_MISSING.value], dtype=pl.List(pl.String))
        for part, batch in enumerate(read.reader.batches()):
            faults = parts.read(FAULTS, part).filter(pl.col("outcome") == "rejected")
            rows = batch.drop("reasons").join(
                faults.select("row_number", reasons="reason_codes"), on="row_number", how="left", maintain_order="left"
            )
            is_unknown = pl.col("row_number").is_in(unknown.implode()) if unknown.len() else pl.lit(value=False)
            rows = rows.with_columns(
                reasons=pl.when(is_unknown & pl.col("reasons").is_null()).then(nobody).otherwise("reasons"),
                outcome=pl.lit("rejected"),
            ).filter(pl.col("reasons").is_not_null())
            lines = rows.select(pl.coalesce("line_number", pl.col("row_number") + header)).to_series()
            self.lines += lines.head(LINES_NAMED - len(self.lines)).to_list()
            yield rows


def load_activity(store: LeadStore, manifest: ActivityManifest, home: Home, at: datetime) -> LoadedActivity:
    """Load a staged drop in one transaction, and advance the enrollments of the people in it.

    Raises: DestinationsError when nobody knows what follows on a call, for a file of destinations is wrong;
    ListRefusedError when too much of it cannot be used, FileRefusedError when nothing can; then nothing of it
    is loaded. StoreError, or a subclass of these.
    """
    path = home.reports / manifest.drop_id / "rejected.csv"
    rejects = _Rejects(path, home.relative(path))
    before = store.activity_counts(manifest.identity)
    if before is not None:
        manifest.staged_file(home).unlink(missing_ok=True)
        return LoadedActivity(before, rejected_file=rejects.name if path.exists() else None, settings=manifest.settings)
    parts = ActivityParts(home, manifest.drop_id)
    with parts.fresh():
        read = read_drop(manifest, home, parts, form_of_drop(manifest.settings, at))
        counts, advanced = _write(store, manifest, read, parts, rejects, at, settings_in_force(home))
    manifest.staged_file(home).unlink(missing_ok=True)
    return LoadedActivity(
        counts,
        skipped=read.skipped,
        reasons=dict(rejects.reasons),
        lines_rejected=rejects.lines,
        rejected_file=rejects.name if rejects.rows else None,
        notices=(*notes_of_drop(read.reader.facts), *_notices(read, counts)),
        mapping=_shown_mapping(read),
        settings=manifest.settings,
        advanced=advanced,
    )


def form_of_drop(settings: ActivitySettings, at: datetime) -> CallForm:
    """Return how a drop is written; raises UsageError when there is no such time zone."""
    timezone = None if settings.timezone is None else checked_time_zone(settings.timezone)
    return CallForm(settings.region, timezone, settings.dates, at)


def _write(
    store: LeadStore,
    manifest: ActivityManifest,
    read: ReadDrop,
    parts: ActivityParts,
    rejects: _Rejects,
    at: datetime,
    settings: Settings,
) -> tuple[ActivityCounts, tuple[ChangedLeads, ...]]:
    """Add the calls; the rejected rows are written before, so that they are there also when the drop is refused."""
    rejects.write(read, parts, pl.Series(dtype=pl.Int64))
    _require_trust(read, rejects, manifest)
    record = ActivityRecord(manifest.drop_id, manifest.identity, manifest.file_name, manifest.file_sha256)

    def check(unknown: pl.DataFrame) -> None:
        if not unknown.is_empty():
            rejects.write(read, parts, unknown["row_number"].unique())
            _require_trust(read, rejects, manifest)

    calls, faults = parts.paths(CALLS), parts.paths(FAULTS)
    keys = ActivityKeys(record.identity, parts=tuple(calls))
    with store.writing(keys, f"loading call activity {record.drop_id}") as workspace:
        keep_settings(workspace, settings, at)
        counts = add_activity(
            workspace,
            record,
            calls,
            rows_read=read.rows,
            rows_rejected=read.rejected,
            at=at,
            faults=faults,
            check=check,
        )
        advanced = () if counts.loaded_before else advance_enrollments(workspace, record.identity, at)
        find_zones_of_leads(workspace)
        return counts, advanced


def _require_trust(read: ReadDrop, rejects: _Rejects, manifest: ActivityManifest) -> None:
    bad, rows = rejects.rows, read.rows
    if not rows:
        raise ListRefusedError("The file is empty: it has no row of a call.")
    if bad == rows or are_more_than_a_few(bad, rows):
        lines = named_lines(rejects.lines, bad)
        raise ListRefusedError(
            f"{bad:,} of {counted(rows, 'row')} of the call activity cannot be used (lines {lines}; all are in "
            f"{rejects.name}, with reasons), so that nothing of it was loaded. {_most_of_them(rejects.reasons)} "
            f"{_what_to_do(rejects.reasons, manifest)}"
        )


def _most_of_them(reasons: Counter[str]) -> str:
    shown = ", ".join(f"{counted(rows, 'row')}: {REASONS[Reason(code)].title}" for code, rows in reasons.most_common(3))
    return f"{shown}."


def _what_to_do(reasons: Counter[str], manifest: ActivityManifest) -> str:
    asked = [question for reason, question in _QUESTIONS.items() if reasons[reason.value]]
    if not asked:
        return "Correct them, and load the file again."
    where = "in call_activity.yaml in the home" if manifest.dropped else "with the command, or in call_activity.yaml"
    return f"Say {'; '.join(asked)} {where}, or write it into the file, and load it again."


def _notices(read: ReadDrop, counts: ActivityCounts) -> Iterator[str]:
    if "happened_at" not in read.columns.others:
        yield "No column says when the calls were: they count however far a scrub rule looks back."
    elif read.order_shown:
        first = "months" if read.order == "month_first" else "days"
        yield f"Days such as 03/04/2026 were read with {first} first, as the other days of the file show."
    if counts.lead_ids_ignored:
        yield (
            f"The lead ids of {counted(counts.lead_ids_ignored, 'call')} are not ours: most of the numbers beside them "
            "are of other people. The calls count by their number alone."
        )


def _shown_mapping(read: ReadDrop) -> dict[str, str]:
    """Return which header says what. A header that nobody knows may be a value, and is not repeated; without a header,
    no column has a name.
    """
    if read.reader.facts.header_line is None:
        return dict.fromkeys((*read.columns.others, *(["phone"] if read.columns.phones else [])), "")
    headers = {
        column.name: column.header if is_call_header(column.header) else f"column {column.position + 1}"
        for column in read.reader.columns
    }
    names = {what: headers[name] for what, name in read.columns.others.items()}
    return names | ({"phone": " + ".join(headers[name] for name in read.columns.phones)} if read.columns.phones else {})
