"""Reads a suppression list: whom each of its rows names, and what it says about them; or refuses it whole."""

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from lead_pipeline.filing.list_manifests import ListManifest
from lead_pipeline.mapping.list_facts import FactName, find_column_of, find_fact_columns, find_other_columns
from lead_pipeline.mapping.lists import ListColumns, list_evidence, map_list_columns
from lead_pipeline.model.errors import FileEmptyError, ListRefusedError, RequiredColumnUnmappedError
from lead_pipeline.model.lists.list_settings import ListSettings
from lead_pipeline.model.reasons import SKIPPED_CODES, Reason
from lead_pipeline.normalizing.lists.entry_facts import read_countries, read_expires_at, read_listed_on
from lead_pipeline.normalizing.lists.list_entries import read_list_entries
from lead_pipeline.normalizing.lists.other_entries import read_other_entries
from lead_pipeline.reading import ReadingOptions, RowReader, open_rows
from lead_pipeline.screening.lists.suppression_lists import ENTRIES_SCHEMA, ENTRY_FACTS, ROWS_SCHEMA

#: Of how many unusable rows the line is named.
LINES_NAMED = 20

#: More unreadable rows than this number and this share: the list was read wrongly, and is not loaded in part.
_FEW_ROWS, _FEW_SHARE = 3, 0.01

_ENTRIES = {**ENTRIES_SCHEMA, **ENTRY_FACTS, "valid": pl.Boolean}


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list, read: its entries, how many rows it has, and those that were not read in full."""

    reader: RowReader
    entries: pl.DataFrame
    rows: int
    unreadable: pl.DataFrame
    outcomes: pl.DataFrame


def read_list(path: Path, manifest: ListManifest) -> ReadList:
    """Read a list; a row is unreadable when something in it is, or when it names nobody."""
    reader = _opened(path, manifest)
    columns: ListColumns | None = None
    entries, unreadable, rows = [pl.DataFrame(schema=_ENTRIES)], [], 0
    outcomes = [pl.DataFrame(schema=ROWS_SCHEMA)]
    for batch in reader.batches():
        skipped = pl.col("reasons").list.first().is_in(SKIPPED_CODES).fill_null(value=False)
        outcomes.append(_outcomes(batch.filter(skipped), "skipped"))
        filled = batch.filter(~skipped)
        if filled.is_empty():
            continue
        if columns is None:
            columns = _columns(reader, filled, manifest.said)
        found = _entries(filled, columns, manifest.said)
        unreadable.append(_unreadable(filled, found, (reader.facts.header_line or 0)))
        found = found.filter(pl.col("value").is_not_null())
        if manifest.said.mode == "remove":  # a row that was not understood takes nobody off
            found = found.join(unreadable[-1], on="row_number", how="anti")
        entries.append(found.select(_ENTRIES.keys()))
        read = filled.join(unreadable[-1], on="row_number", how="anti")
        outcomes += [_outcomes(unreadable[-1], "rejected"), _outcomes(read.with_columns(reasons=None), None)]
        rows += filled.height
    if not unreadable:
        raise ListRefusedError("The list is empty: it has no row that names anybody.")
    return ReadList(reader, pl.concat(entries), rows, pl.concat(unreadable), pl.concat(outcomes))


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
        return open_rows(path, file_name=manifest.file_name, options=headless)
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
    if columns.identifiers and said.mode != "remove":
        # Numbers apart by the delimiter of the file itself are in cells that no column is for.
        extra = read_list_entries(rows["extra_cells"].list.join("; "), said.region)
        found.append(extra.filter(pl.col("valid")))
    facts = _facts(rows, columns, said).with_row_index("index")
    told = pl.concat(found).rename({"reason": "fault"}).join(facts, on="index")
    ended = told.filter(pl.col("unread_expiry")).select("index", fault=pl.lit(Reason.DATE_INVALID.value)).unique()
    return pl.concat([told, ended], how="diagonal")


def _facts(rows: pl.DataFrame, columns: ListColumns, said: ListSettings) -> pl.DataFrame:
    def cells(name: FactName) -> pl.Series:
        none = pl.repeat(None, rows.height, dtype=pl.String, eager=True)
        return rows[columns.facts[name]].str.strip_chars().replace("", None) if name in columns.facts else none

    expiry = read_expires_at(cells("expires_at"))
    why = rows[columns.reason] if columns.reason else pl.repeat(None, rows.height, dtype=pl.String, eager=True)
    facts = pl.DataFrame(
        {
            "row_number": rows["row_number"],
            "reason": why,
            "country": read_countries(cells("country")),
            "says_country": cells("country").is_not_null(),
            "listed_on": read_listed_on(cells("listed_on")),
            "source": cells("source"),
            "expires_at": expiry["expires_at"],
            "unread_expiry": ~expiry["readable"],
            "says_expiry": cells("expires_at").is_not_null(),
        }
    )
    until = pl.lit(said.expires_at, dtype=pl.Datetime("us", "UTC"))
    return facts.with_columns(
        pl.when("says_country").then("country").otherwise(pl.lit(said.country, dtype=pl.String)).alias("country"),
        pl.col("listed_on").fill_null(pl.lit(said.listed_on, dtype=pl.Date)),
        pl.col("source").fill_null(pl.lit(said.source, dtype=pl.String)),
        pl.when("says_expiry").then("expires_at").otherwise(until).alias("expires_at"),
    ).drop("says_country", "says_expiry")


def _unreadable(rows: pl.DataFrame, found: pl.DataFrame, header_line: int) -> pl.DataFrame:
    """Return the rows with a value that cannot be read or without any, as the rejected file wants them, and `line`."""
    faults = found.group_by("index").agg(reasons=pl.col("fault").drop_nulls().unique(maintain_order=True))
    faults = faults.cast({"index": pl.UInt32})
    nobody = pl.lit([Reason.IDENTIFIER_MISSING.value], dtype=pl.List(pl.String))
    judged = rows.drop("reasons").with_row_index("index").join(faults, on="index", how="left", maintain_order="left")
    judged = judged.with_columns(pl.col("reasons").fill_null(nobody)).filter(pl.col("reasons").list.len() > 0)
    line = pl.coalesce("line_number", pl.col("row_number") + header_line)
    return judged.drop("index").with_columns(line=line, outcome=pl.lit("rejected"))


def require_trust(read: ReadList, rejected_file: str) -> None:
    """Raise ListRefusedError when a list names nobody, or too much of it cannot be read."""
    bad, phones = read.unreadable.height, read.entries.filter(pl.col("identifier_kind") == "phone")
    doubtful = phones.filter(~pl.col("valid")).height
    if read.entries.is_empty():
        raise ListRefusedError("The list names nobody: no phone, email address or other identifier can be read.")
    if bad > _FEW_ROWS and bad > _FEW_SHARE * read.rows:
        lines = ", ".join(map(str, read.unreadable["line"].head(LINES_NAMED).to_list()))
        more = " …" if bad > LINES_NAMED else ""
        raise ListRefusedError(
            f"{bad:,} of {read.rows:,} rows of the list cannot be read (lines {lines}{more}; all are in "
            f"{rejected_file}), so that nothing of it was loaded. Correct them, or give the --region of the numbers "
            "that have no +, and load the list again."
        )
    if doubtful > _FEW_ROWS and doubtful > phones.height / 2:
        raise ListRefusedError(
            f"{doubtful:,} of {phones.height:,} phone numbers of the list are not valid, so that nothing of it was "
            "loaded. Give the --region of the numbers that have no +, and load the list again."
        )
