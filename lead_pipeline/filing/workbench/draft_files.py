"""Imports that are being prepared, kept on the disk: a page that is loaded again, and a service that is started again,
have lost nothing. What is chosen in them is not known here.
"""

import re
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.json_files import readable_json, write_json
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.workbench.import_drafts import ImportDraft

#: For how long a draft is kept that nobody changes.
KEPT = timedelta(days=30)

_DRAFT_ID = re.compile(r"[A-Za-z0-9_-]{16,32}")


def new_draft_id() -> str:
    """Return an id that nobody can guess."""
    return secrets.token_urlsafe(16)


def read_draft(home: Home, draft_id: str) -> ImportDraft:
    """Return a draft; raises UsageError when there is none of that id."""
    found = readable_json(_path(home, draft_id), ImportDraft) if _DRAFT_ID.fullmatch(draft_id) else None
    if found is None:
        raise UsageError("This import is not being prepared any more. Begin again with 'New import'.")
    return found


def write_draft(home: Home, draft: ImportDraft) -> None:
    """Keep a draft, whole or not at all; readable by its owner alone."""
    write_json(_path(home, draft.draft_id), draft)


def list_drafts(home: Home, now: datetime) -> list[ImportDraft]:
    """Return the drafts that were not started yet, newest first; those that nobody changes any more are removed."""
    found = []
    for path in _folder(home).glob("[!.]*.json"):
        draft = readable_json(path, ImportDraft)
        if draft is None or draft.changed_at < now - KEPT:
            path.unlink(missing_ok=True)
        elif not draft.import_id:
            found.append(draft)
    return sorted(found, key=lambda draft: draft.changed_at, reverse=True)


def _folder(home: Home) -> Path:
    return home.staging / "drafts"


def _path(home: Home, draft_id: str) -> Path:
    return _folder(home) / f"{draft_id}.json"
