"""Which column of a file says who somebody is: what could, how full each is and how different its values are, and the
one that a draft takes.
"""

from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

from lead_pipeline.drafting.yaml_text import percent
from lead_pipeline.mapping.column_names import certain_names, shown_names
from lead_pipeline.mapping.proposing import ColumnProposal, MappingProposal
from lead_pipeline.model.errors import RequiredColumnUnmappedError, listed
from lead_pipeline.model.fields import IDENTIFIER_KINDS, IdentifierKind

#: A column with fewer values than this share of the rows identifies only if there is no fuller one.
_MOSTLY_FILLED = 0.5
#: What a column that has to be asked about weighs beside a clear one.
_ASKED = 0.8
#: These identify people rather than an id, which differs in each row, also for the same person.
_OF_PEOPLE: tuple[IdentifierKind, ...] = ("phone", "email")


class Identity(NamedTuple):
    """A field that could identify the leads, its column, and whether that is for a person to confirm."""

    field: IdentifierKind
    column: str
    needs_confirmation: bool
    #: Share of the rows that have one, and of these, of different ones.
    filled: float
    different: float

    @property
    def evidence(self) -> str:
        """Return the shares as a clause."""
        if not self.filled:
            return f"{self.field} ('{self.column}'): no row has one"
        rows = f"{percent(self.filled)} of the rows have one, {percent(self.different)} of these different"
        return f"{self.field} ('{self.column}'): {rows}"


def identities(proposal: MappingProposal, sample: pl.DataFrame) -> list[Identity]:
    """Return what could identify the leads of a file, phones first."""
    found = []
    for field in IDENTIFIER_KINDS:
        if field in proposal.fields:
            found.append(_identity(field, proposal.fields[field], sample, needs_confirmation=False))
        else:
            likely = (one.column for one in proposal.questions if _likeliest(one) == field)
            found += [_identity(field, column, sample, needs_confirmation=True) for column in likely]
    return found


def _likeliest(asked: ColumnProposal) -> str | None:
    """Return the identifier that a column which has to be asked about is most likely to be."""
    return next((other.field for other in asked.alternatives if other.field in IDENTIFIER_KINDS), None)


def chosen_identity(
    found: Iterable[Identity], columns: Iterable[str], *, is_empty: bool, preferred: str | None = None
) -> Identity:
    """Return the one that a draft takes: the preferred one, a phone or an email where most rows have one, else what is
    fullest and most different.

    Args:
        found: what could identify.
        columns: those of the file, for the sentence when nothing can.
        is_empty: there are no rows to look at, so that only headers speak.
        preferred: the kind that is asked for first.

    Raises:
        RequiredColumnUnmappedError: nothing identifies anybody.
    """
    every, names = list(found), list(columns)
    if not every:
        shown = shown_names(names, certain_names(names))
        raise RequiredColumnUnmappedError(
            f"No column of the file looks like a phone or an email, and none is called an id: a lead is known by one "
            f"of them. Its columns are: {listed(shown.values(), limit=30)}. Name the one that is in the header, as "
            "phone or email."
        )
    for kind in dict.fromkeys((preferred, *_OF_PEOPLE)):
        first = next((one for one in every if one.field == kind and not one.needs_confirmation), None)
        if first is not None and (first.filled >= _MOSTLY_FILLED or is_empty):
            return first
    return max(every, key=lambda one: one.filled * one.different * (_ASKED if one.needs_confirmation else 1.0))


def _identity(field: IdentifierKind, column: str, sample: pl.DataFrame, *, needs_confirmation: bool) -> Identity:
    if column not in sample.columns or sample.is_empty():
        return Identity(field, column, needs_confirmation, 0.0, 0.0)
    values = sample[column].str.strip_chars().str.to_lowercase()
    values = values.filter((values != "").fill_null(value=False))
    different = values.n_unique() / values.len() if values.len() else 0.0
    return Identity(field, column, needs_confirmation, values.len() / sample.height, different)
