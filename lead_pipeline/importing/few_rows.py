"""How much of a list or of a drop of calls may be unusable before it is not loaded in part, how lines are named, and
which notes on such a file are of use. Which rows cannot be used is not known here.
"""

from collections.abc import Sequence

from lead_pipeline.reading.notes import NO_HEADER
from lead_pipeline.reading.row_reader import ReadingFacts

#: Of how many unusable rows the line is named.
LINES_NAMED = 20

#: More unusable rows than this number and this share: the file was read wrongly, and is not loaded in part.
FEW_ROWS = 3
_FEW_SHARE = 0.01


def are_more_than_a_few(bad: int, rows: int) -> bool:
    """Tell whether so many unusable rows, of so many, mean that the file was read wrongly."""
    return bad > FEW_ROWS and bad > _FEW_SHARE * rows


def named_lines(lines: Sequence[int], bad: int) -> str:
    """Return the first lines of so many unusable rows, for a sentence: `3, 17 …`."""
    return ", ".join(map(str, lines)) + (" …" if bad > len(lines) else "")


def notes_of_drop(facts: ReadingFacts) -> tuple[str, ...]:
    """Return what there is to know about the file, but for a header that a plain list of numbers does not have."""
    return tuple(note for note in facts.notes if note != NO_HEADER)
