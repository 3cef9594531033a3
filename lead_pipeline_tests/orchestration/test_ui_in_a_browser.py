"""What somebody sees who has nothing but Dagster's UI: fifteen files are dropped, nine of them bad. Which, why, and
that they are not imported has to be plain, and still is after the next good file.
"""

import json
import random
import re

import pytest
from playwright.sync_api import Page, expect

from lead_pipeline_tests.browsing import browser, in_full, opened
from lead_pipeline_tests.orchestration.serving import Ui, receipts, unfinished_runs
from lead_pipeline_tests.orchestration.watching import leads
from lead_pipeline_tests.support import quick_folder

PROFILES = {
    "asked": {"approval": "manual"},
    "limited": {"approval": {"auto_below": 0.2}},
    "held": {"on_layout_change": "hold"},
}
GOOD = {
    "call_schedule/good-1.csv": leads(1, rows=3), "call_schedule/good-2.csv": leads(2), "held/good-3.csv": leads(3),
    "asked2/good-4.csv": leads(4), "call_schedule/good-5.csv": leads(5) + "12345,x\n", "limited/good-6.csv": leads(6),
}  # fmt: skip

#: Files that are refused, and what people are told about each.
REFUSED = {
    "call_schedule/junk.xlsx": (random.Random(1).randbytes(5000), "is not text"),
    "call_schedule/unknown-columns.csv": ("naem,state\na,b\n", "the required field 'phone'"),
    "call_schedule/empty.csv": ("", "file_empty"),
    "solar/broken-profile.csv": (leads(7), "solar.yaml, line 1: 'nmae'"),
    "nosuch/unknown-folder.csv": (leads(8), "There is no profile 'nosuch'"),
    "inbox-root.csv": (leads(9), "inbox/<profile>/"),
}

#: Files that wait for a person, and why.
WAITING = {
    "held/other-layout.csv": ("caller_id,town,colour\n2122990001,x,red\n", "on_layout_change: hold"),
    "limited/reject-limit.csv": (leads(10, rows=2) + "12345,x\n" * 3, "approval: auto_below"),
    "asked/waits.csv": (leads(11), "approval: manual"),
}


class Observer:
    """A home with the services running, and a page of their UI."""

    def __init__(self, ui: Ui, page: Page) -> None:
        self.ui, self.page = ui, page

    def drop(self, path: str, content: str | bytes) -> None:
        target = self.ui.home / "inbox" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}.tmp")
        unfinished.write_bytes(content if isinstance(content, bytes) else content.encode())
        unfinished.rename(target)

    def wait_for_reports(self, files: int) -> None:
        self.ui.wait_for(f"{files} reports", lambda: len(list((self.ui.home / "reports").iterdir())) == files)
        self.ui.wait_for("the runs to end", lambda: unfinished_runs(self.ui.home) == [], pause=1.0)

    def ids(self) -> dict[str, str]:
        """Return the import id of each file, by the slug that its name begins with."""
        return {path.name.split("@")[0]: path.name for path in (self.ui.home / "reports").iterdir()}

    def open(self, path: str) -> None:
        self.page.goto(f"http://127.0.0.1:{self.ui.port}{path}")

    def shown_ids(self) -> set[str]:
        return set(re.findall(r"[a-z0-9-]{1,18}@[0-9a-f]{12}", self.page.inner_text("body")))

    def check_of(self, name: str, asset: str = "imported_leads") -> None:
        """Open the partitions of a check, and leave out those that passed or were never checked."""
        self.open(f"/assets/{asset}?view=checks")
        self.page.get_by_text(name, exact=True).first.click()
        self.page.get_by_text("Partitions", exact=True).last.click()
        for state in ("Passed (", "Missing ("):
            self.page.get_by_text(state).click()


@pytest.fixture(scope="module")
def observer():
    with quick_folder() as folder, browser() as found:
        home = folder / "home"
        (home / "profiles").mkdir(parents=True)
        for name, keys in {**PROFILES, "asked2": {}}.items():
            document = {"extends": "call_schedule", "name": name, **keys}
            (home / "profiles" / f"{name}.yaml").write_text(json.dumps(document))
        (home / "profiles" / "solar.yaml").write_text("nmae: solar\n")
        ui = Ui(home)
        try:
            ui.wait_until_ready()
            observer = Observer(ui, opened(found))
            observer.drop("held/good-3.csv", GOOD["held/good-3.csv"])  # what the layout is compared with
            ui.wait_for("the first import", lambda: len(receipts(home)) == 1)
            for path, content in {**GOOD, **{path: one[0] for path, one in {**REFUSED, **WAITING}.items()}}.items():
                if path != "held/good-3.csv":
                    observer.drop(path, content)
            observer.wait_for_reports(15)
            yield observer
        finally:
            ui.stop()


def slug(path: str) -> str:
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def plain_which_and_why(observer: Observer, imported: int) -> None:
    """Assert what somebody sees in the asset's partitions, in its checks, and in the runs."""
    page, ids = observer.page, observer.ids()
    refused, waiting = {ids[slug(path)] for path in REFUSED}, {ids[slug(path)] for path in WAITING}
    for asset in ("raw_leads", "imported_leads", "import_report"):
        observer.open(f"/assets/{asset}?view=partitions")
        page.get_by_text(f"Materialized ({imported})").click()
        expect(page.get_by_text("Failed (6)")).to_be_visible()
        expect(page.get_by_text("Missing (3)")).to_be_visible()
        expect(page.get_by_text("9 Partitions Selected", exact=True)).to_be_visible()
        assert observer.shown_ids() == refused | waiting
    for check, files, bad in (("file_accepted", REFUSED, refused), ("approved", WAITING, waiting)):
        observer.check_of(check)
        expect(page.get_by_text(f"{len(bad)} Partitions Selected", exact=True)).to_be_visible()
        assert observer.shown_ids() == bad
        for path, (_, why) in files.items():
            in_full(page, ids[slug(path)]).click()
            expect(page.get_by_text(why)).to_be_visible()
    observer.open("/runs?q[]=tag%3Alead_pipeline%2Fawaiting_approval%3Dtrue")
    expect(page.get_by_text("import_leads").first).to_be_visible()
    text = page.inner_text("body")
    assert all(f"lead_pipeline/import.{one.replace('@', '.')}: awaiting_approval" in text for one in waiting)
    observer.open("/runs?q[]=tag%3Alead_pipeline%2Fquarantined%3Dtrue")
    expect(page.get_by_text("Failure", exact=True).first).to_be_visible()
    assert page.get_by_text("Success", exact=True).count() == 0


def test_nine_bad_files_of_fifteen_are_seen_with_why_and_still_are_after_the_next_good_one(observer):
    plain_which_and_why(observer, imported=6)
    observer.drop("call_schedule/next.csv", leads(20))
    observer.wait_for_reports(16)
    plain_which_and_why(observer, imported=7)


def test_the_run_says_which_files_were_refused_and_why(observer):
    page, ids = observer.page, observer.ids()
    observer.open("/runs?q[]=tag%3Alead_pipeline%2Fquarantined%3Dtrue")
    links, said = page.locator("a[href^='/runs/']"), ""
    expect(links.first).to_be_visible()
    for link in {link.get_attribute("href") for link in links.all()}:
        observer.open(str(link))
        expect(page.get_by_text("STEP_FAILURE").first).to_be_visible()
        page.get_by_text("View full message").last.click()
        page.wait_for_timeout(500)
        said += page.inner_text("body")
    for path, (_, why) in REFUSED.items():
        assert ids[slug(path)] in said
        assert why in said


def test_the_one_that_waits_is_found_and_approved_and_another_is_refused_with_a_sentence(observer):
    ids = observer.ids()
    observer.open("/locations/lead_pipeline/jobs/approve_import")
    expect(observer.page.get_by_text("Takes one partition, of an import that waits")).to_be_visible()
    observer.check_of("approved")
    in_full(observer.page, ids["waits"]).click()
    expect(observer.page.get_by_text("Waits for approval, nothing is imported.")).to_be_visible()


def test_the_plot_of_a_source_is_its_own(observer):
    observer.open("/assets/import_trends")
    observer.page.get_by_text("Plots", exact=True).first.click()
    for source in ("call_schedule", "limited"):
        expect(observer.page.get_by_text(f"{source} · reject_rate")).to_be_visible()
