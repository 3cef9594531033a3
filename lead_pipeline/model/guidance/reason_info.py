"""What there is to say of a reason."""

from dataclasses import dataclass
from typing import Literal

from lead_pipeline.model.outcomes import Outcome

#: What a reason causes: a refused file, an outcome of a row, or a warning that does not change the outcome.
Effect = Literal["file", "warning"] | Outcome

REJECTED, SUPPRESSED = Outcome.REJECTED, Outcome.SUPPRESSED


@dataclass(frozen=True, slots=True)
class ReasonInfo:
    """The text for people: `title` names the problem in a few words, `guidance` says how to fix it."""

    effect: Effect
    field: str | None
    title: str
    guidance: str
