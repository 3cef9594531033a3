"""Which column of a file says who somebody is: what could, how full each is and how different its values are, and the
one that a draft takes.
"""

from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

from lead_pipeline.drafting.yaml_text import percent
from lead_pipeline.mapping.column_names import certain_names, shown_names
from lead_pipeline.mapping.header_spelling import spelling_of
from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.mapping.proposing import ColumnProposal, MappingProposal
from lead_pipeline.model.errors import RequiredColumnUnmappedError, listed
from lead_pipeline.model.fields import IDENTIFIER_KINDS, IdentifierKind
from lead_pipeline.normalizing.phones.normalizer import normalize_phones

#: A column with fewer values than this share of the rows identifies only if there is no fuller one.
_MOSTLY_FILLED = 0.5
#: What a column that has to be asked about weighs beside a clear one.
_ASKED = 0.8
#: These identify people rather than an id, which differs in each row, also for the same person.
_OF_PEOPLE: tuple[IdentifierKind, ...] = ("phone", "email")
#: These keep people apart who share a phone; a cookie is of a device.
_KEEPING_APART: tuple[IdentifierKind, ...] = ("phone", "email", "external_id")
_WORDS_OF_IDS = frozenset(
    ("id", "ids", "code", "cod", "codigo", "clave", "no", "nr", "nro", "num", "number", "key", "ref", "reference")
)
_NAMING = frozenset({"company", "first_name", "last_name", "full_name"})
#: From this share of duplicates on, an identifier is shared by different people rather than repeated by one: where
#: their names say so, and where nothing does. What keeps people apart has hardly any. Fewer rows show nothing.
_SHARED_NAMED, _SHARED, _APART, _FEWEST_ROWS = 0.05, 0.2, 0.02, 10


class Identity(NamedTuple):
    """A field that could identify the leads, its column, and whether that is for a person to confirm."""

    field: IdentifierKind
    column: str
    needs_confirmation: bool
    #: Share of the rows that have one, and of these, of different ones.
    filled: float
    different: float
    #: Rows that have the same one as a row before them, and rows in all.
    duplicates: int
    rows: int
    #: The values are 1, 2, 3 …, which another file may have for others.
    counts_rows: bool = False
    #: How many of the duplicates have another name than the row that they repeat; None where nothing is a name.
    other_people: int | None = None

    @property
    def is_shared(self) -> bool:
        """Return whether different people have the same one, by their names, else by how many rows have the same."""
        if self.rows < _FEWEST_ROWS or not self.duplicates:
            return False
        if self.other_people is None:
            return self.duplicates > _SHARED * self.rows
        return self.duplicates > _SHARED_NAMED * self.rows and self.other_people >= self.duplicates / 2

    @property
    def keeps_apart(self) -> bool:
        """Return whether nearly every row has one of its own."""
        return (
            self.field in _KEEPING_APART
            and not self.needs_confirmation
            and self.filled >= 1 - _APART
            and (self.duplicates <= _APART * self.rows)
        )

    @property
    def evidence(self) -> str:
        """Return the shares as a clause."""
        if not self.filled:
            return f"{self.field} ('{self.column}'): no row has one"
        rows = f"{percent(self.filled)} of the rows have one, {percent(self.different)} of these different"
        same = f"{self.duplicates:,}" if self.duplicates else "none"
        return f"{self.field} ('{self.column}'): {rows}, and {same} of {self.rows:,} rows would be duplicates"


def identities(proposal: MappingProposal, sample: pl.DataFrame, region: str | None = None) -> list[Identity]:
    """Return what could identify the leads of a file, phones first; phones are compared as numbers of `region`."""
    found = []
    for field in IDENTIFIER_KINDS:
        if field in proposal.fields:
            found.append(_identity(field, proposal.fields[field], sample, region, needs_confirmation=False))
        else:
            likely = (one.column for one in proposal.questions if _likeliest(one) == field)
            found += [_identity(field, column, sample, region, needs_confirmation=True) for column in likely]
    if any(one.is_shared for one in found) and not any(one.keeps_apart for one in found):
        found += _by_another_id(proposal, sample)[:1]
    return found


def _by_another_id(proposal: MappingProposal, sample: pl.DataFrame) -> list[Identity]:
    """Return columns that are called some id or code (`Provider ID`) and differ in each row, fullest first."""
    if "external_id" in proposal.fields:
        return []
    called = [column for column in proposal.attributes if not _WORDS_OF_IDS.isdisjoint(spelling_of(column).words)]
    found = [_identity("external_id", column, sample, None, needs_confirmation=False) for column in called]
    return [one for one in found if one.keeps_apart and one.duplicates == 0]


def _likeliest(asked: ColumnProposal) -> str | None:
    """Return the identifier that a column which has to be asked about is most likely to be."""
    return next((other.field for other in asked.alternatives if other.field in IDENTIFIER_KINDS), None)


def chosen_identity(
    found: Iterable[Identity], columns: Iterable[str], *, is_empty: bool, preferred: str | None = None
) -> Identity:
    """Return the one that a draft takes: the preferred one, a phone or an email where most rows have one, unless it is
    shared and another keeps people apart; else what is fullest and most different.

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
            return next((one for one in every if first.is_shared and one.keeps_apart), first)
    return max(every, key=lambda one: one.filled * one.different * (_ASKED if one.needs_confirmation else 1.0))


def _identity(
    field: IdentifierKind, column: str, sample: pl.DataFrame, region: str | None, *, needs_confirmation: bool
) -> Identity:
    if column not in sample.columns or sample.is_empty():
        return Identity(field, column, needs_confirmation, 0.0, 0.0, 0, sample.height)
    rows = _with_values(field, column, sample, region).filter(pl.col("value") != "")
    values = rows["value"]
    return Identity(
        field,
        column,
        needs_confirmation,
        filled=rows.height / sample.height,
        different=values.n_unique() / rows.height if rows.height else 0.0,
        duplicates=rows.height - values.n_unique(),
        rows=sample.height,
        counts_rows=_counts(values) and rows.height == sample.height,
        other_people=rows.n_unique() - values.n_unique() if len(rows.columns) > 1 else None,
    )


def _with_values(field: IdentifierKind, column: str, sample: pl.DataFrame, region: str | None) -> pl.DataFrame:
    """Return each row's identifier as it is matched, `value`, and whatever names somebody, in spellings alike."""
    named = [one for one in sample.columns if one != column and not _NAMING.isdisjoint(meaning_of(one).meanings)]
    rows = sample.select(pl.col(one).str.strip_chars().str.to_lowercase().fill_null("") for one in (column, *named))
    value = rows[column]
    if field == "phone":
        value = value.set(~value.str.contains("[0-9]"), "")
        value = normalize_phones(value, region)["e164"].fill_null(value)
    return pl.DataFrame([value.rename("value"), *(rows[one].rename(f"name {n}") for n, one in enumerate(named))])


def _counts(values: pl.Series) -> bool:
    steps = values.cast(pl.Int64, strict=False).diff().drop_nulls()
    return steps.len() == values.len() - 1 and steps.len() > 0 and bool((steps == 1).all())
