"""What the API says of itself is true: requests that are made of its own OpenAPI, well formed and not, against a served
home in which everything happened, are answered as it says, and never by a crash.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lead_pipeline.web.api.routes import ROUTES
from lead_pipeline_tests.support import prepared_home, quick_folder
from lead_pipeline_tests.web.prepared_home import Prepared
from lead_pipeline_tests.web.serving_pages import served

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

OPERATIONS = sorted((method, route.path) for router in ROUTES for route in router.routes for method in route.methods)

#: Those that are sent something that could be wrong; a name that is a part of the address may be any text.
FALLIBLE = sorted(
    (method, route.path)
    for router in ROUTES
    for route in router.routes
    if route.dependant.query_params or route.body_field or route.openapi_extra
    for method in route.methods
)

ROWS = "caller_id,email\n+1 951 555 0136,ana@example.com\n12,\n"
BY_EMAIL = {"column": "email", "kind": "email"}

#: Each of these begins a recorded run, or a process, for what it is sent: a second or two.
SLOW = {"/leads", "/api/v1/leads", "/api/v1/suppressions", "/api/v1/dry-runs", "/api/v1/scrub-previews"}


@dataclass
class Api:
    """A served API, how it describes itself, and what there is that requests can name."""

    address: str
    schema: BaseSchema
    known: dict[str, list[str]]


@pytest.fixture(scope="module")
def api(prepared_once: Prepared) -> Iterator[Api]:
    with quick_folder() as folder:
        shutil.copytree(prepared_once.root, folder / "home")
        home = prepared_home(folder / "home")
        (home.profiles / "asking.yaml").write_text("name: asking\nextends: call_schedule\napproval: manual\n")
        with served(home.root, upload_bytes=1 << 20) as address:
            yield Api(address, schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json"), _known(prepared_once))


def _known(prepared: Prepared) -> dict[str, list[str]]:
    imports = [prepared.messy, prepared.waits, prepared.queued, prepared.refused, prepared.clean]
    return {
        "import_id": imports,
        "job_id": imports,
        "profile": ["call_schedule", "asking", "identity_upsert"],
        "name": ["call_schedule", "asking"],
        "kind": ["report", "rejected_file", "rejected_workbook", "warned_file"],
    }


def _upload(api: Api) -> str:
    answer = httpx.post(f"{api.address}/api/v1/uploads", files={"file": ("a.csv", ROWS)}, timeout=60)
    return str(answer.json()["file_id"])


def _name_what_there_is(case: Case, known: dict[str, list[str]], number: int) -> None:
    """Put names that are known here where a request has names, so that it comes further than to 'not found'."""
    for values in (case.path_parameters, case.body):
        if not isinstance(values, dict):
            continue
        for name in values.keys() & known.keys():
            values[name] = known[name][number % len(known[name])]


def _ask(api: Api, method: str, path: str, mode: GenerationMode) -> set[int]:
    """Ask an operation some times as it describes itself; return the statuses of the answers."""
    statuses = set()
    known = api.known | {"file_id": [_upload(api)]}

    @settings(
        max_examples=2 if path in SLOW else 8,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # to find a smaller failure would take hundreds of requests
        suppress_health_check=list(HealthCheck),
    )
    @given(case=api.schema[path][method].as_strategy(mode), number=st.integers(0, 9))
    def ask(case: Case, number: int) -> None:
        if mode is GenerationMode.POSITIVE and number:
            _name_what_there_is(case, known, number)
        statuses.add(_validated(case))

    ask()
    return statuses


def _validated(case: Case) -> int:
    answer = case.call(timeout=60)
    case.validate_response(answer, checks=CHECKS)
    return answer.status_code


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=str)
def test_requests_that_fit_are_answered_as_the_api_says(api, method, path):
    assert _ask(api, method, path, GenerationMode.POSITIVE)


@pytest.mark.parametrize(("method", "path"), FALLIBLE, ids=str)
def test_requests_that_do_not_fit_are_refused_as_the_api_says(api, method, path):
    statuses = _ask(api, method, path, GenerationMode.NEGATIVE)
    assert statuses & {400, 404, 422}
    assert method == "GET" or all(status in (400, 404, 422) for status in statuses)


@pytest.mark.parametrize(
    ("path", "query", "body", "status"),
    [
        ("/leads/import/preview", {}, {"file": ROWS}, 200),
        ("/leads/import/start", {}, {"file_id": "UPLOAD", "profile": "call_schedule"}, 202),
        ("/leads/import/start", {}, {"file_id": "UPLOAD", "primary_identifier": BY_EMAIL}, 202),
        ("/api/v1/imports", {}, {"file_id": "UPLOAD", "profile": "call_schedule"}, 202),
        ("/api/v1/dry-runs", {}, {"file_id": "UPLOAD", "profile": "call_schedule"}, 200),
        ("/api/v1/dry-runs", {}, {"file_id": "UPLOAD", "primary_identifier": BY_EMAIL}, 200),
        ("/api/v1/scrub-previews", {}, {"file_id": "UPLOAD", "scopes": ["destination"], "lookback_days": [30]}, 200),
        ("/leads", {}, {"phone": "+1 951 555 0137"}, 200),
        ("/api/v1/leads", {}, [{"phone": "+1 951 555 0138"}, {"phone": "12"}], 200),
        ("/leads", {"profile": "asking"}, {"phone": "+1 951 555 0139"}, 202),
        ("/api/v1/suppressions", {}, {"kind": "do_not_call", "entries": [{"phone": "+1 951 555 0140"}]}, 200),
        ("/api/v1/suppressions/lookup", {}, {"identifier": "+1 951 555 0140"}, 200),
    ],
)
def test_what_is_carried_out_is_answered_as_the_api_says(api, path, query, body, status):
    if "file_id" in body:
        body = body | {"file_id": _upload(api)}
    assert _validated(api.schema[path]["POST"].Case(body=body, query=query)) == status


def test_every_route_for_programs_is_described_with_the_problems_that_it_may_answer(api):
    found = httpx.get(f"{api.address}/api/v1/openapi.json").json()["paths"]
    assert sorted((method.upper(), path) for path in found for method in found[path]) == OPERATIONS
    for method, path in OPERATIONS:
        answers = found[path][method.lower()]["responses"]
        errors = {status: list(answer["content"]) for status, answer in answers.items() if status >= "400"}
        assert "500" in errors
        assert {kind for kinds in errors.values() for kind in kinds} == {"application/problem+json"}


@pytest.mark.parametrize(
    ("operation", "may", "never"),
    [
        (("get", "/api/v1/health"), {"400", "500", "503"}, {"401", "403", "404", "413", "507"}),
        (("get", "/leads/import/jobs"), {"401", "403", "422"}, {"404", "413", "415", "507"}),
        (("get", "/leads/import/jobs/{job_id}"), {"401", "404"}, {"413", "415", "507"}),
        (("post", "/leads/import/start"), {"401", "404", "409", "413", "415", "422", "503", "507"}, set()),
    ],
)
def test_a_route_is_not_described_with_problems_that_it_cannot_have(api, operation, may, never):
    method, path = operation
    found = httpx.get(f"{api.address}/api/v1/openapi.json").json()["paths"][path][method]["responses"]
    assert may <= set(found)
    assert not never & set(found)
