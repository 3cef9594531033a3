"""The one boundary between our rooms and Dagster's event log: what leaves through it carries no value of any row."""

from collections.abc import Callable
from typing import TypeVar

import dagster as dg

from lead_pipeline.importing.withheld import errors_without_values
from lead_pipeline.model.errors import FileRefusedError, LeadPipelineError, ListRefusedError

_T = TypeVar("_T")

#: Metadata of a failure: whether what was given is at fault, and not the run.
REFUSED = "refused"


def failures_without_values(doing: str, work: Callable[[], _T]) -> _T:
    """Return what `work` returns; LeadPipelineErrors become failures with their message, others lose their values."""
    try:
        return errors_without_values(doing, work, lets_through=(dg.Failure,))
    except LeadPipelineError as error:
        refusal, is_refused = str(error), isinstance(error, (FileRefusedError, ListRefusedError))
    raise dg.Failure(description=refusal, metadata={REFUSED: is_refused}, allow_retries=False)
