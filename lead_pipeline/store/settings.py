"""How a store is opened, whichever it is."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from lead_pipeline.store.memory import limits_to_try_now

#: Called with the seconds we have waited so far and the process (if the store names it) that holds the store.
OnWait = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """How long to wait for a store that somebody else holds, and what DuckDB may use. Sizes as DuckDB spells them.

    Without a `memory_limit` it is what `rows`, those that are to be written, need, and the machine has.
    """

    wait_seconds: float = 60.0
    memory_limit: str | None = None
    rows: int = 0
    threads: int | None = None


def settings_to_try(settings: StoreSettings, rows: int) -> list[StoreSettings]:
    """Return with which settings an import of so many rows is tried, one after another while memory is not enough."""
    limits = limits_to_try_now(rows) if settings.memory_limit is None else [settings.memory_limit]
    return [replace(settings, memory_limit=limit) for limit in limits]


def wait_silently(_waited: float, _holder: str) -> None:
    """Wait without telling anybody."""
