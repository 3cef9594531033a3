"""Composition root of the workbench: its routes, and what stands in front of them. None of them is made here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from lead_pipeline import __version__
from lead_pipeline.orchestration.serving.guard import Guard
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline.web.access.key_access import WrongKeys
from lead_pipeline.web.access.login_limits import LoginLimits
from lead_pipeline.web.access.people import require_person
from lead_pipeline.web.access.security_headers import SecurityHeaders
from lead_pipeline.web.access.sessions import Sessions
from lead_pipeline.web.api.bounded_bodies import BoundedBodies
from lead_pipeline.web.api.described import describe
from lead_pipeline.web.api.routes import ROUTES
from lead_pipeline.web.dry_runs_here import DryRunsHere
from lead_pipeline.web.error_answers import Withholding, add_error_pages
from lead_pipeline.web.leads_together import LeadsTogether
from lead_pipeline.web.pages import (
    decision_page,
    fix_page,
    import_page,
    imports_page,
    login_page,
    new_import_page,
    new_import_result_page,
    people_page,
    profiles_page,
    rows_page,
    suppressions_page,
    today_page,
)
from lead_pipeline.web.running_here import RunsHere
from lead_pipeline.web.web_settings import WebSettings

#: How long a page waits for the store before it says who holds it.
STORE_WAIT_SECONDS = 5.0

#: For people: who may not see them is sent to the login, and what changes something needs the token of a form.
PAGES: tuple[APIRouter, ...] = (
    today_page.router,
    new_import_result_page.router,  # before the routes whose addresses would take theirs
    new_import_page.router,
    fix_page.router,
    imports_page.router,
    import_page.router,
    rows_page.router,
    decision_page.router,
    people_page.router,
    suppressions_page.router,
    profiles_page.router,
)


def build_app(settings: WebSettings) -> ASGIApp:
    """Return the ASGI app that serves a home."""
    runs = RunsHere(settings.home)

    @asynccontextmanager
    async def closing_runs(_app: FastAPI) -> AsyncIterator[None]:
        yield
        runs.close()
        api.state.dry_runs.close()

    api = FastAPI(
        title="lead_pipeline",
        version=__version__,
        description="Import lead lists, see what became of each row, and say who must not be contacted.",
        openapi_url="/api/v1/openapi.json",
        # Both pages load their script from elsewhere.
        docs_url=None,
        redoc_url=None,
        lifespan=closing_runs,
    )
    api.state.settings = settings
    api.state.runs, api.state.leads_together, api.state.wrong_keys = runs, LeadsTogether(runs), WrongKeys()
    api.state.pipeline = LeadPipeline(settings.home, store_wait=STORE_WAIT_SECONDS)
    api.state.dry_runs = DryRunsHere(api.state.pipeline)
    api.state.sessions = Sessions()
    api.state.login_limits = LoginLimits()
    add_error_pages(api)
    api.add_middleware(BoundedBodies)
    for router in PAGES:
        api.include_router(router, dependencies=[Depends(require_person)])
    for router in (login_page.router, *ROUTES):
        api.include_router(router)
    api.mount("/static", StaticFiles(directory=Path(__file__).with_name("static")), name="static")
    describe(api)
    return Guard(SecurityHeaders(Withholding(api)), settings.addresses, json_only=False)
