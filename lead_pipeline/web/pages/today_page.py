"""Today: what came in, what became of it, what waits and what failed, and how each source does."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from lead_pipeline.model.looks.import_looks import ImportFilter
from lead_pipeline.web.pages.rendered_pages import pipeline_of, render

router = APIRouter(include_in_schema=False)

#: How much the page shows; each has a page of its own for the rest.
_DAYS, _NEWEST, _MOST_WAITING, _MOST_SOURCES = 14, 15, 20, 40


@router.get("/")
def show_today(request: Request) -> HTMLResponse:
    """Show the page."""
    pipeline = pipeline_of(request)
    days, sources = pipeline.days(days=_DAYS), pipeline.scorecards()
    return render(
        request,
        "today.html.j2",
        page="today",
        today=days[0],
        days=days,
        waiting=pipeline.imports(ImportFilter(group="waiting"), limit=_MOST_WAITING),
        under_way=pipeline.imports(ImportFilter(group="under_way"), limit=_MOST_WAITING),
        refused=pipeline.imports(ImportFilter(group="refused", day=days[0].day), limit=_MOST_WAITING),
        newest=pipeline.imports(limit=_NEWEST),
        sources=sources[:_MOST_SOURCES],
        sources_left_out=max(0, len(sources) - _MOST_SOURCES),
    )
