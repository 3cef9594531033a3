"""Approving and cancelling what waits: first a page that says what it would do, then the answer is recorded."""

from typing import Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.reporting.wording import status_sentence
from lead_pipeline.web.access.people import require_actions
from lead_pipeline.web.pages.rendered_pages import pipeline_of, render

router = APIRouter(include_in_schema=False, dependencies=[Depends(require_actions)])

_Answer = Literal["approved", "cancelled"]


@router.get("/imports/{import_id}/approve")
def ask_to_approve(request: Request, import_id: str) -> HTMLResponse:
    """Say what approving would do."""
    return _asked(request, import_id, "approved")


@router.get("/imports/{import_id}/cancel")
def ask_to_cancel(request: Request, import_id: str) -> HTMLResponse:
    """Say what cancelling would do."""
    return _asked(request, import_id, "cancelled")


@router.post("/imports/{import_id}/approve")
def approve_import(request: Request, import_id: str) -> Response:
    """Record the approval; the sensor has the import run."""
    return _decided(request, import_id, "approved")


@router.post("/imports/{import_id}/cancel")
def cancel_import(request: Request, import_id: str) -> Response:
    """Record that nothing of the file is imported."""
    return _decided(request, import_id, "cancelled")


def _asked(request: Request, import_id: str, answer: _Answer) -> HTMLResponse:
    look = pipeline_of(request).look_at(import_id)
    if look.line.status != ImportStatus.AWAITING_APPROVAL or look.result is None:
        raise UsageError(f"Import {import_id} does not wait for approval, or not any more. Its page says what it is.")
    sentence = status_sentence(look.result)
    return render(request, "decision.html.j2", page="imports", line=look.line, answer=answer, sentence=sentence)


def _decided(request: Request, import_id: str, answer: _Answer) -> Response:
    pipeline_of(request).answer(import_id, answer)
    return RedirectResponse(f"/imports/{import_id}", 303)
