"""Tells whoever started an import in this process how far it is. Drawing bars belongs in the command line."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import polars as pl

#: Told the name of the step and the rows it has done so far.
Listener = Callable[[str, int], None]

_listener: ContextVar[Listener | None] = ContextVar("lead_pipeline_progress", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have `listener` told about every step that runs inside the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(step: str, rows: int) -> None:
    """Tell the listener, if there is one."""
    listener = _listener.get()
    if listener is not None:
        listener(step, rows)


def told(step: str, batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Pass batches on and tell after each how many rows have gone by."""
    rows = 0
    tell(step, rows)
    for batch in batches:
        yield batch
        rows += batch.height
        tell(step, rows)
