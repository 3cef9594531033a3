"""Fix in place: the rejected rows of an import as a grid that is edited, rules for many rows at once, and handing the
corrected rows in. Without script every edit is a form; with it, what would become of a row is said as it is typed.
"""

from typing import Annotated, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.workbench.corrections import BulkAction, BulkCorrection, CellReason, RowToCorrect, Shown
from lead_pipeline.web.access.people import require_actions, require_rows
from lead_pipeline.web.pages.rendered_pages import form_of, number_of, pipeline_of, render, rendered, text_of

router = APIRouter(
    prefix="/imports/{import_id}/fix",
    include_in_schema=False,
    dependencies=[Depends(require_rows), Depends(require_actions)],
)

#: So many rows are on a page.
PAGE_SIZE = 50

SHOWN_WORDS: dict[Shown, str] = {
    "open": "Still to fix",
    "changed": "Fixed so far",
    "wrong": "Fixed, but still wrong",
    "all": "All",
}

#: What can be done to all rows of a reason, in the order in which people want it.
ACTION_WORDS: dict[BulkAction, str] = {
    "suggestion": "Take the suggestion",
    "country": "Read the numbers as of a country",
    "plus": "Put + before the numbers",
    "replace": "Replace a text",
    "fill": "Fill empty cells",
    "clear": "Empty the cells",
    "take": "Take the rows as they are",
}


@router.get("")
def show_rows(request: Request, import_id: str) -> HTMLResponse:
    """Show the rows to fix."""
    pipeline, asked = pipeline_of(request), request.query_params
    shown: Shown = next((one for one in get_args(Shown) if one == asked.get("show")), "open")
    code, column, number = asked.get("code", ""), asked.get("column", ""), number_of(asked.get("page", "1"))
    state = pipeline.corrections(import_id)
    found = pipeline.rows_to_correct(
        import_id, shown=shown, code=code, column=column, offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE
    )
    kept = {"show": shown, "code": code, "column": column}
    return render(
        request,
        "fix.html.j2",
        page="imports",
        import_id=import_id,
        state=state,
        found=found,
        marks={row.row_number: marks_of(row) for row in found.rows},
        shown=shown,
        shown_words=SHOWN_WORDS,
        actions=ACTION_WORDS,
        chosen=next((one for one in state.reasons if one.code == code and (one.column or "") == column), None),
        code=code,
        column=column,
        number=number,
        pages=max(1, -(-found.total // PAGE_SIZE)),
        back=_address(import_id, **kept, page=number),
        address=lambda to: _address(import_id, **kept, page=to),
        list_address=lambda **said: _address(import_id, **said),
        last=_last(request, import_id),
    )


@router.post("/rows/{row_number}")
def fix_row(request: Request, import_id: str, row_number: str, form: Annotated[FormData, Depends(form_of)]) -> Response:
    """Change the cells of a row, take a suggestion, or take the row as it is."""
    pipeline, number = pipeline_of(request), number_of(row_number)
    columns = pipeline.corrections(import_id).columns
    cells = {name: text_of(form, f"c{index}") for index, name in enumerate(columns) if f"c{index}" in form}
    taken = text_of(form, "take")
    if taken:
        suggestions = pipeline.row_to_correct(import_id, number).verdict.suggestions
        column = next((name for index, name in enumerate(columns) if str(index) == taken), "")
        cells |= {column: suggestions[column]} if column in suggestions else {}
    elif text_of(form, "as_it_is"):
        cells = {}
    row = pipeline.correct_row(import_id, number, cells)
    if "application/json" in request.headers.get("accept", ""):
        return _as_json(request, import_id, row)
    back = {name: text_of(form, name) for name in ("show", "code", "column", "page") if text_of(form, name)}
    return RedirectResponse(_address(import_id, **back, last=number), 303)


def _as_json(request: Request, import_id: str, row: RowToCorrect) -> JSONResponse:
    state = pipeline_of(request).corrections(import_id)
    known = {"import_id": import_id, "state": state, "row": row, "marks": {row.row_number: marks_of(row)}, "back": {}}
    return JSONResponse(
        {
            "row_number": row.row_number,
            "verdict": row.verdict.model_dump(mode="json"),
            "row": rendered(request, "fix_row.html.j2", **known),
            "summary": rendered(request, "fix_summary.html.j2", **known),
        }
    )


@router.post("/rule")
def fix_rows(request: Request, import_id: str, form: Annotated[FormData, Depends(form_of)]) -> Response:
    """Say what a rule would do to all rows of a reason, or do it."""
    rule = _rule_of(form)
    if text_of(form, "apply"):
        pipeline_of(request).correct_rows(import_id, rule)
        return RedirectResponse(_address(import_id, show="changed"), 303)
    outcome = pipeline_of(request).correct_rows(import_id, rule, preview=True)
    back = _address(import_id, show="open", code=rule.code, column=rule.column)
    return render(
        request, "fix_rule.html.j2", page="imports", import_id=import_id, rule=rule, outcome=outcome, back=back
    )


@router.post("/undo")
def undo(request: Request, import_id: str) -> Response:
    """Take the last change back."""
    pipeline_of(request).undo_correction(import_id)
    return RedirectResponse(_address(import_id), 303)


@router.post("/submit")
def hand_in(request: Request, import_id: str) -> Response:
    """Hand the corrected rows in, and show how their import goes on."""
    handed = pipeline_of(request).hand_in_corrections(import_id)
    return RedirectResponse(f"/imports/{handed.import_id}", 303)


def marks_of(row: RowToCorrect) -> dict[str, tuple[CellReason, bool]]:
    """Return what is said of the cells of a row, by column, and whether it only warns."""
    said = {one.column: (one, True) for one in row.verdict.warnings if one.column}
    return {**said, **{one.column: (one, False) for one in row.verdict.reasons if one.column}}


def _rule_of(form: FormData) -> BulkCorrection:
    said = {name: text_of(form, name) for name in ("action", "code", "column", "country", "find", "text")}
    try:
        return BulkCorrection.model_validate(said)
    except ValidationError:
        raise UsageError("That is not something that can be done to rows. Choose one of the list.") from None


def _last(request: Request, import_id: str) -> RowToCorrect | None:
    """Return the row that was changed last, which may not be in the list any more."""
    number = number_of(request.query_params.get("last", ""), least=0)
    try:
        return pipeline_of(request).row_to_correct(import_id, number) if number else None
    except UsageError:  # handed in meanwhile
        return None


def _address(import_id: str, **said: object) -> str:
    kept = {name: value for name, value in said.items() if value}
    return f"/imports/{import_id}/fix{'?' + urlencode(kept) if kept else ''}"
