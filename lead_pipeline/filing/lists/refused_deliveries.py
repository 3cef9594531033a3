"""Notes that a suppression list was refused before it was staged, until the store knows of it: whoever watches the
inbox never opens the store.
"""

import contextlib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.json_files import readable_json, write_json
from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.lists.list_settings import ListSettings


class RefusedDelivery(FrozenModel):
    """A list that was refused: `settings` are null where nobody knows which list it was for."""

    list_id: str
    file_name: str
    message: str
    staged_at: datetime
    settings: ListSettings | None = None


def note_refused_delivery(
    home: Home, file_name: str, settings: ListSettings | None, message: str, at: datetime
) -> None:
    """Note that a list was refused; raises OSError."""
    number = uuid.uuid4().hex[:12]
    refused = RefusedDelivery(
        list_id=f"refused@{number}", file_name=file_name, message=message, staged_at=at, settings=settings
    )
    write_json(home.staging / "lists" / "refused" / f"{number}.json", refused)


def refused_deliveries(home: Home) -> Iterator[tuple[Path, RefusedDelivery]]:
    """Yield the notes and what they say, in no order; one that is damaged says that some list was refused."""
    for path in (home.staging / "lists" / "refused").glob("[!.]*.json"):
        with contextlib.suppress(OSError):  # forgotten by another process meanwhile
            at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            damaged = RefusedDelivery(list_id=f"refused@{path.stem}", file_name="", message="", staged_at=at)
            yield path, readable_json(path, RefusedDelivery) or damaged
