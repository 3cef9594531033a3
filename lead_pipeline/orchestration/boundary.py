"""The one boundary between our rooms and Dagster's event log: what leaves through it carries no value of any row."""

import contextlib
from collections.abc import Iterator

import dagster as dg

from lead_pipeline.importing.withheld import ValuesWithheld
from lead_pipeline.model.errors import LeadPipelineError


@contextlib.contextmanager
def telling_dagster(doing: str) -> Iterator[None]:
    """Run a step's work; LeadPipelineErrors become failures with their sentence, all others lose their values."""
    refusal = ""
    withheld = ValuesWithheld(doing, lets_through=(dg.Failure,))
    with withheld:
        try:
            yield
        except LeadPipelineError as error:
            refusal = str(error)
    withheld.raise_crash()
    if refusal:
        raise dg.Failure(description=refusal, allow_retries=False) from None
