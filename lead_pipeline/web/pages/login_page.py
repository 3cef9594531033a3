"""Signing in where others can come, and signing out."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from lead_pipeline.web.access.login_limits import LoginLimits
from lead_pipeline.web.access.people import NOT_SERVED, cookie_of, require_token, sessions_of
from lead_pipeline.web.access.sessions import Sessions
from lead_pipeline.web.pages.rendered_pages import form_of, give_cookie, pipeline_of, render, text_of

router = APIRouter(include_in_schema=False, dependencies=[Depends(require_token)])

_WRONG = "That is not the password. Try again; who has forgotten it sets another with `lead-pipeline password`."
_TOO_OFTEN = "There were too many tries. Wait a minute, and try again."


@router.get("/login")
def ask_for_password(request: Request) -> HTMLResponse:
    """Show the form."""
    if not pipeline_of(request).password_version():
        raise HTTPException(403, NOT_SERVED)
    return _asked(request, _own_path(request.query_params.get("next", "/")))


@router.post("/login")
def sign_in(request: Request, form: Annotated[FormData, Depends(form_of)]) -> Response:
    """Begin a session, under a new cookie: one that somebody else may know is not signed in by it."""
    wanted = _own_path(text_of(form, "next"))
    limits = cast("LoginLimits", request.app.state.login_limits)
    if not limits.may_try(request.client.host if request.client else ""):
        return _asked(request, wanted, 429, _TOO_OFTEN)
    pipeline = pipeline_of(request)
    version = pipeline.password_version()
    if not version or not pipeline.is_password(text_of(form, "password")):
        return _asked(request, wanted, 403, _WRONG)
    sessions_of(request).sign_out(cookie_of(request))
    cookie = Sessions.new_cookie()
    sessions_of(request).sign_in(cookie, version)
    response = RedirectResponse(wanted, 303)
    give_cookie(request, response, cookie)
    return response


@router.post("/logout")
def sign_out(request: Request) -> Response:
    """End the session."""
    sessions_of(request).sign_out(cookie_of(request))
    return RedirectResponse("/login", 303)


def _asked(request: Request, wanted: str, status: int = 200, trouble: str = "") -> HTMLResponse:
    return render(request, "login.html.j2", status=status, wanted=wanted, trouble=trouble)


def _own_path(path: str) -> str:
    """Return a path of this server, and never another server that an address would lead to."""
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if is_ours else "/"
