"""What `docs/deploying/kubernetes/` has, as Kubernetes would read it, and a server that answers as its API."""

import contextlib
import json
import re
import threading
from collections.abc import Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "deploying" / "kubernetes"
NAMESPACE = "lead-pipeline"

Manifest = dict[str, Any]


@cache
def kustomization() -> Manifest:
    """Return what `kubectl apply -k` reads first."""
    found: Manifest = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))
    return found


@cache
def manifests() -> list[Manifest]:
    """Return every resource that is applied."""
    texts = [(FOLDER / name).read_text(encoding="utf-8") for name in kustomization()["resources"]]
    return [one for text in texts for one in yaml.safe_load_all(text)]


def of_kind(*kinds: str) -> list[Manifest]:
    """Return the resources of some kinds."""
    return [one for one in manifests() if one["kind"] in kinds]


def named(kind: str, name: str) -> Manifest:
    """Return the resource of a kind and name; raises ValueError when there is none."""
    (found,) = [one for one in of_kind(kind) if one["metadata"]["name"] == name]
    return found


def workloads() -> list[Manifest]:
    """Return what makes pods."""
    return of_kind("Deployment", "Job")


def environment() -> dict[str, str]:
    """Return the variables of every pod."""
    return dict(named("ConfigMap", "lead-pipeline-environment")["data"])


def dagster_settings() -> str:
    """Return the text of dagster.yaml."""
    return str(named("ConfigMap", "lead-pipeline-dagster")["data"]["dagster.yaml"])


def container_of(workload: Manifest) -> Manifest:
    """Return the one container of the pods of a workload."""
    (container,) = workload["spec"]["template"]["spec"]["containers"]
    return dict(container)


def import_origin() -> JobPythonOrigin:
    """Return where the code server says that imports are to be loaded from."""
    return JobPythonOrigin(
        "import_leads",
        RepositoryPythonOrigin(
            executable_path="/opt/lead_pipeline/bin/python",
            code_pointer=ModuleCodePointer("lead_pipeline.definitions", "defs"),
            container_image=container_of(named("Deployment", "code-server"))["image"],
            entry_point=["dagster"],
            container_context={},
        ),
    )


_JOBS, _PODS = f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs", f"/api/v1/namespaces/{NAMESPACE}/pods"
_EVENTS = f"/api/v1/namespaces/{NAMESPACE}/events"

_POD = {
    "metadata": {"name": "the-pod"},
    "spec": {"containers": [{"name": "dagster"}]},
    "status": {
        "phase": "Failed",
        "containerStatuses": [
            {"name": "dagster", "image": "x", "imageID": "x", "ready": False, "restartCount": 0,
             "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}
        ],
    },
}  # fmt: skip


class FakeKubernetes:
    """Answers what a launcher asks, as if each job had one pod, which failed; keeps what was asked, and the jobs."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: set[tuple[str, str]] = set()
        self.jobs: list[Manifest] = []

    def kubeconfig(self, folder: Path) -> str:
        """Write how to reach it, and return the path."""
        cluster = {"name": "here", "cluster": {"server": f"http://127.0.0.1:{self.port}"}}
        context = {"name": "here", "context": {"cluster": "here", "user": "me"}}
        document = {"apiVersion": "v1", "kind": "Config", "clusters": [cluster], "contexts": [context],
                    "users": [{"name": "me", "user": {}}], "current-context": "here"}  # fmt: skip
        path = folder / "kubeconfig"
        path.write_text(yaml.safe_dump(document))
        return str(path)

    def answer(self, method: str, path: str, body: bytes) -> Any:
        """Return the answer to a request as JSON or text, and note it in the words of a Role."""
        verb, resource = _asked(method, path)
        self.asked.add((verb, resource))
        if verb == "create":
            self.jobs.append(json.loads(body))
            return self.jobs[-1]
        if resource == "pods/log":
            return "what it printed"
        if verb == "list":
            jobs = [job | {"status": {"startTime": "2026-11-30T12:00:00Z", "active": 1}} for job in self.jobs]
            items = {"jobs": jobs, "pods": [_POD]}.get(resource, [])
            return {"kind": "List", "metadata": {}, "items": items}
        if resource == "jobs/status":
            return {"metadata": {"name": "x"}, "status": {"active": 1}}
        return {"kind": "Status", "status": "Success"}


def _asked(method: str, path: str) -> tuple[str, str]:
    plain = path.partition("?")[0]
    for collection in (_JOBS, _PODS, _EVENTS):
        if plain == collection or plain.startswith(f"{collection}/"):
            kind, (name, below) = collection.rpartition("/")[2], _split(plain.removeprefix(collection))
            verb = {"GET": "get" if name else "list", "POST": "create", "DELETE": "delete"}[method]
            return verb, f"{kind}/{below}" if below else kind
    return method, plain


def _split(rest: str) -> tuple[str, str]:
    match = re.fullmatch(r"(?:/([^/]+))?(?:/([^/]+))?", rest)
    assert match is not None, rest
    return match[1] or "", match[2] or ""


@contextlib.contextmanager
def fake_kubernetes() -> Iterator[FakeKubernetes]:
    """Serve such an API for the length of a block."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = fake.answer(self.command, self.path, body)
            text = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain" if isinstance(answer, str) else "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = _handle  # noqa: N815  # the names that the server looks for

        def log_message(self, *_said: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake = FakeKubernetes(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
