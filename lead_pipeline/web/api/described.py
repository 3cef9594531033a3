"""What OpenAPI says of all routes alike: which errors there are, and that a key may be needed."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from lead_pipeline.web.api.api_answers import Problem

_PROBLEM = "application/problem+json"

#: How a route may answer, see `_errors_of`.
_ERRORS = {
    "400": "The request cannot be read.",
    "401": "A key is needed, or was wrong.",
    "403": "The key does not allow it, or the server is read-only.",
    "404": "There is no such thing.",
    "409": "That cannot be done as things stand.",
    "413": "More was sent than is taken.",
    "415": "What was sent is of another type.",
    "422": "What was sent does not fit; the detail says what, and how to put it right.",
    "429": "Too many wrong keys came from this address.",
    "500": "Something went wrong on our side; nothing was changed.",
    "503": "Somebody else holds the store, or too many wait. Try again.",
    "507": "The disk of the home is full.",
}

_WITHOUT_KEY = {"/api/v1/health"}


def describe(app: FastAPI) -> None:
    """Have the app describe itself with errors and keys."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    parts = found.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    parts["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "A key, made by `lead-pipeline keys create`."},
        "password": {"type": "http", "scheme": "basic", "description": "Any name, and the key as the password."},
    }
    answer = {_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, method, operation in _operations(found):
        for status in _errors_of(path, method, operation):
            operation["responses"][status] = {"description": _ERRORS[status], "content": answer}
        operation["security"] = [] if path in _WITHOUT_KEY else [{"key": []}, {"password": []}, {}]
    return found


def _errors_of(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    """Return the errors that a route can have by what it takes: only a body can be too large, of another type or name
    what is not there, and only who sends something writes on the disk.
    """
    sends = "requestBody" in operation
    never: set[str] = set()
    if not sends:
        never |= {"413", "415"}
    if not sends and "{" not in path:
        never |= {"404"}
    if method == "get":
        never |= {"507"}
    if path in _WITHOUT_KEY:
        never |= {"401", "403", "409", "422", "429"}
    return [status for status in _ERRORS if status not in never]


def _operations(found: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation
