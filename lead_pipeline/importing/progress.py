"""Tells whoever started an import in this process how far it is. Drawing bars belongs in the command line."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import polars as pl

from lead_pipeline.model.results import Progress, RowCounts

#: Told the name of the step, the rows that this step has done so far, and how far the import is.
Listener = Callable[[str, int, Progress], None]

#: What a batch adds to the numbers: rows that are judged, and rows of these that are invalid.
Counting = Callable[[pl.DataFrame], tuple[int, int]]


@dataclass
class _Heard:
    """A listener, and what it was told last."""

    listener: Listener
    progress: Progress = field(default_factory=Progress)


_heard: ContextVar[_Heard | None] = ContextVar("lead_pipeline_progress", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have `listener` told about every step that runs inside the block."""
    token = _heard.set(_Heard(listener))
    try:
        yield
    finally:
        _heard.reset(token)


#: Told how many seconds an import has waited for the store, and who holds it.
WaitListener = Callable[[float, str], None]

_waiting: ContextVar[WaitListener | None] = ContextVar("lead_pipeline_waiting", default=None)


@contextmanager
def waiting_reported(listener: WaitListener) -> Iterator[None]:
    """Have `listener` told whenever an import inside the block waits for the store."""
    token = _waiting.set(listener)
    try:
        yield
    finally:
        _waiting.reset(token)


def report_waiting(waited: float, holder: str) -> None:
    """Tell the listener, if there is one, that the store is held by somebody else."""
    listener = _waiting.get()
    if listener is not None:
        listener(waited, holder)


def tell(step: str, rows: int, **numbers: int) -> None:
    """Tell the listener, if there is one; `numbers` are those of Progress that are known better now."""
    heard = _heard.get()
    if heard is not None:
        heard.progress = heard.progress.model_copy(update=numbers)
        heard.listener(step, rows, heard.progress)


def tell_outcomes(step: str, counts: RowCounts, *, imported: bool) -> None:
    """Tell what became of the rows; of a dry run, in which nothing was imported, who would have been left out."""
    would = counts.created + counts.updated
    tell(
        step,
        counts.total,
        processed=counts.total,
        imported=would if imported else 0,
        skipped=counts.total - would,
        errors=counts.rejected,
    )


def with_progress(step: str, batches: Iterable[pl.DataFrame], count: Counting | None = None) -> Iterator[pl.DataFrame]:
    """Pass batches on and tell after each how many rows have gone by and, by `count`, how many are invalid."""
    rows = processed = invalid = 0
    tell(step, rows)
    for batch in batches:
        yield batch
        rows += batch.height
        if count is None:
            tell(step, rows)
            continue
        found = count(batch)
        processed, invalid = processed + found[0], invalid + found[1]
        tell(step, rows, processed=processed, skipped=invalid, errors=invalid)
