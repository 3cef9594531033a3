"""Every page says what the results say, and what went wrong is a sentence with a way out."""

import html
import re
import shutil

import httpx
import pytest

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.manifests import pending_manifests
from lead_pipeline.model.results import ImportResult
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline_tests.web.prepared_home import CANARY, Prepared
from lead_pipeline_tests.web.serving_pages import served


@pytest.fixture(scope="module")
def address(prepared_once: Prepared):
    with served(prepared_once.root) as address:
        yield address


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=address) as client:
        yield client


def seen(answer: httpx.Response) -> str:
    """Return the text of a page as a person reads it, in one line."""
    body = re.sub(r"<(script|style|head)\b.*?</\1>|<(?!/?(?:i|b|em)\b)[^>]*>|</?i[^>]*>", " ", answer.text, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(body))


def result_of(found: Prepared, import_id: str) -> ImportResult:
    return ImportResult.model_validate_json((found.root / "reports" / import_id / "result.json").read_text())


def token_of(answer: httpx.Response) -> str:
    found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', answer.text)
    assert found
    return found[1]


def test_today_says_what_came_waits_and_failed(client, prepared_once):
    text = seen(client.get("/"))
    assert "18 files came: 15 imported, 1 refused or failed , 1 waiting for approval , 1 under way" in text
    assert "january.csv Waits for approval" in text
    assert "photo.csv Refused" in text
    assert "next.csv Queued" in text


def test_a_source_that_gets_worse_is_called_unusual_and_says_what_is_usual(client):
    text = seen(client.get("/"))
    card = text[text.index("solar/acme unusual") :]
    assert "Rejected 35 % usually 0 % to" in card
    assert text.count("solar/acme unusual") == 1
    assert "week 11.csv Imported, with rejects unusual" in text
    assert "week 10.csv Imported, with rejects unusual" not in text


def test_the_list_of_imports_can_be_narrowed_and_keeps_what_was_chosen(client):
    text = seen(client.get("/imports", params={"group": "refused"}))
    assert "1 import " in text
    assert "photo.csv" in text
    answer = client.get("/imports", params={"profile": "solar", "source": "acme"})
    assert "11 imports from the folder acme" in seen(answer)
    assert re.search(r'<option selected>solar</option>|<option value="solar" selected>', answer.text)
    assert "0 imports" in seen(client.get("/imports", params={"profile": "nobody"}))


@pytest.mark.parametrize("query", ["page=x", "page=-1", "page=99999999999", "group=nothing", "day=yesterday", "page=7"])
def test_an_address_that_somebody_mistyped_shows_a_list(client, query):
    assert client.get(f"/imports?{query}").status_code == 200


def test_the_page_of_an_import_has_its_outcomes_reasons_and_files(client, prepared_once):
    result = result_of(prepared_once, prepared_once.messy)
    answer = client.get(f"/imports/{prepared_once.messy}")
    text = seen(answer)
    for outcome in ("created", "duplicate", "suppressed", "rejected", "skipped"):
        assert f"{getattr(result.counts, outcome)} {outcome}" in text
    counts = [found.count for found in result.reasons if found.outcome != "file"]
    shown = [int(number.replace(",", "")) for number in re.findall(r'class="reason-rows">([\d,]+)<', answer.text)]
    assert shown == sorted(counts, reverse=True)
    assert "64 rows became leads later, in " + prepared_once.corrected in text
    assert f"A sequel of {prepared_once.messy}" in seen(client.get(f"/imports/{prepared_once.corrected}"))


def test_a_refused_file_says_why_and_has_no_rows(client, prepared_once):
    answer = client.get(f"/imports/{prepared_once.refused}")
    assert result_of(prepared_once, prepared_once.refused).message in seen(answer)
    assert "/rows" not in answer.text


def test_every_link_of_the_page_of_an_import_leads_to_as_many_rows_as_it_says(client, prepared_once):
    """Reasons count all rows; those of warnings count imported ones where rows with warnings are looked at."""
    page = client.get(f"/imports/{prepared_once.messy}").text
    links = re.findall(
        r'class="reason-rows">(\d+)</span>\s*<a class="name" href="([^"]+)">.*?</i>(\w+)</span>', page, flags=re.S
    )
    assert len(links) > 15
    for count, link, outcome in links:
        total = int(re.search(r'role="status">([\d,]+) row', client.get(html.unescape(link)).text)[1])
        assert total == int(count) if outcome != "warning" else total <= int(count)


def test_rows_are_found_by_text_without_that_text_in_an_address(client, prepared_once):
    url = f"/imports/{prepared_once.messy}/rows"
    token = token_of(client.get(url))
    answer = client.post(url, data={"csrf_token": token, "text": "KOFI.eriksen747"})
    assert "1 row, 1 to 1 shown" in seen(answer)
    assert 'value="KOFI.eriksen747"' in answer.text
    assert "kofi" not in "".join(re.findall(r'(?:href|action|src)="([^"]*)"', answer.text)).lower()
    many = client.post(url, data={"csrf_token": token, "text": "example", "page": "2"})
    assert "51 to" in seen(many)
    assert client.get(f"{url}?text=Kofi").text.count("<tr>") == client.get(url).text.count("<tr>")


def test_a_row_marks_the_bad_cell_and_has_its_neighbours_of_the_same_reason(client, prepared_once):
    import_id = prepared_once.messy
    page = client.get(f"/imports/{import_id}/rows?code=phone_missing")
    numbers = [int(number) for number in re.findall(r'/rows/(\d+)\?code=phone_missing"', page.text)]
    assert len(numbers) == 14
    row = client.get(f"/imports/{import_id}/rows/{numbers[1]}?code=phone_missing")
    bad = re.findall(r'<div class="bad-cell">\s*<dt>([^<]*)</dt>', row.text)
    assert "caller_id" in bad
    assert f'rel="prev" href="/imports/{import_id}/rows/{numbers[0]}?code=phone_missing"' in row.text
    assert f'rel="next" href="/imports/{import_id}/rows/{numbers[2]}?code=phone_missing"' in row.text


def test_a_duplicate_leads_to_the_import_that_has_its_lead(client, prepared_once):
    rows = client.get(f"/imports/{prepared_once.messy}/rows?code=duplicate_existing").text
    number = re.search(r"/rows/(\d+)\?", rows)[1]
    row = client.get(f"/imports/{prepared_once.messy}/rows/{number}").text
    assert re.search(rf'lead \d+</strong>, created by <a href="/imports/{prepared_once.clean}">', row)


@pytest.mark.parametrize(
    ("kind", "name", "begins"),
    [
        ("rejected_workbook", "messy-purchased-li-rejected.xlsx", b"PK"),
        ("rejected_file", "messy-purchased-li-rejected.csv", b"\xef\xbb\xbfcaller_id"),
        ("warned_file", "messy-purchased-li-warned.csv", b"\xef\xbb\xbfcaller_id"),
        ("original", "messy-purchased-list.csv", b"\xef\xbb\xbfcaller_id,email"),
    ],
)
def test_files_are_saved_under_their_names_and_run_nothing(client, prepared_once, kind, name, begins):
    answer = client.get(f"/imports/{prepared_once.messy}/files/{kind}")
    assert answer.content.startswith(begins)
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_report_is_shown_with_its_styles_and_no_script(client, prepared_once):
    answer = client.get(f"/imports/{prepared_once.messy}/files/report")
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "sandbox" in policy
    assert "script" not in policy


@pytest.mark.parametrize(
    "path",
    [
        "/imports/..%2f..%2fetc",
        "/imports/%2e%2e/files/report",
        "/imports/x@0123456789ab",
        "/imports/{messy}/files/result.json",
        "/imports/{messy}/files/..%2fresult.json",
        "/imports/{messy}/rows/1",
        "/imports/{messy}/rows/x",
        "/imports/{clean}/files/rejected_file",
        "/imports/%00",
    ],
)
def test_what_there_is_not_is_a_page_with_a_way_out(client, prepared_once, path):
    answer = client.get(path.format(messy=prepared_once.messy, clean=prepared_once.clean))
    assert answer.status_code == 404
    assert 'href="/imports"' in answer.text


def test_approving_asks_first_and_then_leaves_the_answer_for_the_sensor(copied):
    home = Home(copied.root)
    with served(copied.root) as address, httpx.Client(base_url=address) as client:
        page = client.get(f"/imports/{copied.waits}/approve")
        assert "1 rows create or update leads of list:fair" in seen(page) or "1 row" in seen(page)
        assert LeadPipeline(copied.root).look_at(copied.waits).line.status == "awaiting_approval"
        answer = client.post(f"/imports/{copied.waits}/approve", data={"csrf_token": token_of(page)})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/imports/{copied.waits}")
        after = seen(client.get(f"/imports/{copied.waits}"))
        assert "It was approved, and is being completed." in after
        again = client.post(f"/imports/{copied.waits}/cancel", data={"csrf_token": token_of(page)})
        assert again.status_code == 422
        assert "can no longer be cancelled" in seen(again)
    assert copied.waits in [manifest.import_id for manifest in pending_manifests(home)]


def test_what_does_not_wait_cannot_be_approved(client, prepared_once):
    answer = client.get(f"/imports/{prepared_once.messy}/approve")
    assert answer.status_code == 422
    assert "does not wait for approval" in seen(answer)


def test_an_import_under_way_is_asked_for_again_and_says_when_it_ended(copied):
    with served(copied.root) as address, httpx.Client(base_url=address) as client:
        page = client.get(f"/imports/{copied.queued}")
        assert f'data-poll="/imports/{copied.queued}/state"' in page.text
        assert "waiting for its turn" in seen(client.get(f"/imports/{copied.queued}/state"))
        assert client.get(f"/imports/{copied.messy}/state").status_code == 204


def test_an_import_of_an_earlier_release_is_shown_without_its_rows(copied):
    for name in ("left_out.parquet", "warned.parquet"):
        (copied.root / "reports" / copied.messy / name).unlink()
    with served(copied.root) as address, httpx.Client(base_url=address) as client:
        page = client.get(f"/imports/{copied.messy}")
        assert f"/imports/{copied.messy}/rows" not in page.text
        answer = client.get(f"/imports/{copied.messy}/rows")
    assert answer.status_code == 409
    assert "earlier release" in seen(answer)


def test_hostile_names_stay_text(copied):
    folder = copied.root / "reports" / copied.messy
    text = (folder / "result.json").read_text()
    hostile = "<script>alert(1)</script>\\u202e.csv"
    (folder / "result.json").write_text(text.replace("messy-purchased-list.csv", hostile))
    with served(copied.root) as address:
        for path in ("/imports", f"/imports/{copied.messy}", f"/imports/{copied.messy}/rows"):
            page = httpx.get(address + path).text
            assert "<script>alert" not in page
            assert "&lt;script&gt;alert(1)" in page
            assert "\u202e" not in page


def test_a_home_without_anything_says_how_to_begin(tmp_path):
    with served(tmp_path / "none") as address:
        text = seen(httpx.get(address))
        assert "No file has come yet." in text
        assert "Drop a file into the inbox" in text
        assert httpx.get(f"{address}/imports").status_code == 200
    assert not (tmp_path / "none").exists()


def test_values_of_rows_are_on_pages_of_rows_alone(client, prepared_once):
    import_id = prepared_once.canary
    assert CANARY in client.get(f"/imports/{import_id}/rows").text
    for path in (
        "/",
        "/imports",
        f"/imports/{import_id}",
        f"/imports/{import_id}/files/report",
        "/imports?profile=fair",
    ):
        assert CANARY not in client.get(path).text


def test_a_copied_home_is_another_home(copied, prepared_once):
    """The catalogue of one home says nothing of another that this process serves."""
    shutil.rmtree(copied.root / "reports" / copied.messy)
    with served(copied.root) as address:
        assert "messy-purchased-list.csv" not in httpx.get(f"{address}/imports").text
