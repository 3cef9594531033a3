"""Every page in a real browser: no violation that axe finds, nothing off the screen of a phone, keys, print, and an
import that is watched to its end.
"""

import re

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.json_files import write_json
from lead_pipeline.filing.life_cycle import finish, load_manifest
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.results import FileFacts, ImportResult, RowCounts
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline_tests.web.prepared_home import Prepared
from lead_pipeline_tests.web.serving_pages import served

#: Every page there is, by what it shows.
PATHS = {
    "today": "/",
    "imports": "/imports",
    "no imports": "/imports?profile=nobody",
    "import": "/imports/{messy}",
    "sequel": "/imports/{corrected}",
    "refused": "/imports/{refused}",
    "queued": "/imports/{queued}",
    "unusual": "/imports/{worse}",
    "rows": "/imports/{messy}/rows",
    "rows with warnings": "/imports/{messy}/rows?outcome=warning",
    "no rows": "/imports/{messy}/rows?code=phone_missing&column=zip",
    "row": "/imports/{messy}/rows/98",
    "approve": "/imports/{waits}/approve",
    "cancel": "/imports/{waits}/cancel",
    "not there": "/imports/x@0123456789ab",
}


@pytest.fixture(scope="module")
def address(prepared_once: Prepared):
    with served(prepared_once.root) as address:
        yield address


def opened(chromium: Browser, *, width: int = 1280, scheme: str = "light") -> Page:
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",  # axe must not see a colour on its way to another
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PATHS)
def test_axe_finds_nothing_and_nothing_is_off_the_screen(chromium, address, prepared_once, name, scheme):
    """Wide in one scheme, narrow in the other, and both for axe: contrast differs by scheme, layout by width."""
    page = opened(chromium, width=1280 if scheme == "light" else 390, scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address + PATHS[name].format_map(vars(prepared_once)))
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(over) <= 0, f"{name} is wider than {width} pixels"
    assert [text for text in said if "404" not in text] == []
    page.context.close()


def test_axe_finds_nothing_at_the_login(chromium, tmp_path):
    LeadPipeline(tmp_path).set_password("correct horse battery")
    with served(tmp_path) as address:
        for scheme in ("light", "dark"):
            page = opened(chromium, width=390, scheme=scheme)
            page.goto(address)
            page.get_by_label("Password").fill("wrong")
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("alert")).to_contain_text("That is not the password")
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
        page.get_by_label("Password").fill("correct horse battery")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Today")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_keys_lead_through_rows_and_to_the_search(chromium, address, prepared_once):
    page = opened(chromium)
    page.goto(f"{address}/imports/{prepared_once.messy}/rows")
    page.keyboard.press("/")
    page.keyboard.type("kofi.eriksen747")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 row")
    assert "kofi" not in page.url
    page.get_by_role("link", name="98").click()
    for row, key in (("Row 98", "ArrowRight"), ("Row 99", "ArrowLeft"), ("Row 98", "Escape")):
        expect(page.get_by_role("heading", level=1)).to_contain_text(row)
        page.wait_for_load_state()  # the heading is there before the script that listens to keys
        page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1)).to_have_text("Rows left out")


def test_the_first_tab_skips_to_the_content(chromium, address):
    page = opened(chromium)
    page.goto(address)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_printed_a_page_is_its_content_alone(chromium, address, prepared_once):
    page = opened(chromium, scheme="dark")
    page.goto(f"{address}/imports/{prepared_once.messy}")
    page.emulate_media(media="print")
    expect(page.locator("header.top")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_who_watches_an_import_sees_its_end(chromium, copied):
    home = Home(copied.root)
    with served(copied.root) as address:
        page = opened(chromium)
        page.goto(f"{address}/imports/{copied.queued}")
        expect(page.locator("#live")).to_contain_text("waiting for its turn")
        manifest, now = load_manifest(home, copied.queued), utc_now()
        result = ImportResult(
            import_id=copied.queued,
            status=ImportStatus.COMPLETED,
            profile="fair",
            destination="list:fair",
            file=FileFacts(file_name="next.csv", file_sha256="0" * 64, file_bytes=1),
            rows_read=1,
            counts=RowCounts(created=1),
            started_at=now,
            ended_at=now,
        )
        write_json(home.reports / copied.queued / "result.json", result)
        finish(home, manifest, ImportStatus.COMPLETED, now)
        expect(page.locator("main")).to_contain_text("The one row became a new lead.", timeout=60_000)


def test_pages_load_nothing_from_elsewhere(address, prepared_once):
    for path in PATHS.values():
        text = httpx.get(address + path.format_map(vars(prepared_once))).text
        loaded = re.findall(r'(?:src|href|action|data-poll)="([^"]*)"', text)
        assert loaded
        assert [one for one in loaded if not one.startswith(("/", "#")) and one != "data:,"] == []
        assert "style=" not in text
