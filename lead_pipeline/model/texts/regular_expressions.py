"""Regular expressions that people write in profiles: all run in the engine that Polars brings, which takes linear time
whatever the pattern and the text, so that none can hang the service. Python's `re` never sees one.
"""

import re

import polars as pl

#: With the engine's own bound on what a pattern compiles to (10 MB), it keeps the time for reading one short.
LONGEST_PATTERN = 1_000

_UNSUPPORTED = r"\(\?(?:=|!|<=|<!|P=|\(|>)|\\[1-9]"


def checked_pattern(pattern: str) -> str:
    """Return a regular expression unchanged when the engine can search for it and match whole values with it.

    Raises:
        ValueError: it cannot; the sentence says why.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"a pattern has at most {LONGEST_PATTERN:,} characters; write a shorter one")
    if re.search(_UNSUPPORTED, pattern):
        raise ValueError(
            "lookarounds ((?=, (?!, (?<) and backreferences (\\1) are not supported; write it without them"
        )
    try:
        for tried in (pattern, whole(pattern)):
            pl.Series([""]).str.contains(tried)
    except pl.exceptions.ComputeError as error:
        raise ValueError(
            f"this is not a regular expression that can be used ({_cause(str(error))}); write it with the signs that "
            "all engines share, and with fewer repetitions"
        ) from None
    return pattern


def whole(pattern: str) -> str:
    """Return a pattern that matches a value only from its beginning to its end."""
    return rf"\A(?:{pattern})\z"


def groups_of(pattern: str) -> int:
    """Return how many groups a checked pattern has."""
    return len(pl.Series([""]).str.extract_groups(pattern).struct.fields) if "(" in pattern else 0


def found_in(text: str, pattern: str) -> str | None:
    """Return the match of the pattern's group in a text, or of the whole pattern without a group; None for no match."""
    found = pl.Series([text]).str.extract(pattern, min(groups_of(pattern), 1))[0]
    return None if found is None else str(found)


def _cause(message: str) -> str:
    """Return what the engine says in one line: it draws the pattern over several."""
    found = re.search(
        r"error: ([^\n]+)\s*\n\nThis error occurred|error: ([^\n.]+)\.?\s*$|(exceeds size limit)", message
    )
    return next((part.strip(" .") for part in found.groups() if part), "not understood") if found else "not understood"
