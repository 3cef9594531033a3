"""What a terminal is told of imports that a command began and did not see to their end: it failed or was killed, and a
service, or a later command for something else, completed them. Told once, by whichever command comes next.
"""

import contextlib
from datetime import datetime

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.import_id import short_of
from lead_pipeline.filing.json_files import readable_json, write_json
from lead_pipeline.filing.locks import is_waiting
from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.results import ImportResult
from lead_pipeline.reporting.wording import encodable, one_line, status_sentence


class Announcement(FrozenModel):
    """How an import ended of which nobody waits for the end any more; it holds no value of a row."""

    import_id: str
    file_name: str
    sentence: str
    at: datetime

    def __str__(self) -> str:
        """Return the line for the terminal."""
        return f"{self.file_name} ({self.import_id}): {self.sentence}"


def is_continued(home: Home, manifest: Manifest) -> bool:
    """Return whether a command asked for the import and does not wait any more: it failed, or was killed."""
    return manifest.commanded_by != "" and not is_waiting(home, manifest.commanded_by)


def announce(home: Home, manifest: Manifest, result: ImportResult) -> None:
    """Leave word of the end of a continued import; doing so again leaves it once."""
    if is_continued(home, manifest):
        message = one_line(result.message)
        told = Announcement(
            import_id=result.import_id,
            file_name=one_line(encodable(result.file.file_name)),
            sentence=" ".join(filter(None, (status_sentence(result), message))),
            at=result.ended_at,
        )
        path = home.outbox / "terminal" / f"{short_of(manifest.identity)}.json"
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_json(path, told)


def take_announcements(home: Home) -> list[Announcement]:
    """Return what was left to be told, oldest first, and forget it; nothing where the folder cannot be written."""
    found = []
    for path in (home.outbox / "terminal").glob("[!.]*.json"):
        with contextlib.suppress(OSError):  # another command was quicker, or the disk is read-only
            told = readable_json(path, Announcement)
            path.unlink()
            if told is not None:
                found.append(told)
    return sorted(found, key=lambda told: told.at)
