"""Reads what leads are to be chosen by: each condition's value as its field has it, phones in any spelling. Choosing
the leads does not belong here.
"""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import UsageError, did_you_mean, listed
from lead_pipeline.model.lead_management.lead_conditions import (
    ENROLLMENT_STATUSES,
    ConditionType,
    LeadCondition,
    TypedCondition,
)
from lead_pipeline.normalizing.lists.list_entries import read_list_entries
from lead_pipeline.normalizing.phones.regions import checked_region

_LARGEST = 2**63 - 1
_DAY = len("2026-03-01")
#: The longest value: nothing that a lead has is longer.
_LONGEST = 10_000

#: Of these a condition may name several values, one of which has to be met: none of them has a comma in it.
_SEVERAL = ("whole", "status")


def read_conditions(
    written: Sequence[str | LeadCondition], *, everything: bool, region: str | None
) -> tuple[TypedCondition, ...]:
    """Return what is asked of leads; all of it has to hold.

    Args:
        written: the conditions, such as `status=due`.
        everything: every lead is meant: needed where there is no condition, refused beside one.
        region: country (ISO code) of phones without +.

    Raises: UsageError when a condition cannot be understood, there is none, or no such region.
    """
    if not written and not everything:
        raise UsageError("No condition says which leads are meant: give --where CONDITION, or --all for every lead.")
    if written and everything:
        raise UsageError("--all means every lead, and --where only some: give one of the two.")
    checked = checked_region(region)
    conditions = [LeadCondition.parse(one) if isinstance(one, str) else one for one in written]
    return tuple(_read(one, checked) for one in conditions)


def _read(condition: LeadCondition, region: str | None) -> TypedCondition:
    kind, text = condition.type, condition.value
    if "\x00" in text or len(text) > _LONGEST:
        raise UsageError(f"The value of {condition.field} is no text that a lead could have. Correct it.")
    if not text:
        if condition.operator not in ("=", "!="):
            raise UsageError(f"{condition.field}{condition.operator} needs a value behind it.")
        return TypedCondition(condition, kind, ())
    if kind == "phone":
        return TypedCondition(condition, kind, (_phone(condition.field, text, region),))
    if kind == "moment":
        return TypedCondition(condition, kind, _moments(condition.field, text))
    parts = text.split(",") if kind in _SEVERAL and condition.operator in ("=", "!=") else [text]
    return TypedCondition(condition, kind, tuple(_READ[kind](condition.field, part.strip()) for part in parts))


def _text(_field: str, text: str) -> str:
    return text


def _email(_field: str, text: str) -> str:
    return text.lower()


def _whole(field: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _LARGEST:
        raise UsageError(f"{field} is a whole number; '{text[:20]}' is none. Write digits, several with commas.")
    return int(text)


def _decimal(field: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"{field} is a number; '{text[:20]}' is none. Write it with a decimal point, as 12.5.")
    return number


def _status(_field: str, text: str) -> str:
    if text not in ENROLLMENT_STATUSES:
        raise UsageError(
            f"'{text[:40]}' is no status of an enrollment.{did_you_mean(text, ENROLLMENT_STATUSES)} These are "
            f"{listed(ENROLLMENT_STATUSES)}. The field status of the lead itself is lead.status."
        )
    return text


def _destination(_field: str, text: str) -> Destination:
    return Destination.parse(text)


def _phone(field: str, text: str, region: str | None) -> int:
    read = read_list_entries(pl.Series([text]), region)
    if read["identifier_kind"].to_list() != ["phone"] or read["value"].null_count():
        where = "" if region else " Without --region, it has to begin with +."
        raise UsageError(f"The value of {field} is not one phone number. Write one, as +12125550101.{where}")
    return int(read["value"][0].removeprefix("+"))


def _moments(field: str, text: str) -> tuple[datetime, datetime]:
    """Return the first moment that is meant and the first one behind: of a day, its beginning and its end in UTC."""
    try:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        if len(text) <= _DAY:
            day = datetime.combine(date.fromisoformat(text), time(0), UTC)
            return day, day + timedelta(days=1)
        return at.astimezone(UTC), at.astimezone(UTC) + timedelta(microseconds=1)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{field} is a time; '{text[:40]}' is none. Write a date such as 2026-03-01 (in UTC), or 2026-03-01T12:00Z."
        ) from None


_READ: dict[ConditionType, Callable[[str, str], Any]] = {
    "whole": _whole,
    "decimal": _decimal,
    "text": _text,
    "word": _text,
    "tags": _text,
    "email": _email,
    "destination": _destination,
    "status": _status,
}
