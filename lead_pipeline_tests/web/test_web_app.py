"""What stands in front of every page and route: foreign pages, and what is said when something goes wrong."""

import logging

import httpx
import pytest

from lead_pipeline.model.errors import ImportNotFoundError, LeadPipelineError, StoreError, StoreLockedError, UsageError
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline.web.pages import today_page
from lead_pipeline_tests.web.serving_pages import served

SECRET = "nora@example.org"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served(tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "foreign.invalid"},
        {"Origin": "http://foreign.invalid"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    ],
    ids=["another name", "a foreign page", "a foreign image"],
)
@pytest.mark.parametrize("path", ["/", "/api/v1/openapi.json", "/static/workbench.css"])
def test_what_a_foreign_page_asks_for_is_refused(address, headers, path):
    assert httpx.get(address + path, headers=headers).status_code == 403


def test_a_person_who_follows_a_link_is_shown_the_page(address):
    navigates = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert httpx.get(f"{address}/", headers=navigates).status_code == 200


def test_a_page_that_there_is_not_is_a_sentence_for_people_and_a_problem_for_programs(address):
    page, problem = httpx.get(f"{address}/nowhere"), httpx.get(f"{address}/api/v1/nowhere")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such page" in page.text
    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")
    assert problem.json()["status"] == 404


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ImportNotFoundError("There is no import 'x'."), 404),
        (UsageError("That is no phone."), 422),
        (StoreLockedError("The store is held by process 7."), 503),
        (LeadPipelineError("This import is of an earlier release."), 409),
        (StoreError("The store is damaged."), 500),
    ],
)
def test_an_error_that_a_person_can_fix_is_a_page_with_its_sentence(tmp_path, monkeypatch, error, status):
    def fail(*_args, **_values):
        raise error

    monkeypatch.setattr(today_page, "render", fail)
    with served(tmp_path) as address:
        answer = httpx.get(f"{address}/")
    assert answer.status_code == status
    assert str(error).replace("'", "&#39;") in answer.text


def test_a_crash_says_no_value_of_a_row_to_the_browser_or_the_log(tmp_path, monkeypatch, caplog, capfd):
    def crash(*_args, **_values):
        raise ValueError(SECRET)

    monkeypatch.setattr(today_page, "render", crash)
    with caplog.at_level(logging.DEBUG), served(tmp_path) as address:
        answer = httpx.get(f"{address}/")
    assert answer.status_code == 500
    assert "today_page.py" in caplog.text
    out, err = capfd.readouterr()
    assert SECRET not in answer.text + caplog.text + out + err


def test_looking_makes_no_home(tmp_path):
    home = tmp_path / "home"
    with served(home) as address:
        httpx.get(f"{address}/")
    assert not home.exists()
    assert LeadPipeline(home).history() == ()
