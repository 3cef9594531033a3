"""Recognises text in columns of a fixed width: padded with spaces so that each column begins at the same place of every
line. Such text is refused with a sentence that says what it is, for no delimiter parts it.
"""

from collections import Counter
from collections.abc import Sequence

from lead_pipeline.model.errors import FileTypeUnsupportedError

#: So many lines are looked at, and at least so many are needed; nearly all must be alike.
_LINES, _FEWEST, _ALIKE, _PARTED = 200, 4, 0.95, 0.8

#: So many runs of spaces, of at least this width, stand at the same places of the lines.
_GUTTERS, _WIDTH = 2, 2

_DELIMITERS = ",;\t|"


def refuse_fixed_width(text: str, display_name: str) -> None:
    """Raise FileTypeUnsupportedError for lines that are parted by where their columns begin."""
    lines = [line.rstrip() for line in text.splitlines()[: _LINES + 1]]
    lines = [line for line in lines[: max(1, len(lines) - 1)] if line][:_LINES]  # the last may be cut
    columns = _gutters(lines)
    if columns >= _GUTTERS and not _is_parted(lines):
        raise FileTypeUnsupportedError(
            f"{display_name} is text in columns of a fixed width (at least {columns + 1}, padded with spaces so that "
            "each begins at the same place of every line), and no delimiter parts them. Export the list as CSV, or "
            "open it in a spreadsheet as text of fixed width, set where the columns begin, and save it as CSV or .xlsx."
        )


def _is_parted(lines: Sequence[str]) -> bool:
    """Tell whether most lines have a delimiter equally often: then the spaces are padding."""
    for mark in _DELIMITERS:
        count, times = Counter(line.count(mark) for line in lines).most_common(1)[0]
        if count and times >= _PARTED * len(lines):
            return True
    return False


def _gutters(lines: Sequence[str]) -> int:
    """Return how many runs of spaces nearly all lines have at the same places, with text on either side."""
    if len(lines) < _FEWEST:
        return 0
    width = max(map(len, lines))
    spaces = [0] * (width + 1)
    for line in lines:
        for place, character in enumerate(line.ljust(width)):
            spaces[place] += character == " "
    enough = _ALIKE * len(lines)
    found, run = 0, 0
    for place in range(width):
        if spaces[place] >= enough:
            run += 1
            continue
        if run >= _WIDTH and place > run and spaces[place] <= len(lines) - enough:
            found += 1
        run = 0
    return found
