"""Today: what came in, what became of it, what waits and what failed."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from lead_pipeline.web.pages.rendered_pages import render

router = APIRouter(include_in_schema=False)


@router.get("/")
def show_today(request: Request) -> HTMLResponse:
    """Show the page."""
    return render(request, "today.html.j2", page="today")
