import dataclasses
import re
import stat
from html.parser import HTMLParser

import pytest

from lead_pipeline.model.outcomes import ImportStatus, Outcome
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ReasonCount
from lead_pipeline.reporting.report import MAX_COLUMN_LENGTH, MAX_COLUMNS, report_as_html, write_report
from lead_pipeline_tests.reporting.results import clean, file_facts, finished, refused

VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """A page as a browser sees it: elements, their attributes, and the text between them."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts, self.open = [], [], []
        self.feed(html)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.texts))

    def tags(self):
        return {tag for tag, _ in self.elements}


def page_of(result):
    return Page(report_as_html(result))


def test_counts_of_all_outcomes_and_the_equation_are_shown():
    page = page_of(finished())
    for outcome in Outcome:
        assert f"{finished().counts.of(outcome)} {outcome.value}" in page.text
    assert (
        "321 rows read = 240 created + 0 updated + 0 unchanged + 29 duplicate + 12 suppressed + 34 rejected + 6 skipped"
        in page.text
    )
    tiles = [attributes.get("class") for tag, attributes in page.elements if tag == "li"]
    assert tiles[:7] == [None, "none", "none", None, None, None, None], "zeroes are muted"


def test_every_reason_has_title_code_columns_outcome_count_guidance_and_first_lines():
    text = page_of(finished()).text
    for found in finished().reasons:
        info = REASONS[Reason(found.code)]
        assert f"{info.title} {found.code}" in text
        assert f" {found.outcome} {found.count} {info.guidance} {found.first_lines[0]}" in text
    assert (
        "phone_missing caller_id rejected 20 Fill in the phone number; the lead cannot be called without it. 4, 10 …"
        in text
    )
    assert "phone_too_short caller_id (11), mobile (2), fax (1) and 1 more rejected 14" in text
    assert "First lines" in text


def test_reasons_stand_in_the_order_of_how_many_rows_have_them():
    counts = {found.code: found.count for found in finished().reasons if found.outcome != "file"}
    text = page_of(finished()).text
    places = [
        text.index(f"{REASONS[Reason(code)].title} {code}") for code in sorted(counts, key=lambda one: -counts[one])
    ]
    assert places == sorted(places)


def test_every_table_says_what_it_is_of_and_every_heading_of_one_what_it_heads():
    page = page_of(finished())
    tags = [tag for tag, _ in page.elements]
    assert tags.count("caption") == tags.count("table") > 2
    assert {attributes.get("scope") for tag, attributes in page.elements if tag == "th"} == {"col", "row"}


def test_a_narrow_screen_gets_bars_in_place_of_drawings():
    html = report_as_html(finished())
    assert html.count('<ul class="bars">') == html.count("<svg") == len(["outcomes", "reasons", "columns"])
    assert "<li>Lead already exists <strong>29</strong>" in html


def test_workbook_and_warned_rows_are_linked_where_there_are_some():
    files = {name: f"reports/messy@3fa9c1d2e0b7/{name}" for name in ("rejected.xlsx", "warned.csv")}
    result = finished(rejected_workbook=files["rejected.xlsx"], warned_file=files["warned.csv"])
    page = page_of(result)
    assert [attributes["href"] for tag, attributes in page.elements if tag == "a"] == [
        "rejected.xlsx", "rejected.csv", "warned.csv",
    ]  # fmt: skip
    assert "imported with warnings" not in page_of(finished()).text


def test_a_list_of_lines_that_is_complete_ends_without_dots():
    reasons = (ReasonCount(code="phone_missing", outcome="rejected", count=2, first_rows=(3, 8)),)
    text = page_of(finished(reasons=reasons)).text
    assert "First rows" in text
    assert "without it. 3, 8 Import" in text


def test_guidance_shows_names_of_code_as_code():
    reasons = (ReasonCount(code="phone_country_unknown", outcome="rejected", count=1),)
    assert "<code>default_region</code>" in report_as_html(finished(reasons=reasons))


def test_file_facts_columns_and_timings_are_shown():
    text = page_of(finished()).text
    assert "Size 45.1 kB Format csv Encoding utf-8 Delimiter comma Line endings CRLF Columns 3 SHA-256 abab" in text
    assert "caller_id phone email email zip attribute" in text
    assert "raw_leads 400 ms imported_leads 1.6 s" in text
    assert "Profile call_schedule Destination schedule:solar Started 2026-03-20 09:30:00 UTC Duration 2.0 s" in text


def test_the_rejected_file_is_linked_as_seen_from_the_report():
    links = [attributes["href"] for tag, attributes in page_of(finished()).elements if tag == "a"]
    assert links == ["rejected.csv"]
    elsewhere = finished(rejected_file="rejected/a b#1.csv", report_file="reports/2026/report.html")
    links = [attributes["href"] for tag, attributes in page_of(elsewhere).elements if tag == "a"]
    assert links == ["../../rejected/a%20b%231.csv"]


def test_without_rejected_file_there_is_no_word_of_one():
    page = page_of(clean())
    assert "left out" not in page.text
    assert "a" not in page.tags()


def test_without_a_known_path_of_the_report_the_rejected_file_is_named_but_not_linked():
    page = page_of(finished(report_file=None))
    assert "a" not in page.tags()
    assert "reports/messy@3fa9c1d2e0b7/rejected.csv" in page.text


def test_charts_stand_inline():
    page = page_of(finished())
    assert sum(tag == "svg" for tag, _ in page.elements) == len(["outcomes", "reasons", "columns"])
    assert sum(tag == "svg" for tag, _ in page_of(clean()).elements) == len(["outcomes"])


def test_a_refused_file_says_why_in_front_and_shows_no_counts():
    page = page_of(refused("leads.csv is empty. Export it again."))
    assert "The file was refused and nothing was imported." in page.text
    assert "What is wrong, and what to do leads.csv is empty. Export it again." in page.text
    assert "rows read" not in page.text
    assert "svg" not in page.tags()
    assert "table" not in {tag for tag, attributes in page.elements if attributes.get("class") == "reasons"}


@pytest.mark.parametrize("status", ImportStatus)
def test_every_status_makes_a_page(status):
    assert status.value.replace("_", " ") in page_of(finished(status=status)).text


HOSTILE = "<img src=x onerror=alert(1)>\"'{{7*7}}{% raw %}</style></script><script>alert(1)</script>.csv"


@pytest.mark.parametrize("result", [finished, refused], ids=["finished", "refused"])
def test_whatever_comes_from_outside_is_shown_as_text(result):
    hostile = result(
        file=file_facts(
            file_name=HOSTILE, columns=(HOSTILE, "b"), mapping={"phone": HOSTILE}, encoding=HOSTILE, delimiter=HOSTILE
        ),
        message=f"{HOSTILE} is not a list.",
        destination=f"schedule:{HOSTILE}",
    )
    plain, page = page_of(result(message="x")), page_of(hostile)
    assert page.tags() == plain.tags()
    assert page.texts.count(HOSTILE) >= 4
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


def test_a_name_with_line_breaks_and_bytes_that_are_not_utf8_is_shown_escaped(tmp_path):
    write_report(tmp_path / "report.html", finished(file=file_facts(file_name="a\nb\udce9\u202e.csv")))
    assert r"a\x0ab\xe9\u202e.csv" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_page_needs_no_network_and_no_script():
    html = report_as_html(finished())
    page = Page(html)
    assert page.tags().isdisjoint({"script", "link", "img", "iframe", "object", "embed", "base", "form"})
    assert not re.search(r"@import|url\(|https?:", html.replace("http://www.w3.org/2000/svg", ""))
    policy = [attributes["content"] for _, attributes in page.elements if attributes.get("http-equiv")]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


def test_the_same_result_makes_the_same_page():
    assert report_as_html(finished()) == report_as_html(finished())


def test_a_header_of_thousands_of_columns_makes_no_page_of_megabytes():
    columns = tuple(f"{place} " + "x" * 65_536 for place in range(3000))
    html = report_as_html(finished(file=file_facts(columns=columns)))
    assert len(html) < 20_000 + MAX_COLUMNS * (MAX_COLUMN_LENGTH + 120)
    assert f"and {3000 - MAX_COLUMNS:,} more columns" in html


def test_the_report_is_published_with_private_permissions(tmp_path):
    path = tmp_path / "reports" / "report.html"
    write_report(path, finished())
    assert path.read_text(encoding="utf-8") == report_as_html(finished())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_guidance_is_text_but_for_its_backticks(monkeypatch):
    info = dataclasses.replace(REASONS[Reason.BLOCKED], guidance="Set `<key>` to <b>x</b> & `y`.")
    monkeypatch.setitem(REASONS, Reason.BLOCKED, info)
    html = report_as_html(finished())
    assert "Set <code>&lt;key&gt;</code> to &lt;b&gt;x&lt;/b&gt; &amp; <code>y</code>." in html
