"""New import: choose the kind of import and a file, then step by step how it is read, what its columns become and where
its leads go. Everything chosen is kept; each step can be gone back to.
"""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from lead_pipeline.model.errors import LeadPipelineError, ProfileError, UsageError
from lead_pipeline.model.workbench.import_drafts import DraftView
from lead_pipeline.web.access.people import require_actions, require_rows
from lead_pipeline.web.dry_runs_here import DryRunsHere
from lead_pipeline.web.pages.rendered_pages import form_of, pipeline_of, render, text_of
from lead_pipeline.web.wizards.wizard_forms import DEFAULTS, RULE_WORDS, choices_after, rules_in_force
from lead_pipeline.web.wizards.wizard_steps import CHECK, COLUMNS, FILE, RESULT, SETTINGS, WIZARDS, wizard_of

router = APIRouter(
    prefix="/imports/new", include_in_schema=False, dependencies=[Depends(require_rows), Depends(require_actions)]
)

_PIECE = 1 << 20
_STEPS = (FILE, SETTINGS, COLUMNS, CHECK)


def dry_runs_of(request: Request) -> DryRunsHere:
    """Return the dry runs of this process."""
    runs: DryRunsHere = request.app.state.dry_runs
    return runs


@router.get("")
def choose_file(request: Request) -> HTMLResponse:
    """Show what can be imported, and as what."""
    return _begin(request, request.query_params.get("profile", "call_schedule"))


@router.post("")
def begin(request: Request, form: Annotated[FormData, Depends(form_of)]) -> Response:
    """Take the file, and begin to prepare its import."""
    pipeline, profile = pipeline_of(request), text_of(form, "profile")
    sent = form.get("file")
    try:
        if isinstance(sent, UploadFile) and sent.filename:
            file_id = pipeline.keep_upload(sent.filename, pieces_of(sent)).file_id
        elif text_of(form, "file_ref"):
            file_id = pipeline.pick_file(text_of(form, "file_ref"))
        else:
            return _begin(request, profile, "Choose a file: send one from your computer, or pick one of the list.")
        draft = pipeline.begin_import(file_id, profile=profile)
    except LeadPipelineError as error:
        return _begin(request, profile, str(error))
    return RedirectResponse(f"/imports/new/{draft.draft_id}/{wizard_of(profile).first}", 303)


def _begin(request: Request, profile: str, trouble: str = "") -> HTMLResponse:
    pipeline = pipeline_of(request)
    try:
        own = [one for one in pipeline.profiles() if one.name not in WIZARDS]
    except ProfileError as error:
        own, trouble = [], trouble or str(error)
    return render(
        request,
        "new_import.html.j2",
        status=422 if trouble else 200,
        page="new",
        wizards=WIZARDS,
        own=own,
        profile=profile,
        files=pipeline.files_to_pick(),
        drafts=pipeline.drafts()[:10],
        trouble=trouble,
        wizard_of=wizard_of,
    )


def pieces_of(sent: UploadFile) -> Iterator[bytes]:
    """Yield the content of a file that a form has, piece by piece."""
    while piece := sent.file.read(_PIECE):
        yield piece


@router.get("/{draft_id}/{step}")
def show_step(request: Request, draft_id: str, step: str) -> Response:
    """Show a step of a prepared import."""
    if step not in _STEPS:
        raise HTTPException(404)
    view = pipeline_of(request).look_at_draft(draft_id)
    if view.draft.import_id:
        return RedirectResponse(f"/imports/new/{draft_id}/{RESULT}", 303)
    return shown_step(request, view, step)


@router.post("/{draft_id}/dry-run")
def begin_dry_run(request: Request, draft_id: str) -> Response:
    """Begin a dry run, which goes on while its page says how far it is."""
    draft = pipeline_of(request).draft(draft_id)
    dry_runs_of(request).begin(draft_id, draft.changed_at.isoformat())
    return RedirectResponse(f"/imports/new/{draft_id}/{CHECK}", 303)


@router.post("/{draft_id}/save")
def save_profile(request: Request, draft_id: str, form: Annotated[FormData, Depends(form_of)]) -> Response:
    """Save the choices as a profile, checked, and never over another one."""
    pipeline, name = pipeline_of(request), text_of(form, "name").strip()
    try:
        pipeline.save_profile(name, pipeline.draft_profile_text(draft_id, name))
    except (ProfileError, UsageError) as error:
        view = pipeline.look_at_draft(draft_id)
        return shown_step(request, view, CHECK, not_saved=str(error).split("\n"), name=name)
    pipeline.change_draft(draft_id, saved_as=name)
    return RedirectResponse(f"/imports/new/{draft_id}/{CHECK}", 303)


@router.post("/{draft_id}/start")
def start(request: Request, draft_id: str) -> Response:
    """Hand the import in, and show how it goes on."""
    pipeline = pipeline_of(request)
    try:
        handed = pipeline.start_draft(draft_id)
    except ProfileError:
        return shown_step(request, pipeline.look_at_draft(draft_id), CHECK)
    known = "?known=1" if handed.already_imported else ""
    return RedirectResponse(f"/imports/new/{draft_id}/{RESULT}{known}", 303)


@router.post("/{draft_id}/{step}")
def keep_step(request: Request, draft_id: str, step: str, form: Annotated[FormData, Depends(form_of)]) -> Response:
    """Keep what a step's form says, and go where its button says."""
    if step not in _STEPS:
        raise HTTPException(404)
    pipeline = pipeline_of(request)
    view = pipeline.look_at_draft(draft_id)
    base = pipeline.profile(view.draft.profile)
    choices = choices_after(step, form, view, base)
    changes: dict[str, object] = {"choices": choices.model_dump()}
    if choices != view.draft.choices:
        changes["saved_as"] = ""
    if "title" in form:
        changes["title"] = text_of(form, "title")
    pipeline.change_draft(draft_id, **changes)
    wizard = wizard_of(view.draft.profile)
    to = {"back": wizard.before(step), "stay": step}.get(text_of(form, "go"), wizard.after(step))
    return RedirectResponse(f"/imports/new/{draft_id}/{to or step}", 303)


def shown_step(
    request: Request, view: DraftView, step: str, *, not_saved: list[str] | None = None, name: str = ""
) -> HTMLResponse:
    """Return the page of a step."""
    pipeline, draft = pipeline_of(request), view.draft
    base = pipeline.profile(draft.profile)
    wizard = wizard_of(draft.profile)
    run = dry_runs_of(request).of(draft.draft_id, draft.changed_at.isoformat())
    return render(
        request,
        f"wizard_{step}.html.j2",
        status=422 if not_saved else 200,
        page="new",
        view=view,
        draft=draft,
        choices=draft.choices,
        wizard=wizard,
        step=step,
        base=base,
        aim=view.destination.partition(":")
        if view.destination
        else (base.destination.kind, ":", base.destination.name),
        rule_words=RULE_WORDS,
        rules=rules_in_force(base.scrub.rules.model_dump(), draft.choices),
        default_names=DEFAULTS,
        defaults={**base.attribute_defaults, **{k: v for k, v in draft.choices.defaults.items() if v}},
        run=run,
        dry_rows=pipeline.dry_run_rows(run.result, limit=20) if run and run.result else (),
        not_saved=not_saved or [],
        name=name,
    )


@router.get("/{draft_id}/dry-run/state")
def show_dry_run(request: Request, draft_id: str) -> Response:
    """Give how far the dry run is; 204 when it is over."""
    draft = pipeline_of(request).draft(draft_id)
    run = dry_runs_of(request).of(draft_id, draft.changed_at.isoformat())
    if run is None or run.is_done:
        return Response(status_code=204)
    return render(request, "wizard_progress.html.j2", progress=run.progress, step_words=run.step)
