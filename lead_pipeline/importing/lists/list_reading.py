"""Reads a suppression list: whom each of its rows names, and what it says about them; or refuses it whole."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from lead_pipeline.filing.list_manifests import ListManifest
from lead_pipeline.importing.few_rows import FEW_ROWS, LINES_NAMED, are_more_than_a_few, named_lines
from lead_pipeline.mapping.list_facts import find_column_of, find_fact_columns, find_other_columns
from lead_pipeline.mapping.lists import ListColumns, list_evidence, map_list_columns
from lead_pipeline.model.errors import FileEmptyError, ListRefusedError, RequiredColumnUnmappedError
from lead_pipeline.model.lists.list_settings import ListSettings
from lead_pipeline.model.reasons import SKIPPED_CODES, Reason
from lead_pipeline.normalizing.frames import split
from lead_pipeline.normalizing.lists.entry_facts import read_countries, read_expires_at, read_listed_on
from lead_pipeline.normalizing.lists.list_entries import read_list_entries
from lead_pipeline.normalizing.lists.other_entries import read_other_entries
from lead_pipeline.reading import ReadingOptions, RowReader, open_rows
from lead_pipeline.screening.lists.suppression_lists import ENTRIES_SCHEMA, ENTRY_FACTS, ROWS_SCHEMA, ListParts

#: So many rows are read at once, in so many batches side by side: expressions over one column use one processor.
_BATCH, _SIDE_BY_SIDE = 500_000, 2

_ENTRIES = {**ENTRIES_SCHEMA, **ENTRY_FACTS, "valid": pl.Boolean}


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list, read: how many rows and entries it has, how many of these are phones and how many of them are not beyond
    doubt; and the rows that were not read in full. The entries, and what became of each row, are in Parquet files.
    """

    reader: RowReader
    parts: ListParts
    rows: int
    entries: int
    phones: int
    doubtful_phones: int
    unreadable: pl.DataFrame


def read_list(path: Path, manifest: ListManifest, folder: Path) -> ReadList:
    """Read a list into files in a folder; a row is unreadable when something in it is, or when it names nobody.

    Batches are read side by side, a few at a time, so that memory is bounded by these and by the unreadable rows.
    """
    reader = _opened(path, manifest)
    written: list[_WrittenBatch] = []
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
        waiting: deque[Future[_WrittenBatch]] = deque()
        columns: ListColumns | None = None
        for number, batch in enumerate(reader.batches(_BATCH)):
            skipped = pl.col("reasons").list.first().is_in(SKIPPED_CODES).fill_null(value=False)
            skipping, filled = split(batch, skipped)
            if columns is None and filled.height:
                columns = _columns(reader, filled, manifest.said)
            header_line = reader.facts.header_line or 0
            batch_reader = _BatchReader(columns, manifest.said, header_line, folder, number)
            waiting.append(threads.submit(batch_reader.read, filled, skipping))
            if len(waiting) > _SIDE_BY_SIDE:
                written.append(waiting.popleft().result())
        written += [one.result() for one in waiting]
    if columns is None:
        raise ListRefusedError("The list is empty: it has no row that names anybody.")
    entries, phones = sum(one.entries for one in written), sum(one.phones for one in written)
    return ReadList(
        reader,
        ListParts(
            tuple(one.entry_part for one in written if one.entry_part),
            tuple(one.row_part for one in written if one.row_part),
            only_phones=entries == phones,
        ),
        rows=sum(one.rows for one in written),
        entries=entries,
        phones=phones,
        doubtful_phones=sum(one.doubtful for one in written),
        unreadable=pl.concat([one.unreadable for one in written if one.unreadable is not None]),
    )


@dataclass(frozen=True, slots=True)
class _WrittenBatch:
    """What a batch of rows came to, and where it is: empty paths where there is nothing."""

    rows: int = 0
    entries: int = 0
    phones: int = 0
    doubtful: int = 0
    entry_part: str = ""
    row_part: str = ""
    unreadable: pl.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class _BatchReader:
    """Reads a batch of rows and writes what they name; keeps nothing, so that batches can be read side by side."""

    columns: ListColumns | None
    said: ListSettings
    header_line: int
    folder: Path
    number: int

    def read(self, filled: pl.DataFrame, skipped: pl.DataFrame) -> _WrittenBatch:
        outcomes = [_outcomes(skipped, "skipped")]
        if self.columns is None or filled.is_empty():
            return _WrittenBatch(row_part=self._written("rows", pl.concat(outcomes)))
        found = _entries(filled, self.columns, self.said)
        unreadable = _unreadable(filled, found, self.header_line)
        found = found.filter(pl.col("value").is_not_null())
        if self.said.mode == "remove":  # a row that was not understood takes nobody off
            found = found.join(unreadable, on="row_number", how="anti")
        entries = found.select(_ENTRIES.keys())
        read = filled
        if unreadable.height:
            read = filled.join(unreadable, on="row_number", how="anti", maintain_order="left")
        outcomes += [_outcomes(unreadable, "rejected"), _outcomes(read.with_columns(reasons=None), None)]
        is_phone = entries["identifier_kind"] == "phone"
        return _WrittenBatch(
            filled.height,
            entries.height,
            int(is_phone.sum()),
            int((is_phone & ~entries["valid"]).sum()),
            self._written("entries", entries.select(*ENTRIES_SCHEMA, *ENTRY_FACTS, digits=_digits(entries))),
            self._written("rows", pl.concat(outcomes)),
            unreadable,
        )

    def _written(self, what: str, frame: pl.DataFrame) -> str:
        path = self.folder / f"{what}-{self.number:06}.parquet"
        frame.write_parquet(path, compression="lz4", statistics=False)
        return str(path)


def _digits(entries: pl.DataFrame) -> pl.Series:
    """Return the digits of phones as numbers, which they are matched by; null for all else."""
    is_phone = entries["identifier_kind"] == "phone"
    digits = pl.col("value").str.strip_prefix("+").cast(pl.UInt64, strict=False)
    return entries.select(pl.when(is_phone).then(digits)).to_series()


def _outcomes(rows: pl.DataFrame, outcome: str | None) -> pl.DataFrame:
    told = rows.select(
        "row_number", "line_number", outcome=pl.lit(outcome, dtype=pl.String), reason_codes=pl.col("reasons")
    )
    return told.cast(ROWS_SCHEMA)  # type: ignore[arg-type]  # names and types, as polars takes them


def _opened(path: Path, manifest: ListManifest) -> RowReader:
    """Open a list. Where what looks like its header, or what stands above it, names somebody, it has none."""
    headless = ReadingOptions(header=False)
    try:
        reader = open_rows(path, file_name=manifest.file_name)
    except FileEmptyError:  # a list of a single line is somebody without a header, or a header without anybody
        return _opened_single_line(path, manifest, headless)
    line = reader.facts.header_line
    if line is None:
        return reader
    headers = pl.Series([column.header for column in reader.columns], dtype=pl.String)
    if _names_somebody(headers, manifest.region) or _names_another(headers, manifest.said):
        return open_rows(path, file_name=manifest.file_name, options=headless)
    if line > 1:
        other = open_rows(path, file_name=manifest.file_name, options=headless)
        above = next(other.batches(line - 1)).head(line - 1)
        if any(_names_somebody(above[column.name], manifest.region) for column in other.columns):
            return other
    return reader


def _opened_single_line(path: Path, manifest: ListManifest, headless: ReadingOptions) -> RowReader:
    reader = open_rows(path, file_name=manifest.file_name, options=headless)
    row = next(reader.batches(1)).head(1)
    cells = pl.Series([row[column.name][0] or "" for column in reader.columns], dtype=pl.String)
    if not _names_somebody(cells, manifest.region) and not _names_another(cells, manifest.said):
        raise ListRefusedError(
            "The list has a single line, and that names nobody: it is a header without rows. Nothing was loaded. Check "
            "whether the export is finished, and deliver the whole list."
        )
    return reader


def _names_somebody(values: pl.Series, region: str | None) -> bool:
    return bool(read_list_entries(values, region)["valid"].any())


def _names_another(headers: pl.Series, said: ListSettings) -> bool:
    """Return whether the one column of a list of other identifiers has one where its header would be."""
    if said.identifier is None or said.identifier in ("phone", "email") or headers.len() > 1:
        return False
    if find_other_columns({"": headers[0]}, beside_others=False):
        return False
    return bool(read_other_entries(headers, said.identifier, said.region)["valid"].any())


def _columns(reader: RowReader, sample: pl.DataFrame, said: ListSettings) -> ListColumns:
    has_header = reader.facts.header_line is not None
    headers = {column.name: column.header if has_header else "" for column in reader.columns}
    if said.identifier is not None and said.identifier not in ("phone", "email"):
        return ListColumns((), None, {find_column_of(said.identifier, headers): said.identifier})
    others = find_other_columns(headers, beside_others=False)
    phones_and_emails = {name: header for name, header in headers.items() if name not in others}
    try:
        columns = map_list_columns(phones_and_emails, list_evidence(sample, list(phones_and_emails), said.region))
    except RequiredColumnUnmappedError:
        if not others:
            raise
        return ListColumns((), None, others, find_fact_columns(headers))
    beside = find_other_columns(headers, beside_others=True)
    return replace(columns, others=beside, facts=find_fact_columns(headers))


def _entries(rows: pl.DataFrame, columns: ListColumns, said: ListSettings) -> pl.DataFrame:
    """Return what the columns of identifiers name, and what the row, or else the list, says about each entry."""
    found = [read_list_entries(rows[column], said.region) for column in columns.identifiers]
    found += [read_other_entries(rows[column], kind, said.region) for column, kind in columns.others.items()]
    if columns.identifiers and said.mode != "remove" and rows["extra_cells"].null_count() < rows.height:
        # Numbers apart by the delimiter of the file itself are in cells that no column is for.
        extra = read_list_entries(rows["extra_cells"].list.join("; "), said.region)
        found.append(extra.filter(pl.col("valid")))
    told = pl.concat(found).rename({"reason": "fault"})
    facts = _facts(rows, columns, said)
    whole = told.hstack(facts[told["index"]])
    said_of_all = {name: value for name, value in _said_of_all(said).items() if name not in facts.columns}
    whole = whole.with_columns(**said_of_all)
    if "unread_expiry" not in facts.columns:
        return whole
    ended = whole.filter("unread_expiry").select("index", fault=pl.lit(Reason.DATE_INVALID.value))
    return pl.concat([whole.drop("unread_expiry"), ended.unique()], how="diagonal")


def _said_of_all(said: ListSettings) -> dict[str, pl.Expr]:
    """Return what is known of entries whose rows do not say it."""
    return {
        "reason": pl.lit(None, dtype=pl.String),
        "country": pl.lit(said.country, dtype=pl.String),
        "listed_on": pl.lit(said.listed_on, dtype=pl.Date),
        "source": pl.lit(said.source, dtype=pl.String),
        "expires_at": pl.lit(said.expires_at, dtype=pl.Datetime("us", "UTC")),
    }


def _facts(rows: pl.DataFrame, columns: ListColumns, said: ListSettings) -> pl.DataFrame:
    """Return `row_number`, and what the columns that the list has say: most lists have none."""
    facts = rows.select("row_number")
    of_all = _said_of_all(said)
    if columns.reason:
        facts = facts.with_columns(reason=rows[columns.reason])
    for name, column in columns.facts.items():
        cells = rows[column].str.strip_chars().replace("", None)
        says = cells.is_not_null()
        match name:
            case "country":
                value = read_countries(cells)
            case "listed_on":
                value = read_listed_on(cells)
                says = value.is_not_null()
            case "source":
                value = cells
            case "expires_at":
                expiry = read_expires_at(cells)
                value = expiry["expires_at"]
                facts = facts.with_columns(unread_expiry=~expiry["readable"])
        facts = facts.with_columns(pl.when(says).then(value).otherwise(of_all[name]).alias(name))
    return facts


def _unreadable(rows: pl.DataFrame, found: pl.DataFrame, header_line: int) -> pl.DataFrame:
    """Return the rows with a value that cannot be read or without any, as the rejected file wants them, and `line`."""
    faulty = found.filter(pl.col("fault").is_not_null())
    named = pl.repeat(value=False, n=rows.height, dtype=pl.Boolean, eager=True).scatter(found["index"], True)
    if faulty.is_empty() and named.all():
        return _judged(rows.clear().with_row_index("index"), header_line)
    faults = faulty.group_by("index").agg(reasons=pl.col("fault").unique(maintain_order=True))
    nobody = pl.lit([Reason.IDENTIFIER_MISSING.value], dtype=pl.List(pl.String))
    judged = rows.drop("reasons").with_row_index("index").with_columns(named=named)
    judged = judged.join(faults, on="index", how="left", maintain_order="left")
    judged = judged.filter(pl.col("reasons").is_not_null() | ~pl.col("named"))
    return _judged(judged.with_columns(pl.col("reasons").fill_null(nobody)).drop("named"), header_line)


def _judged(rows: pl.DataFrame, header_line: int) -> pl.DataFrame:
    line = pl.coalesce("line_number", pl.col("row_number") + header_line)
    unreadable = rows.drop("index", "reasons").with_columns(reasons=rows["reasons"])
    return unreadable.with_columns(line=line, outcome=pl.lit("rejected"))


def require_trust(read: ReadList, rejected_file: str) -> None:
    """Raise ListRefusedError when a list names nobody, or too much of it cannot be read."""
    bad = read.unreadable.height
    if not read.entries:
        raise ListRefusedError("The list names nobody: no phone, email address or other identifier can be read.")
    if are_more_than_a_few(bad, read.rows):
        lines = named_lines(read.unreadable["line"].head(LINES_NAMED).to_list(), bad)
        raise ListRefusedError(
            f"{bad:,} of {read.rows:,} rows of the list cannot be read (lines {lines}; all are in "
            f"{rejected_file}), so that nothing of it was loaded. Correct them, or give the --region of the numbers "
            "that have no +, and load the list again."
        )
    if read.doubtful_phones > FEW_ROWS and read.doubtful_phones > read.phones / 2:
        raise ListRefusedError(
            f"{read.doubtful_phones:,} of {read.phones:,} phone numbers of the list are not valid, so that nothing of "
            "it was loaded. Give the --region of the numbers that have no +, and load the list again."
        )
