"""The HTTP API as programs call it: what is refused first, then each path with exactly the names that they know."""

import json
import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lead_pipeline.filing.home import Home
from lead_pipeline_tests.support import prepared_home, query, quick_folder
from lead_pipeline_tests.web.api_client import Client, take_what_is_due
from lead_pipeline_tests.web.serving_pages import served

CANARY = "Quillfeather"
ROWS = b"Email,Full Name,Company,Phone\nann@example.com,Ann Lee,ACME,+19518761336\nbad,Bo,ACME,+19518761337\n"
MAPPING = {
    "primary_identifier": {"column": "Email", "kind": "email"},
    "field_mappings": {"Full Name": "first_name", "Company": "company"},
    "alias_mappings": {"Phone": "_alias_phone"},
}


@pytest.fixture(scope="module")
def home():
    with quick_folder() as folder:
        found = prepared_home(folder / "home")
        (found.profiles / "asking.yaml").write_text("name: asking\nextends: call_schedule\napproval: manual\n")
        yield found


@pytest.fixture(scope="module")
def client(home):
    with served(home.root, upload_bytes=1 << 20) as address, Client(base_url=address, timeout=60) as client:
        yield client


def uploads(home):
    return sorted(path.name for path in (home.staging / "uploads").iterdir())


def problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    return answer.json()["detail"]


# What is refused.


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"x", {"Content-Type": "text/csv"}, 415),
        (b"x", {"Content-Type": "multipart/form-data"}, 415),
        (b"x", {"Content-Type": "multipart/form-data; boundary=b"}, 422),
        (b"--b\r\nContent-Disposition: form-data; name=other\r\n\r\nx\r\n--b--\r\n", {}, 422),
        (b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na,b\n1,2\n', {}, 422),
        (b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\na,b\n1,2\n\r\n--b--\r\n', {}, 422),
        (b"", {}, 422),
    ],
    ids=["no form", "no boundary", "not a form", "no file", "broken off", "a text and no file", "empty"],
)
def test_what_is_no_form_with_a_file_is_refused_and_leaves_nothing(client, home, content, headers, status):
    before = uploads(home)
    headers = {"Content-Type": "multipart/form-data; boundary=b"} | headers
    assert "file=@leads.csv" in problem(client.post("/leads/import/preview", content=content, headers=headers), status)
    assert uploads(home) == before


def test_two_files_at_once_are_refused(client, home):
    before = uploads(home)
    files = [("file", ("a.csv", b"a\n1\n")), ("file", ("b.csv", b"a\n1\n"))]
    assert "two files" in problem(client.post("/leads/import/preview", files=files), 422)
    assert uploads(home) == before


def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(client, home):
    before = uploads(home)
    assert "larger than 1 MB" in problem(client.preview(b"a,b\n" + b"1,2\n" * 300_000), 413)
    assert uploads(home) == before


def test_a_file_that_nobody_can_read_is_refused_and_not_kept(client, home):
    before = uploads(home)
    assert "PDF" in problem(client.preview(b"%PDF-1.4\n\0\0\0"), 422)
    assert uploads(home) == before


def test_a_client_that_breaks_off_leaves_nothing(client, home):
    before = uploads(home)
    host, port = client.base_url.host, client.base_url.port
    head = (
        f"POST /leads/import/preview HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 100000\r\n"
        'Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"; '
        'filename="a.csv"\r\n\r\na,b\n'
    )
    with socket.create_connection((host, port)) as connection:
        connection.sendall(head.encode())
        for _ in range(300):
            if any(name.startswith(".upload") for name in uploads(home)):
                break
            time.sleep(0.02)
        else:
            raise AssertionError("the upload did not begin")
    for _ in range(300):
        if uploads(home) == before:
            return
        time.sleep(0.02)
    raise AssertionError(uploads(home))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "either `profile` or `primary_identifier`"),
        ({"profile": "call_schedule", **MAPPING}, "and not both"),
        ({"profile": "call_shedule"}, "Did you mean 'call_schedule'"),
        ({"profile": "call_schedule", "destination": "somewhere"}, "not of the form kind:name"),
        (MAPPING | {"primary_identifier": {"column": "Emial", "kind": "email"}}, "Did you mean 'Email'"),
        (MAPPING | {"primary_identifier": {"column": "Email", "kind": "mail"}}, "body.primary_identifier.kind"),
        (MAPPING | {"field_mappings": {"Company": "compny"}}, "Did you mean 'company'"),
        (MAPPING | {"field_mappings": {"Compny": "company"}}, "Did you mean 'Company'"),
        (MAPPING | {"field_mappings": {"Full Name": "company", "Company": "company"}}, "Two columns"),
        (MAPPING | {"field_mappings": {"Email": "notes"}}, "is named by two fields"),
        (MAPPING | {"alias_mappings": {"Phone": "_alias_fone"}}, "Did you mean '_alias_phone'"),
        (MAPPING | {"alias_mappings": {"Phone": "_alias_phone", "Company": "_alias_phone"}}, "Two columns"),
        (MAPPING | {"aliases": {}}, "body.aliases: there is no such key"),
    ],
)
def test_an_import_that_cannot_be_started_says_why_with_the_near_miss(client, said, sentence):
    file_id = client.file_id(ROWS)
    before = len(client.get("/leads/import/jobs").json())
    assert sentence in problem(client.start(file_id, **said), 422)
    assert len(client.get("/leads/import/jobs").json()) == before


def test_what_nobody_uploaded_or_started_is_not_found(client):
    assert "Upload the file again" in problem(client.start("0" * 32, profile="call_schedule"), 404)
    assert "Upload the file again" in problem(client.start("0" * 32, **MAPPING), 404)
    problem(client.get("/leads/import/jobs/nobody@000000000000"), 404)
    problem(client.get("/leads/import/jobs/..%2f..%2fleads.duckdb"), 404)
    problem(client.get("/api/v1/imports/nobody@000000000000/files/report"), 404)
    problem(client.delete(f"/api/v1/uploads/{'0' * 32}"), 404)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([], "1 to 1,000"),
        ([{"phone": "1"}] * 1001, "1 to 1,000"),
        ({"leads": []}, "does not fit"),
        ([{}], "no value at all"),
        ([{"phone": " ", "email": None}], "no value at all"),
        ({"phone": {"number": 1}}, "does not fit"),
        ({"": "1"}, "a key without a name"),
        ({"name": "Ann"}, "caller_id"),
        ({"phone": "1\0"}, "NUL"),
    ],
)
def test_what_are_no_leads_is_refused(client, body, sentence):
    assert sentence in problem(client.post("/leads", json=body), 422)


def test_half_a_character_and_a_body_that_is_no_json_are_refused(client):
    headers = {"Content-Type": "application/json"}
    problem(client.post("/leads", content=rb'{"phone": "\ud800"}', headers=headers), 422)
    assert "not JSON" in problem(client.post("/leads", content=b"{phone", headers=headers), 422)


def test_a_body_that_goes_on_and_on_is_refused(client):
    assert "8 MB" in problem(client.post("/leads", content=b" " * (9 << 20)), 413)


# The paths that programs know.


def test_a_preview_has_exactly_the_names_that_programs_know(client):
    found = client.preview(ROWS, "My leads.csv").json()
    file_id = found.pop("file_id")
    assert len(file_id) == 32
    assert found == {
        "file_name": "My leads.csv",
        "headers": ["Email", "Full Name", "Company", "Phone"],
        "sample_rows": [
            ["ann@example.com", "Ann Lee", "ACME", "+19518761336"],
            ["bad", "Bo", "ACME", "+19518761337"],
        ],
        "row_count": 2,
        "suggested_identifier": {"column": "Email", "kind": "email"},
        "suggested_mappings": {"Full Name": "full_name", "Company": "company", "Phone": "phone"},
    }


def test_an_identifier_is_an_email_rather_than_a_phone_and_further_phones_are_aliases(client):
    rows = b"Email,Phone,Mobile\nann@example.com,+19518761336,+19518761337\nbo@example.com,+19518761338,+19518761339\n"
    found = client.preview(rows).json()
    assert found["suggested_identifier"] == {"column": "Email", "kind": "email"}
    assert found["suggested_mappings"] == {"Phone": "phone", "Mobile": "_alias_phone"}


def test_an_import_by_mapping_goes_from_upload_to_its_errors(client, home):
    answer = client.start(client.file_id(ROWS, "My leads.csv"), **MAPPING)
    assert answer.status_code == 202
    assert set(answer.json()) == {"job_id", "status"}
    assert answer.json()["status"] == "in_progress"
    job_id = answer.json()["job_id"]
    waiting = client.job(job_id)
    assert (waiting["status"], waiting["import_status"], waiting["completed_at"]) == ("in_progress", "queued", None)
    assert job_id in take_what_is_due(home)
    job = client.job(job_id)
    assert job.pop("created_at") <= job.pop("completed_at")
    assert job == {
        "job_id": job_id,
        "status": "completed",
        "import_status": "completed_with_rejects",
        "file_name": "My leads.csv",
        "total_rows": 2,
        "created_count": 1,
        "updated_count": 0,
        "failed_count": 1,
        "errors": [{"row": 2, "error": "Email is not a valid address", "code": "email_invalid", "column": "Email"}],
        "errors_total": 1,
    }
    assert query(home.root, "select email, first_name, company from leads") == [("ann@example.com", "Ann Lee", "ACME")]
    known = query(home.root, "select kind, value from base.identifiers order by kind")
    assert [kind for kind, _ in known] == ["email", "phone"]


def test_the_same_file_again_is_the_same_job_and_another_mapping_is_another(client, home):
    job_id = client.started(ROWS, **MAPPING)
    assert client.job(job_id)["status"] == "completed"
    again = client.start(client.file_id(ROWS, "other name.csv"), **MAPPING)
    assert again.json() == {"job_id": job_id, "status": "completed"}
    assert take_what_is_due(home) == []
    other = client.started(ROWS, **(MAPPING | {"field_mappings": {"Full Name": "first_name", "Company": None}}))
    assert other != job_id
    take_what_is_due(home)
    assert client.job(other)["updated_count"] + client.job(other)["created_count"] in (0, 1)
    assert query(home.root, "select count(*) from leads")[0] == (1,)


def test_jobs_are_listed_newest_first_in_pages(client, home):
    ids = [client.started(b"caller_id\n212555020%d\n" % number, profile="call_schedule") for number in range(3)]
    answer = client.get("/leads/import/jobs", params={"limit": 2})
    assert [job["job_id"] for job in answer.json()] == [ids[2], ids[1]]
    assert int(answer.headers["x-total-count"]) >= 4
    assert client.get("/leads/import/jobs", params={"limit": 1, "offset": 2}).json()[0]["job_id"] == ids[0]
    problem(client.get("/leads/import/jobs", params={"limit": 0}), 422)
    take_what_is_due(home)
    page = client.get("/api/v1/imports", params={"limit": 3}).json()
    assert page["total"] == int(answer.headers["x-total-count"])
    assert {one["status"] for one in page["imports"]} == {"completed"}


def test_errors_come_in_pages_that_together_are_all_of_them(client, home):
    rows = b"caller_id,email\n" + b"".join(b"%d,x\n" % number for number in range(1, 26))
    job_id = client.started(rows, profile="call_schedule")
    take_what_is_due(home)
    pages = [client.job(job_id, errors_limit=10, errors_offset=offset) for offset in (0, 10, 20, 30)]
    assert [len(page["errors"]) for page in pages] == [10, 10, 5, 0]
    assert [error["row"] for page in pages for error in page["errors"]] == list(range(1, 26))
    assert {page["errors_total"] for page in pages} == {pages[0]["failed_count"]} == {25}
    found = client.get(f"/api/v1/imports/{job_id}/errors", params={"code": "phone_missing"}).json()
    assert found == {"errors": [], "total": 0}


def test_a_refused_file_is_a_failed_job_with_its_sentence(client, home):
    job_id = client.started(b"colour,size\nred,1\n", profile="call_schedule")
    take_what_is_due(home)
    job = client.job(job_id)
    assert (job["status"], job["import_status"], job["total_rows"]) == ("failed", "quarantined", None)
    (error,) = job["errors"]
    assert (error["row"], error["code"]) == (None, "required_column_unmapped")
    assert "caller_id" in error["error"]


def test_a_program_approves_and_cancels_what_waits(client, home):
    ids = [client.started(b"caller_id\n212555030%d\n" % number, profile="asking") for number in range(2)]
    problem(client.post(f"/api/v1/imports/{ids[0]}/approve"), 422)  # it was not read yet
    take_what_is_due(home)
    assert [client.job(one)["import_status"] for one in ids] == ["awaiting_approval"] * 2
    assert client.job(ids[0])["created_count"] == 0  # of what only waits nothing was created
    assert client.post(f"/api/v1/imports/{ids[0]}/approve").status_code == 202
    assert client.post(f"/api/v1/imports/{ids[1]}/cancel").status_code == 202
    problem(client.post(f"/api/v1/imports/{ids[1]}/approve"), 422)
    take_what_is_due(home)
    jobs = [client.job(one) for one in ids]
    assert [(job["status"], job["import_status"]) for job in jobs] == [
        ("completed", "completed"),
        ("failed", "cancelled"),
    ]
    assert [job["created_count"] for job in jobs] == [1, 0]


def test_the_files_of_an_import_can_be_downloaded(client, home):
    job_id = client.started(b"caller_id\n2125550400\n12345\n", profile="call_schedule")
    take_what_is_due(home)
    files = {one["kind"]: one for one in client.get(f"/api/v1/imports/{job_id}/files").json()}
    assert set(files) == {"report", "rejected_file", "rejected_workbook"}
    for one in files.values():
        answer = client.get(one["url"])
        assert (answer.status_code, len(answer.content)) == (200, one["size"])
        assert "attachment" in answer.headers["content-disposition"]
    assert b"12345" in client.get(files["rejected_file"]["url"]).content
    problem(client.get(f"/api/v1/imports/{job_id}/files/warned_file"), 404)
    problem(client.get(f"/api/v1/imports/{job_id}/files/result"), 422)


def test_a_dry_run_imports_nothing_and_says_what_an_import_would_do(client, home):
    file_id = client.file_id(b"caller_id\n2125550500\n12345\n")
    before = query(home.root, "select count(*) from leads")
    found = client.post("/api/v1/dry-runs", json={"file_id": file_id, "profile": "call_schedule"}).json()
    assert (found["dry_run"], found["counts"]["created"], found["counts"]["rejected"]) == (True, 1, 1)
    assert query(home.root, "select count(*) from leads") == before


# Leads that are handed in themselves, in real recorded runs.


def test_leads_are_judged_at_once_each_by_itself(client, home):
    answer = client.leads({"phone": "+1 951 876 1350", "email": "x@@y"}, {"phone": "12"}, {"phone": "+19518761350"})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["status"], found["already_imported"]) == ("completed_with_rejects", False)
    created, rejected, duplicate = found["leads"]
    assert (created["outcome"], [one["code"] for one in created["warnings"]]) == ("created", ["email_invalid"])
    assert (rejected["outcome"], rejected["lead_id"]) == ("rejected", None)
    assert [(one["code"], one["column"]) for one in rejected["reasons"]] == [("phone_too_short", "phone")]
    assert (duplicate["outcome"], duplicate["lead_id"]) == ("duplicate", created["lead_id"])
    assert query(home.root, "select phone from leads where lead_id = ?", created["lead_id"]) == [("+19518761350",)]
    again = client.leads({"email": "x@@y", "phone": "+1 951 876 1350"}, {"phone": "12"}, {"phone": "+19518761350"})
    assert again.json() == found | {"already_imported": True}
    assert client.job(found["import_id"])["created_count"] == 1


def test_one_lead_or_leads_with_what_holds_for_them_are_taken_as_well(client, home):
    one = client.post("/leads", json={"phone": "+19518761351"}).json()
    assert [lead["outcome"] for lead in one["leads"]] == ["created"]
    body = {"leads": [{"Phone Number": "1", "caller_id": "+19518761352"}], "destination": "offer:solar"}
    several = client.post("/api/v1/leads", json=body).json()
    assert [lead["outcome"] for lead in several["leads"]] == ["created"]
    found = query(home.root, "select destination_name from leads where phone = '+19518761352'")
    assert found == [("solar",)]


def test_leads_that_wait_for_a_person_are_accepted_and_not_decided(client):
    answer = client.leads({"phone": "+19518761360"}, profile="asking")
    assert answer.status_code == 202
    assert answer.json()["status"] == "awaiting_approval"
    assert [lead["outcome"] for lead in answer.json()["leads"]] == [None]


def test_clients_at_once_lose_nothing_and_double_nothing(client, home):
    numbers = [f"+1951877{number:04d}" for number in range(6)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda number: client.leads({"phone": number}), numbers * 2))
    assert {answer.status_code for answer in answers} == {200}
    found = query(home.root, "select phone from leads where phone like '+1951877%' order by phone")
    assert found == [(number,) for number in numbers]
    ids = [answer.json()["leads"][0]["lead_id"] for answer in answers]
    assert ids[:6] == ids[6:]


def test_people_are_suppressed_and_looked_up_and_who_was_suppressed_becomes_no_lead(client):
    sent = {"kind": "do_not_call", "entries": [{"phone": "+19518761370", "source": "a call"}]}
    added = client.post("/api/v1/suppressions", json=sent).json()
    assert (added["rows_added"], added["rows_rejected"]) == (1, 0)
    found = client.post("/api/v1/suppressions/lookup", json={"identifier": "(951) 876-1370"}).json()
    assert [(entry["kind"], entry["held"], entry["source"]) for entry in found["entries"]] == [
        ("do_not_call", "in force", "a call")
    ]
    (lead,) = client.leads({"phone": "+19518761370"}).json()["leads"]
    assert (lead["outcome"], lead["reasons"][0]["code"]) == ("suppressed", "do_not_call")
    assert "needs a phone or an email" in problem(
        client.post("/api/v1/suppressions", json={"kind": "blocked", "entries": [{"source": "x"}]}), 422
    )
    lists = client.get("/api/v1/suppressions").json()["lists"]
    assert [(one["name"], one["entries"]) for one in lists] == [("do_not_call", 1)]


def test_whom_the_rules_would_leave_out_is_said_before_anything_is_imported(client):
    file_id = client.file_id(b"caller_id\n9518761370\n9518761371\n")
    (found,) = client.post("/api/v1/scrub-previews", json={"file_id": file_id}).json()
    assert (found["rows_read"], found["rows_usable"]) == (2, 2)
    problem(client.post("/api/v1/scrub-previews", json={"file_id": file_id, "scopes": ["nowhere"]}), 422)


def test_profiles_and_destinations_can_be_named(client, home):
    names = [one["name"] for one in client.get("/api/v1/profiles").json()]
    assert {"call_schedule", "asking"} <= set(names)
    assert "extends" not in client.get("/api/v1/profiles/asking").json()["yaml"]
    said = problem(client.get("/api/v1/profiles/askin"), 404)
    assert "Did you mean 'asking'?" in said
    assert str(home.root) not in said
    assert "offer:solar" in [one["destination"] for one in client.get("/api/v1/destinations").json()]
    assert client.get("/api/v1/health").json()["status"] == "ok"


# Personal data.


def test_no_value_of_a_row_is_logged_or_said_in_a_problem(client, home, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        answers = [
            client.preview(f"Email\n{CANARY}@example.com\n".encode()),
            client.leads({"phone": f"call {CANARY}"}),
            client.leads({CANARY: {"x": CANARY}}),
            client.post("/leads", json={"leads": [{"phone": [CANARY]}]}),
            client.post("/api/v1/suppressions/lookup", json={"identifier": CANARY, "region": "XX"}),
            client.post("/api/v1/suppressions", json={"kind": "blocked", "entries": [{"phone": CANARY}]}),
        ]
    out, err = capfd.readouterr()
    assert CANARY not in out + err
    assert CANARY not in "".join(record.getMessage() for record in caplog.records if "httpx" not in record.name)
    refused = [answer for answer in answers if answer.status_code >= 400]
    assert len(refused) == 4
    assert [json.dumps(one.json()) for one in refused if CANARY in one.text and "body.dict" not in one.text] == []


def test_a_restarted_server_knows_every_job(client, home):
    before = client.get("/leads/import/jobs", params={"limit": 1000}).json()
    with served(home.root) as address, Client(base_url=address) as other:
        assert other.get("/leads/import/jobs", params={"limit": 1000}).json() == before


def test_a_home_without_anything_answers(tmp_path):
    with served(Home(tmp_path / "new").root) as address, Client(base_url=address) as other:
        assert other.get("/leads/import/jobs").json() == []
        problem(other.get("/leads/import/jobs/a@000000000000"), 404)
    assert not (tmp_path / "new").exists()
