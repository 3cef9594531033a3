"""People, suppressions and profiles in the browser: what is asked stands in no address, what is wrong is a sentence."""

import re
from collections.abc import Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from lead_pipeline import LeadPipeline
from lead_pipeline_tests.browsing import browser, opened
from lead_pipeline_tests.support import call_schedule, prepared_home, quick_folder, staging
from lead_pipeline_tests.web.serving_pages import served

PATHS = ("/imports/new", "/people", "/suppressions", "/profiles", "/profiles/flow_batch", "/profiles/flow_batch/copy")


class Served:
    def __init__(self, address: str, leads: LeadPipeline, page: Page) -> None:
        self.address, self.leads, self.page = address, leads, page
        self.seen: list[str] = []
        page.on("request", lambda request: self.seen.append(request.url))

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page


@pytest.fixture(scope="module")
def workbench() -> Iterator[Served]:
    with quick_folder() as folder, browser() as found:
        prepared_home(folder / "home")
        with staging(folder / "home") as stages:
            (path := folder / "partners.csv").write_text("caller_id,email\n+12125550100,linnet@example.com\n")
            stages.file(path, call_schedule())
        with served(folder / "home") as address:
            yield Served(address, LeadPipeline(folder / "home"), opened(found))


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_no_fault_for_who_cannot_see_it_and_fits_a_phone_in_light_and_dark(workbench, path):
    page = workbench.go(path)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1300, "height": 900})


def test_a_person_is_explained_and_stands_in_no_address(workbench):
    page = workbench.go("/people")
    page.get_by_label("Phone, email or another identifier").fill("linnet@example.com")
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    expect(page.get_by_text("phone +12125550100 contact")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    assert not [url for url in workbench.seen if "linnet" in url or "5550100" in url]


def test_nobody_and_a_country_that_there_is_not_are_sentences(workbench):
    page = workbench.go("/people")
    page.get_by_label("Phone, email or another identifier").fill("nobody@example.com")
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_text("The store holds nothing of this person.")).to_be_visible()
    page.get_by_label("Country of a number").fill("XX")
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_text(re.compile("XX"))).to_be_visible()


def test_people_are_added_with_a_reason_and_found_and_what_cannot_be_read_is_said_to_be_free(workbench):
    page = workbench.go("/suppressions")
    page.get_by_label("Phone numbers or emails").fill("+12125550100\nnot a number\nlark@example.com")
    page.get_by_label("What it means").select_option("opted_out")
    page.get_by_label("Reason").fill("asked on the phone")
    page.get_by_role("button", name="Add to the list").click()
    said = page.get_by_role("status").first
    expect(said).to_contain_text("2 added to the list opted_out")
    expect(said).to_contain_text("1 could not be read and is NOT suppressed.")
    page.get_by_label("Phone, email or another identifier").fill("212 555 0100")
    page.get_by_role("button", name="Look up").click()
    entry = page.get_by_role("region", name="Entries").get_by_role("row").nth(1)
    expect(entry).to_contain_text("asked on the phone")
    expect(entry).to_contain_text("in force")
    assert workbench.leads.suppressed("lark@example.com").in_force
    assert not [url for url in workbench.seen if "lark" in url]


def test_nobody_is_added_without_a_reason(workbench):
    page = workbench.go("/suppressions")
    page.get_by_label("Phone numbers or emails").fill("finch@example.com")
    page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    page.get_by_role("button", name="Add to the list").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why they are added.")
    expect(page.get_by_label("Phone numbers or emails")).to_have_value("finch@example.com")
    assert not workbench.leads.suppressed("finch@example.com").in_force


def test_a_profile_is_checked_with_line_and_fix_saved_and_not_written_over(workbench):
    page = workbench.go("/profiles/flow_batch/copy")
    page.get_by_role("textbox", name="Name", exact=True).fill("autumn")
    page.get_by_label("Text, YAML").fill("name: autumn\nextends: flow_bach\n")
    page.get_by_role("button", name="Check and save").click()
    expect(page.get_by_role("alert")).to_contain_text("line 2")
    expect(page.get_by_role("alert")).to_contain_text("Did you mean 'flow_batch'?")
    assert not (workbench.leads.home.profiles / "autumn.yaml").exists()
    page.get_by_label("Text, YAML").fill("name: autumn\nextends: flow_batch\n")
    page.get_by_role("button", name="Check and save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    (workbench.leads.home.profiles / "autumn.yaml").write_text("name: autumn\nextends: flow_batch\n# a colleague\n")
    page.get_by_label("Text, YAML").fill("name: autumn\nextends: flow_batch\n# mine\n")
    page.get_by_role("button", name="Check and save").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing was saved")
    assert "a colleague" in (workbench.leads.home.profiles / "autumn.yaml").read_text()


def test_a_profile_is_proposed_from_a_file(workbench, tmp_path):
    (path := tmp_path / "people.csv").write_text("Mail,Mobile\na@example.com,+12125550160\n")
    page = workbench.go("/profiles")
    page.get_by_label("A file of the kind").set_input_files(path)
    page.get_by_label("Name of the profile").fill("people")
    page.get_by_role("button", name="Propose a profile").click()
    expect(page.get_by_label("Text, YAML")).to_have_value(re.compile("name: people"))


def test_a_read_only_server_changes_nothing_and_shows_nobody(workbench):
    with served(workbench.leads.home.root, read_only=True) as address:
        shown = {path: httpx.get(address + path) for path in PATHS}
    assert {path: answer.status_code for path, answer in shown.items()} == {
        "/imports/new": 403, "/people": 403, "/suppressions": 200, "/profiles": 200, "/profiles/flow_batch": 200,
        "/profiles/flow_batch/copy": 403,
    }  # fmt: skip
    assert "Add to the list" not in shown["/suppressions"].text
