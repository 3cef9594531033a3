"""The paths that programs of such importers call already: preview a file, start its import, ask how far it is."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from lead_pipeline.model.handed_in.row_errors import RowErrors
from lead_pipeline.model.handed_in.uploads import Submitted, Upload
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline.web.access.key_access import allowed
from lead_pipeline.web.api.api_answers import Job, Preview, StartedJob, StartImport, job_of
from lead_pipeline.web.pages.rendered_pages import pipeline_of, settings_of
from lead_pipeline.web.receiving_files import receive_form

router = APIRouter(prefix="/leads/import", tags=["jobs"])

#: How a form with a file is described; it is read by hand, so that it need not fit into memory.
FILE_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}

Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many.")]
Offset = Annotated[int, Query(ge=0, le=1 << 40, description="How many to pass over.")]


@router.post("/preview", dependencies=[Depends(allowed("import", shows_rows=True))], openapi_extra=FILE_FORM)
async def preview_file(request: Request) -> Preview:
    """Upload a file, and see its first rows and what its columns seem to be. It is kept for a week."""
    leads = pipeline_of(request)
    form = await receive_form(request, leads)
    return await run_in_threadpool(_previewed, leads, form.upload)


def _previewed(leads: LeadPipeline, upload: Upload) -> Preview:
    kept = False
    try:
        found = leads.preview(leads.upload_path(upload.file_id), profile="identity_upsert", file_name=upload.file_name)
        kept = True
    finally:
        if not kept:  # nobody is told its id
            leads.forget_upload(upload.file_id)
    suggested = leads.suggest_mapping(found)
    return Preview(
        file_id=upload.file_id,
        file_name=upload.file_name,
        headers=[column.header for column in found.file.columns],
        sample_rows=[list(row) for row in found.file.rows],
        row_count=found.file.row_count if found.file.row_count_is_exact else None,
        suggested_identifier=suggested.identifier,
        suggested_mappings=suggested.mappings,
    )


@router.post("/start", status_code=202, dependencies=[Depends(allowed("import"))])
def start_import(request: Request, asked: StartImport) -> StartedJob:
    """Import an upload, by a profile or by what its columns are. The same content, imported in the same way before, is
    the same job.
    """
    leads = pipeline_of(request)
    submitted = submitted_as(leads, asked)
    return StartedJob(job_id=submitted.import_id, status=leads.state_of_import(submitted.import_id).phase)


def submitted_as(leads: LeadPipeline, asked: StartImport) -> Submitted:
    """Hand an upload over as it was asked; raises LeadPipelineError."""
    return leads.submit(asked.file_id, profile=profile_asked(leads, asked), destination=asked.destination)


def profile_asked(leads: LeadPipeline, asked: StartImport) -> str | ImportProfile:
    """Return the profile that an upload is to be imported by."""
    leads.upload(asked.file_id)
    return asked.profile or (leads.mapped_profile(asked.file_id, asked.mapping) if asked.mapping else "")


@router.get("/jobs", dependencies=[Depends(allowed("read"))])
def list_jobs(request: Request, response: Response, limit: Limit = 50, offset: Offset = 0) -> list[Job]:
    """List imports, however they came in: those that are not over first, then the newest. The header X-Total-Count says
    how many there are.
    """
    found, total = pipeline_of(request).states_of_imports(limit=limit, offset=offset)
    response.headers["X-Total-Count"] = str(total)
    return [job_of(state) for state in found]


@router.get("/jobs/{job_id}", dependencies=[Depends(allowed("read"))])
def show_job(request: Request, job_id: str, errors_limit: Limit = 100, errors_offset: Offset = 0) -> Job:
    """Return how far an import is, or what came of it, with a page of its errors."""
    leads = pipeline_of(request)
    state = leads.state_of_import(job_id)
    page = RowErrors(errors=(), total=0)
    if state.result is not None and not settings_of(request).read_only:
        page = leads.row_errors(state.result, offset=errors_offset, limit=errors_limit)
    return job_of(state, page.errors, page.total)
