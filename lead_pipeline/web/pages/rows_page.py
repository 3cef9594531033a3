"""The rows of an import that became no lead, or one with a warning: a list by outcome, reason, column and text, and
each row for itself. A text to look for goes by a form, never in an address.
"""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from lead_pipeline.model.looks.left_out_rows import LeftOutRow, RowFilter, RowReason, RowsMeant
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.reporting.import_sections import reason_lines
from lead_pipeline.web.access.people import require_rows
from lead_pipeline.web.pages.rendered_pages import form_of, number_of, pipeline_of, render

router = APIRouter(include_in_schema=False, dependencies=[Depends(require_rows)])

#: So many rows are on a page.
PAGE_SIZE = 50

#: What an address may say of the rows that are looked for; a text may be somebody's name.
_IN_ADDRESSES = ("outcome", "code", "column")

#: A longer text is in no cell that people look for.
_LONGEST_TEXT = 200

#: What can be chosen, and its words.
ROWS_MEANT: dict[RowsMeant, str] = {
    Outcome.REJECTED: "Rejected",
    Outcome.DUPLICATE: "Duplicate",
    Outcome.SUPPRESSED: "Suppressed",
    Outcome.SKIPPED: "Skipped",
    "warning": "Imported with warnings",
}


@router.get("/imports/{import_id}/rows")
def list_rows(request: Request, import_id: str) -> HTMLResponse:
    """Show rows by what the address says."""
    return _listed(request, import_id, {name: request.query_params.get(name, "") for name in (*_IN_ADDRESSES, "page")})


@router.post("/imports/{import_id}/rows")
def find_rows(request: Request, import_id: str, form: Annotated[FormData, Depends(form_of)]) -> HTMLResponse:
    """Show rows by what a form says: also by a text in their cells."""
    return _listed(request, import_id, {name: value for name, value in form.items() if isinstance(value, str)})


@router.get("/imports/{import_id}/rows/{row_number}")
def show_row(request: Request, import_id: str, row_number: str) -> HTMLResponse:
    """Show one row with its cells, and what is wrong with which."""
    asked = {name: request.query_params.get(name, "") for name in _IN_ADDRESSES}
    chosen = _filter_of(asked)
    shown = pipeline_of(request).left_out_row(import_id, number_of(row_number), chosen)
    kept = _kept(asked)
    return render(
        request,
        "row.html.j2",
        page="imports",
        import_id=import_id,
        shown=shown,
        row=shown.row,
        about=_marks(shown.row),
        address=lambda number: f"/imports/{import_id}/rows/{number}{kept}",
        back=f"/imports/{import_id}/rows{kept}",
    )


def _listed(request: Request, import_id: str, asked: Mapping[str, str]) -> HTMLResponse:
    pipeline, chosen = pipeline_of(request), _filter_of(asked)
    number = number_of(asked.get("page", ""))
    found = pipeline.left_out_rows(import_id, chosen, offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE)
    look = pipeline.look_at(import_id)
    return render(
        request,
        "rows.html.j2",
        page="imports",
        look=look,
        line=look.line,
        reasons=reason_lines(look.result) if look.result else [],
        chosen=chosen,
        meant=ROWS_MEANT,
        found=found,
        marks={row.row_number: _marks(row) for row in found.rows},
        number=number,
        first=(number - 1) * PAGE_SIZE + 1,
        pages=max(1, -(-found.total // PAGE_SIZE)),
        kept=_kept(asked),
        address=lambda to: f"/imports/{import_id}/rows{_kept(asked, page=to)}",
    )


def _marks(row: LeftOutRow) -> dict[int, RowReason]:
    """Return which cells of a row something is said of: the first thing that is."""
    return {position: one for one in reversed(row.reasons) for position in one.positions}


def _filter_of(asked: Mapping[str, str]) -> RowFilter:
    return RowFilter(
        outcome=next((one for one in ROWS_MEANT if one == asked.get("outcome")), None),
        code=asked.get("code") or None,
        column=asked.get("column") or None,
        text=asked.get("text", "")[:_LONGEST_TEXT].strip(),
    )


def _kept(asked: Mapping[str, str], **more: object) -> str:
    """Return what an address has of a filter: everything but a text."""
    known = {name: asked[name] for name in _IN_ADDRESSES if asked.get(name)}
    return f"?{urlencode({**known, **more})}" if known or more else ""
