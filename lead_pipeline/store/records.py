"""What goes into a store and comes out of it besides rows: the facts of imports and lists, and which keys a write
touches.
"""

from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.fields import IdentifierKind
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.results import ReasonCount, RowCounts


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


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How an import ended, as the ledger records it; `counts` are what would be where nothing was written."""

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
    leads of which it overwrote values by different ones; and the rows with values that their leads did not take.

    Of a reason, `outcome` holds "warning" or nothing: which outcome a code causes the registry knows, not the store.
    """

    rows: int
    row_numbers: int
    reasons: tuple[ReasonCount, ...]
    leads_overwritten: int = 0
    rows_not_taken: int = 0


@dataclass(frozen=True, slots=True)
class ListRecord:
    """The facts of a suppression list that the store keeps."""

    list_id: str
    identity: str
    kind: str
    file_name: str
    file_sha256: str


@dataclass(frozen=True, slots=True)
class ListCounts:
    """What became of the rows of a list; `known` entries were on a list of the same kind before."""

    read: int
    added: int
    known: int
    rejected: int
    loaded_before: bool = False


@dataclass(frozen=True, slots=True)
class SuppressionTotals:
    """How many suppressions the whole store holds, and how many were ever loaded into it."""

    held: int
    loaded: int


@dataclass(frozen=True, slots=True)
class ImportKeys:
    """What an import can touch: whoever is known by an identifier in these columns of its normalized rows, and
    whatever the store has of them.

    `parts` are Parquet files; each of `kinds` is a column in them that holds identifiers of that kind, and with
    `has_aliases` the column `aliases` holds more of any kind. Phones of other people of a lead are in those columns of
    the parts that hold secondary phones and contacts, and in `phone_attributes`, members of `attributes`; they touch
    suppressions and nothing else. A store that has its rows elsewhere fills a workspace with what these keys match; the
    embedded one has every row at hand.
    """

    identity: str
    destination: Destination
    parts: tuple[str, ...]
    kinds: tuple[IdentifierKind, ...]
    has_aliases: bool
    phone_attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListKeys:
    """What a suppression list can touch: suppressions of its kind and values (String)."""

    identity: str
    kind: str
    values: pl.Series


#: What a transaction can touch.
Keys = ImportKeys | ListKeys
