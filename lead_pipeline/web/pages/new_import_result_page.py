"""What came of an import that was prepared here: how far it is, its results in the words of its kind, and where
somebody has to decide, completing it or adjusting the choices.
"""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from lead_pipeline.model.handed_in.import_state import ImportState
from lead_pipeline.model.looks.left_out_rows import RowFilter
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus, Outcome
from lead_pipeline.reporting.import_sections import reason_lines
from lead_pipeline.reporting.wording import status_sentence
from lead_pipeline.web.access.people import require_actions, require_rows
from lead_pipeline.web.pages.rendered_pages import pipeline_of, render
from lead_pipeline.web.wizards.wizard_steps import COLUMNS, RESULT, wizard_of

router = APIRouter(
    prefix="/imports/new", include_in_schema=False, dependencies=[Depends(require_rows), Depends(require_actions)]
)

_UNDER_WAY = (ImportStatus.QUEUED, ImportStatus.PROCESSING)

#: So many rows with errors are shown here; the page of the import has all of them.
_ERRORS_SHOWN = 25


@router.get("/{draft_id}/result")
def show_result(request: Request, draft_id: str) -> Response:
    """Show how far the import is, or what came of it."""
    pipeline = pipeline_of(request)
    draft = pipeline.draft(draft_id)
    wizard = wizard_of(draft.profile)
    if not draft.import_id:
        return RedirectResponse(f"/imports/new/{draft_id}/{wizard.first}", 303)
    state = pipeline.state_of_import(draft.import_id)
    return render(
        request,
        "wizard_result.html.j2",
        page="new",
        draft=draft,
        wizard=wizard,
        step=RESULT,
        state=state,
        known=bool(request.query_params.get("known")),
        **_said(request, state, draft.import_id),
    )


@router.get("/{draft_id}/result/state")
def show_state(request: Request, draft_id: str) -> Response:
    """Give how far the import is; 204 when it is over or waits for somebody."""
    draft = pipeline_of(request).draft(draft_id)
    state = pipeline_of(request).state_of_import(draft.import_id) if draft.import_id else None
    if state is None or state.status not in _UNDER_WAY:
        return Response(status_code=204)
    return render(request, "wizard_progress.html.j2", progress=state.progress, step_words=state.step)


@router.post("/{draft_id}/complete")
def complete(request: Request, draft_id: str) -> Response:
    """Approve the import: its acceptable rows are written."""
    pipeline = pipeline_of(request)
    pipeline.answer(pipeline.draft(draft_id).import_id, "approved")
    return RedirectResponse(f"/imports/new/{draft_id}/{RESULT}", 303)


@router.post("/{draft_id}/adjust")
def adjust(request: Request, draft_id: str) -> Response:
    """Leave the import as it is, cancel one that waits, and go back to the choices."""
    pipeline = pipeline_of(request)
    draft = pipeline.draft(draft_id)
    if draft.import_id:
        if pipeline.state_of_import(draft.import_id).status == ImportStatus.AWAITING_APPROVAL:
            pipeline.answer(draft.import_id, "cancelled")
        before = (*draft.started_before, draft.import_id)
        pipeline.change_draft(draft_id, import_id="", started_before=before)
    return RedirectResponse(f"/imports/new/{draft_id}/{COLUMNS}", 303)


def _said(request: Request, state: ImportState, import_id: str) -> dict[str, Any]:
    result = state.result
    if state.status in _UNDER_WAY or result is None:
        return {"is_under_way": True, "result": None}
    counts = {outcome.value: result.counts.of(outcome) for outcome in Outcome} | result.progress.model_dump()
    errors: Any = ()
    if result.counts.rejected:
        meant = RowFilter(outcome=Outcome.REJECTED)
        errors = pipeline_of(request).left_out_rows(import_id, meant, limit=_ERRORS_SHOWN).rows
    return {
        "is_under_way": False,
        "result": result,
        "sentence": status_sentence(result),
        "committed": result.status in COMMITTED,
        "counts": counts,
        "reasons": reason_lines(result),
        "errors": errors,
        "files": pipeline_of(request).look_at(import_id).files,
    }
