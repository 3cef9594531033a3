"""Leads that a program hands in itself: judged and imported at once, as the rows of a file are."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Query, Request, Response

from lead_pipeline.model.handed_in.judged_leads import LeadsBatch
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.pipeline import DEFAULT_PROFILE
from lead_pipeline.web.access.key_access import allowed
from lead_pipeline.web.api.api_answers import Lead, LeadsAnswer, LeadsSent, leads_answer
from lead_pipeline.web.leads_together import leads_together

router = APIRouter(tags=["leads"])

_SENT = Body(
    description="Leads with what holds for all of them, or one lead, or a list of them.",
    openapi_examples={
        "several": {"value": {"leads": [{"phone": "+1 951 555 0136"}, {"phone": "call me"}]}},
        "one": {"value": {"phone": "+1 951 555 0136", "email": "ana@example.com"}},
    },
)


_WAITS: dict[int | str, dict[str, Any]] = {
    202: {"model": LeadsAnswer, "description": "The import waits for a person, as the profile says."}
}


@router.post("/leads", dependencies=[Depends(allowed("import"))], responses=_WAITS)
@router.post("/api/v1/leads", dependencies=[Depends(allowed("import"))], responses=_WAITS)
async def import_leads(
    request: Request,
    response: Response,
    sent: Annotated[LeadsSent | list[Lead] | Lead, _SENT],
    profile: Annotated[str, Query(description="How they are read, where the leads do not say so.")] = DEFAULT_PROFILE,
    destination: Annotated[str | None, Query(description="What they are loaded into, `kind:name`.")] = None,
) -> LeadsAnswer:
    """Import one lead, or up to 1,000, and return what became of each. Sent again, they change nothing. 202, when the
    import waits for a person, as the profile says.
    """
    if not isinstance(sent, LeadsSent):
        leads = sent if isinstance(sent, list) else [sent]
        if not 0 < len(leads) <= 1000:
            raise HTTPException(422, "Send 1 to 1,000 leads at once; more of them are a file.")
        sent = LeadsSent(leads=leads, profile=profile, destination=destination)
    found = await leads_together(request).judge(LeadsBatch(sent.leads, sent.profile, sent.destination))
    judged = leads_answer(found.result, found.leads)
    if judged.status == ImportStatus.QUARANTINED:
        raise HTTPException(422, judged.message)
    if judged.status == ImportStatus.AWAITING_APPROVAL:
        response.status_code = 202
    return judged
