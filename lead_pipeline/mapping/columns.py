"""Which column supplies which field, by header; profiles with `mapping: auto` go on in automatic.py. The values below
the headers belong in rows.py.
"""

from collections.abc import Mapping, Sequence
from typing import NoReturn

import polars as pl
from pydantic import Field

from lead_pipeline.mapping.automatic import complete_mapping
from lead_pipeline.mapping.spelling import look_like_values
from lead_pipeline.model.errors import RequiredColumnUnmappedError, did_you_mean, listed
from lead_pipeline.model.fields import REJECTED_FILE_COLUMNS, FrozenModel
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.spreadsheet import is_rejected_file, restored_text


class ColumnMapping(FrozenModel):
    """What becomes of each column of a file."""

    fields: dict[str, str] = Field(description="Field: the column that supplies it; fields without one are left out.")
    attributes: tuple[str, ...] = Field(description="Columns kept with the lead, in file order.")
    ignored: tuple[str, ...] = Field(description="Columns that are dropped, in file order.")
    is_rejected_file: bool = Field(description="The file is a rejected file of ours, coming back.")
    evidence: dict[str, str] = Field(
        default_factory=dict, description="Field: why it has its column, where the profile does not name that."
    )


def map_columns(columns: Sequence[str], profile: ImportProfile, sample: pl.DataFrame | None = None) -> ColumnMapping:
    """Find the column of each field: the very header, else the one that differs in case and outer blanks only.

    With `mapping: auto`, fields that have none yet get theirs by synonyms of the header and evidence from the values.

    Args:
        columns: the file's unique column names, in order.
        profile: names the header of each field.
        sample: rows of the file with these columns as String, for the evidence; without it only headers speak.

    Raises:
        RequiredColumnUnmappedError: a required field has no column, or several columns could supply the same field.
    """
    returning = is_rejected_file(columns)
    own = {column for column in columns if returning and column.strip() in REJECTED_FILE_COLUMNS}
    theirs = {restored_text(column) if returning else column: column for column in columns if column not in own}
    found = {field: _column_for(field, theirs, profile) for field in profile.fields}
    fields = {field: theirs[header] for field, header in found.items() if header is not None}
    evidence = complete_mapping(fields, theirs, profile, sample) if profile.mapping == "auto" else {}
    for field, rule in profile.fields.items():
        if rule.required and field not in fields:
            _refuse(field, profile.column_of(field), list(theirs), profile)
    rest = tuple(column for column in columns if column not in own and column not in fields.values())
    kept = profile.other_columns == "attributes"
    dropped = own if kept else own.union(rest)
    return ColumnMapping(
        fields=fields,
        attributes=rest if kept else (),
        ignored=tuple(column for column in columns if column in dropped),
        is_rejected_file=returning,
        evidence=evidence,
    )


def attribute_names(mapping: ColumnMapping, profile: ImportProfile) -> dict[str, str]:
    """Return column: name of the attribute.

    The name is the header without outer blanks, in the spelling of `default_attributes` when a default has that name
    (one attribute must not go by two spellings). Where two columns would get one name, both keep their own.
    """
    spelled = {_folded(name): name for name in profile.default_attributes}
    headers = {c: restored_text(c) if mapping.is_rejected_file else c for c in mapping.attributes}
    names = {column: spelled.get(_folded(header), header.strip()) for column, header in headers.items()}
    wanted = list(names.values())
    return {column: name if wanted.count(name) == 1 else column for column, name in names.items()}


def _column_for(field: str, headers: Mapping[str, str], profile: ImportProfile) -> str | None:
    wanted = profile.column_of(field)
    alike = [wanted] if wanted in headers else [header for header in headers if _folded(header) == _folded(wanted)]
    if len(alike) > 1:
        raise RequiredColumnUnmappedError(
            f"Profile '{profile.name}' reads the field '{field}' from the column '{wanted}', and {len(alike)} columns "
            f"are called that but for letter case or blanks: {', '.join(map(repr, alike))}. Rename one of them, or "
            f"write the exact header under fields.{field}.column in the profile."
        )
    return alike[0] if alike else None


def _refuse(field: str, wanted: str, headers: list[str], profile: ImportProfile) -> NoReturn:
    """Say what is missing, what there is, and what to do; a first line of values is not quoted (personal data)."""
    missing = f"Profile '{profile.name}' reads the required field '{field}' from the column '{wanted}', "
    if look_like_values(headers):
        raise RequiredColumnUnmappedError(
            f"{missing}but the first line of the file looks like values, not like column names. "
            f"Put a header line above it that names the columns, '{wanted}' among them."
        )
    raise RequiredColumnUnmappedError(
        f"{missing}which the file does not have. Its columns are: {listed(headers, limit=30)}."
        f"{did_you_mean(wanted, headers)} Rename the column in the file, or write its header under "
        f"fields.{field}.column in the profile."
    )


def _folded(header: str) -> str:
    return header.strip().casefold()
