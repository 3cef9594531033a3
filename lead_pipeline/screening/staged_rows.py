"""The rows of an import as they are handed over for the commit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from lead_pipeline.model.fields import IDENTIFIER_KINDS, alias_column
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import PhoneRule
from lead_pipeline.screening.sequels.cells import FileCells
from lead_pipeline.store.records import ImportKeys, ImportRecord

#: Given the numbers of rows (`row_number`), yields frames of `row_number raw`: those rows as they are in the file.
RawRows = Callable[[pl.DataFrame], Iterable[pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class StagedRows:
    """Normalized rows and what is known about them.

    Args:
        parts: Parquet files with the rows, see `model.contracts.normalized_leads`, in the order of the file.
        rows_read: how many rows were read; as many have to be screened.
        supplied: the rules of the profile (and "attributes") that the file has values for: an update touches nothing
            else.
        raw_rows: gives the originals of rows.
        attributes: the names that attributes of the rows may have; None where only the rows say it.
        columns: the header, as people are shown it, of the column that supplies a rule of the profile.
        do_not_contact: rows that say of themselves that they may not be contacted: `row_number`, `kind` of suppression.
        cells: the cells of the file, by which rows are recognised that an earlier import left out.
        cells_of_import: gives the same of an import that was committed, where its file is still there.
    """

    parts: tuple[str, ...]
    rows_read: int
    supplied: frozenset[str]
    raw_rows: RawRows
    attributes: Sequence[str] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    do_not_contact: pl.DataFrame | None = None
    cells: FileCells | None = None
    cells_of_import: Callable[[str], FileCells | None] = lambda _import_id: None

    def may_have_aliases(self, profile: ImportProfile) -> bool:
        """Return whether the file has a column for any alias of the profile."""
        return any(alias_column(kind) in self.supplied for kind in profile.aliases)

    def keys(self, record: ImportRecord, profile: ImportProfile) -> ImportKeys:
        """Return what importing these rows can touch in a store."""
        on_match = profile.lead_management.on_match
        return ImportKeys(
            identity=record.identity,
            destination=record.destination,
            parts=self.parts,
            kinds=tuple(kind for kind in IDENTIFIER_KINDS if kind in profile.fields),
            has_aliases=self.may_have_aliases(profile),
            phone_attributes=tuple(name for name, rule in profile.attributes.items() if isinstance(rule, PhoneRule)),
            profile=record.profile,
            header_key=record.header_key,
            started_at=record.started_at,
            judges_again=record.judges_again,
            manages_people=bool(on_match.suppresses or on_match.lifts or on_match.targets),
        )
