"""The file of the corrected rows: with the columns of the original and named after it, handed in as any other file.
That its rows are a sequel of the first import is recognised when it is imported.
"""

from collections.abc import Iterator
from pathlib import PurePath

import polars as pl

from lead_pipeline.filing.atomic import published
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.import_id import short_of
from lead_pipeline.filing.workbench.correction_files import changing, corrections_folder, write_corrections
from lead_pipeline.importing.correcting.correcting_rows import open_desk
from lead_pipeline.importing.handed_in.files_of_ours import csv_text, read_as_written
from lead_pipeline.importing.handed_in.handing_over import hand_over
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.workbench.corrections import Changes, CorrectionHandedIn, Corrections

_BATCH = 10_000


def hand_in_corrections(home: Home, import_id: str) -> CorrectionHandedIn:
    """Hand in the changed rows that would be imported; the others stay where they are.

    Raises: UsageError when there are none; as `rejected_rows`.
    """
    with changing(home, import_id) as corrections:
        desk = open_desk(home, import_id)
        numbers = desk.good()
        if not numbers:
            raise UsageError(
                f"No changed row of {import_id} would be imported as it is now, so there is nothing to hand in. "
                + (desk.trouble or "Fix a row first; each says at once what would become of it.")
            )
        manifest = desk.rejected.manifest
        name = corrected_name(manifest.file_name, len(corrections.handed_in))
        path = corrections_folder(home) / f"{short_of(import_id)}.csv"
        rows = desk.rows.filter(pl.col("row_number").is_in(numbers))
        with published(path) as file:
            for text in _lines(rows, desk.rejected.columns):
                file.write(text.encode())
        try:
            staged = hand_over(home, path, read_as_written(manifest.profile), file_name=name)
        finally:
            path.unlink(missing_ok=True)
        write_corrections(home, _without(corrections, frozenset(numbers), staged.import_id))
    return CorrectionHandedIn(import_id=staged.import_id, rows=len(numbers), already_imported=staged.already_imported)


def corrected_name(file_name: str, before: int) -> str:
    """Return `leads corrected.csv`, then `leads corrected 2.csv`, for `leads.xlsx`; nothing of it becomes a folder."""
    plain = "".join(char if char.isprintable() and char not in '/\\:*?"<>|' else "_" for char in file_name)
    stem = PurePath(plain).stem[:100] or "leads"
    return f"{stem} corrected{f' {before + 1}' if before else ''}.csv"


def _lines(rows: pl.DataFrame, columns: tuple[str, ...]) -> Iterator[str]:
    yield csv_text([columns])
    for part in rows.select(columns).iter_slices(_BATCH):
        yield csv_text(part.fill_null("").rows())


def _without(corrections: Corrections, rows: frozenset[int], import_id: str) -> Corrections:
    """Return the corrections with these rows settled; what is left of a step can still be undone."""
    left = []
    for step in corrections.steps:
        changes: Changes = {row: cells for row, cells in step.changes.items() if row not in rows}
        if changes:
            left.append(step.model_copy(update={"changes": changes}))
    settled = {*corrections.handed_in.get(import_id, ()), *rows}
    handed_in = corrections.handed_in | {import_id: tuple(sorted(settled))}
    return corrections.model_copy(update={"steps": tuple(left), "handed_in": handed_in})
