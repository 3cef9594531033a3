"""The one boundary between our rooms and Dagster's event log: what leaves through it carries no value of any row.
What an error says is decided where it is raised.
"""

import contextlib
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import dagster as dg

from lead_pipeline.model.errors import LeadPipelineError


class StageCrashedError(Exception):
    """A bug of ours, or of a library: the exception's kind and the lines of code it passed, without its text."""


class ValuesWithheld(contextlib.AbstractContextManager["ValuesWithheld"]):
    """Let nothing but LeadPipelineErrors and process exits through as they are.

    The exceptions of polars, duckdb, pandera and Python quote the values they stumbled over, and Dagster stores
    tracebacks where everybody can read them. So every other exception becomes its kind and its places in the code.
    """

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._crash: StageCrashedError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None or isinstance(error, LeadPipelineError | dg.Failure) or _ends_the_process(error):
            return False
        places = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
        self._crash = StageCrashedError(
            f"{type(error).__module__}.{type(error).__name__} while {self._doing}; its text is withheld because it may "
            "quote rows. Passed through:\n  " + "\n  ".join(places)
        )
        return True

    def raise_crash(self) -> None:
        """Raise what was caught without the original as its context, which would bring the values along."""
        if self._crash is not None:
            raise self._crash from None


def _ends_the_process(error: BaseException) -> bool:
    """Tell interrupts and exits from crashes; pyo3's PanicException is no Exception, and quotes values all the same."""
    return not isinstance(error, Exception) and type(error).__name__ != "PanicException"


@contextlib.contextmanager
def telling_dagster(doing: str) -> Iterator[None]:
    """Run a step's work; LeadPipelineErrors become failures with their sentence, all others lose their values."""
    refusal = ""
    withheld = ValuesWithheld(doing)
    with withheld:
        try:
            yield
        except LeadPipelineError as error:
            refusal = str(error)
    withheld.raise_crash()
    if refusal:
        raise dg.Failure(description=refusal, allow_retries=False) from None
