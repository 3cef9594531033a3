"""The kinds of limits that a value of any type can be held to. Which limits a type's rule sets, its field type says;
whether a value keeps them, validating finds out.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lead_pipeline.model.reason_codes import Reason


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number, day or moment that is not below the bound."""

    bound: float | dt.date
    reason: Reason


@dataclass(frozen=True, slots=True)
class AtMost:
    """A number, day or moment that is not above the bound."""

    bound: float | dt.date
    reason: Reason


@dataclass(frozen=True, slots=True)
class MinLength:
    """A text of at least so many characters."""

    length: int
    reason: Literal[Reason.VALUE_TOO_SHORT] = Reason.VALUE_TOO_SHORT


@dataclass(frozen=True, slots=True)
class MaxLength:
    """A text of at most so many characters."""

    length: int
    reason: Literal[Reason.VALUE_TOO_LONG] = Reason.VALUE_TOO_LONG


@dataclass(frozen=True, slots=True)
class MaxItemLength:
    """A list of texts, each of at most so many characters."""

    length: int
    reason: Literal[Reason.VALUE_TOO_LONG] = Reason.VALUE_TOO_LONG


@dataclass(frozen=True, slots=True)
class Matches:
    """A text that a regular expression matches from its beginning to its end."""

    pattern: str
    reason: Literal[Reason.VALUE_PATTERN_MISMATCH] = Reason.VALUE_PATTERN_MISMATCH


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these texts."""

    options: tuple[str, ...]
    reason: Literal[Reason.OPTION_INVALID] = Reason.OPTION_INVALID


Limit = AtLeast | AtMost | MinLength | MaxLength | MaxItemLength | Matches | OneOf


def between(least: float | dt.date | None, most: float | dt.date | None, reason: Reason) -> Iterator[Limit]:
    """Yield the limits of a range that is open where it has no end."""
    if least is not None:
        yield AtLeast(least, reason)
    if most is not None:
        yield AtMost(most, reason)
