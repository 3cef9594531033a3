"""The secondary contacts of a row: whether each has a phone, and one that nobody else of the row has. Whether a phone
or a variable is good by itself is judged in columns.py; what a bad contact costs, in validating/.
"""

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_

import polars as pl

from lead_pipeline.model.fields import SECONDARY_PHONES, secondary_phone_column, secondary_variable_column
from lead_pipeline.model.missing_values import MISSING, missing_reason
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import FieldRule

_NO = pl.lit(value=False)


def judge_contacts(verdicts: Mapping[str, pl.Series], profile: ImportProfile) -> dict[str, pl.Series]:
    """Judge each contact beside the others of its row.

    Args:
        verdicts: canonical values and `<column>_reason` (String) of every rule's column, by name; `secondary_phones`
            where the phone's cell may hold several.
        profile: its secondary contacts and their variables.

    Returns:
        The columns that change. A contact with other cells but no phone has the reason secondary_phone_missing, one
        with the phone of the lead secondary_equals_primary, one with that of an earlier contact that has no other fault
        secondary_repeated; such a phone becomes null. A required variable of a contact that is there has a reason when
        it is empty.
    """
    contacts = profile.secondary_contacts
    if contacts is None:
        return {}
    places = [
        place
        for place in range(1, contacts.max + 1)
        if any(_has_any(verdicts, column) for column in _columns(profile, place))
    ]
    if not places:
        return {}
    changed: dict[str, pl.Series] = {}
    frame = pl.DataFrame([series.alias(name) for name, series in verdicts.items()])
    earlier: list[tuple[str, pl.Expr]] = []
    for place in places:
        changes = _judged(profile, place, earlier, SECONDARY_PHONES in frame.columns)
        frame = frame.with_columns(**changes)
        changed |= {name: frame[name] for name in changes}
        earlier.append((secondary_phone_column(place), _is_good(profile, place)))
    return changed


def _columns(profile: ImportProfile, place: int) -> Iterator[str]:
    contacts = profile.secondary_contacts
    yield secondary_phone_column(place)
    yield from (secondary_variable_column(place, name) for name in (contacts.variables if contacts else ()))


def _has_any(verdicts: Mapping[str, pl.Series], column: str) -> bool:
    return any(series.null_count() < series.len() for series in (verdicts[column], verdicts[f"{column}_reason"]))


def _filled(column: str) -> pl.Expr:
    return pl.col(column).is_not_null() | pl.col(f"{column}_reason").is_not_null()


def _judged(
    profile: ImportProfile, place: int, earlier: list[tuple[str, pl.Expr]], several: bool
) -> dict[str, pl.Expr]:
    phone, *variables = _columns(profile, place)
    reason = pl.col(f"{phone}_reason")
    equal = (pl.col(phone) == pl.col("phone")).fill_null(value=False)
    if several:
        equal |= pl.col(SECONDARY_PHONES).list.contains(pl.col(phone)).fill_null(value=False)
    repeated = reduce(
        or_, ((pl.col(phone) == pl.col(other)).fill_null(value=False) & good for other, good in earlier), _NO
    )
    without = ~_filled(phone) & reduce(or_, map(_filled, variables), _NO)
    told = (
        pl.when(equal)
        .then(pl.lit(Reason.SECONDARY_EQUALS_PRIMARY.value))
        .when(repeated)
        .then(pl.lit(Reason.SECONDARY_REPEATED.value))
        .when(without)
        .then(pl.lit(Reason.SECONDARY_PHONE_MISSING.value))
        .otherwise(reason)
    )
    changes = {f"{phone}_reason": told, phone: pl.when(~equal & ~repeated).then(phone)}
    return changes | _required(profile, place, reduce(or_, map(_filled, (phone, *variables))))


def _required(profile: ImportProfile, place: int, is_there: pl.Expr) -> dict[str, pl.Expr]:
    contacts = profile.secondary_contacts
    assert contacts is not None  # noqa: S101  # only called for profiles that have them
    columns = {secondary_variable_column(place, name): rule for name, rule in contacts.variables.items()}
    return {
        f"{column}_reason": pl.when(is_there & ~_filled(column))
        .then(pl.lit(missing_reason(profile, column, rule).value))
        .otherwise(f"{column}_reason")
        for column, rule in columns.items()
        if rule.required
    }


def _is_good(profile: ImportProfile, place: int) -> pl.Expr:
    """True where nothing costs the contact; to be asked of the frame in which it has been judged."""
    contacts = profile.secondary_contacts
    assert contacts is not None  # noqa: S101  # only called for profiles that have them
    return ~reduce(or_, (_costs(place, name, rule) for name, rule in contacts.variables.items()), _NO)


def _costs(place: int, name: str, rule: FieldRule) -> pl.Expr:
    """True where the variable costs the contact: it is bad and not blanked alone, or missing."""
    reason = pl.col(f"{secondary_variable_column(place, name)}_reason")
    if rule.on_invalid == "reject":
        return reason.is_not_null()
    return reason.is_in([code.value for code in MISSING]).fill_null(value=False)
