"""The cells of files, by which rows are recognised that came before: of the one that is being imported, or was."""

import contextlib
from collections.abc import Iterator
from itertools import chain

import polars as pl

from lead_pipeline.filing.archive import archived_file
from lead_pipeline.filing.life_cycle import find_manifest
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.facts import MappedFacts, ReadFacts
from lead_pipeline.mapping.columns import says_who
from lead_pipeline.model.errors import FileRefusedError
from lead_pipeline.reading import open_rows
from lead_pipeline.screening.sequels.cells import FileCells


def cells_of_work(work: WorkFolder, table: str) -> FileCells:
    """Return the cells of the file that is being imported, whose rows lie in `table`."""
    read, mapped = work.require("read", ReadFacts), work.require("mapped", MappedFacts)
    columns = {name: mapped.joined.get(name, (column,)) for name, column in mapped.fields.items()}

    def rows(numbers: pl.Series) -> Iterator[pl.DataFrame]:
        return work.read_rows(table, numbers)

    return FileCells(
        columns=tuple(column.name for column in read.columns),
        personal=frozenset(chain(*(those for name, those in columns.items() if says_who(name)))),
        rows=rows,
    )


def cells_of_import(work: WorkFolder, import_id: str) -> FileCells | None:
    """Return the cells of an earlier file with the same columns as the one that is being imported; None when it is not
    there any more, or cannot be read.
    """
    manifest = find_manifest(work.home, import_id)
    if manifest is None:
        return None
    archived, staged = archived_file(work.home, manifest), manifest.staged_file(work.home)
    path = archived or (staged if staged.exists() else None)
    if path is None:
        return None
    try:
        reader = open_rows(path, file_name=manifest.file_name, options=manifest.profile.reading)
    except FileRefusedError:
        return None

    def rows(numbers: pl.Series) -> Iterator[pl.DataFrame]:
        wanted = numbers.implode()
        again = open_rows(path, file_name=manifest.file_name, options=manifest.profile.reading)
        with contextlib.suppress(FileRefusedError):  # it was read before; damaged since, it is as good as gone
            yield from (batch.filter(pl.col("row_number").is_in(wanted)) for batch in again.batches())

    here = FileCells(columns=tuple(column.name for column in reader.columns), personal=frozenset(), rows=rows)
    said = _personal_headers(work)
    personal = frozenset(column for column, header in here.headers.items() if header in said)
    return FileCells(columns=here.columns, personal=personal, rows=rows)


def _personal_headers(work: WorkFolder) -> frozenset[str]:
    """Return the headers of the columns that say who somebody is, in the file that is being imported."""
    return cells_of_work(work, "").personal_headers
