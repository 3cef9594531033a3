"""What goes into a store and comes out of it besides rows: the facts of imports and lists, and which keys a write
touches.
"""

from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.fields import IdentifierKind
from lead_pipeline.model.lead_management.leads_changed import LeadsChanged
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.results import ReasonCount, RowCounts, SequelFacts
from lead_pipeline.model.scrub.waterfall import Waterfall
from lead_pipeline.model.suppression_kinds import ListMode, default_list_name


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """The facts of an import that the ledger keeps, known before its rows are screened."""

    import_id: str
    identity: str
    profile: str
    profile_fingerprint: str
    destination: Destination
    file_name: str
    file_sha256: str
    file_bytes: int
    started_at: datetime
    layout: str = ""
    """The columns of the file as JSON, for comparison with later files; empty when nobody noted them."""
    header_key: int | None = None
    """What files with the same columns, in any order, have in common; None when they are not known."""
    judges_again: str = ""
    """The import of the same content whose rows these are, where only those that became no lead are imported."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How an import ended, as the ledger records it; `counts` are of what was written."""

    status: ImportStatus
    at: datetime
    rows_read: int | None = None
    counts: RowCounts = field(default_factory=RowCounts)
    contacts_created: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What the ledger knows of an import whose fate is decided."""

    import_no: int
    import_id: str
    status: ImportStatus
    rows_read: int | None
    counts: RowCounts
    contacts_created: int
    message: str
    started_at: datetime
    committed_at: datetime


@dataclass(frozen=True, slots=True)
class LedgerCounts:
    """The ledger's rows of one import, counted: all of them, those with different row numbers, and by reason; the
    leads of which it overwrote values by different ones; the rows with values that their leads did not take; which
    rules left rows out; what became of leads that were there already; and which rows an earlier import had left out.

    Of a reason, `outcome` holds "warning" or nothing: which outcome a code causes the registry knows, not the store.
    """

    rows: int
    row_numbers: int
    reasons: tuple[ReasonCount, ...]
    leads_overwritten: int = 0
    rows_not_taken: int = 0
    waterfall: Waterfall = field(default_factory=Waterfall)
    lead_changes: tuple[LeadsChanged, ...] = ()
    sequel: SequelFacts = field(default_factory=SequelFacts)


@dataclass(frozen=True, slots=True)
class ListRecord:
    """The facts of a suppression list that the store keeps.

    Versions of one list share `name`; one that has none of its own adds to the list that is named like its kind.
    `staged_at` distinguishes a delivery from another of the same content; None: the content alone counts.
    """

    list_id: str
    identity: str
    kind: str
    file_name: str
    file_sha256: str
    name: str = ""
    mode: ListMode = "add"
    destination: Destination | None = None
    staged_at: datetime | None = None

    @property
    def list_name(self) -> str:
        """Return the name that the versions of the list share."""
        return self.name or default_list_name(self.kind, self.destination)


@dataclass(frozen=True, slots=True)
class ListRefusal:
    """A delivery of a list that was refused; `name` and `kind` are None where nobody knows which list it was for."""

    list_id: str
    file_name: str
    message: str
    staged_at: datetime
    name: str | None = None
    kind: str | None = None
    destination: Destination | None = None
    file_sha256: str = ""


@dataclass(frozen=True, slots=True)
class ListCounts:
    """What became of the rows of a list; `known` entries were on the list before. Of a version that removes, `ended`
    are the entries it removed, and `known` those that were not on the list. Of one that replaces, `kept` are the
    entries that it does not have and did not end, for it has rows that could not be read.
    """

    read: int
    added: int
    known: int
    rejected: int
    loaded_before: bool = False
    ended: int = 0
    version: int = 1
    kept: int = 0


@dataclass(frozen=True, slots=True)
class ActivityRecord:
    """The facts of a drop of call activity that the store keeps."""

    drop_id: str
    identity: str
    file_name: str
    file_sha256: str


@dataclass(frozen=True, slots=True)
class ActivityCounts:
    """What became of the rows of a drop of call activity; `known` calls were in it, or in another drop, before. Of
    those added: how many were dialed, connected and converted, and when the first and the last was. Of the calls
    `lead_ids_ignored` only the phone counts, for their leads are not ours.
    """

    read: int
    added: int
    known: int
    rejected: int
    loaded_before: bool = False
    dialed: int = 0
    connected: int = 0
    converted: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    lead_ids_ignored: int = 0


@dataclass(frozen=True, slots=True)
class SuppressionTotals:
    """How many suppressions the whole store holds, and how many were ever loaded into it; and how many of them ended,
    by themselves and by the lists that ended them.
    """

    held: int
    loaded: int
    ended: int = 0
    ended_by_lists: int = 0

    @property
    def in_force(self) -> int:
        """Return how many have not ended."""
        return self.held - self.ended

    @property
    def add_up(self) -> bool:
        """Tell whether everything that was ever loaded is still there, and nothing ended that no list ended."""
        return self.held == self.loaded and self.ended == self.ended_by_lists


@dataclass(frozen=True, slots=True)
class ImportKeys:
    """What an import can touch: whoever is known by an identifier in these columns of its normalized rows, a phone in
    any of its forms, or has a lead with such a phone, and whatever the store has of them.

    `parts` are Parquet files; each of `kinds` is a column in them that holds identifiers of that kind, and with
    `has_aliases` the column `aliases` holds more of any kind. Phones of other people of a lead are in those columns of
    the parts that hold secondary phones and contacts, and in `phone_attributes`, members of `attributes`; they touch
    suppressions, and people, in the same way. A store that has its rows elsewhere fills a workspace with what these
    keys match; the embedded one has every row at hand. Which rows an earlier import left out is asked of imports of the
    same `profile` with the same `header_key`: of their rows in row_outcomes, rejected_rows and sequel_rows; those of
    the import with the id `judges_again` are these. An import that `manages_people` changes lists, or takes leads to
    other destinations: what these touch no key tells.
    """

    identity: str
    destination: Destination
    parts: tuple[str, ...]
    kinds: tuple[IdentifierKind, ...]
    has_aliases: bool
    phone_attributes: tuple[str, ...] = ()
    profile: str = ""
    header_key: int | None = None
    started_at: datetime | None = None
    judges_again: str = ""
    manages_people: bool = False


@dataclass(frozen=True, slots=True)
class ListKeys:
    """What a suppression list can touch: suppressions of the list of that name, and whoever has one of the values
    (String), those too that the column `value` of the `parts`, Parquet files, has.
    """

    identity: str
    kind: str
    values: pl.Series
    list_name: str = ""
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityKeys:
    """What a drop of call activity can touch: calls of these phones (String) and leads (Int64), or of those in the
    columns `phone` and `lead_id` of Parquet files.
    """

    identity: str
    phones: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))
    lead_ids: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.Int64))
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandKeys:
    """What a command about leads can touch: whichever its conditions choose, and all that the store has of their
    people; so that a store which has its rows elsewhere has to run it there, or bring all of them.
    """


#: What a transaction can touch.
Keys = ImportKeys | ListKeys | ActivityKeys | CommandKeys
