"""Suppressions: the lists there are, deliveries that were refused, who is on one, and adding people with a reason."""

from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.model.listings import ListResult
from lead_pipeline.model.suppression_kinds import SUPPRESSION_KINDS, SuppressionKind
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline.web.access.people import require_actions, require_rows
from lead_pipeline.web.pages.people_page import LONGEST
from lead_pipeline.web.pages.rendered_pages import form_of, pipeline_of, render, text_of
from lead_pipeline.web.running_here import runs_of

router = APIRouter(prefix="/suppressions", include_in_schema=False)

#: What being on a list of a kind means, for people.
KIND_WORDS: dict[SuppressionKind, str] = {
    "opted_out": "Opted out",
    "blocked": "Blocked",
    "do_not_call": "Do not call",
    "litigator": "Litigator",
    "reassigned": "Number reassigned to somebody else",
    "complaint": "Complained",
}

#: More people than this are a list, which is a file.
_MOST = 1_000


@router.get("")
def show_lists(request: Request) -> HTMLResponse:
    """Show the lists."""
    return _shown(request)


@router.post("/search", dependencies=[Depends(require_rows)])
def search(request: Request, form: Annotated[FormData, Depends(form_of)]) -> HTMLResponse:
    """Show which entries name a person."""
    asked, region = text_of(form, "identifier").strip()[:LONGEST], text_of(form, "region").strip().upper() or "US"
    if not asked:
        return _shown(request, status=422, trouble="Say who is looked for: a phone number, an email, a domain.")
    return _shown(request, asked=asked, region=region, answer=pipeline_of(request).suppressed(asked, region=region))


@router.post("/add", dependencies=[Depends(require_rows), Depends(require_actions)])
async def add(request: Request, form: Annotated[FormData, Depends(form_of)]) -> Response:
    """Add people to a list, with the reason why; what is due for leads of theirs ends in the same moment."""
    kind = next((one for one in SUPPRESSION_KINDS if one == text_of(form, "kind")), None)
    people = [line.strip() for line in text_of(form, "people").splitlines() if line.strip()]
    reason, region = text_of(form, "reason").strip(), text_of(form, "region").strip().upper() or "US"
    given = {"given": "\n".join(people), "kind": kind or "", "reason": reason, "region": region}
    trouble = _trouble(kind, people, reason)
    if trouble or kind is None:
        return await _answered(request, status=422, trouble=trouble, **given)
    try:
        done = await runs_of(request).run(partial(_added, people, kind, reason, region))
    except LeadPipelineError as error:
        return await _answered(request, status=422, trouble=str(error), **given)
    return await _answered(request, done=done)


async def _answered(request: Request, *, status: int = 200, **said: object) -> HTMLResponse:
    """Make the page in a thread: it asks the store, and others are not to wait for that."""
    return await anyio.to_thread.run_sync(partial(_shown, request, status=status, **said))


def _trouble(kind: str | None, people: list[str], reason: str) -> str:
    if kind is None:
        return "Choose what being on the list means."
    if not people:
        return "Say who is added: one phone number or email in each line."
    if len(people) > _MOST:
        return f"These are {len(people):,} people, and up to {_MOST:,} can be added here. Load more of them as a file."
    return "" if reason else "Say why they are added. The reason is kept with each entry."


def _added(people: list[str], kind: SuppressionKind, reason: str, region: str, leads: LeadPipeline) -> ListResult:
    named = [{"email" if "@" in one else "phone": one, "reason": reason} for one in people]
    return leads.suppress_people(named, kind=kind, region=region)


def _shown(request: Request, *, status: int = 200, **said: object) -> HTMLResponse:
    known: dict[str, Any] = {
        "asked": "", "answer": None, "trouble": "", "done": None, "given": "", "kind": "", "reason": "", "region": "US",
    }  # fmt: skip
    return render(
        request,
        "suppressions.html.j2",
        status=status,
        page="suppressions",
        found=pipeline_of(request).lists(),
        kinds=KIND_WORDS,
        **{**known, **said},
    )
