"""The rules of the guard one by one. What a page does to the really running server is in test_foreign_pages."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.model.errors import UsageError
from lead_pipeline.orchestration.serving.guard import Guard, find_refusal, local_addresses

OURS = local_addresses("127.0.0.1", 3000, ["leads.example"])
JSON = ("content-type", "application/json")


def scope(*headers, kind="http", method="POST", path="/graphql", server=("127.0.0.1", 3000), **keys):
    """Return a request as a server of ASGI describes it."""
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return {"type": kind, "method": method, "path": path, "headers": encoded, "server": server, **keys}


def status(*headers, addresses=OURS, **keys):
    refusal = find_refusal(scope(*headers, **keys), addresses)
    return refusal.status if refusal else 200


@pytest.mark.parametrize(
    ("host", "port", "allowed", "named"),
    [
        ("127.0.0.1", 3000, [], "localhost:3000 127.0.0.1:3000 [::1]:3000"),
        ("Office.lan", 3000, [], "localhost:3000 127.0.0.1:3000 [::1]:3000 office.lan:3000"),
        ("fd00::1", 3000, [], "localhost:3000 127.0.0.1:3000 [::1]:3000 [fd00::1]:3000"),
        ("127.0.0.1", 80, [], "localhost:80 127.0.0.1:80 [::1]:80 localhost 127.0.0.1 [::1]"),
        ("localhost", 3000, ["A.example"], "localhost:3000 127.0.0.1:3000 [::1]:3000 a.example a.example:3000"),
        ("localhost", 3000, ["a.example:8443"], "localhost:3000 127.0.0.1:3000 [::1]:3000 a.example:8443"),
        ("localhost", 3000, ["fd00::2"], "localhost:3000 127.0.0.1:3000 [::1]:3000 [fd00::2] [fd00::2]:3000"),
    ],
)
def test_a_server_is_called_by_its_own_names_at_its_port_and_by_those_that_are_allowed(host, port, allowed, named):
    assert local_addresses(host, port, allowed) == set(named.split())


@pytest.mark.parametrize(
    "given", ["https://leads.example", "leads.example/ui", "*", "*.example", "", "a b", "a:x", "a,b"]
)
def test_what_is_no_host_is_refused_before_anything_starts(given):
    with pytest.raises(UsageError, match="--allow-host"):
        local_addresses("127.0.0.1", 3000, [given])


@given(st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=30))
def test_whatever_host_is_not_ours_is_refused(host):
    assert (status(JSON, ("host", host)) == 200) is (host.lower() in OURS)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=255), min_size=1, max_size=30))
def test_whatever_origin_is_not_ours_is_refused(origin):
    assert status(JSON, ("host", "localhost:3000"), ("origin", origin)) == 403
    assert status(JSON, ("host", "localhost:3000"), ("origin", f"http://localhost:3000{origin}")) == 403
    assert status(JSON, ("host", "localhost:3000"), ("origin", f"http://{origin}localhost:3000")) == 403


@pytest.mark.parametrize(
    "twice",
    [
        [("host", "localhost:3000"), ("host", "localhost:3000"), JSON],
        [("host", "localhost:3000"), ("origin", "http://localhost:3000"), ("origin", "http://localhost:3000"), JSON],
        [("host", "localhost:3000"), JSON, JSON],
        [("host", "localhost:3000"), JSON, ("sec-fetch-site", "none"), ("sec-fetch-site", "none")],
    ],
)  # fmt: skip
def test_a_header_that_counts_comes_once(twice):
    assert status(*twice) in (403, 415)


def test_the_number_that_was_connected_to_needs_no_name_for_nobody_can_have_it_lead_elsewhere():
    """Listening on all addresses: a colleague's browser calls the one that leads here."""
    ours = local_addresses("0.0.0.0", 3000)
    assert status(JSON, ("host", "192.168.1.5:3000"), addresses=ours, server=("192.168.1.5", 3000)) == 200
    assert status(JSON, ("host", "[fd00::5]:3000"), addresses=ours, server=("fd00::5", 3000)) == 200
    assert status(JSON, ("host", "192.168.1.6:3000"), addresses=ours, server=("192.168.1.5", 3000)) == 403


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("POST", [("content-type", "Application/JSON; charset=utf-8")], 200),
        ("POST", [("content-type", "text/plain; x=application/json")], 415),
        ("POST", [("content-type", "application/json-patch+json")], 415),
        ("POST", [], 415),
        ("GET", [("accept", "text/html,*/*")], 200),
        ("GET", [("accept", "*/*"), ("accept", "text/html")], 405),
        ("GET", [], 405),
        ("HEAD", [], 405),
        ("DELETE", [JSON], 405),
    ],
)
def test_graphql_is_asked_by_post_with_json_and_by_nothing_that_a_link_or_form_can_send(method, headers, expected):
    for path in ("/graphql", "/graphql/", "/prefix/graphql"):
        assert status(("host", "localhost:3000"), *headers, method=method, path=path) == expected


def test_a_link_is_followed_from_any_site_and_nothing_else_is():
    followed = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]
    own = ("host", "localhost:3000")
    assert status(own, *followed, method="GET", path="/runs") == 200
    assert status(own, *followed, JSON) == 403
    assert status(own, *followed, kind="websocket") == 403
    assert status(own, *followed[:2], ("sec-fetch-dest", "iframe"), method="GET", path="/runs") == 403


def sent_by(request):
    """Return what the guard sends, and whether it asked the app behind it."""
    sent, asked = [], []

    async def app(scope, receive, send):
        asked.append(scope["type"])

    async def receive():
        return {"type": f"{request['type']}.connect"}

    async def send(message):
        sent.append(message)

    asyncio.run(Guard(app, OURS)(request, receive, send))
    return sent, asked


def test_a_server_that_cannot_answer_a_handshake_with_a_sentence_closes_it():
    sent, asked = sent_by(scope(("host", "attacker.example"), kind="websocket"))
    assert sent == [{"type": "websocket.close", "code": 1008}]
    assert asked == []


def test_starting_and_stopping_pass_and_a_kind_of_request_that_is_not_known_does_not():
    assert sent_by({"type": "lifespan"}) == ([], ["lifespan"])
    sent, asked = sent_by(scope(("host", "attacker.example"), kind="webtransport"))
    assert (sent[0]["status"], asked) == (403, [])


@given(st.text(st.characters(max_codepoint=255), max_size=200))
def test_a_refusal_is_one_printable_line_whatever_was_sent(text):
    for headers in ([("host", text)], [("host", "localhost:3000"), ("origin", text)]):
        refusal = find_refusal(scope(JSON, *headers), OURS)
        assert refusal is None or (refusal.sentence.isprintable() and len(refusal.sentence) < 400)
