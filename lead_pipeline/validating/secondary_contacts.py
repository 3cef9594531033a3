"""The secondary contacts of a row: whether each has a phone, and one that nobody else of the row has. What a bad
contact costs does not belong here.
"""

from collections.abc import Iterator
from functools import reduce
from operator import or_

import polars as pl

from lead_pipeline.model.field_types import MISSING
from lead_pipeline.model.fields import SECONDARY_PHONES, secondary_phone_column, secondary_variable_column
from lead_pipeline.model.policies import SecondaryContacts
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import FieldRule

_NO = pl.lit(value=False)


def check_contacts(batch: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Check each contact beside the others of its row.

    Args:
        batch: the canonical value and `<column>_reason` (String) of every rule's column, limits applied;
            `secondary_phones` where the phone's cell may hold several.
        profile: its secondary contacts and their variables.

    Returns:
        The batch. A contact with other cells but no phone has the reason secondary_phone_missing, one with the phone of
        the lead secondary_equals_primary, one with that of an earlier contact that has no other fault
        secondary_repeated; such a phone becomes null. A required variable of a contact that is there has a reason when
        it is empty.
    """
    contacts = profile.secondary_contacts
    if contacts is None:
        return batch
    several = SECONDARY_PHONES in batch.columns
    earlier: list[tuple[str, pl.Expr]] = []
    for number in range(1, contacts.max + 1):
        if any(_has_any(batch, column) for column in _columns(contacts, number)):
            batch = batch.with_columns(**_changes(profile, contacts, number, earlier, several))
            earlier.append((secondary_phone_column(number), _is_good(contacts, number)))
    return batch


def _columns(contacts: SecondaryContacts, number: int) -> Iterator[str]:
    yield secondary_phone_column(number)
    yield from (secondary_variable_column(number, name) for name in contacts.variables)


def _has_any(batch: pl.DataFrame, column: str) -> bool:
    return any(batch[name].null_count() < batch.height for name in (column, f"{column}_reason"))


def _filled(column: str) -> pl.Expr:
    return pl.col(column).is_not_null() | pl.col(f"{column}_reason").is_not_null()


def _changes(
    profile: ImportProfile,
    contacts: SecondaryContacts,
    number: int,
    earlier: list[tuple[str, pl.Expr]],
    several: bool,
) -> dict[str, pl.Expr]:
    phone, *variables = _columns(contacts, number)
    equal = (pl.col(phone) == pl.col("phone")).fill_null(value=False)
    if several:
        equal |= pl.col(SECONDARY_PHONES).list.contains(pl.col(phone)).fill_null(value=False)
    repeated = reduce(
        or_, ((pl.col(phone) == pl.col(other)).fill_null(value=False) & good for other, good in earlier), _NO
    )
    without = ~_filled(phone) & reduce(or_, map(_filled, variables), _NO)
    reason = (
        pl.when(equal)
        .then(pl.lit(Reason.SECONDARY_EQUALS_PRIMARY.value))
        .when(repeated)
        .then(pl.lit(Reason.SECONDARY_REPEATED.value))
        .when(without)
        .then(pl.lit(Reason.SECONDARY_PHONE_MISSING.value))
        .otherwise(f"{phone}_reason")
    )
    changes = {f"{phone}_reason": reason, phone: pl.when(~equal & ~repeated).then(phone)}
    return changes | _required(profile, contacts, number, reduce(or_, map(_filled, (phone, *variables))))


def _required(
    profile: ImportProfile, contacts: SecondaryContacts, number: int, is_there: pl.Expr
) -> dict[str, pl.Expr]:
    columns = {secondary_variable_column(number, name): rule for name, rule in contacts.variables.items()}
    return {
        f"{column}_reason": pl.when(is_there & ~_filled(column))
        .then(pl.lit(profile.missing_reason(column, rule).value))
        .otherwise(f"{column}_reason")
        for column, rule in columns.items()
        if rule.required
    }


def _is_good(contacts: SecondaryContacts, number: int) -> pl.Expr:
    """True where nothing costs the contact; to be asked of a batch in which it has been checked."""
    return ~reduce(or_, (_costs(number, name, rule) for name, rule in contacts.variables.items()), _NO)


def _costs(number: int, name: str, rule: FieldRule) -> pl.Expr:
    """True where the variable costs the contact: it is bad and not blanked alone, or missing."""
    reason = pl.col(f"{secondary_variable_column(number, name)}_reason")
    if rule.on_invalid == "reject":
        return reason.is_not_null()
    return reason.is_in([code.value for code in MISSING]).fill_null(value=False)
