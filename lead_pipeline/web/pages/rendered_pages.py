"""Makes pages of templates, and hands handlers what every page needs. What is on a page belongs to its own module."""

import datetime as dt
from collections.abc import AsyncIterator
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, cast

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from lead_pipeline.model.outcomes import ImportStatus, Outcome
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline.reporting.page_drawings import flow, sparkline, stacked
from lead_pipeline.reporting.rendering import environment
from lead_pipeline.reporting.wording import file_size, one_line
from lead_pipeline.web.access.people import (
    COOKIE,
    cookie_of,
    is_signed_in,
    sessions_of,
)
from lead_pipeline.web.web_settings import WebSettings

if TYPE_CHECKING:
    import jinja2

#: What the navigation has, in its order: name of the page, path, words.
NAVIGATION = (
    ("today", "/", "Today"),
    ("new", "/imports/new", "New import"),
    ("imports", "/imports", "Imports"),
    ("people", "/people", "People"),
    ("suppressions", "/suppressions", "Suppressions"),
    ("profiles", "/profiles", "Profiles"),
)

#: What a status is called in a badge, and which of the looks of badges it has.
STATUS_WORDS: dict[ImportStatus, tuple[str, str]] = {
    ImportStatus.QUEUED: ("Queued", "quiet"),
    ImportStatus.PROCESSING: ("Being imported", "quiet"),
    ImportStatus.AWAITING_APPROVAL: ("Waits for approval", "waiting"),
    ImportStatus.COMPLETED: ("Imported", "good"),
    ImportStatus.COMPLETED_WITH_REJECTS: ("Imported, with rejects", "waiting"),
    ImportStatus.FAILED: ("Failed", "bad"),
    ImportStatus.QUARANTINED: ("Refused", "bad"),
    ImportStatus.CANCELLED: ("Cancelled", "quiet"),
    ImportStatus.REVERTED: ("Reverted", "quiet"),
}

#: The token of the forms of the page that is being made: macros see it wherever they are imported.
_token: ContextVar[str] = ContextVar("csrf_token", default="")


def pipeline_of(request: Request) -> LeadPipeline:
    """Return the pipeline of the home that is served."""
    return cast("LeadPipeline", request.app.state.pipeline)


def settings_of(request: Request) -> WebSettings:
    """Return what is served, and how."""
    return cast("WebSettings", request.app.state.settings)


async def form_of(request: Request) -> AsyncIterator[FormData]:
    """Give the fields of a form, and close the files in it; a dependency, so that handlers need not wait themselves."""
    form = await request.form()
    try:
        yield form
    finally:
        await form.close()


def text_of(form: FormData, name: str) -> str:
    """Return a field of a form that is a text, empty where it is missing or a file."""
    given = form.get(name, "")
    return given if isinstance(given, str) else ""


def number_of(text: str, *, least: int = 1) -> int:
    """Return a number that stands in an address or form; the least one for anything else."""
    return max(least, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else least


def rendered(request: Request, template: str, **values: object) -> str:
    """Return a page, or a part of one, as text; values as of `render`."""
    cookie = cookie_of(request)
    known = {
        "page": "",
        "settings": settings_of(request),
        "navigation": NAVIGATION,
        "signed_in": is_signed_in(request),
    }
    mark = _token.set(sessions_of(request).token_for(cookie))
    try:
        return _pages().get_template(template).render({**known, **values})
    finally:
        _token.reset(mark)


def render(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Return a page; `values` are what its template shows, `page` which entry of the navigation it belongs to."""
    response = HTMLResponse(rendered(request, template, **values), status)
    if request.state.fresh:
        give_cookie(request, response, cookie_of(request))
    return response


def give_cookie(request: Request, response: Response, cookie: str) -> None:
    """Have the browser keep its cookie until it is closed, and no script read it."""
    is_secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, cookie, httponly=True, samesite="strict", secure=is_secure, path="/")


@cache
def _pages() -> "jinja2.Environment":
    made = environment("lead_pipeline.web")
    made.globals.update(
        csrf_token=_token.get,
        stacked=stacked,
        flow=flow,
        sparkline=sparkline,
        outcomes=list(Outcome),
        STATUS=STATUS_WORDS,
    )
    made.filters.update(
        day=_day, moment=_moment, share=_share, number=lambda value: f"{value:,}", size=file_size, one_line=one_line
    )
    return made


def _day(day: dt.date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _moment(moment: dt.datetime) -> str:
    """Return a moment as it is on this computer's clock."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _share(share: float) -> str:
    """Return a share in per cent: what is nearly nothing or nearly everything is not called so."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{100 * share:.1f} %".replace(".0 %", " %")
