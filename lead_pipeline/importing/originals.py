"""Adds to a story the rows as they were in their files, where the store keeps only what became of them: those of rows
that became leads are read from the archive.
"""

import polars as pl

from lead_pipeline.filing.archive import archived_file
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.receipts import find_receipt
from lead_pipeline.model.errors import FileRefusedError
from lead_pipeline.model.story import PersonStory
from lead_pipeline.reading import open_rows


def with_originals(home: Home, story: PersonStory) -> PersonStory:
    """Return the story with the originals of its rows, as far as their files are still in the archive."""
    wanted: dict[str, set[int]] = {}
    for event in story.events:
        if event.event == "row" and event.raw is None and event.import_id and event.row_number is not None:
            wanted.setdefault(event.import_id, set()).add(event.row_number)
    found = {import_id: _originals(home, import_id, numbers) for import_id, numbers in wanted.items()}
    events = tuple(
        event.model_copy(update={"raw": found[event.import_id].get(event.row_number or 0)})
        if event.event == "row" and event.raw is None and event.import_id in found
        else event
        for event in story.events
    )
    return story.model_copy(update={"events": events})


def _originals(home: Home, import_id: str, numbers: set[int]) -> dict[int, dict[str, str]]:
    """Read the rows of an import with these numbers; nothing of one whose file is gone or cannot be read any more."""
    receipt = find_receipt(home, import_id)
    path = archived_file(home, receipt.manifest) if receipt else None
    if receipt is None or path is None:
        return {}
    try:
        reader = open_rows(path, file_name=receipt.manifest.file_name, options=receipt.manifest.profile.reading)
        headers = {column.name: column.header or column.name for column in reader.columns}
        found: dict[int, dict[str, str]] = {}
        for batch in reader.batches():
            for row in batch.filter(pl.col("row_number").is_in(list(numbers))).to_dicts():
                found[row["row_number"]] = {header: row[name] for name, header in headers.items() if row[name]}
            if batch.height and batch["row_number"][-1] >= max(numbers):
                break
    except FileRefusedError:
        return {}
    return found
