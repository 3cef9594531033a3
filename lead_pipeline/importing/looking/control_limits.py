"""What is usual for a number that comes again with every file: the limits of an individuals chart.

The centre is the mean of the last 20 files before, and the limits are three sigma away, sigma estimated by the mean
moving range divided by 1.128 (d2 of two; Wheeler and Chambers, Understanding Statistical Process Control, 1992). Below
8 files there are none. Files that were alike leave a moving range of zero, and the next would be unusual by one row; so
sigma is never less than what drawing the rows at random from the same source would come to.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

#: So many files before the one that is looked at say what is usual, and so many there must be.
FILES_BEFORE, FEWEST_FILES = 20, 8

#: The mean range of two values of a normal distribution, in sigma.
_D2 = 1.128
_SIGMAS = 3.0


class Limits(NamedTuple):
    """Between which values a number is usual, and its mean."""

    usual: float
    low: float
    high: float


def limits_of(before: Sequence[float], *, rows: int, is_share: bool) -> Limits | None:
    """Return what is usual after these values, oldest first; None where they are too few.

    Args:
        before: the values of the files before; the last 20 count.
        rows: the rows of the file that is looked at.
        is_share: the values are shares of rows; else they are numbers of rows.
    """
    counted = before[-FILES_BEFORE:]
    if len(counted) < FEWEST_FILES:
        return None
    usual = sum(counted) / len(counted)
    ranges = [abs(after - value) for value, after in pairwise(counted)]
    sigma = max(sum(ranges) / len(ranges) / _D2, _by_chance(usual, rows, is_share=is_share))
    low, high = max(0.0, usual - _SIGMAS * sigma), usual + _SIGMAS * sigma
    return Limits(usual, low, min(1.0, high) if is_share else high)


def _by_chance(usual: float, rows: int, *, is_share: bool) -> float:
    """Return the standard error of a share among so many rows (binomial), or of a number of rows (Poisson)."""
    if not is_share:
        return sqrt(usual)
    share = (usual * rows + 0.5) / (rows + 1)  # what never happened yet may happen once
    return sqrt(share * (1 - share) / max(rows, 1))
