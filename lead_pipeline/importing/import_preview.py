"""A file is looked at before anything is imported: how it is read, what its columns look like and what a profile would
make of them. Nothing is staged, stored or recorded, and no run is started.
"""

from pathlib import Path

from lead_pipeline.filing.home import shown_name
from lead_pipeline.mapping.columns import map_columns
from lead_pipeline.mapping.proposing import propose_mapping
from lead_pipeline.model.errors import RequiredColumnUnmappedError
from lead_pipeline.model.fields import FrozenModel, title_of
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.reading import open_rows
from lead_pipeline.reading.file_preview import ROWS_LOOKED_AT, FilePreview, preview_file


class MappedColumn(FrozenModel):
    """What a profile makes of a column, and what the column itself speaks for."""

    column: str
    becomes: str
    evidence: str
    confidence: float


class ImportPreview(FrozenModel):
    """A file and what a profile would make of its columns; `refusal` says why it would be refused, empty for not."""

    profile: str
    file: FilePreview
    columns: tuple[MappedColumn, ...]
    refusal: str


def preview_import(file: Path, profile: ImportProfile) -> ImportPreview:
    """Return what is found out about a file and its columns; raises FileRefusedError when it cannot be read."""
    name = shown_name(file)
    preview = preview_file(file, file_name=name, options=profile.reading)
    names = [column.name for column in preview.columns]
    becomes = dict.fromkeys(names, "")
    refusal = ""
    sample = next(open_rows(file, file_name=name, options=profile.reading).batches(ROWS_LOOKED_AT)).select(names)
    try:
        mapping = map_columns(names, profile, sample)
    except RequiredColumnUnmappedError as error:
        refusal = str(error)
    else:
        becomes |= dict.fromkeys(mapping.attributes, "attribute") | dict.fromkeys(mapping.ignored, "ignored")
        becomes |= {column: _called(name) for name, column in mapping.fields.items()}
    proposal = propose_mapping(names, sample.head(ROWS_LOOKED_AT), profile.default_region)
    return ImportPreview(
        profile=profile.name,
        file=preview,
        columns=tuple(
            MappedColumn(
                column=one.column,
                becomes=becomes[one.column],
                evidence=one.question or one.evidence,
                confidence=one.confidence,
            )
            for one in proposal.columns
        ),
        refusal=refusal,
    )


def _called(name: str) -> str:
    """Return what a column of mapped leads is called beside the column that supplies it."""
    kind, _, _ = name.partition(".")
    if kind == "attribute":
        return f"attribute {title_of(name)}, with rules"
    return title_of(name) if "." in name else f"field {name}"
