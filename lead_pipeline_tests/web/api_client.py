"""A program that calls the HTTP API of a served home, and what a look of the inbox's sensor does for it."""

from collections.abc import Sequence
from typing import Any

import httpx

from lead_pipeline.filing.home import Home
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.drops.intake import imports_to_run
from lead_pipeline_tests.support import staging


class Client(httpx.Client):
    """Calls of one program."""

    def preview(self, content: bytes, name: str = "list.csv") -> httpx.Response:
        """Upload a file to be previewed."""
        return self.post("/leads/import/preview", files={"file": (name, content)})

    def file_id(self, content: bytes, name: str = "list.csv") -> str:
        """Upload a file and return its id."""
        return self.preview(content, name).raise_for_status().json()["file_id"]

    def start(self, file_id: str, **how: Any) -> httpx.Response:
        """Start an import."""
        return self.post("/leads/import/start", json={"file_id": file_id, **how})

    def started(self, content: bytes, **how: Any) -> str:
        """Upload and start a file and return the id of its job."""
        answer = self.start(self.file_id(content), **how)
        assert answer.status_code == 202, answer.text
        return answer.json()["job_id"]

    def job(self, job_id: str, **asked: Any) -> dict[str, Any]:
        """Return where a job stands."""
        return self.get(f"/leads/import/jobs/{job_id}", params=asked).raise_for_status().json()

    def leads(self, *leads: dict[str, Any], **query: Any) -> httpx.Response:
        """Hand in leads."""
        return self.post("/leads", json=list(leads), params=query)


def take_what_is_due(home: Home) -> Sequence[str]:
    """Do what the sensor's next look and its runs do, without Dagster; return the imports."""
    due = imports_to_run(home, (), utc_now())
    if due:
        with staging(home.root) as stages:
            for manifest in due:
                stages.run(manifest)
    return [manifest.import_id for manifest in due]
