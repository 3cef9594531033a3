"""Who may see pages and change something: on this computer everybody, elsewhere who has the password; and what a page
of somebody else cannot do.
"""

import logging
import re
import stat

import httpx
import pytest

from lead_pipeline.model.errors import UsageError
from lead_pipeline.orchestration.serving.guard import is_local
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline.web.access.login_limits import LoginLimits
from lead_pipeline.web.access.people import is_open_to_others
from lead_pipeline.web.access.sessions import IDLE_SECONDS, LONGEST_SECONDS, Sessions
from lead_pipeline.web.web_settings import WebSettings
from lead_pipeline_tests.web.prepared_home import CANARY
from lead_pipeline_tests.web.serving_pages import served

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def locked(prepared_once, tmp_path_factory):
    """A served home with a password; its imports are not needed."""
    root = tmp_path_factory.mktemp("locked")
    LeadPipeline(root).set_password(PASSWORD)
    with served(root) as address:
        yield address


@pytest.fixture
def generous(monkeypatch):
    """Tries of other tests do not count."""
    monkeypatch.setattr(LoginLimits, "may_try", lambda self, address: True)


def token_of(answer: httpx.Response) -> str:
    return re.search(r'name="csrf_token" value="([0-9a-f]{64})"', answer.text)[1]


def signed_in(client: httpx.Client, password: str = PASSWORD, wanted: str = "/") -> httpx.Response:
    token = token_of(client.get("/login"))
    return client.post("/login", data={"csrf_token": token, "password": password, "next": wanted})


PAGES = ["/", "/imports", "/imports/x@0123456789ab", "/imports/x@0123456789ab/rows", "/imports/x@0123456789ab/state",
         "/imports/x@0123456789ab/files/original", "/imports/x@0123456789ab/approve"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_without_the_password_every_page_leads_to_the_login_and_says_nothing(locked, path):
    answer = httpx.get(locked + path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path.replace('@', '%40')}")
    assert "files came" not in answer.text


@pytest.mark.parametrize("path", ["/imports/x@0123456789ab/approve", "/imports/x@0123456789ab/rows"])
def test_without_the_password_nothing_is_changed(locked, path):
    answer = httpx.post(locked + path, data={"csrf_token": "0" * 64})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


def test_who_has_the_password_gets_where_they_wanted_and_out_again(locked, generous):
    with httpx.Client(base_url=locked) as client:
        before = client.get("/login").cookies
        answer = signed_in(client, wanted="/imports")
        assert (answer.status_code, answer.headers["location"]) == (303, "/imports")
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert dict(before) != dict(client.cookies)  # one that somebody planted is not the session
        page = client.get("/")
        assert page.status_code == 200
        kept = dict(client.cookies)
        assert client.post("/logout", data={"csrf_token": token_of(page)}).status_code == 303
        client.cookies.clear()
        client.cookies.update(kept)
        assert client.get("/").status_code == 303


@pytest.mark.parametrize("wrong", ["", "correct horse", PASSWORD.upper(), PASSWORD + " ", "x" * 100_000])
def test_a_wrong_password_is_none(locked, generous, wrong):
    with httpx.Client(base_url=locked) as client:
        answer = signed_in(client, wrong)
        assert answer.status_code == 403
        assert "That is not the password" in answer.text
        assert client.get("/").status_code == 303


@pytest.mark.parametrize("wanted", ["//evil.invalid", "https://evil.invalid", "/\\evil.invalid", "", "imports"])
def test_a_login_leads_to_no_other_server(locked, generous, wanted):
    with httpx.Client(base_url=locked) as client:
        assert signed_in(client, wanted=wanted).headers["location"] == "/"


def test_another_password_signs_everybody_out(tmp_path, generous):
    leads = LeadPipeline(tmp_path)
    leads.set_password(PASSWORD)
    with served(tmp_path) as address, httpx.Client(base_url=address) as client:
        signed_in(client)
        assert client.get("/").status_code == 200
        leads.set_password(PASSWORD)  # the same again is another hash
        assert client.get("/").status_code == 303


def test_after_some_tries_even_the_right_password_has_to_wait(tmp_path):
    LeadPipeline(tmp_path).set_password(PASSWORD)
    with served(tmp_path) as address, httpx.Client(base_url=address) as client:
        answers = [signed_in(client, "wrong password").status_code for _ in range(5)]
        assert answers == [403] * 5
        last = signed_in(client)
        assert last.status_code == 429
        assert "too many tries" in last.text
        assert client.get("/").status_code == 303


def test_tries_are_counted_by_address_and_for_all_of_them():
    limits = LoginLimits()
    assert [limits.may_try("a") for _ in range(6)] == [True] * 5 + [False]
    assert limits.may_try("b")
    assert sum(limits.may_try(str(number)) for number in range(100)) < 60


def test_the_password_is_kept_as_a_hash_for_its_owner_alone(tmp_path):
    leads = LeadPipeline(tmp_path)
    leads.set_password(PASSWORD)
    (path,) = (tmp_path / "access").iterdir()
    assert path.read_text().startswith("$argon2id$")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert leads.is_password(PASSWORD)
    assert not leads.is_password(PASSWORD[:-1])
    path.write_text("damaged")
    assert not leads.is_password(PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "x" * 9, "x" * 1_001])
def test_a_password_that_is_too_short_is_not_set(tmp_path, password):
    with pytest.raises(UsageError, match=f"has {len(password)} characters"):
        LeadPipeline(tmp_path).set_password(password)
    assert LeadPipeline(tmp_path).password_version() == ""


@pytest.mark.parametrize(
    ("settings", "is_open"),
    [
        ({}, False),
        ({"host": "localhost"}, False),
        ({"host": "::1"}, False),
        ({"host": "127.0.0.9"}, False),
        ({"host": "0.0.0.0"}, True),
        ({"host": "192.168.1.7"}, True),
        ({"host": "leads.example.com"}, True),
        ({"addresses": frozenset({"localhost:3001", "leads.example.com"})}, True),
        ({"addresses": frozenset({"localhost:3001", "[::1]:3001", "127.0.0.1:3001"})}, False),
    ],
    ids=lambda one: " ".join(f"{name}={sorted(value)}" for name, value in one.items()) if isinstance(one, dict) else "",
)
def test_others_can_come_by_the_address_or_by_a_proxy(tmp_path, settings, is_open):
    assert is_open_to_others(WebSettings(tmp_path, **settings)) is is_open


@pytest.mark.parametrize("name", ["localhost.example.com", "127.0.0.1.example.com", "127.evil", "localhost:80:90"])
def test_a_name_that_only_looks_local_is_not(name):
    assert not is_local(name)


def test_where_others_can_come_no_page_is_served_without_a_password(tmp_path):
    with served(tmp_path, addresses=frozenset({"leads.example.com"})) as address:
        answer = httpx.get(address, headers={"Host": "leads.example.com"})
        assert answer.status_code == 403
        assert "lead-pipeline password" in answer.text
        assert httpx.get(f"{address}/login", headers={"Host": "leads.example.com"}).status_code == 403
        LeadPipeline(tmp_path).set_password(PASSWORD)
        assert httpx.get(address, headers={"Host": "leads.example.com"}).status_code == 303


def test_a_form_of_another_browser_changes_nothing(copied):
    """Without a login as well: the browser of somebody here may be shown a page that sends a form here."""
    with served(copied.root) as address:
        path = f"{address}/imports/{copied.waits}/approve"
        token = token_of(httpx.get(path))
        for data in ({}, {"csrf_token": ""}, {"csrf_token": "0" * 64}, {"csrf_token": token}):
            answer = httpx.post(path, data=data)  # without the cookie that the token belongs to
            assert answer.status_code == 403
            assert "too old" in answer.text
        assert LeadPipeline(copied.root).look_at(copied.waits).line.status == "awaiting_approval"


def test_read_only_shows_counts_and_no_row_and_starts_nothing(copied):
    with served(copied.root, read_only=True) as address, httpx.Client(base_url=address) as client:
        page = client.get(f"/imports/{copied.messy}")
        assert "rejected" in page.text
        assert "/rows" not in page.text
        for path in (
            f"/imports/{copied.canary}/rows",
            f"/imports/{copied.canary}/rows/1",
            f"/imports/{copied.canary}/files/original",
            f"/imports/{copied.canary}/files/rejected_file",
            f"/imports/{copied.waits}/approve",
        ):
            answer = client.get(path)
            assert answer.status_code == 403, path
            assert "read-only" in answer.text
            assert CANARY not in answer.text
        for path in ("/", "/imports", f"/imports/{copied.canary}", f"/imports/{copied.canary}/files/report"):
            answer = client.get(path)
            assert (answer.status_code, CANARY in answer.text) == (200, False)
        assert "approve" not in client.get("/").text.lower().replace("waiting for approval", "").replace(
            "waits for approval", ""
        ).replace("requires approval", "").replace("(approval: manual)", "")


@pytest.mark.parametrize("path", ["/", "/imports", "/nowhere", "/login", "/static/workbench.css"])
def test_every_answer_keeps_the_browser_from_doing_more_than_showing_it(locked, path):
    headers = httpx.get(locked + path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")


def test_neither_a_password_nor_a_text_that_is_looked_for_is_in_the_log(copied, caplog, capfd, generous):
    LeadPipeline(copied.root).set_password(PASSWORD)
    with caplog.at_level(logging.DEBUG), served(copied.root) as address, httpx.Client(base_url=address) as client:
        signed_in(client)
        url = f"/imports/{copied.canary}/rows"
        found = client.post(url, data={"csrf_token": token_of(client.get(url)), "text": CANARY})
        assert "1 row" in found.text
    out, err = capfd.readouterr()
    ours = "".join(record.getMessage() for record in caplog.records if not record.name.startswith(("http", "asyncio")))
    for secret in (PASSWORD, CANARY):
        assert secret not in ours + out + err


def test_sessions_end_when_they_are_not_used_and_at_the_latest_after_half_a_day():
    now = [0.0]
    sessions = Sessions(clock=lambda: now[0])
    sessions.sign_in("a" * 43, "v1")
    for _ in range(int(LONGEST_SECONDS // (IDLE_SECONDS - 1))):
        now[0] += IDLE_SECONDS - 1
        assert sessions.is_signed_in("a" * 43, "v1")
    now[0] = LONGEST_SECONDS + 1
    assert not sessions.is_signed_in("a" * 43, "v1")
    sessions.sign_in("b" * 43, "v1")
    now[0] += IDLE_SECONDS + 1
    assert not sessions.is_signed_in("b" * 43, "v1")


def test_a_token_belongs_to_its_cookie_and_to_this_server():
    one, other = Sessions(), Sessions()
    assert one.is_token("a", one.token_for("a"))
    assert not one.is_token("b", one.token_for("a"))
    assert not other.is_token("a", one.token_for("a"))
    assert not one.is_token("a", "é")


def test_sessions_do_not_fill_the_memory():
    sessions = Sessions()
    for number in range(1_500):
        sessions.sign_in(str(number), "v")
    assert not sessions.is_signed_in("0", "v")
    assert sessions.is_signed_in("1499", "v")


@pytest.mark.parametrize("path", ["/api/v1/imports", "/leads/import/jobs"])
def test_where_pages_need_a_password_programs_need_a_key(locked, prepared_once, path):
    """Otherwise the API would show without it what the pages do not."""
    with served(prepared_once.root) as address:
        assert httpx.get(address + path).status_code == 200
    assert httpx.get(locked + path).status_code == 401
