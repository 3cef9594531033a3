"""What is answered when something goes wrong: a sentence with a way out, and no value of a row, here or in the log."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lead_pipeline.model.errors import (
    DiskError,
    FileRefusedError,
    ImportNotFoundError,
    LeadPipelineError,
    ListRefusedError,
    ProfileError,
    RunFailedError,
    StoreError,
    StoreLockedError,
    UploadNotFoundError,
    UploadTooLargeError,
    UsageError,
)
from lead_pipeline.pipeline import ValuesWithheld
from lead_pipeline.web.pages.rendered_pages import render

_LOG = logging.getLogger(__name__)

#: What an error of ours is as a status of HTTP; the first that fits.
_STATUSES: tuple[tuple[type[LeadPipelineError], int], ...] = (
    (ImportNotFoundError, 404),
    (UploadNotFoundError, 404),
    (UploadTooLargeError, 413),
    (DiskError, 507),
    (StoreLockedError, 503),
    (FileRefusedError, 422),
    (ListRefusedError, 422),
    (ProfileError, 422),
    (UsageError, 422),
    (RunFailedError, 503),  # nothing was imported, and sent again it changes nothing twice
    (StoreError, 500),
    (LeadPipelineError, 409),
)

#: What a page is headed with, where HTTP's own words are none for people.
_HEADINGS = {
    403: "Not allowed here",
    404: "Not found",
    409: "That cannot be done now",
    413: "Too much",
    422: "That does not work",
    429: "Too often",
    500: "Something went wrong",
    503: "Not right now",
    507: "The disk is full",
}

#: What is said of a status that no sentence came with.
_SENTENCES = {
    404: "There is no such page. It may have been moved, or the address was cut off.",
    405: "This address does not take that kind of request.",
    500: "Something went wrong on our side, and nothing was changed by it. The log of the workbench says where.",
}


def is_for_programs(path: str) -> bool:
    """Return whether who asks for a path is a program, which is answered in JSON."""
    return path.startswith(("/api/", "/leads"))


def status_of(error: LeadPipelineError) -> int:
    """Return the status of HTTP that an error of ours is answered with."""
    return next(status for kind, status in _STATUSES if isinstance(error, kind))


def answered(
    request: Request, status: int, sentence: str, errors: Sequence[Mapping[str, str]] | None = None
) -> Response:
    """Return the page, or for programs the problem (RFC 9457), that says what went wrong; `errors` are what is wrong in
    which part of a request.
    """
    title = HTTPStatus(status).phrase
    if is_for_programs(request.url.path):
        problem = {"title": title, "status": status, "detail": sentence} | ({"errors": errors} if errors else {})
        return JSONResponse(problem, status, media_type="application/problem+json")
    return render(request, "error.html.j2", status=status, heading=_HEADINGS.get(status, title), sentence=sentence)


def add_error_pages(app: FastAPI) -> None:
    """Have errors answered with their sentence."""

    def failed(request: Request, error: LeadPipelineError) -> Response:
        return answered(request, status_of(error), str(error))

    def refused(request: Request, error: HTTPException) -> Response:
        said = error.detail if error.detail != HTTPStatus(error.status_code).phrase else ""
        response = answered(request, error.status_code, said or _SENTENCES.get(error.status_code, error.detail))
        response.headers.update(error.headers or {})
        return response

    def malformed(request: Request, error: RequestValidationError) -> Response:
        found = [{"where": _where(one["loc"]), "detail": _detail(one)} for one in error.errors()]
        sentence = "; ".join(dict.fromkeys(f"{one['where']}: {one['detail']}" for one in found[:5]))
        return answered(request, 422, f"The request does not fit. {sentence}.", found)

    def crashed(request: Request, _error: Exception) -> Response:
        return answered(request, 500, _SENTENCES[500])

    app.exception_handler(Exception)(crashed)  # and Withholding logs it
    app.exception_handler(LeadPipelineError)(failed)
    app.exception_handler(RequestValidationError)(malformed)
    app.exception_handler(HTTPException)(refused)


def _where(location: tuple[int | str, ...]) -> str:
    """Return which part of a request is meant; the keys of what was sent may be anything, and are not said."""
    return ".".join(str(part)[:80] for part in location if part not in ("LeadsSent", "list", "dict"))


def _detail(error: Mapping[str, Any]) -> str:
    """Return what is wrong, without what was sent."""
    if error["type"] == "extra_forbidden":
        return "there is no such key"
    if error["type"] == "json_invalid":
        return "this is not JSON"
    said: str = error["msg"]
    return (said.removeprefix("Value error, ")[:1].lower() + said.removeprefix("Value error, ")[1:]).rstrip(".")


class Withholding:
    """An ASGI app around another: of a crash, kind and lines of code are logged, and not its text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer it when what should answer crashed before it began to."""
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        withheld = ValuesWithheld(f"answering {scope.get('method', scope['type'])}")
        with withheld:
            await self._app(scope, receive, noted)
            return
        _LOG.error("%s", withheld.said())
        if scope["type"] == "http" and not begun:
            response = answered(Request(scope), 500, _SENTENCES[500])
            await response(scope, receive, send)
