"""Keeps row values out of whatever a step of an import raises. What an error says is decided where it is raised."""

import contextlib
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import NoReturn, Self, TypeVar

from lead_pipeline.filing.disk_trouble import DiskTroubleNamed, disk_trouble
from lead_pipeline.model.errors import DiskError, LeadPipelineError

__all__ = ["DiskTroubleNamed", "StageCrashedError", "ValuesWithheld", "errors_without_values"]

_T = TypeVar("_T")


class StageCrashedError(Exception):
    """A bug of ours, or of a library: the exception's kind and the lines of code it passed, without its text."""


class ValuesWithheld(contextlib.AbstractContextManager["ValuesWithheld"]):
    """Let nothing but LeadPipelineErrors, process exits and what `lets_through` names through as they are.

    The exceptions of polars, duckdb, pandera and Python quote the values they stumbled over, and schedulers store
    tracebacks where everybody can read them. So every other exception becomes its kind and the lines of code it passed.
    """

    def __init__(self, doing: str, *, lets_through: tuple[type[BaseException], ...] = ()) -> None:
        self._doing = doing
        self._lets_through: tuple[type[BaseException], ...] = (LeadPipelineError, StageCrashedError, *lets_through)
        self._crash = StageCrashedError("Nothing was caught.")
        self.disk_trouble: DiskError | None = None
        self.is_interrupted = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None or isinstance(error, self._lets_through) or _ends_the_process(error):
            return False
        self.is_interrupted = _is_interrupted_query(error)
        self.disk_trouble = disk_trouble(error, self._doing)
        lines = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
        self._crash = StageCrashedError(
            f"{type(error).__module__}.{type(error).__name__} while {self._doing}; its text is withheld because it may "
            "quote rows. Passed through:\n  " + "\n  ".join(lines)
        )
        return True

    def said(self) -> str:
        """Return what may be logged of what was caught."""
        return str(self.disk_trouble or self._crash)

    def raise_crash(self) -> NoReturn:
        """Raise what was caught without the original as its context, which would bring the values along."""
        if self.is_interrupted:
            raise KeyboardInterrupt from None
        raise self._crash from None


def errors_without_values(
    doing: str, work: Callable[[], _T], *, lets_through: tuple[type[BaseException], ...] = ()
) -> _T:
    """Return what `work` returns; errors that may quote rows are raised as StageCrashedError, see ValuesWithheld."""
    withheld = ValuesWithheld(doing, lets_through=lets_through)
    with withheld:
        return work()
    if withheld.disk_trouble is not None:
        raise withheld.disk_trouble
    return withheld.raise_crash()


def _is_interrupted_query(error: BaseException) -> bool:
    """Recognise Ctrl-C during a query: DuckDB 2.0 swallows what the signal's handler raises and raises this instead."""
    return type(error) is RuntimeError and str(error) == "Query interrupted"


def _ends_the_process(error: BaseException) -> bool:
    """Distinguish interrupts and exits from crashes; pyo3's PanicException is no Exception, and quotes values, too."""
    return not isinstance(error, Exception) and type(error).__name__ != "PanicException"
