"""Which pages a person may see and use: all of them on this computer, elsewhere after a password. Dependencies of the
routes of pages; programs have keys instead.
"""

from typing import cast
from urllib.parse import quote

from fastapi import HTTPException, Request

from lead_pipeline.orchestration.serving import guard
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline.web.access.sessions import Sessions
from lead_pipeline.web.web_settings import WebSettings

#: The cookie by which a browser is known, also one that nobody signed in with: forms are held to it.
COOKIE = "lead_pipeline_session"

#: The field of a form that has the token.
TOKEN_FIELD = "csrf_token"  # noqa: S105  its name

_TOO_OLD = "This form is too old, or the server was started again since. Go back, load the page again, and repeat it."
_READ_ONLY_ROWS = (
    "Rows are not shown here: this server is read-only, for counts. Open the pages on the computer itself."
)
_READ_ONLY_ACTIONS = "Nothing can be changed here: this server is read-only. Use one that is not, or the command."
NOT_SERVED = (
    "The pages are not served: this address can be reached by others, and no password is set. Set one with "
    "`lead-pipeline password`; they are served from then on."
)


def is_open_to_others(settings: WebSettings) -> bool:
    """Return whether others may come: by the address that is listened on, or by a proxy or tunnel that is allowed."""
    return guard.is_open_to_others(settings.host, settings.addresses)


def sessions_of(request: Request) -> Sessions:
    """Return who is signed in."""
    return cast("Sessions", request.app.state.sessions)


def cookie_of(request: Request) -> str:
    """Return the cookie of a browser: the one it has, or a new one, which the answer has to give it."""
    if not hasattr(request.state, "cookie"):
        given = request.cookies.get(COOKIE, "")
        request.state.fresh = len(given) < 40
        request.state.cookie = Sessions.new_cookie() if request.state.fresh else given
    return cast("str", request.state.cookie)


def needs_password(request: Request) -> bool:
    """Return whether pages are for those only who have given the password."""
    return bool(_pipeline(request).password_version()) or is_open_to_others(_settings(request))


def is_signed_in(request: Request) -> bool:
    """Return whether the browser's session began with the password that there is."""
    version = _pipeline(request).password_version()
    return bool(version) and sessions_of(request).is_signed_in(cookie_of(request), version)


async def require_person(request: Request) -> None:
    """Let a request to a page pass, or send it to the login; what changes something needs the token of a form."""
    if needs_password(request) and not is_signed_in(request):
        if not _pipeline(request).password_version():
            raise HTTPException(403, NOT_SERVED)
        wanted = request.url.path if request.method == "GET" else "/"
        raise HTTPException(303, "Sign in first.", {"Location": f"/login?next={quote(wanted)}"})
    await require_token(request)


async def require_token(request: Request) -> None:
    """Refuse a form that was not shown to this browser."""
    if request.method in ("GET", "HEAD"):
        return
    given = (await request.form()).get(TOKEN_FIELD, "") or request.headers.get("x-csrf-token", "")
    if not isinstance(given, str) or not sessions_of(request).is_token(cookie_of(request), given):
        raise HTTPException(403, _TOO_OLD)


def require_rows(request: Request) -> None:
    """Refuse what shows values of rows where only counts are shown."""
    if _settings(request).read_only:
        raise HTTPException(403, _READ_ONLY_ROWS)


def require_actions(request: Request) -> None:
    """Refuse what changes something where everything is only looked at."""
    if _settings(request).read_only:
        raise HTTPException(403, _READ_ONLY_ACTIONS)


def _pipeline(request: Request) -> LeadPipeline:
    return cast("LeadPipeline", request.app.state.pipeline)


def _settings(request: Request) -> WebSettings:
    return cast("WebSettings", request.app.state.settings)
