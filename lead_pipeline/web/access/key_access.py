"""Which program may do what: the keys of requests. On the machine itself the API is open until somebody makes a key,
or sets a password for the pages.
"""

import base64
import binascii
from collections.abc import Callable

from fastapi import HTTPException, Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from lead_pipeline.model.access.api_keys import ApiScope
from lead_pipeline.model.errors import listed
from lead_pipeline.orchestration.serving.guard import is_local
from lead_pipeline.web.access.people import is_open_to_others
from lead_pipeline.web.pages.rendered_pages import pipeline_of, settings_of
from lead_pipeline.web.web_settings import WebSettings

#: Wrong keys that one address may send in a minute before it has to wait.
_WRONG_KEYS = RateLimitItemPerMinute(20)

_ASKS = {"WWW-Authenticate": 'Bearer realm="lead_pipeline", Basic realm="lead_pipeline"'}


class WrongKeys:
    """How many wrong keys came from where."""

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def require_patience(self, address: str) -> None:
        """Raise HTTPException (429) where too many came from an address."""
        if not self._limiter.test(_WRONG_KEYS, address):
            raise HTTPException(
                429, "Too many wrong keys came from this address. Wait a minute.", {"Retry-After": "60"}
            )

    def note(self, address: str) -> None:
        """Count one more."""
        self._limiter.hit(_WRONG_KEYS, address)


def allowed(scope: ApiScope, *, shows_rows: bool = False) -> Callable[..., None]:
    """Return the dependency of a route that a program needs that scope for; `shows_rows`, where it shows rows."""

    def check(request: Request) -> None:
        settings = settings_of(request)
        if settings.read_only and (scope != "read" or shows_rows):
            raise HTTPException(
                403,
                "This workbench is served read-only: it shows counts, never rows, and starts nothing. Ask whoever "
                "serves it for the address of one that is not.",
            )
        _check_key(request, settings, scope)

    return check


def _check_key(request: Request, settings: WebSettings, scope: ApiScope) -> None:
    leads, address = pipeline_of(request), request.client.host if request.client else ""
    wrong: WrongKeys = request.app.state.wrong_keys
    wrong.require_patience(address)
    text = _key_of(request.headers.get("authorization", ""))
    if text is None:
        if comes_from_here(settings, address) and not leads.keys() and not leads.password_version():
            return
        raise HTTPException(401, "This needs a key. `lead-pipeline keys create NAME --scope read` makes one.", _ASKS)
    key = leads.find_key(text)
    if key is None:
        wrong.note(address)
        raise HTTPException(401, "That key is not known here, or was revoked.", _ASKS)
    if not key.allows(scope):
        raise HTTPException(
            403,
            f"The key '{key.name}' has the scopes {listed(key.scopes)}, and this needs {scope}. Make another: "
            f"`lead-pipeline keys create NAME --scope {scope}`.",
        )


def _key_of(header: str) -> str | None:
    """Return the key that a request has, as Bearer or as the password of Basic; None where it has none."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest.strip(), validate=True).decode("utf-8", "replace").partition(":")[2]
        except (binascii.Error, ValueError):
            return ""
    return "" if header.strip() else None


def comes_from_here(settings: WebSettings, address: str) -> bool:
    """Return whether a request can only come from this machine: nothing outside can reach the server, neither by
    itself nor by a proxy, which would have a name of its own.
    """
    return is_local(address) and not is_open_to_others(settings)
