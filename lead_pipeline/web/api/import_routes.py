"""Imports and uploads under /api/v1: everything that is known of one, its files, and what a person decides about it."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import FileResponse

from lead_pipeline.model.handed_in.import_state import ImportState
from lead_pipeline.model.handed_in.row_errors import RowErrors
from lead_pipeline.model.handed_in.uploads import Upload
from lead_pipeline.model.listings import ScrubPreview
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.results import ImportResult
from lead_pipeline.web.access.key_access import allowed
from lead_pipeline.web.api.api_answers import DryRunAsked, FileKind, ImportPage, ResultFile, ScrubAsked, StartImport
from lead_pipeline.web.api.job_routes import FILE_FORM, Limit, Offset, profile_asked, submitted_as
from lead_pipeline.web.pages.rendered_pages import pipeline_of
from lead_pipeline.web.receiving_files import receive_form

router = APIRouter(prefix="/api/v1", tags=["imports"])

may_read = [Depends(allowed("read"))]
may_read_rows = [Depends(allowed("read", shows_rows=True))]
may_import = [Depends(allowed("import"))]
may_decide = [Depends(allowed("admin"))]


@router.post("/uploads", status_code=201, dependencies=may_import, openapi_extra=FILE_FORM)
async def upload_file(request: Request) -> Upload:
    """Upload a file, to be imported, looked at or scrubbed by its `file_id`. It is kept for a week."""
    return (await receive_form(request, pipeline_of(request))).upload


@router.get("/uploads", dependencies=may_read_rows)
def list_uploads(request: Request) -> list[Upload]:
    """List the uploads that are kept, newest first."""
    return list(pipeline_of(request).uploads())


@router.delete("/uploads/{file_id}", status_code=204, dependencies=may_import)
def forget_upload(request: Request, file_id: str) -> None:
    """Remove an upload. What was imported of it stays."""
    pipeline_of(request).forget_upload(file_id)


@router.post("/imports", status_code=202, dependencies=may_import)
def start_import(request: Request, asked: StartImport) -> ImportState:
    """Import an upload, by a profile or by what its columns are."""
    leads = pipeline_of(request)
    return leads.state_of_import(submitted_as(leads, asked).import_id)


@router.get("/imports", dependencies=may_read)
def list_imports(request: Request, limit: Limit = 50, offset: Offset = 0) -> ImportPage:
    """List imports, however they came in: those that are not over first, then the newest."""
    found, total = pipeline_of(request).states_of_imports(limit=limit, offset=offset)
    return ImportPage(imports=list(found), total=total)


@router.get("/imports/{import_id}", dependencies=may_read)
def show_import(request: Request, import_id: str) -> ImportState:
    """Return where an import stands, and what came of it."""
    return pipeline_of(request).state_of_import(import_id)


@router.get("/imports/{import_id}/errors", dependencies=may_read_rows)
def list_errors(
    request: Request,
    import_id: str,
    outcome: Annotated[Outcome | None, Query(description="Of rows that became this; all that are no lead.")] = None,
    code: Annotated[str | None, Query(max_length=60, description="This reason only.")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> RowErrors:
    """Return why rows were left out, one reason after the other, in the order of the file. Values are in none."""
    leads = pipeline_of(request)
    result = leads.state_of_import(import_id).result
    if result is None:
        return RowErrors(errors=(), total=0)
    return leads.row_errors(result, outcome=outcome, code=code, offset=offset, limit=limit)


@router.get("/imports/{import_id}/files", dependencies=may_read)
def list_files(request: Request, import_id: str) -> list[ResultFile]:
    """List the files that an import left: its report, and the rows that were left out or warned of."""
    found = pipeline_of(request).files_of_import(import_id)
    url = request.url_for("download_file", import_id=import_id, kind="KIND").path
    return [
        ResultFile.model_validate({"kind": kind, "size": path.stat().st_size, "url": url.replace("KIND", kind)})
        for kind, path in found.items()
    ]


@router.get("/imports/{import_id}/files/{kind}", dependencies=may_read_rows, response_class=FileResponse)
def download_file(request: Request, import_id: str, kind: FileKind) -> FileResponse:
    """Download a file that an import left."""
    path = pipeline_of(request).files_of_import(import_id).get(kind)
    if path is None:
        raise HTTPException(404, f"The import has no {kind}: it is written only where there are rows for it.")
    return FileResponse(path, filename=path.name, headers={"Cache-Control": "no-store"})


@router.post("/imports/{import_id}/approve", status_code=202, dependencies=may_decide)
def approve_import(request: Request, import_id: str) -> ImportState:
    """Have an import that waits for a person carried out."""
    return pipeline_of(request).answer(import_id, "approved")


@router.post("/imports/{import_id}/cancel", status_code=202, dependencies=may_decide)
def cancel_import(request: Request, import_id: str) -> ImportState:
    """Have nothing imported of an import that waits for a person."""
    return pipeline_of(request).answer(import_id, "cancelled")


@router.post("/scrub-previews", dependencies=may_import)
def preview_scrub(request: Request, asked: ScrubAsked) -> list[ScrubPreview]:
    """Return whom the scrub rules would leave out of an upload; nothing is imported."""
    leads = pipeline_of(request)
    return list(
        leads.scrub(
            leads.upload_path(asked.file_id),
            profile=asked.profile,
            destination=asked.destination,
            scopes=asked.scopes,
            lookback_days=asked.lookback_days,
            without=asked.without,
        )
    )


@router.post("/dry-runs", dependencies=may_import)
def dry_run(request: Request, asked: DryRunAsked) -> ImportResult:
    """Return what an import of an upload would come to, against the leads that are there; nothing is imported."""
    leads = pipeline_of(request)
    return leads.dry_run(
        leads.upload_path(asked.file_id),
        profile=profile_asked(leads, asked),
        destination=asked.destination,
        file_name=leads.upload(asked.file_id).file_name,
        as_submitted=True,
    )
