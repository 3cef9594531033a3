"""Refuses a request of a program that goes on and on; files have a bound of their own."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: A thousand leads with forty long values each have fewer bytes.
MOST_BYTES = 8 << 20

_FORMS = ("/leads/import/preview", "/api/v1/uploads")


class BoundedBodies:
    """An ASGI app around another."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and stop reading it where it is too long."""
        if scope["type"] != "http" or not scope["path"].startswith(("/api/", "/leads")) or scope["path"] in _FORMS:
            await self._app(scope, receive, send)
            return
        received = 0

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MOST_BYTES:
                raise HTTPException(413, f"What was sent is longer than {MOST_BYTES >> 20} MB. Upload it as a file.")
            return message

        await self._app(scope, bounded, send)
