"""Each kind of import that the bundled profiles stand for is walked to its end in a browser, with the real services."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from lead_pipeline import LeadPipeline
from lead_pipeline_tests.browsing import browser, opened
from lead_pipeline_tests.orchestration.serving import Ui
from lead_pipeline_tests.support import prepared_home, query, quick_folder

#: Of everybody in the files, and of nobody in an address or a log.
CANARY = "wagtail"


class Walker:
    """Somebody at the workbench of a home whose services run."""

    def __init__(self, ui: Ui, page: Page, files: Path) -> None:
        self.ui, self.page, self.home = ui, page, ui.home
        self._address, self._files = f"http://127.0.0.1:{ui.pages_port}", files
        self.seen: list[str] = []
        page.on("request", lambda request: self.seen.append(request.url))

    def go(self, path: str) -> None:
        self.page.goto(self._address + path)

    def begin(self, kind: str, name: str, text: str) -> None:
        """Choose the kind of import, and send a file."""
        (path := self._files / name).write_text(text, encoding="utf-8")
        self.go("/imports/new")
        self.page.get_by_role("radio", name=kind).check()
        self.page.get_by_label("From your computer").set_input_files(path)
        self.press("Continue")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def at(self, step: str) -> None:
        """Be at a step, whose page has no fault for who cannot see it."""
        expect(self.page.get_by_role("heading", level=1, name=step, exact=True)).to_be_visible()
        found = Axe().run(self.page)
        assert found.violations_count == 0, found.generate_report()

    def map(self, column: str, target: str) -> None:
        self.page.get_by_label(f"{column} becomes", exact=True).select_option(label=target)

    def ends_with(self, **counts: int) -> None:
        """Wait for the end, and hold the counters against what was written into the file."""
        expect(self.page.get_by_role("heading", name="From here")).to_be_visible(timeout=120_000)
        for key, rows in counts.items():
            assert self.page.locator(f"#count-{key} strong").inner_text() == str(rows), key


@pytest.fixture(scope="module")
def walker() -> Iterator[Walker]:
    with quick_folder() as folder, browser() as found:
        home = prepared_home(folder / "home").root
        ui = Ui(home)
        try:
            ui.wait_until_ready()
            yield Walker(ui, opened(found), folder)
        finally:
            ui.stop()


def leads_of(walker: Walker, destination: str) -> list[tuple]:
    kind, _, name = destination.partition(":")
    sql = "select phone, email, attributes from leads where destination_kind = ? and destination_name = ? order by 1, 2"
    return query(walker.home, sql, kind, name)


def test_call_schedule_name_rules_defaults_mapping_and_errors_per_row(walker):
    walker.begin(
        "Leads for a call schedule or an offer",
        "partners.csv",
        f"Mobile,Mail,zip,priority\n(212) 555-0101,{CANARY}@example.com,02134,1\n12,b@example.com,1,2\n"
        "(212) 555-0102,c@example.com,10001,3\n(212) 555-0101,d@example.com,10001,3\n",
    )
    walker.at("Schedule and rules")
    page = walker.page
    page.get_by_label("What you call this import").fill("Spring partners")
    page.get_by_label("Kind").select_option("offer")
    page.get_by_label("Name", exact=True).fill("roof")
    page.get_by_label("Whose leads and calls count").select_option("company")
    page.get_by_label("Days to look back").fill("30")
    page.get_by_label("Anybody who was dialed").check()
    page.get_by_label("New leads expire after").fill("48h")
    page.get_by_label("Traffic source").fill("fair")
    walker.press("Continue")
    walker.at("File")
    expect(page.get_by_role("cell", name="02134")).to_be_visible()
    walker.press("Continue")
    walker.at("Mapping")
    walker.map("Mobile", "phone (required)")
    walker.map("Mail", "email")
    walker.map("priority", "Do not import")
    walker.press("Continue")
    walker.at("Check and start")
    walker.press("Start the import")
    walker.ends_with(created=2, rejected=1, duplicate=1)
    walker.at("Result")
    errors = page.get_by_role("region", name="Errors per row")
    expect(errors.get_by_role("row").nth(1)).to_contain_text("2Mobile")
    found = leads_of(walker, "offer:roof")
    assert [row[:2] for row in found] == [("+12125550101", f"{CANARY}@example.com"), ("+12125550102", "c@example.com")]
    assert '"zip":"02134"' in found[0][2]
    assert '"traffic_source":"fair"' in found[0][2]
    assert "priority" not in found[0][2].replace("lead_priority", "")


def test_crm_workspace_sample_row_five_counters_and_history(walker):
    walker.begin(
        "Leads for a CRM workspace",
        "fair.csv",
        "Given,Last Name,E-mail,Firm,Badge\nAnn,Lee,ann@crm.example,Acme,red\nBo,Kay,bo@crm.example,Beta,blue\n"
        "Cy,Dee,not an address,Beta,red\nAnn,Lee,ann@crm.example,Acme,red\n",
    )
    walker.at("File")
    walker.press("Continue")
    walker.at("Map columns")
    expect(walker.page.get_by_role("cell", name="Ann · Bo · Cy")).to_be_visible()
    walker.map("Given", "first name")
    walker.press("Continue")
    walker.at("Workspace")
    walker.page.get_by_label("Name", exact=True).fill("sales")
    walker.press("Continue")
    walker.at("Start")
    walker.press("Start the import")
    walker.ends_with(total=4, processed=4, imported=2, skipped=2, errors=1)
    assert [row[1] for row in leads_of(walker, "workspace:sales")] == ["ann@crm.example", "bo@crm.example"]
    walker.page.get_by_role("link", name="History of these imports").click()
    expect(walker.page.get_by_role("link", name="fair.csv")).to_be_visible()


FLOW = (
    "+12125550{n},{n}@flow.example,Ann,Lee,1 Main Street,Dover,{state},10001,30,true,95.50,good,"
    "2026-03-14T09:30:00,https://quotes.example.com/solar,2026-03-14T09:31:00"
)


FLOW_FIELDS = (
    "phone (required)", "email (required)", "first name", "last name", "street", "city", "state", "postal code", "age",
    "homeowner", "electric bill", "credit rating", "consent at", "consent url", "submitted at",
)  # fmt: skip


def test_flow_batch_header_off_validation_report_adjust_and_complete(walker):
    rows = [FLOW.format(n=n, state=state) for n, state in ((110, "NY"), (111, "XX"), (112, "CA"))]
    walker.begin("A batch for a lead flow", "batch.csv", "\n".join(rows) + "\n")
    page = walker.page
    walker.at("File and header")
    page.locator("select[name=header]").select_option(label="No header: the first line is a row")
    walker.press("Read it like this")
    expect(page.get_by_role("columnheader", name="column_1", exact=True)).to_be_visible()
    walker.press("Continue")
    walker.at("Match columns")
    for number, name in enumerate(FLOW_FIELDS, 1):
        walker.map(f"column_{number}", name)
    walker.press("Continue")
    walker.at("Flow")
    walker.press("Continue")
    walker.at("Validate")
    walker.press("Validate all rows")
    walker.ends_with(created=2, rejected=1)
    walker.at("Report")
    expect(page.get_by_role("heading", name="Summary of failures")).to_be_visible()
    expect(page.get_by_role("link", name="The complete report")).to_be_visible()
    assert leads_of(walker, "flow:main") == []
    walker.press("Adjust")
    walker.at("Match columns")
    walker.map("column_7", "Do not import")
    walker.press("Continue")
    walker.press("Continue")
    walker.press("Validate all rows")
    walker.ends_with(created=3, rejected=0)
    assert leads_of(walker, "flow:main") == []
    walker.press("Complete")
    expect(page.get_by_role("heading", name="Complete or adjust?")).to_have_count(0)
    walker.ends_with(created=3, rejected=0)
    assert [row[0] for row in leads_of(walker, "flow:main")] == ["+12125550110", "+12125550111", "+12125550112"]


def test_voice_campaign_sample_secondary_contacts_numbers_and_error_report(walker):
    walker.begin(
        "Contacts for a voice campaign",
        "renewals.csv",
        "Number,first_name,Balance,secondary_phone_1,secondary_1_name\n+12125550120,Ann,12.5,+12125550121,Bo\n"
        "2125550122,Cy,1,,\n+12125550123,Di,much,,\n",
    )
    page = walker.page
    walker.at("Campaign")
    with page.expect_download() as sample:
        page.get_by_role("link", name="Download a sample file to fill in").click()
    assert "phone_number" in sample.value.path().read_text("utf-8-sig").splitlines()[0]
    page.get_by_label("Name", exact=True).fill("renewals")
    page.get_by_label("Which are accepted").select_option("international")
    page.get_by_label("Secondary contacts in a row").select_option("1")
    walker.press("Continue")
    walker.at("File")
    walker.press("Continue")
    walker.at("Map variables")
    expect(page.get_by_role("alert")).to_have_text(
        "No column is the phone yet, and this kind of import needs it. Choose which one it is."
    )
    expect(page.get_by_label("secondary_phone_1 becomes").locator("option:checked")).to_have_text("Secondary 1 phone")
    walker.map("Number", "phone (required)")
    walker.map("Balance", "balance due")
    walker.press("Continue")
    walker.at("Check and start")
    walker.press("Dry run: what would come of it")
    expect(page.get_by_text("3 rows would be")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("region", name="Rows that would not be imported").get_by_role("row")).to_have_count(3)
    assert not leads_of(walker, "campaign:renewals")
    walker.press("Start the import")
    walker.ends_with(created=1, rejected=2)
    with page.expect_download() as report:
        page.get_by_role("link", name="Download the error report (workbook)").click()
    assert report.value.path().read_bytes()[:2] == b"PK"
    assert [row[0] for row in leads_of(walker, "campaign:renewals")] == ["+12125550120"]
    people = "select phone from secondary_contacts where phone = '+12125550121'"
    assert query(walker.home, people) == [("+12125550121",)]


def test_identity_upsert_identifier_fields_aliases_confirm_and_counts(walker):
    text = (
        "Full Name,Company,Email,Tel,Plan,Note\nAnn Lee,Acme,ann@id.example,+12125550130,gold,x\n"
        "Bo Kay,Beta,,+12125550131,silver,x\nCy Dee,Gamma,cy@id.example,12,gold,x\n"
    )
    for number, counts in enumerate(({"created": 2, "updated": 0, "rejected": 1}, {"created": 0, "rejected": 1})):
        walker.begin("Contacts to create or update", "contacts.csv", text.replace("gold", f"gold{number}"))
        walker.at("File")
        walker.press("Continue")
        walker.at("Identifier")
        expect(walker.page.get_by_text("66.7 % of the rows have one that can be read").first).to_be_visible()
        walker.page.get_by_role("radio", name="phone").check()
        walker.press("Continue")
        walker.at("Fields and aliases")
        walker.map("Full Name", "full name")
        walker.map("Email", "another email of the contact")
        walker.map("Note", "Do not import")
        walker.press("Continue")
        walker.at("Confirm")
        summary = walker.page.locator("dl.facts")
        expect(summary).to_contain_text("email (alias)Email")
        expect(summary).to_contain_text("Identified byphone")
        walker.press("Start the import")
        walker.ends_with(**counts)
    assert int(walker.page.locator("#count-updated strong").inner_text()) >= 1
    assert [row[0] for row in leads_of(walker, "list:contacts")] == ["+12125550130", "+12125550131"]
    walker.page.go_back()


def test_choices_are_saved_as_a_profile_with_what_is_wrong_with_its_name(walker):
    walker.begin("Contacts to create or update", "saved.csv", "Mail,Tel\ns@id.example,+12125550139\n")
    walker.press("Continue")
    walker.press("Continue")
    walker.map("Tel", "Do not import")
    walker.press("Continue")
    walker.at("Confirm")
    page = walker.page
    page.get_by_label("Name", exact=True).fill("flow_batch")
    page.evaluate("document.querySelector('form.filters').noValidate = true")
    walker.press("Save profile")
    expect(page.get_by_text("The choices are saved as the profile")).to_be_visible()
    assert LeadPipeline(walker.home).profile("flow_batch").destination.kind == "list"
    (walker.home / "profiles" / "flow_batch.yaml").unlink()


def test_a_wizard_that_is_loaded_again_or_left_has_lost_nothing(walker):
    walker.begin("Contacts to create or update", "left.csv", "Mail,Tel\nx@id.example,+12125550140\n")
    walker.press("Continue")
    walker.press("Continue")
    walker.map("Tel", "Do not import")
    walker.press("Check")
    walker.page.reload()
    expect(walker.page.get_by_label("Tel becomes")).to_have_value("skip")
    walker.go("/imports/new")
    walker.page.get_by_role("link", name="left.csv").click()
    walker.page.get_by_role("link", name="Fields and aliases").click()
    expect(walker.page.get_by_label("Tel becomes")).to_have_value("skip")
    walker.page.get_by_role("link", name="File", exact=True).click()
    walker.at("File")


def test_no_value_of_a_row_was_in_an_address_or_is_in_a_log(walker):
    assert len(walker.seen) > 50
    assert not [url for url in walker.seen if CANARY in url or "5550101" in url]
    assert CANARY not in walker.ui.said()
    logs = [path for path in (walker.home / "dagster").rglob("*") if path.suffix in (".log", ".err", ".out", ".db")]
    assert not [path for path in logs if CANARY.encode() in path.read_bytes()]
