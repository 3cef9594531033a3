"""Refuses what a foreign web page may have sent, with one sentence, before the web server sees it. The server has no
login, so whoever reaches it may do everything; who may reach it is all that is decided here. Wraps any ASGI app.

The page is in the browser of somebody who works on this machine, which lends it the way to localhost. It can have the
browser follow a link, load an image, send a form, open a WebSocket, or call itself by a name that leads here (DNS
rebinding). It cannot set the headers Host, Origin and Sec-Fetch-*, nor send JSON elsewhere without being asked first.
"""

import ipaddress
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from lead_pipeline.model.errors import UsageError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: The environment variable by which the command tells the web server its addresses, with commas between.
ADDRESSES = "LEAD_PIPELINE_UI_ADDRESSES"

#: Has old browsers, too, keep the UI out of the frames of other sites, where a click could be stolen.
_HEADERS = [(b"x-frame-options", b"SAMEORIGIN"), (b"cross-origin-resource-policy", b"same-origin")]

_ADDRESS = re.compile(r"([a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.ASCII)


_PORT = re.compile(r":[0-9]+$")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered, as a status of HTTP and one sentence."""

    status: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Guard:
    """An ASGI app in front of another: requests that a foreign page may have sent end here.

    `json_only` is for Dagster's server, which runs what a link or a form of old browsers may ask for.
    """

    app: App
    addresses: frozenset[str]
    json_only: bool = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refusal = find_refusal(scope, self.addresses, json_only=self.json_only)
        if refusal is not None:
            await _refuse(refusal, scope, receive, send)
        else:
            await self.app(scope, receive, _with_headers(send))


def local_addresses(host: str, port: int, allowed: Iterable[str] = ()) -> frozenset[str]:
    """Return the addresses that a server may be called by, as browsers write them: `localhost:3000`.

    `host` is what it listens on; `allowed` are names with or without a port, for a server behind a proxy or tunnel. One
    without a port stands for itself at the server's port and at the ports that browsers leave out.
    Raises: UsageError for what is no name.
    """
    ours = {f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]", _bracketed(host.lower()))}
    if port == 80:
        ours |= {address.removesuffix(":80") for address in ours}
    for given in allowed:
        address = _bracketed(given.lower())
        match = _ADDRESS.fullmatch(address)
        if match is None:
            raise UsageError(
                f"'{given}' is not a host that --allow-host can take. Give the name, and the port where it is another, "
                "as they are in the address bar, without https:// and path: leads.example.com, localhost:8080."
            )
        ours |= {address} if match[3] else {address, f"{address}:{port}"}
    return frozenset(ours)


def is_local(name: str) -> bool:
    """Return whether a host, or an address of a server (`localhost:3001`), is this computer for itself alone."""
    host = _PORT.sub("", name) if name.startswith("[") or name.count(":") == 1 else name
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_open_to_others(host: str, addresses: Iterable[str]) -> bool:
    """Return whether others may reach a server: by what it listens on, or by a proxy or tunnel that is allowed."""
    return not all(map(is_local, (host, *addresses)))


def find_refusal(scope: Mapping[str, Any], addresses: frozenset[str], *, json_only: bool = True) -> Refusal | None:
    """Return why an HTTP request or WebSocket handshake must not be answered, None when it may.

    The order is that of what the request claims: where it goes, where it comes from, what it does. The second rule is
    that of Go's `http.CrossOriginProtection`, with links let through.
    """
    own = addresses | _address_of_connection(scope)
    return _wrong_host(scope, own) or _foreign_page(scope, own) or (_unsafe_method(scope) if json_only else None)


def _wrong_host(scope: Mapping[str, Any], addresses: frozenset[str]) -> Refusal | None:
    host = _header(scope, "host").lower()
    if host in addresses:
        return None
    if _ADDRESS.fullmatch(host) is None:
        return Refusal(403, "Refused: the request does not name the host that it is for, as every browser does.")
    return Refusal(
        403,
        f"Refused: this server does not answer to the address {_shown(host)}; if that is a name of yours for it, start "
        f"`lead-pipeline ui` with --allow-host {_shown(host)}.",
    )


def _foreign_page(scope: Mapping[str, Any], addresses: frozenset[str]) -> Refusal | None:
    origin = _header(scope, "origin").lower()
    scheme, _, address = origin.partition("://")
    if origin and (scheme not in ("http", "https") or address not in addresses):
        return Refusal(403, f"Refused: a page of {_shown(origin)} sent this request, and only this server's own may.")
    if _header(scope, "sec-fetch-site") not in ("", "same-origin", "none") and not _follows_link(scope):
        return Refusal(403, "Refused: a page of another site sent this request, and only this server's own may.")
    return None


def _follows_link(scope: Mapping[str, Any]) -> bool:
    """Tell whether the browser shows the answer to a person, as a page of its own: a link in a chat or an email."""
    navigates = (_header(scope, "sec-fetch-mode"), _header(scope, "sec-fetch-dest")) == ("navigate", "document")
    return navigates and scope["type"] == "http" and scope["method"] == "GET"


def _unsafe_method(scope: Mapping[str, Any]) -> Refusal | None:
    """Return why the request may change something that a link, image or form could have asked for.

    Dagster runs mutations that come by GET, and takes any type of content that has `application/json` somewhere in it.
    """
    if scope["type"] != "http" or scope["method"] == "OPTIONS":
        return None
    if scope["method"] in ("GET", "HEAD"):
        if not scope["path"].rstrip("/").endswith("/graphql") or "text/html" in _header(scope, "accept", first=True):
            return None  # a person is shown an editor, and nothing of the address is run
        return Refusal(405, "Refused: GraphQL is asked with POST here, and Content-Type: application/json.")
    if scope["method"] != "POST":
        return Refusal(405, "Refused: this server takes no other methods than GET and POST.")
    if _header(scope, "content-type").partition(";")[0].strip().lower() != "application/json":
        return Refusal(415, "Refused: whatever is sent to this server must have Content-Type: application/json.")
    return None


def _header(scope: Mapping[str, Any], name: str, *, first: bool = False) -> str:
    """Return a header, empty when there is none. All values of one that came twice are like nothing that is accepted;
    Dagster looks at the first.
    """
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name.encode()]
    return ", ".join(values[:1] if first else values)


def _address_of_connection(scope: Mapping[str, Any]) -> frozenset[str]:
    """Return the number that was connected to: no name, so that nobody else can have it lead here."""
    host, port = scope.get("server") or ("", None)
    return frozenset({f"{_bracketed(host)}:{port}"}) if port else frozenset()


def _bracketed(host: str) -> str:
    """Return a host as addresses have it: a number of IPv6 in brackets."""
    try:
        return f"[{host}]" if ipaddress.ip_address(host).version == 6 else host
    except ValueError:
        return host


def _shown(text: str) -> str:
    """Return what a request claims, fit for a sentence."""
    return "".join(char if char.isprintable() else "?" for char in text[:100])


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *_HEADERS]
        await send(message)

    return send_with_headers


async def _refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    prefix = ""
    if scope["type"] == "websocket":
        await receive()  # the handshake
        if "websocket.http.response" not in (scope.get("extensions") or {}):
            await send({"type": "websocket.close", "code": 1008})
            return
        prefix = "websocket."
    body = f"{refusal.sentence}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),  # what else was sent is not read
        *_HEADERS,
    ]
    await send({"type": f"{prefix}http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": f"{prefix}http.response.body", "body": body})
