r"""Regular expressions of the metadata, translated for Polars. What a pattern is used for belongs to its callers.

The metadata is written for engines that backtrack, Polars' engine does not; both prefer the leftmost, first
alternative, and the metadata keeps to what both can do: groups, classes, counts, `\d` and `$`. All else is refused.
"""

import re

import polars as pl

_NOT_TRANSLATABLE = re.compile(r"\(\?(?!:)|\\(?!d)")


class UncoveredPatternError(Exception):
    """The metadata uses a construct that is not known to mean the same in Polars; the library must decide instead."""


def translated(pattern: str) -> str:
    r"""Return `pattern` with ASCII digits for `\d`: numbers are ASCII by then, and Polars' `\d` knows 70 alphabets."""
    if _NOT_TRANSLATABLE.search(pattern):
        raise UncoveredPatternError(pattern)
    return pattern.replace(r"\d", "[0-9]")


def at_start(pattern: str) -> str:
    """Return the pattern as Python's `re.match` applies it."""
    return f"^(?:{translated(pattern)})"


def whole(pattern: str) -> str:
    """Return the pattern as Python's `re.fullmatch` applies it."""
    return f"^(?:{translated(pattern)})$"


def replacement(rule: str) -> str:
    r"""Return a transform rule of the metadata (`9\1`) as Polars writes it (`9${1}`)."""
    return re.sub(r"\\(\d)", r"${\1}", rule)


def matches_whole(number: pl.Expr, pattern: str | None) -> pl.Expr:
    """True where the whole number matches; an absent or empty pattern matches nothing (`_match_national_number`)."""
    return number.str.contains(whole(pattern)) if pattern else pl.lit(value=False)
