"""What a scheduler is asked to run."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A run to start: over the imports from `first` to `last`, in the scheduler's order, which are `files` many; or
    that loads one suppression list.
    """

    first: str
    last: str
    files: int
    key: str  # no other request has it
    tags: Mapping[str, str]
    is_list: bool = False
