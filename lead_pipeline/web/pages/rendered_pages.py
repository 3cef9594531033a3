"""Makes pages of templates, and hands handlers what every page needs. What is on a page belongs to its own module."""

from typing import cast

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline.reporting.rendering import environment
from lead_pipeline.web.web_settings import WebSettings

#: What the navigation has, in its order: name of the page, path, words.
NAVIGATION = (("today", "/", "Today"),)


def pipeline_of(request: Request) -> LeadPipeline:
    """Return the pipeline of the home that is served."""
    return cast("LeadPipeline", request.app.state.pipeline)


def settings_of(request: Request) -> WebSettings:
    """Return what is served, and how."""
    return cast("WebSettings", request.app.state.settings)


async def form_of(request: Request) -> FormData:
    """Return the fields of a form; a dependency, so that handlers need not wait themselves."""
    return await request.form()


def render(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Return a page; `values` are what its template shows, `page` which entry of the navigation it belongs to."""
    known = {"page": "", "settings": settings_of(request), "navigation": NAVIGATION}
    made = environment("lead_pipeline.web").get_template(template)
    return HTMLResponse(made.render({**known, **values}), status)
