"""The cells of files, by which rows are recognised that came before: of the one that is being imported, or was."""

import contextlib
from collections.abc import Collection, Iterator
from functools import partial
from itertools import chain

import polars as pl

from lead_pipeline.filing.archive import archived_file
from lead_pipeline.filing.life_cycle import find_manifest
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.facts import MappedFacts, ReadFacts
from lead_pipeline.mapping.columns import says_who
from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.model.errors import FileRefusedError
from lead_pipeline.model.fields import folded_header
from lead_pipeline.reading import open_rows
from lead_pipeline.screening.sequels.cells import FileCells


def cells_of_work(work: WorkFolder, table: str) -> FileCells:
    """Return the cells of the file that is being imported, whose rows lie in `table`."""
    return FileCells(
        columns=tuple(column.name for column in work.require("read", ReadFacts).columns),
        say_who=partial(_says_who, _columns_that_say_who(work)),
        rows=partial(work.read_rows, table),
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
    opened = partial(open_rows, path, file_name=manifest.file_name, options=manifest.profile.reading)

    def rows(numbers: pl.Series) -> Iterator[pl.DataFrame]:
        wanted = numbers.implode()
        with contextlib.suppress(FileRefusedError):  # it was read before; damaged since, it is as good as gone
            yield from (batch.filter(pl.col("row_number").is_in(wanted)) for batch in opened().batches())

    try:
        columns = tuple(column.name for column in opened().columns)
    except FileRefusedError:
        return None
    said = {folded_header(column) for column in _columns_that_say_who(work)}
    return FileCells(columns=columns, say_who=partial(_says_who, said), rows=rows)


def _columns_that_say_who(work: WorkFolder) -> frozenset[str]:
    """Return the columns that the profile takes names and identifiers from."""
    mapped = work.require("mapped", MappedFacts)
    columns = {name: mapped.joined.get(name, (column,)) for name, column in mapped.fields.items()}
    return frozenset(chain(*(those for name, those in columns.items() if says_who(name))))


def _says_who(known: Collection[str], column: str) -> bool:
    """Tell whether a column says who somebody is, by its header where the profile keeps it as an attribute."""
    return column in known or folded_header(column) in known or any(map(says_who, meaning_of(column).meanings))
