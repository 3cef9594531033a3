"""What a web page that somebody else wrote can do through the browser of a person at this machine, done to the really
running `lead-pipeline ui`: an import waits for approval, and nobody but that person may approve it.
"""

import http.client
import itertools
import json
import os
import urllib.parse
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import websockets.sync.client

from lead_pipeline.filing.decisions import waiting_imports
from lead_pipeline.filing.home import Home
from lead_pipeline_tests.orchestration.serving import Ui, receipts
from lead_pipeline_tests.orchestration.watching import leads
from lead_pipeline_tests.support import call_schedule, prepared_home, query, quick_folder, staging

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals and process groups")

LAUNCH = """mutation Launch($params: ExecutionParams!) { launchRun(executionParams: $params) { __typename
  ... on LaunchRunSuccess { run { runId } }
  ... on RunConfigValidationInvalid { errors { message } }
  ... on UnauthorizedError { message }
  ... on PythonError { message } } }"""
FORGET = """mutation { deleteDynamicPartitions(partitionKeys: ["%s"], partitionsDefName: "imports",
  repositorySelector: {repositoryLocationName: "lead_pipeline", repositoryName: "__repository__"}) { __typename } }"""
RUNS = "{ runsOrError { ... on Runs { results { runId status jobName } } } }"

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SAME = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
EVIL = "http://attacker.example"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str

    def refused(self, status: int = 403) -> bool:
        """Tell whether it is one sentence that refuses."""
        assert self.headers.get("content-type") == "text/plain; charset=utf-8", self
        return (self.status, self.text[:9], self.text[-2:], self.text.count("\n")) == (status, "Refused: ", ".\n", 1)


def params(job: str, import_id: str, run_config: object = None) -> dict[str, Any]:
    """Return the variables of a launch."""
    selector = {"repositoryLocationName": "lead_pipeline", "repositoryName": "__repository__", "jobName": job}
    tags = [{"key": "dagster/partition", "value": import_id}]
    return {"params": {"selector": selector, "runConfigData": run_config or {}, "executionMetadata": {"tags": tags}}}


class Server:
    """A running UI, and the import that waits in its home."""

    def __init__(self, ui: Ui, folder: Path, waiting: str) -> None:
        self.ui, self.folder, self.waiting = ui, folder, waiting
        self.host = f"127.0.0.1:{ui.port}"

    def ask(self, method: str, path: str, headers: dict[str, str], body: str | None = None) -> Answer:
        """Send a request as a browser does, with exactly these headers; the host is its own unless given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ui.port, timeout=120)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        given = {"Host": self.host, **headers}
        given = {name: value.replace("{port}", str(self.ui.port)) for name, value in given.items()}
        if body is not None:
            given["Content-Length"] = str(len(body.encode()))
        for name, value in given.items():
            if value:
                connection.putheader(name, value)
        connection.endheaders(body.encode() if body is not None else None)
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace") if response.status != 101 else ""
        connection.close()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)

    def graphql(self, text: str, variables: object = None) -> dict[str, Any]:
        """Ask as the UI's own page does."""
        headers = {**JSON, **SAME, "Origin": f"http://{self.host}"}
        answer = self.ask("POST", "/graphql", headers, json.dumps({"query": text, "variables": variables}))
        assert answer.status == 200, answer
        return json.loads(answer.text)["data"]

    def runs(self) -> list[str]:
        """Return the jobs that were launched."""
        return [run["jobName"] for run in self.graphql(RUNS)["runsOrError"]["results"]]

    def approval(self) -> str:
        """Return the address that approves the import, where GraphQL may be asked by GET."""
        variables = json.dumps(params("approve_import", self.waiting))
        return f"/graphql?{urllib.parse.urlencode({'query': LAUNCH, 'variables': variables})}"

    def message(self) -> str:
        """Return what approves the import, as the UI would send it."""
        return json.dumps({"query": LAUNCH, "variables": params("approve_import", self.waiting)})

    def still_waits(self) -> bool:
        """Tell whether nobody has started anything, and the import waits."""
        return (self.runs(), waiting_imports(Home(self.ui.home))) == ([], [self.waiting])


@pytest.fixture(scope="module")
def folder():
    with quick_folder() as made:
        yield made


@pytest.fixture(scope="module")
def server(folder):
    """One server for all of what follows; what is done to it must not show."""
    home = prepared_home(folder / "home")
    (folder / "wanted.csv").write_text(leads(1, rows=2))
    with staging(home.root) as imports:
        waiting = imports.file(folder / "wanted.csv", call_schedule(name="asked", approval="manual")).import_id
    ui = Ui(home.root, "--allow-host", "Leads.example", "--allow-host", "tunnel.example:8443")
    try:
        ui.wait_until_ready()
        server = Server(ui, folder, waiting)
        selector = {"repositoryLocationName": "lead_pipeline", "repositoryName": "__repository__"}
        server.graphql(
            "mutation Add($s: RepositorySelector!, $k: String!) { addDynamicPartition(repositorySelector: $s, "
            'partitionsDefName: "imports", partitionKey: $k) { __typename } }',
            {"s": selector, "k": waiting},
        )
        yield server
    finally:
        ui.kill()


#: What an image, script, form or call of a foreign page sends: method, headers, and what it can put into the body.
PAGES = {
    "image": ("GET", {"Accept": "image/avif,*/*", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, None),
    "image, in an old browser": ("GET", {"Accept": "*/*"}, None),
    "frame": ("GET", {"Accept": "text/html", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
                      "Sec-Fetch-Dest": "iframe"}, None),
    "image on another port of localhost": ("GET", {"Accept": "text/html", "Sec-Fetch-Site": "same-site"}, None),
    "call that wants to read": ("GET", {"Origin": EVIL, "Accept": "*/*", "Sec-Fetch-Site": "cross-site"}, None),
    "call of a name that leads here": ("GET", {"Host": "attacker.example:{port}", "Accept": "*/*"}, None),
    "form": ("POST", {**FORM, "Origin": EVIL}, ""),
    "form that hides where it is": ("POST", {**FORM, "Origin": "null"}, ""),
    "form, in an old browser": ("POST", FORM, ""),
    "form of plain text": ("POST", {"Content-Type": "text/plain", "Origin": EVIL}, "message"),
    "form of plain text, in an old browser": ("POST", {"Content-Type": "text/plain"}, "message"),
    "text that says it were JSON": ("POST", {"Content-Type": "text/plain; x=application/json"}, "message"),
    "call without a type": ("POST", {}, "message"),
    "JSON, unasked": ("POST", {**JSON, "Origin": EVIL}, "message"),
    "JSON of another port of localhost": ("POST", {**JSON, "Origin": "http://localhost:8000"}, "message"),
    "JSON of our name and the port of others": ("POST", {**JSON, "Origin": "http://127.0.0.1"}, "message"),
    "JSON of another site of localhost, no origin": ("POST", {**JSON, "Sec-Fetch-Site": "same-site"}, "message"),
    "JSON of a name that begins with ours": ("POST", {**JSON, "Origin": "http://127.0.0.1.evil.example:{port}"},
                                             "message"),
    "JSON to a name that leads here": ("POST", {**JSON, "Host": "attacker.example:{port}",
                                                "Origin": "http://attacker.example:{port}"}, "message"),
    "JSON to our name and another port": ("POST", {**JSON, "Host": "localhost:1"}, "message"),
    "JSON to nobody": ("POST", {**JSON, "Host": ""}, "message"),
    "JSON to the address of all": ("POST", {**JSON, "Host": "0.0.0.0:{port}", "Origin": "http://0.0.0.0:{port}"},
                                   "message"),
    "query as a type of its own": ("POST", {"Content-Type": "application/graphql"}, "message"),
    "question whether JSON may be sent": ("OPTIONS", {"Origin": EVIL, "Access-Control-Request-Method": "POST",
                                                      "Access-Control-Request-Headers": "content-type"}, None),
    "other method": ("PUT", {**JSON, "Origin": EVIL}, "message"),
}  # fmt: skip


def test_a_foreign_page_approves_nothing_and_is_told_so_in_one_sentence(server, subtests):
    for page, (method, headers, body) in PAGES.items():
        with subtests.test(page):
            answer = server.ask(method, server.approval(), headers, body and server.message())
            assert answer.status in (403, 405, 415)
            assert answer.refused(answer.status)
            assert "access-control-allow-origin" not in answer.headers
            assert server.still_waits()


def test_a_link_that_a_person_follows_shows_an_editor_and_runs_nothing(server):
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    answer = server.ask("GET", server.approval(), {**headers, "Sec-Fetch-Dest": "document"})
    assert (answer.status, "GraphiQL" in answer.text) == (200, True)
    assert server.still_waits()


@pytest.mark.parametrize("headers", [{"Origin": EVIL}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "attacker.example"}])
@pytest.mark.parametrize(
    "path", ["/graphql", "/logs/x", "/report_asset_materialization/imported_leads", "/server_info"]
)
def test_no_other_address_is_open_to_a_foreign_page_either(server, path, headers):
    assert server.ask("POST" if "report" in path else "GET", path, headers).refused()
    assert server.ask("POST", path, {**JSON, **headers}, "{}").refused()


def test_a_partition_is_not_deleted_by_an_image(server):
    path = f"/graphql?{urllib.parse.urlencode({'query': FORGET % server.waiting})}"
    assert server.ask("GET", path, {"Accept": "image/*"}).refused(405)
    assert server.ask("GET", path, {"Accept": "image/*", "Host": f"attacker.example:{server.ui.port}"}).refused()
    (asset,) = server.graphql('{ assetNodes(assetKeys: [{path: ["raw_leads"]}]) { partitionKeys } }')["assetNodes"]
    assert asset["partitionKeys"] == [server.waiting]


UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAECAwQFBgcICQoLDA0ODw==", "Sec-WebSocket-Protocol": "graphql-ws",
}  # fmt: skip


#: The headers of a handshake by a page elsewhere, in a frame without an origin, on another port, under a name that
#: leads here, and in a browser that says where it comes from in another way.
HANDSHAKES = (
    {"Origin": EVIL},
    {"Origin": "null"},
    {"Origin": "http://localhost:8000"},
    {"Host": "attacker.example:{port}", "Origin": "http://attacker.example:{port}"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "websocket"},
)


def test_a_foreign_page_opens_no_websocket(server, subtests):
    for headers in HANDSHAKES:
        with subtests.test(str(headers)):
            assert server.ask("GET", "/graphql", {**UPGRADE, **headers}).refused()
    assert server.ask("GET", "/graphql", UPGRADE).status == 101  # no browser, but a program on this machine


def test_the_websocket_of_the_uis_own_page_answers_and_carries_no_mutation(server):
    with websockets.sync.client.connect(
        f"ws://{server.host}/graphql", origin=f"http://{server.host}", subprotocols=["graphql-ws"], proxy=None
    ) as socket:
        socket.send(json.dumps({"type": "connection_init", "payload": {}}))
        assert json.loads(socket.recv(60)) == {"type": "connection_ack"}
        socket.send(json.dumps({"id": "1", "type": "start", "payload": json.loads(server.message())}))
        assert json.loads(socket.recv(60))["type"] == "error"
    assert server.still_waits()


def test_the_ui_answers_to_its_own_names_and_to_those_it_was_given(server, subtests):
    names = ("localhost:{port}", "127.0.0.1:{port}", "[::1]:{port}", "LEADS.example", "leads.example:{port}",
             "tunnel.example:8443")  # fmt: skip
    for host in (name.replace("{port}", str(server.ui.port)) for name in names):
        with subtests.test(host):
            for headers in ({}, {"Origin": f"http://{host}"}, {"Origin": f"https://{host}", **SAME}):
                answer = server.ask("POST", "/graphql", {**JSON, "Host": host, **headers}, '{"query": "{ version }"}')
                assert (answer.status, "version" in answer.text) == (200, True)
            assert server.ask("GET", "/runs", {"Host": host, "Accept": "text/html"}).status == 200


def test_the_ui_is_shown_in_no_frame_of_another_site(server):
    answer = server.ask("GET", "/", {"Accept": "text/html"})
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors" not in answer.headers["content-security-policy"]  # which would count more


CONFIGS = {
    "home": {"resources": {"home": {"config": {"root": "{elsewhere}"}}}},
    "folder of values": {"resources": {"io_manager": {"config": {"base_dir": "{elsewhere}"}}}},
    "longer wait": {"resources": {"home": {"config": {"store_wait_seconds": 1e9}}}},
}


def test_run_config_that_names_another_home_is_refused_and_creates_nothing(server, subtests):
    elsewhere = server.folder / "elsewhere"
    for job, (what, config) in itertools.product(("approve_import", "cancel_import", "import_leads"), CONFIGS.items()):
        with subtests.test(f"{job}: {what}"):
            given = json.loads(json.dumps(config).replace("{elsewhere}", str(elsewhere)))
            launched = server.graphql(LAUNCH, params(job, server.waiting, given))["launchRun"]
            assert launched["__typename"] == "RunConfigValidationInvalid", launched
            assert "unexpected config entry" in launched["errors"][0]["message"]
            assert not elsewhere.exists()
            assert server.still_waits()


def test_for_observers_nothing_can_be_started_by_the_own_page_either(server, subtests):
    ui = Ui(server.ui.home, "--read-only")
    try:
        ui.wait_until_ready()
        read_only = Server(ui, server.folder, server.waiting)
        launched = read_only.graphql(LAUNCH, params("approve_import", server.waiting))["launchRun"]
        assert launched["__typename"] == "UnauthorizedError"
        for page in ("image", "form", "JSON to a name that leads here"):
            with subtests.test(page):
                method, headers, body = PAGES[page]
                answer = read_only.ask(method, read_only.approval(), headers, body and read_only.message())
                assert answer.refused(answer.status)
        assert read_only.ask("GET", "/graphql", {**UPGRADE, "Origin": EVIL}).refused()
    finally:
        ui.kill()
    assert server.still_waits()


def test_the_person_at_the_uis_own_page_approves_and_the_leads_are_imported(server):
    """The last of this server: from here on nothing waits."""
    launched = server.graphql(LAUNCH, params("approve_import", server.waiting))["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    server.ui.wait_for("import", lambda: len(receipts(server.ui.home)) == 1)
    assert query(server.ui.home, "select status, rows_created from imports") == [("completed", 2)]
