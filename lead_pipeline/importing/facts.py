"""What the steps of one import hand on besides rows; kept as small JSON beside the parts."""

from pydantic import Field

from lead_pipeline.mapping.columns import ColumnMapping
from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.formula_injection import is_returning
from lead_pipeline.model.lead_management.leads_changed import LeadsChanged
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.results import FileFacts, ReasonCount, RowCounts, SequelFacts, StageTiming
from lead_pipeline.model.scrub.waterfall import Waterfall
from lead_pipeline.reading import Column


class Timings(FrozenModel):
    """Seconds per step, in the order in which they ran."""

    stages: tuple[StageTiming, ...] = ()

    def with_stage(self, stage: str, seconds: float) -> "Timings":
        """Return the timings with one more, replacing an earlier attempt's of the same step."""
        others = tuple(timing for timing in self.stages if timing.stage != stage)
        return Timings(stages=(*others, StageTiming(stage=stage, seconds=round(seconds, 4))))


class Refusal(FrozenModel):
    """Why the file cannot be imported: a result, not an exception, so that other files of the run go on."""

    code: str
    message: str


class ReadFacts(FrozenModel):
    """What reading found."""

    columns: tuple[Column, ...]
    file: FileFacts
    rows_read: int


class MappedFacts(FrozenModel):
    """Which column supplies which field."""

    fields: dict[str, str]
    joined: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # of fields in several columns, all of these
    attributes: tuple[str, ...]
    ignored: tuple[str, ...]
    supplied: tuple[str, ...] = ()  # columns of mapped leads that have a source in this import, see supplied_names
    layout: str = ""  # as the ledger keeps it; empty where nobody compares layouts
    shown: tuple[str, ...] = ()  # what people are shown of the names of the file's columns, in file order
    unclear_consent: tuple[str, ...] = ()  # what the file says of who may not be contacted, and nobody can tell


def supplying_columns(read: ReadFacts, mapped: MappedFacts) -> dict[str, str]:
    """Return the column that supplies each field, by the name that people may be shown; of several all, joined by +."""
    shown = dict(zip((column.name for column in read.columns), mapped.shown, strict=True))
    columns = {name: mapped.joined.get(name, (column,)) for name, column in mapped.fields.items()}
    return {name: " + ".join(shown[column] for column in parts) for name, parts in columns.items()}


def column_mapping(read: ReadFacts, mapped: MappedFacts) -> ColumnMapping:
    """Return what each column of the file is used for, as mapping found it."""
    return ColumnMapping(
        fields=mapped.fields,
        attributes=mapped.attributes,
        ignored=mapped.ignored,
        is_rejected_file=is_returning([column.name for column in read.columns]),
        joined=mapped.joined,
    )


class HeldNumbers(FrozenModel):
    """The numbers of tables that were made of an import that may yet wait for a person; told once it is committed."""

    by_table: dict[str, dict[str, int]] = Field(default_factory=dict)

    def with_table(self, table: str, numbers: dict[str, int]) -> "HeldNumbers":
        """Return these with the numbers of one more table."""
        return HeldNumbers(by_table={**self.by_table, table: numbers})


class Cancellation(FrozenModel):
    """A person decided that nothing of the file is imported."""

    message: str


class CommitFacts(FrozenModel):
    """What the ledger says after the commit; of an import that waits for a person, what it said in the dry run."""

    status: ImportStatus
    rows_read: int | None
    counts: RowCounts
    ledger_rows: int
    ledger_numbers: int
    contacts_created: int
    reasons: tuple[ReasonCount, ...]
    message: str
    layout_changes: tuple[str, ...] = ()
    leads_overwritten: int = 0  # of which values gave way to different ones
    waterfall: Waterfall = Waterfall()
    lead_changes: tuple[LeadsChanged, ...] = ()  # of leads that were there already
    rows_not_taken: int = 0  # with values that their leads did not take, for they have others
    sequel: SequelFacts = SequelFacts()

    @property
    def has_warnings(self) -> bool:
        """Return whether any row was given a warning, imported or not."""
        return any(one.outcome == "warning" for one in self.reasons)

    @property
    def reject_rate(self) -> float:
        """Return the share of rejected rows, without those that are as they were when they were rejected before."""
        return self.sequel.reject_rate(self.counts.rejected, self.rows_read)
