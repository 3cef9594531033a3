"""Questions that a draft of a profile asks in its comments, and that somebody has to answer before it is used.

Most questions can wait: the draft says what is done until they are answered. Those that say FIRST cannot.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

#: How a question begins, behind the # of its comment.
QUESTION = "QUESTION:"
#: What a question says that cannot wait.
FIRST = "`profiles check` refuses this draft until the answer is given and this comment removed."


class OpenQuestion(NamedTuple):
    """A question that cannot wait, and the line it begins in, from 1."""

    line: int
    text: str


def open_questions(text: str) -> Iterator[OpenQuestion]:
    """Yield the questions in the YAML of a profile that have to be answered first."""
    lines = text.splitlines()
    for index, line in enumerate(lines):
        if line.lstrip(" #").startswith(QUESTION) and line.lstrip().startswith("#"):
            words = " ".join(_comment(lines[index:]))
            if FIRST in words:
                yield OpenQuestion(index + 1, _question(words.removeprefix(QUESTION).strip()))


def _comment(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of the comment that begins here, up to the next question."""
    words = (line.strip(" #") for line in takewhile(lambda line: line.lstrip().startswith("#"), lines))
    yield next(words)
    yield from takewhile(lambda line: not line.startswith(QUESTION), words)


def _question(words: str) -> str:
    """Return the sentence that asks, without what was found out about it."""
    found = re.match(r"(.*?\?)(?:\s|$)", words)
    return found[1] if found else words
