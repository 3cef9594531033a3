"""Profiles: the list of them, the text of one to read and change, checked on saving with line and fix, a sample file,
and a draft made of an upload.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from lead_pipeline.model.errors import LeadPipelineError, ProfileError, UsageError
from lead_pipeline.model.workbench.import_drafts import ProfileFile
from lead_pipeline.web.access.people import require_actions, require_rows
from lead_pipeline.web.pages.new_import_page import pieces_of
from lead_pipeline.web.pages.rendered_pages import form_of, pipeline_of, render, text_of

router = APIRouter(prefix="/profiles", include_in_schema=False)

_NEW = "name: {name}\nextends: {parent}\n# Write only what differs. The page of the parent has all keys.\n"


@router.get("")
def list_profiles(request: Request) -> HTMLResponse:
    """Show all profiles, those that are wrong with what is wrong."""
    return _listed(request)


def _listed(request: Request, *, status: int = 200, trouble: str = "") -> HTMLResponse:
    pipeline = pipeline_of(request)
    checks = pipeline.check_profiles()
    known = {}
    for check in checks:
        if check.is_valid and not check.name.endswith((".yaml", ".yml")):
            known[check.name] = pipeline.profile_file(check.name)
    descriptions = {name: pipeline.profile(name).description for name in known}
    return render(
        request,
        "profiles.html.j2",
        status=status,
        page="profiles",
        checks=checks,
        known=known,
        descriptions=descriptions,
        trouble=trouble,
    )


@router.post("/suggest", dependencies=[Depends(require_rows), Depends(require_actions)])
def suggest(request: Request, form: Annotated[FormData, Depends(form_of)]) -> Response:
    """Make a draft of a profile from a file, to be read, changed and saved."""
    pipeline, sent = pipeline_of(request), form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return _listed(request, status=422, trouble="Choose a file of the kind that the profile is for.")
    name = text_of(form, "name").strip() or "new_profile"
    try:
        file_id = pipeline.keep_upload(sent.filename, pieces_of(sent)).file_id
        text = pipeline.suggest(pipeline.upload_path(file_id), name=name)
    except LeadPipelineError as error:
        return _listed(request, status=422, trouble=str(error))
    return _edited(request, ProfileFile(name=name, origin="home", text=text, version=""), is_new=True)


@router.get("/{name}")
def show_profile(request: Request, name: str) -> HTMLResponse:
    """Show the text of a profile."""
    return _edited(request, pipeline_of(request).profile_file(name), saved=bool(request.query_params.get("saved")))


@router.get("/{name}/copy", dependencies=[Depends(require_actions)])
def copy_profile(request: Request, name: str) -> HTMLResponse:
    """Show a new profile on top of another one."""
    pipeline_of(request).profile(name)
    new = f"my_{name}"[:40]
    text = _NEW.format(name=new, parent=name)
    return _edited(request, ProfileFile(name=new, origin="home", text=text, version=""), is_new=True)


@router.get("/{name}/sample")
def give_sample(request: Request, name: str) -> Response:
    """Give a sample file to fill in."""
    profile = pipeline_of(request).profile(name)
    headers = {"content-disposition": f'attachment; filename="{profile.name}-sample.csv"'}
    return Response(pipeline_of(request).sample(profile), media_type="text/csv", headers=headers)


@router.post("/{name}", dependencies=[Depends(require_actions)])
def save(request: Request, name: str, form: Annotated[FormData, Depends(form_of)]) -> Response:
    """Check the text, and save it unless it is only to be checked or something is wrong with it."""
    pipeline, new = pipeline_of(request), text_of(form, "name").strip() or name
    text, seen = text_of(form, "text"), text_of(form, "version")
    file = ProfileFile(name=new, origin="home", text=text, version=seen)
    is_new = bool(text_of(form, "is_new"))
    problems = pipeline.check_profile_text(new, text)
    if problems or text_of(form, "check"):
        said = file.model_copy(update={"problems": problems})
        return _edited(request, said, status=422 if problems else 200, is_new=is_new, checked=not problems)
    try:
        pipeline.save_profile(new, text, seen=seen)
    except (ProfileError, UsageError) as error:
        said = file.model_copy(update={"problems": tuple(str(error).split("\n"))})
        return _edited(request, said, status=422, is_new=is_new)
    return RedirectResponse(f"/profiles/{new}?saved=1", 303)


def _edited(request: Request, file: ProfileFile, *, status: int = 200, **said: object) -> HTMLResponse:
    known: dict[str, Any] = {"is_new": False, "checked": False, "saved": False}
    return render(request, "profile.html.j2", status=status, page="profiles", file=file, **{**known, **said})
