"""People: the whole story of somebody, by phone, email or another identifier. Who is asked about goes by a form, and
stands in no address.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from lead_pipeline.model.story import PersonStory
from lead_pipeline.reporting.enrollment_wording import enrollment_sentence
from lead_pipeline.reporting.story_wording import NOBODY, event_sentence
from lead_pipeline.web.access.people import require_rows
from lead_pipeline.web.pages.rendered_pages import form_of, pipeline_of, render, text_of

router = APIRouter(prefix="/people", include_in_schema=False, dependencies=[Depends(require_rows)])

#: A longer text is no identifier of anybody.
LONGEST = 500


@router.get("")
def ask(request: Request) -> HTMLResponse:
    """Show the form."""
    return _shown(request)


@router.post("")
def explain(request: Request, form: Annotated[FormData, Depends(form_of)]) -> HTMLResponse:
    """Show the story of the person who is asked about."""
    asked, region = text_of(form, "identifier").strip()[:LONGEST], text_of(form, "region").strip().upper() or "US"
    if not asked:
        return _shown(request, trouble="Say who is meant: a phone number, an email or another identifier.")
    pipeline = pipeline_of(request)
    story, answer = pipeline.explain(asked, region=region), pipeline.suppressed(asked, region=region)
    return _shown(request, story=story, asked=asked, region=region, in_force=answer.in_force)


def _shown(request: Request, *, story: PersonStory | None = None, trouble: str = "", **said: object) -> HTMLResponse:
    known: dict[str, Any] = {"asked": "", "region": "US", "in_force": (), "trouble": trouble}
    return render(
        request,
        "people.html.j2",
        status=422 if trouble else 200,
        page="people",
        story=story,
        nobody=NOBODY,
        event_sentence=event_sentence,
        enrollment_sentence=enrollment_sentence,
        **{**known, **said},
    )
