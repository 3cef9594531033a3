"""Why an enrollment is completed, so that nothing more is done with the lead. Why one is suppressed, reasons of rows
say.
"""

from collections.abc import Mapping
from typing import Literal

Completion = Literal["converted", "disposition", "max_attempts_reached", "last_action_done"]

#: What to tell people, behind `completed:`.
COMPLETIONS: Mapping[str, str] = {
    "converted": "the person converted",
    "disposition": "a call ended with a disposition that completes",
    "max_attempts_reached": "called as often as allowed",
    "last_action_done": "the last action was done",
}
