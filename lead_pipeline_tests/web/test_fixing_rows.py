"""Rejected rows are fixed in the browser: in a grid that says at once what would become of each, with script and
without, and by rules for many.
"""

import re
from collections.abc import Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from lead_pipeline import LeadPipeline
from lead_pipeline.filing.manifests import pending_manifests
from lead_pipeline_tests.browsing import browser, opened
from lead_pipeline_tests.support import call_schedule, quick_folder, staging
from lead_pipeline_tests.web.serving_pages import served

ROWS = (
    "caller_id,email,expires_in\n+12125550100,a@example.com,1\n0044 20 7946 0123,b@example.com,2\n"
    "0044 20 7946 0124,c@example.com,3\n+12125550103,d@example.com,soon\n,heron@example.com,4\n"
)


class Fixing:
    def __init__(self, address: str, leads: LeadPipeline, import_id: str, found: Browser) -> None:
        self.address, self.leads, self.import_id = address, leads, import_id
        self.browser, self.path = found, f"{address}/imports/{import_id}/fix"

    def page(self, **said: object) -> Page:
        context = self.browser.new_context(viewport={"width": 1400, "height": 1000}, reduced_motion="reduce", **said)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(self.path)
        return page


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        opened(found).close()
        yield found


@pytest.fixture
def fixing(chromium) -> Iterator[Fixing]:
    with quick_folder() as folder:
        with staging(folder / "home") as stages:
            (path := folder / "partners.csv").write_text(ROWS)
            result = stages.file(path, call_schedule())
        assert (result.counts.created, result.counts.rejected) == (1, 4)
        with served(folder / "home") as address:
            yield Fixing(address, LeadPipeline(folder / "home"), result.import_id, chromium)


def tally(page: Page) -> list[int]:
    return [int(number) for number in page.locator("#summary strong").all_inner_texts()]


def test_a_cell_is_changed_in_place_and_the_row_says_what_would_become_of_it(fixing):
    page = fixing.page()
    assert tally(page) == [4, 0, 0]
    row = page.locator("[data-row='4']")
    expect(row).to_contain_text("Would be rejected again.")
    expect(row.get_by_label("expires_in, row 4")).to_have_attribute("aria-invalid", "true")
    row.get_by_label("expires_in, row 4").fill("48")
    row.get_by_label("expires_in, row 4").press("Enter")
    expect(row).to_contain_text("Would be imported.")
    expect(page.locator("#summary")).to_contain_text("1 would be imported")
    assert page.url == fixing.path
    page.reload()
    assert tally(page) == [3, 1, 0]


def test_a_suggestion_is_taken_with_one_press(fixing):
    page = fixing.page()
    page.get_by_role("button", name="Take +44 20 7946 0123").click()
    expect(page.locator("[data-row='2']")).to_contain_text("Would be imported.")
    assert fixing.leads.corrections(fixing.import_id).good == 1


def test_all_of_it_works_without_script_to_the_file_that_is_handed_in(fixing):
    page = fixing.page(java_script_enabled=False)
    page.get_by_role("link", name=re.compile("^2 .*caller_id")).click()
    page.get_by_label("What to do").select_option("suggestion")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2 rows would change")
    expect(page.get_by_role("row", name="+44 20 7946 0124")).to_be_visible()
    assert fixing.leads.corrections(fixing.import_id).steps == ()
    page.get_by_role("button", name="Change 2 rows").click()
    page.get_by_role("link", name="Still to fix").click()
    page.get_by_label("expires_in, row 4").fill("never")
    page.get_by_role("button", name="Check row 4").click()
    expect(page.get_by_text("Row 4: Would be rejected again.")).to_be_visible()
    assert tally(page) == [1, 2, 1]
    page.get_by_role("button", name=re.compile("^Undo: Row 4")).click()
    assert tally(page) == [2, 2, 0]
    page.get_by_role("button", name="Import the fixed rows").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("partners corrected.csv")
    (manifest,) = pending_manifests(fixing.leads.home)
    assert manifest.file_name == "partners corrected.csv"
    assert fixing.leads.corrections(fixing.import_id).handed_in == {manifest.import_id: 2}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_the_grid_has_no_fault_for_who_cannot_see_it_and_fits_a_phone(fixing, scheme, width):
    page = fixing.page(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_cells_go_by_keyboard_alone(fixing):
    page = fixing.page()
    page.get_by_label("expires_in, row 4").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("7")
    page.keyboard.press("Tab")
    expect(page.locator("[data-row='4']")).to_contain_text("Would be imported.")


def test_a_form_without_its_token_and_a_read_only_server_change_nothing(fixing):
    answer = httpx.post(f"{fixing.path}/rows/4", data={"c2": "48"})
    assert answer.status_code == 403
    with served(fixing.leads.home.root, read_only=True) as address:
        for path in ("fix", "fix/rows/4"):
            answer = httpx.get(f"{address}/imports/{fixing.import_id}/{path}")
            assert answer.status_code in (403, 405)
            assert "heron" not in answer.text
    assert fixing.leads.corrections(fixing.import_id).steps == ()


def test_what_cannot_be_done_is_a_sentence(fixing):
    page = fixing.page(java_script_enabled=False)
    expect(page.get_by_role("button", name="Import the fixed rows")).to_be_disabled()
    page.goto(f"{fixing.address}/imports/nobody@000000000000/fix")
    expect(page.get_by_text("There is no import 'nobody@000000000000'")).to_be_visible()
