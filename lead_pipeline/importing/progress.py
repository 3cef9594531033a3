"""How far an import in this process is, for whoever started it: numbers, and who is waited for. Draws nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import polars as pl

from lead_pipeline.model.results import Progress, RowCounts

#: Called with the name of the step, the rows that this step has done so far, and how far the import is.
Listener = Callable[[str, int, Progress], None]

#: What a batch adds to the numbers: rows that are validated, and rows of these that are invalid.
Counting = Callable[[pl.DataFrame], tuple[int, int]]


@dataclass
class _Listening:
    """A listener, and how far it was last said to be."""

    listener: Listener
    progress: Progress = field(default_factory=Progress)


_listening: ContextVar[_Listening | None] = ContextVar("lead_pipeline_progress", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call `listener` during every step that runs inside the block."""
    token = _listening.set(_Listening(listener))
    try:
        yield
    finally:
        _listening.reset(token)


@contextmanager
def also_listening(listener: Listener, begun: Progress) -> Iterator[None]:
    """Call `listener` as well as the one that there is, if there is one; else the import has `begun` so far."""
    outer = _listening.get()

    def both(step: str, rows: int, progress: Progress) -> None:
        listener(step, rows, progress)
        if outer is not None:
            outer.progress = progress
            outer.listener(step, rows, progress)

    token = _listening.set(_Listening(both, begun if outer is None else outer.progress))
    try:
        yield
    finally:
        _listening.reset(token)


#: Called with how many seconds an import has waited for the store, and who holds it.
WaitListener = Callable[[float, str], None]

_waiting: ContextVar[WaitListener | None] = ContextVar("lead_pipeline_waiting", default=None)


@contextmanager
def waiting_reported(listener: WaitListener) -> Iterator[None]:
    """Call `listener` whenever an import inside the block waits for the store."""
    token = _waiting.set(listener)
    try:
        yield
    finally:
        _waiting.reset(token)


def report_waiting(waited: float, holder: str) -> None:
    """Call the listener, if there is one: another process holds the store."""
    listener = _waiting.get()
    if listener is not None:
        listener(waited, holder)


def report_progress(step: str, rows: int, **numbers: int) -> None:
    """Call the listener, if there is one; `numbers` are those of Progress that are known better now."""
    current = _listening.get()
    if current is not None:
        current.progress = current.progress.model_copy(update=numbers)
        current.listener(step, rows, current.progress)


def report_outcomes(step: str, counts: RowCounts, *, imported: bool) -> None:
    """Report what became of the rows; after a dry run, in which nothing was imported, who would have been left out."""
    would = counts.created + counts.updated
    report_progress(
        step,
        counts.total,
        processed=counts.total,
        imported=would if imported else 0,
        skipped=counts.total - would,
        errors=counts.rejected,
    )


def with_progress(step: str, batches: Iterable[pl.DataFrame], count: Counting | None = None) -> Iterator[pl.DataFrame]:
    """Pass batches on and report after each how many rows have gone by, and with `count` how many are invalid."""
    rows = processed = invalid = 0
    report_progress(step, rows)
    for batch in batches:
        yield batch
        rows += batch.height
        if count is None:
            report_progress(step, rows)
            continue
        validated, faulty = count(batch)
        processed, invalid = processed + validated, invalid + faulty
        report_progress(step, rows, processed=processed, skipped=invalid, errors=invalid)
