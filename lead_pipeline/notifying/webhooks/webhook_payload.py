"""Composes what a program is told of an import: counts, codes and links, never a value of a row, nor the name of a
file, which is the name of a person often enough.
"""

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote

from lead_pipeline.model.results import ImportResult
from lead_pipeline.model.webhooks.webhook_settings import event_of


def payload_of(result: ImportResult, links: str | None) -> str:
    """Return the JSON about an import that ended or waits; `links` is the address at which the pages are served."""
    data: dict[str, Any] = {
        "import_id": result.import_id,
        "status": result.status.value,
        "profile": result.profile,
        "destination": result.destination,
        "rows_read": result.rows_read,
        "counts": result.counts.model_dump(),
        "are_supposed": result.is_supposed,
        "reasons": [{"code": one.code, "outcome": one.outcome, "count": one.count} for one in result.reasons],
        "started_at": result.started_at.isoformat(),
        "ended_at": result.ended_at.isoformat(),
        "links": _links(result.import_id, links),
    }
    return _written(f"import.{event_of(result.status)}", result.ended_at, data)


def trial_payload(at: datetime) -> str:
    """Return what is sent to try an address out."""
    return _written("test", at, {"message": "lead_pipeline can reach this address, and the signature fits."})


def _written(kind: str, at: datetime, data: dict[str, Any]) -> str:
    return json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data}, separators=(",", ":"))


def _links(import_id: str, base: str | None) -> dict[str, str]:
    path = f"/api/v1/imports/{quote(import_id, safe='@')}"
    start = (base or "").rstrip("/")
    return {"import": f"{start}{path}", "errors": f"{start}{path}/errors", "files": f"{start}{path}/files"}
