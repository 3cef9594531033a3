"""What an import did, or would do, to leads that were there already: so many of a destination. No value of a row."""

from collections import Counter
from collections.abc import Iterable

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel

#: What can become of leads, in the order in which people read of it.
CHANGES = (
    "expired", "stopped", "started", "restarted", "moved", "added", "copied", "suppressed", "reopened", "advanced",
    "completed",
)  # fmt: skip


class LeadsChanged(FrozenModel):
    """How many leads of a destination a change was made to."""

    change: str = Field(description="expired, stopped, started, restarted, moved, added, copied, suppressed, reopened.")
    destination: str = Field(description="What the leads were in, as kind:name.")
    to: str | None = Field(default=None, description="Where they went, of those that were moved, added or copied.")
    leads: int


def totals_of(changed: Iterable[LeadsChanged]) -> dict[str, int]:
    """Return how many leads each change was made to, whatever their destination."""
    totals: Counter[str] = Counter()
    for one in changed:
        totals[one.change] += one.leads
    return {change: totals[change] for change in CHANGES if change in totals}
