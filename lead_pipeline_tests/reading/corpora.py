"""What the sources of the corpora say of their files, read from beside the repository, and how ours compares."""

import csv
import json
import re
from functools import cache
from pathlib import Path

import polars as pl

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.reading import ReadingOptions, RowReader, open_rows

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"
DIVERGENCES = Path(__file__).with_name("divergences.csv")

#: Folders without files to read: tables of phones, emails and header words for other rooms.
OTHER_ROOMS = ("phones-", "emails-", "headers-", "reference-facts")

Table = list[list[str]]


def files_of(folder: str, pattern: str = "**/*") -> list[Path]:
    return sorted(path for path in (CORPORA / folder).glob(pattern) if path.is_file())


def every_file() -> list[Path]:
    """All files of the corpora that somebody could drop."""
    if not CORPORA.is_dir():
        return []
    folders = [folder for folder in sorted(CORPORA.iterdir()) if folder.is_dir()]
    return [path for folder in folders if not folder.name.startswith(OTHER_ROOMS) for path in files_of(folder.name)]


def name_of(path: Path) -> str:
    return path.relative_to(CORPORA).as_posix()


@cache
def divergences() -> dict[tuple[str, str], str]:
    """The checked table: (check, file) and the reason why we differ from what its source says."""
    with DIVERGENCES.open(newline="", encoding="utf-8") as file:
        return {(row["check"], row["file"]): row["reason"] for row in csv.DictReader(file)}


def compare(check: str, file: str, is_as_expected: bool, found: object) -> None:
    """Assert that a file is as its source says, or is listed in the table, and not both."""
    if (check, file) in divergences():
        assert not is_as_expected, f"{file} is as expected now: remove it from {DIVERGENCES.name}"
    else:
        assert is_as_expected, f"{file} diverges ({check}): {str(found)[:400]}"


def table_of(reader: RowReader) -> Table:
    """Header and rows, blank rows left out, cells that a row does not have left out."""
    rows = [[column.header for column in reader.columns]]
    for batch in reader.batches():
        cells = batch.select(column.name for column in reader.columns).rows()
        for row, reasons, extra in zip(cells, batch["reasons"].to_list(), batch["extra_cells"].to_list(), strict=True):
            if reasons != ["row_blank"]:
                rows.append([cell for cell in row if cell is not None] + (extra or []))
    return rows


def read_table(path: Path, **options: object) -> Table | str:
    """The table of a file, or the name of the error that refuses it."""
    try:
        return table_of(open_rows(path, options=ReadingOptions.model_validate(options), may_be_empty=True))
    except LeadPipelineError as refusal:
        return type(refusal).__name__


def reasons_of(path: Path) -> set[str]:
    """The structure codes of a file's rows, or the name of the error that refuses it."""
    try:
        batches = list(open_rows(path).batches())
    except LeadPipelineError as refusal:
        return {type(refusal).__name__}
    return set(pl.concat(batches)["reasons"].explode().drop_nulls())


def json_lines(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (CORPORA / name).read_text(encoding="utf-8").splitlines()]


def unified(text: str) -> str:
    return re.sub(r"\r\n?", "\n", text)
