"""The changes of the screening SQL that make no difference to anybody, each with the reason: read from a file beside
this, in which they are named by their clause and not by a line number.
"""

from collections.abc import Iterable
from pathlib import Path

FILE = Path(__file__).with_name("equal_changes.txt")


def equal_changes() -> dict[str, str]:
    """Return the reasons by the key of the change."""
    found, key = {}, ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("  = "):
            found[key] = line.removeprefix("  = ").strip()
        elif line and not line.startswith("#"):
            key = line.strip()
    return found


def stale(keys: Iterable[str]) -> list[str]:
    """Return the changes in the file that are none any more, given the keys of all that there are."""
    there = set(keys)
    return [key for key in equal_changes() if key not in there]
