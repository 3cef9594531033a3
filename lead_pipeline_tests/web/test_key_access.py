"""Who may call: without a key on this machine alone, with one what its scopes say, and read-only never rows."""

import base64

import pytest

from lead_pipeline import LeadPipeline
from lead_pipeline.web.access.key_access import comes_from_here
from lead_pipeline.web.web_settings import WebSettings
from lead_pipeline_tests.support import prepared_home, quick_folder
from lead_pipeline_tests.web.api_client import Client, take_what_is_due
from lead_pipeline_tests.web.serving_pages import served

LOCAL = frozenset({"localhost:3001", "127.0.0.1:3001", "[::1]:3001"})

#: What needs which scope: method, path, body. None of them finds anything, so that the answer is about the key alone.
NEEDS = {
    "read": [
        ("GET", "/leads/import/jobs", None),
        ("GET", "/leads/import/jobs/a@000000000000", None),
        ("GET", "/api/v1/imports", None),
        ("GET", "/api/v1/imports/a@000000000000", None),
        ("GET", "/api/v1/imports/a@000000000000/errors", None),
        ("GET", "/api/v1/imports/a@000000000000/files", None),
        ("GET", "/api/v1/imports/a@000000000000/files/report", None),
        ("GET", "/api/v1/uploads", None),
        ("GET", "/api/v1/profiles", None),
        ("GET", "/api/v1/profiles/nothing", None),
        ("GET", "/api/v1/destinations", None),
        ("GET", "/api/v1/suppressions", None),
        ("POST", "/api/v1/suppressions/lookup", {"identifier": "nobody@example.com"}),
    ],
    "import": [
        ("POST", "/leads/import/preview", None),
        ("POST", "/leads/import/start", {"file_id": "0" * 32, "profile": "call_schedule"}),
        ("POST", "/api/v1/uploads", None),
        ("DELETE", f"/api/v1/uploads/{'0' * 32}", None),
        ("POST", "/api/v1/imports", {"file_id": "0" * 32, "profile": "call_schedule"}),
        ("POST", "/api/v1/scrub-previews", {"file_id": "0" * 32}),
        ("POST", "/api/v1/dry-runs", {"file_id": "0" * 32, "profile": "call_schedule"}),
        ("POST", "/leads", []),
        ("POST", "/api/v1/leads", []),
    ],
    "suppress": [("POST", "/api/v1/suppressions", {"kind": "blocked", "entries": []})],
    "admin": [
        ("POST", "/api/v1/imports/a@000000000000/approve", None),
        ("POST", "/api/v1/imports/a@000000000000/cancel", None),
    ],
}
ROUTES = [(scope, *route) for scope, routes in NEEDS.items() for route in routes]


@pytest.fixture(scope="module")
def leads():
    with quick_folder() as folder:
        yield LeadPipeline(prepared_home(folder / "home").root)


@pytest.fixture(scope="module")
def keys(leads):
    return {scope: leads.make_key(scope, [scope]).text for scope in NEEDS}


@pytest.fixture(scope="module")
def client(leads, keys):
    with served(leads.home.root) as address, Client(base_url=address, timeout=60) as client:
        yield client


def asked(client, method, path, body, **headers):
    return (
        client.request(method, path, json=body, headers=headers)
        if body is not None
        else client.request(method, path, headers=headers)
    )


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def test_every_route_is_asked_about_its_scope(client):
    described = client.get("/api/v1/openapi.json").json()["paths"]
    routes = {(method.upper(), path) for path, methods in described.items() for method in methods}
    named = {(method, path.replace("a@000000000000", "{id}").replace("0" * 32, "{id}").replace("nothing", "{id}"))
             for _, method, path, _ in ROUTES}  # fmt: skip
    plain = {
        (method, path.replace("{job_id}", "{id}").replace("{import_id}", "{id}").replace("{file_id}", "{id}")
         .replace("{name}", "{id}").replace("{kind}", "report")) for method, path in routes
    }  # fmt: skip
    assert plain - named == {("GET", "/api/v1/health")}


@pytest.mark.parametrize(("scope", "method", "path", "body"), ROUTES)
def test_a_key_is_needed_known_and_has_the_scope(client, keys, scope, method, path, body):
    nobody = asked(client, method, path, body)
    assert nobody.status_code == 401
    assert "Bearer" in nobody.headers["www-authenticate"]
    for other, key in keys.items():
        answer = asked(client, method, path, body, **bearer(key))
        may = other in (scope, "admin")
        assert (answer.status_code not in (401, 403)) is may, (other, answer.text)
        if not may:
            assert answer.status_code == 403
            assert scope in answer.json()["detail"]


def test_a_key_may_be_the_password_of_basic_and_nothing_else_is_taken_for_one(client, keys):
    def basic(text):
        return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}

    path = "/leads/import/jobs"
    assert client.get(path, headers=basic(f"anybody:{keys['read']}")).status_code == 200
    wrong = [basic(keys["read"]), basic(f"{keys['read']}:"), basic("a:b"), {"Authorization": f"Basic {keys['read']}"},
             {"Authorization": keys["read"]}, {"Authorization": "Bearer"}, {"Authorization": f"Digest {keys['read']}"},
             {"Authorization": f"Bearer {keys['read'][:-1]}"}]  # fmt: skip
    assert [client.get(path, headers=headers).status_code for headers in wrong] == [401] * len(wrong)
    assert client.get(f"{path}?key={keys['read']}").status_code == 401


def test_a_revoked_key_holds_no_longer(client, leads):
    made = leads.make_key("gone", ["read"])
    assert client.get("/leads/import/jobs", headers=bearer(made.text)).status_code == 200
    leads.revoke_key("gone")
    assert client.get("/leads/import/jobs", headers=bearer(made.text)).status_code == 401


def test_a_foreign_page_gets_nowhere_with_a_key_either(client, keys):
    headers = bearer(keys["admin"]) | {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert client.get("/leads/import/jobs", headers=headers).status_code == 403
    assert client.options("/leads", headers=headers).status_code == 403


def test_health_needs_no_key(client):
    assert client.get("/api/v1/health").status_code == 200


def test_whoever_guesses_has_to_wait_and_so_has_nobody_else(leads, keys):
    with served(leads.home.root) as address, Client(base_url=address) as client:
        statuses = [client.get("/leads/import/jobs", headers=bearer(f"guess{n}")).status_code for n in range(25)]
        assert statuses[:20] == [401] * 20
        assert statuses[20:] == [429] * 5
        answer = client.get("/leads/import/jobs", headers=bearer("guess"))
        assert answer.headers["retry-after"] == "60"
        assert client.get("/api/v1/health").status_code == 200


@pytest.mark.parametrize(
    ("settings", "address", "local"),
    [
        (WebSettings(None, addresses=LOCAL), "127.0.0.1", True),
        (WebSettings(None, addresses=LOCAL), "::1", True),
        (WebSettings(None, addresses=LOCAL), "192.168.1.7", False),
        (WebSettings(None, host="0.0.0.0", addresses=LOCAL), "127.0.0.1", False),
        (WebSettings(None, addresses=LOCAL | {"leads.example.com"}), "127.0.0.1", False),
        (WebSettings(None, addresses=LOCAL | {"leads.example.com:443"}), "127.0.0.1", False),
        (WebSettings(None, addresses=LOCAL), "", False),
    ],
    ids=["localhost", "ipv6", "a neighbour", "every interface", "behind a proxy", "behind a proxy's port", "nowhere"],
)
def test_only_what_cannot_come_from_elsewhere_is_local(settings, address, local):
    assert comes_from_here(settings, address) is local


def test_without_any_key_the_api_is_open_here_and_closed_behind_a_proxy(tmp_path):
    with served(tmp_path / "a") as address, Client(base_url=address) as client:
        assert client.get("/leads/import/jobs").status_code == 200
    with served(tmp_path / "b", addresses=frozenset({"leads.example.com"})) as address:
        headers = {"Host": "leads.example.com"}
        with Client(base_url=address, headers=headers) as client:
            assert client.get("/leads/import/jobs").status_code == 401


def test_read_only_shows_counts_and_never_rows_and_starts_nothing(leads, keys):
    with served(leads.home.root) as address, Client(base_url=address, headers=bearer(keys["admin"])) as client:
        job_id = client.started(b"caller_id\n2125550100\n12345\n", profile="call_schedule")
    take_what_is_due(leads.home)
    counts = [("GET", f"/leads/import/jobs/{job_id}"), ("GET", "/leads/import/jobs"), ("GET", "/api/v1/imports"),
              ("GET", f"/api/v1/imports/{job_id}"), ("GET", f"/api/v1/imports/{job_id}/files"),
              ("GET", "/api/v1/profiles"), ("GET", "/api/v1/suppressions")]  # fmt: skip
    with (
        served(leads.home.root, read_only=True) as address,
        Client(base_url=address, headers=bearer(keys["admin"])) as client,
    ):
        assert [client.request(*route).status_code for route in counts] == [200] * len(counts)
        job = client.job(job_id)
        assert (job["failed_count"], job["errors"], job["errors_total"]) == (1, [], 0)
        shown = {route[:2] for route in counts}
        others = [(method, path.replace("a@000000000000", job_id), body) for _, method, path, body in ROUTES]
        counts_too = ("/api/v1/destinations", "/api/v1/profiles/nothing")
        rows = [one for one in others if one[:2] not in shown and one[1] not in counts_too]
        assert len(rows) == 16
        answers = [asked(client, *route) for route in rows]
        assert [answer.status_code for answer in answers] == [403] * 16
        assert all("read-only" in answer.json()["detail"] for answer in answers)
