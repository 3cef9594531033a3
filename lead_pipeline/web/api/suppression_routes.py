"""People who must not be contacted: the lists there are, who is on one, and adding somebody."""

from functools import partial

from fastapi import APIRouter, Depends, Request

from lead_pipeline.model.listings import ListResult
from lead_pipeline.model.lists.list_state import ListsFound, SuppressionAnswer
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline.web.access.key_access import allowed
from lead_pipeline.web.api.api_answers import IdentifierAsked, SuppressionsSent
from lead_pipeline.web.pages.rendered_pages import pipeline_of
from lead_pipeline.web.running_here import runs_of

router = APIRouter(prefix="/api/v1/suppressions", tags=["suppressions"])


@router.get("", dependencies=[Depends(allowed("read"))])
def list_suppression_lists(request: Request) -> ListsFound:
    """Return the lists that were loaded, deliveries that were refused, and which profiles these stop."""
    return pipeline_of(request).lists()


@router.post("/lookup", dependencies=[Depends(allowed("read", shows_rows=True))])
def look_up_suppressions(request: Request, asked: IdentifierAsked) -> SuppressionAnswer:
    """Return every entry of a list that ever named a person, and which of them hold now."""
    return pipeline_of(request).suppressed(asked.identifier, region=asked.region)


@router.post("", dependencies=[Depends(allowed("suppress"))])
async def add_suppressions(request: Request, sent: SuppressionsSent) -> ListResult:
    """Add people to a list. What is due for leads of theirs ends in the same moment."""
    return await runs_of(request).run(partial(_added, sent=sent))


def _added(leads: LeadPipeline, sent: SuppressionsSent) -> ListResult:
    return leads.suppress_people(
        [entry.model_dump(exclude_none=True) for entry in sent.entries],
        kind=sent.kind,
        region=sent.region,
        name=sent.list_name,
        destination=sent.destination,
    )
