"""The list of all imports, by status, profile and day, a page at a time."""

import datetime as dt
from typing import get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from lead_pipeline.model.looks.import_looks import ImportFilter, StatusGroup
from lead_pipeline.web.pages.rendered_pages import number_of, pipeline_of, render

router = APIRouter(include_in_schema=False)

#: So many imports are on a page.
PAGE_SIZE = 50

#: What people call the groups of statuses.
GROUP_WORDS: dict[StatusGroup, str] = {
    "imported": "Imported",
    "waiting": "Waiting for approval",
    "refused": "Refused or failed",
    "under_way": "Queued or being imported",
    "undone": "Cancelled or reverted",
}


@router.get("/imports")
def list_imports(request: Request) -> HTMLResponse:
    """Show the imports that the address asks for."""
    asked = request.query_params
    chosen = ImportFilter(
        group=next((group for group in get_args(StatusGroup) if group == asked.get("group")), None),
        profile=asked.get("profile") or None,
        source=asked.get("source"),
        day=_day_of(asked.get("day", "")),
    )
    number = number_of(asked.get("page", "1"))
    found = pipeline_of(request).imports(chosen, offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE)
    given = {name: value for name, value in asked.items() if name in ("group", "profile", "source", "day")}
    return render(
        request,
        "imports.html.j2",
        page="imports",
        chosen=chosen,
        found=found,
        groups=GROUP_WORDS,
        number=number,
        pages=max(1, -(-found.total // PAGE_SIZE)),
        address=lambda to: f"/imports?{urlencode({**given, 'page': to})}",
    )


def _day_of(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
