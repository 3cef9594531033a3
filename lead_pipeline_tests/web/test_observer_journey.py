"""The services as they are started, and a person with nothing but a browser: a file is dropped, waits, is looked at,
approved, watched to its end, and corrected.
"""

import json

import pytest
from playwright.sync_api import expect

from lead_pipeline_tests.browsing import browser, opened
from lead_pipeline_tests.orchestration.serving import Ui, drop
from lead_pipeline_tests.support import quick_folder

ROWS = "caller_id,email\n2125550101,a@example.com\n2125550102,b@example.com\n12,c@example.com\n"


@pytest.fixture
def ui():
    with quick_folder() as folder:
        home = folder / "home"
        (home / "profiles").mkdir(parents=True)
        document = {"extends": "call_schedule", "name": "asked", "approval": "manual"}
        (home / "profiles/asked.yaml").write_text(json.dumps(document))
        (home / "inbox/asked").mkdir(parents=True)
        (folder / "list.csv").write_text(ROWS)
        started = Ui(home)
        try:
            started.wait_until_ready()
            yield started
        finally:
            started.stop()


def test_a_file_is_seen_waiting_approved_and_watched_to_its_end(ui):
    with browser() as found:
        page = opened(found)
        page.goto(f"http://127.0.0.1:{ui.pages_port}")
        expect(page.locator("main")).to_contain_text("No file has come yet")
        drop(ui.home, [ui.home.parent / "list.csv"], "asked")
        ui.wait_for("a question", lambda: any((ui.home / "staging/decisions").glob("*.json")))
        page.reload()
        expect(page.get_by_role("heading", name="Waiting for you")).to_be_visible()
        page.get_by_role("link", name="list.csv").first.click()
        page.get_by_role("link", name="Look at the rows left out").click()
        expect(page.get_by_role("table")).to_contain_text("c@example.com")
        page.go_back()
        page.get_by_role("link", name="Approve…").click()
        expect(page.locator("main")).to_contain_text("2 of 3 rows would become new leads")
        page.get_by_role("button", name="Approve and import").click()
        expect(page.locator("main")).to_contain_text("2 of 3 rows became new leads", timeout=240_000)
        ui.wait_for("the end", lambda: not any((ui.home / "staging/manifests").glob("*.json")))
        page.reload()
        with page.expect_download() as download:
            page.get_by_role("link", name="Rows to correct, as a workbook").click()
        assert download.value.suggested_filename == "list-rejected.xlsx"
        page.get_by_role("link", name="Today").click()
        expect(page.locator("main")).to_contain_text("1 file came: 1 imported")
        expect(page.get_by_role("link", name="Dagster")).to_have_attribute("href", f"http://127.0.0.1:{ui.port}")
