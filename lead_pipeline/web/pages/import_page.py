"""One import: what became of its rows and why, how it was read, its files, and how far it is while it is under way."""

from pathlib import Path
from typing import Any, get_args

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from lead_pipeline.model.looks.import_looks import FileKind
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus
from lead_pipeline.model.results import ImportResult
from lead_pipeline.reporting.import_sections import reason_lines, timing_lines
from lead_pipeline.reporting.lead_changes_wording import lead_changes_sentences
from lead_pipeline.reporting.report import file_facts
from lead_pipeline.reporting.waterfall_wording import STEPS_EXPLAINED, steps, steps_sentence, usable_rows
from lead_pipeline.reporting.wording import one_line, status_sentence
from lead_pipeline.web.access.people import require_rows
from lead_pipeline.web.pages.rendered_pages import pipeline_of, render

router = APIRouter(include_in_schema=False)

_UNDER_WAY = (ImportStatus.QUEUED, ImportStatus.PROCESSING)

#: The report has its styles in it, and nothing else that a browser would do.
_REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"

#: The files in the order in which people want them, and what they are called.
FILE_WORDS: dict[FileKind, str] = {
    "rejected_workbook": "Rows to correct, as a workbook",
    "rejected_file": "The same rows as CSV",
    "warned_file": "Rows imported with warnings, as CSV",
    "report": "Report",
    "original": "The file as it came",
}


@router.get("/imports/{import_id}")
def show_import(request: Request, import_id: str) -> HTMLResponse:
    """Show the page of an import."""
    look = pipeline_of(request).look_at(import_id)
    shown: dict[str, Any] = {"page": "imports", "look": look, "line": look.line, "files": FILE_WORDS}
    if look.result is None:
        shown |= _how_far(request, import_id)
    return render(request, "import.html.j2", **shown | (_said(look.result) if look.result else {}))


@router.get("/imports/{import_id}/state")
def show_state(request: Request, import_id: str) -> Response:
    """Give the part of the page that changes while an import is under way; 204 when it is not any more."""
    look = pipeline_of(request).look_at(import_id)
    if look.line.status not in _UNDER_WAY:
        return Response(status_code=204)
    return render(request, "state.html.j2", line=look.line, **_how_far(request, import_id))


def _how_far(request: Request, import_id: str) -> dict[str, Any]:
    """Return how far an import under way is, as far as it says so."""
    state = pipeline_of(request).state_of_import(import_id)
    return {"progress": state.progress, "step": state.step.replace("_", " ")}


@router.get("/imports/{import_id}/files/{kind}")
def give_file(request: Request, import_id: str, kind: str) -> Response:
    """Give a file of an import; the report is shown, every other is to be saved."""
    wanted = next((one for one in get_args(FileKind) if one == kind), None)
    if wanted is None:
        raise HTTPException(404)
    if wanted != "report":
        require_rows(request)
    path, name = pipeline_of(request).file_of(import_id, wanted)
    if wanted == "report":
        return _shown(path)
    return FileResponse(path, filename=name, media_type="application/octet-stream")


def _shown(report: Path) -> Response:
    return FileResponse(report, media_type="text/html", headers={"content-security-policy": _REPORT_POLICY})


def _said(result: ImportResult) -> dict[str, Any]:
    """Return what the page says of a result."""
    usable = usable_rows(result)
    return {
        "result": result,
        "sentence": status_sentence(result),
        "committed": result.status in COMMITTED,
        "reasons": reason_lines(result),
        "steps": steps(result.waterfall, usable),
        "steps_sentence": steps_sentence(result.waterfall, usable),
        "steps_explained": STEPS_EXPLAINED,
        "facts": file_facts(result),
        "timings": timing_lines(result),
        "noticed": [one_line(one) for one in (*lead_changes_sentences(result), *result.notices)],
        "layout_changes": [one_line(one) for one in result.layout_changes],
        "notes": [one_line(one) for one in result.file.notes],
    }
