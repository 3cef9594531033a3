"""Previews an import: how the file is read, what its columns look like and what a profile would make of them.
Nothing is staged, stored or recorded, and no run is started.
"""

from pathlib import Path

import polars as pl
from pydantic import Field

from lead_pipeline.filing.home import shown_name
from lead_pipeline.mapping.columns import map_columns
from lead_pipeline.mapping.proposing import propose_mapping
from lead_pipeline.model.errors import RequiredColumnUnmappedError
from lead_pipeline.model.fields import FrozenModel, title_of
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.reading import open_rows
from lead_pipeline.reading.file_preview import ROWS_LOOKED_AT, FilePreview, preview_file


class MappedColumn(FrozenModel):
    """What a profile makes of a column, and what its name and values suggest."""

    column: str
    becomes: str
    suggests: str | None = Field(default=None, description="The field that name and values clearly suggest.")
    evidence: str
    confidence: float


class ImportPreview(FrozenModel):
    """A file and what a profile would make of its columns; `refusal` says why it would be refused, else it is empty."""

    profile: str
    file: FilePreview
    columns: tuple[MappedColumn, ...]
    refusal: str


def preview_import(file: Path, profile: ImportProfile, *, file_name: str | None = None) -> ImportPreview:
    """Return how a file is read and what a profile makes of its columns; raises FileRefusedError."""
    name = file_name or shown_name(file)
    preview = preview_file(file, file_name=name, options=profile.reading)
    names = [column.name for column in preview.columns]
    sample = next(open_rows(file, file_name=name, options=profile.reading).batches(ROWS_LOOKED_AT)).select(names)
    try:
        becomes, refusal = _becomes(names, profile, sample), ""
    except RequiredColumnUnmappedError as error:
        becomes, refusal = {}, str(error)
    proposal = propose_mapping(names, sample.head(ROWS_LOOKED_AT), profile.default_region)
    columns = tuple(
        MappedColumn(
            column=one.column,
            becomes=becomes.get(one.column, ""),
            suggests=one.field,
            evidence=one.question or one.evidence,
            confidence=one.confidence,
        )
        for one in proposal.columns
    )
    return ImportPreview(profile=profile.name, file=preview, columns=columns, refusal=refusal)


def _becomes(names: list[str], profile: ImportProfile, sample: pl.DataFrame) -> dict[str, str]:
    """Return for each column that is mapped what it becomes; raises RequiredColumnUnmappedError."""
    mapping = map_columns(names, profile, sample)
    return (
        dict.fromkeys(mapping.attributes, "attribute")
        | dict.fromkeys(mapping.ignored, "ignored")
        | {column: _described(name) for name, column in mapping.fields.items()}
        | {column: f"{_described(name)}, joined" for name, columns in mapping.joined.items() for column in columns}
    )


def _described(name: str) -> str:
    """Return what a column of mapped leads is, for people who look at the column that supplies it."""
    kind, _, _ = name.partition(".")
    if kind == "attribute":
        return f"attribute {title_of(name)}, with rules"
    return title_of(name) if "." in name else f"field {name}"
