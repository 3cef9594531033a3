"""What waits to be sent about imports, emails among it, one file each: written with an import's result and removed once
sent, so that a crash in between sends one again rather than never.
"""

import contextlib
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.import_id import short_of
from lead_pipeline.filing.json_files import readable_json, write_json
from lead_pipeline.filing.locks import is_locked, release, try_acquire
from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.model.fields import FrozenModel

#: The pause between two attempts doubles, from the first to the longest.
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)

#: A message that could not be sent for this long is given up; UI and report have the same content.
GIVE_UP_AFTER = timedelta(days=1)


class Waiting(FrozenModel):
    """Something about an import that waits to be sent; it holds no value of a row."""

    key: str  # letters, digits and hyphens; one key per event and receiver, so that nothing is sent twice
    import_id: str
    written_at: datetime
    attempts: int = 0
    tried_at: datetime | None = None
    trouble: str = ""  # why the last attempt failed

    def is_due(self, now: datetime) -> bool:
        """Return whether it was never tried, or its pause is over."""
        if self.tried_at is None:
            return True
        pause = _FIRST_PAUSE * (1 << min(max(self.attempts - 1, 0), 16))
        return now - self.tried_at >= min(pause, _LONGEST_PAUSE)


_Message = TypeVar("_Message", bound=Waiting)


def key_of_event(manifest: Manifest, *, waits: bool) -> str:
    """Return one key for each event of a staged file: that it needs approval, and how it ended."""
    staging = hashlib.sha256(manifest.staged_at.isoformat().encode()).hexdigest()[:8]
    return f"{short_of(manifest.identity)}-{staging}-{'waits' if waits else 'ended'}"


@contextlib.contextmanager
def due_messages(
    home: Home,
    lock: str,
    pending: Callable[[Home], Iterable[_Message]],
    now: datetime,
    own_imports: Collection[str],
) -> Iterator[list[_Message]]:
    """Give what is due among what is pending; nothing where another process sends, which `lock` is about.

    What is about an import that another process is still working on is left to that process; `own_imports` are the
    imports of this process.
    """
    descriptor = try_acquire(home, lock)
    if descriptor is None:
        yield []
        return
    try:
        yield [
            one
            for one in pending(home)
            if one.is_due(now) and (one.import_id in own_imports or not is_locked(home, one.import_id))
        ]
    finally:
        release(home, lock, descriptor)


class OutboxMessage(Waiting):
    """An email about an import, as it will be sent."""

    to: tuple[str, ...]
    subject: str
    text: str
    html: str


class Sent(FrozenModel):
    """The mark of a sent message, so that an import that is run again sends none."""

    key: str
    import_id: str
    sent_at: datetime


def put_message(home: Home, message: OutboxMessage) -> None:
    """Leave a message to be sent, unless one with its key was sent, was given up or is waiting already."""
    if not (_sent_path(home, message.key).exists() or _given_up_path(home, message.key).exists()):
        path = _path(home, message.key)
        if readable_json(path, OutboxMessage) is None:
            write_json(path, message)


def pending_messages(home: Home) -> Iterator[OutboxMessage]:
    """Yield the messages waiting to be sent, oldest first."""
    if not home.outbox.is_dir():
        return
    found = [readable_json(path, OutboxMessage) for path in home.outbox.glob("*.json") if not path.name.startswith(".")]
    yield from sorted((message for message in found if message is not None), key=lambda message: message.written_at)


def note_sent(home: Home, message: OutboxMessage, at: datetime) -> None:
    """Mark a message as sent, and remove it."""
    write_json(_sent_path(home, message.key), Sent(key=message.key, import_id=message.import_id, sent_at=at))
    _path(home, message.key).unlink(missing_ok=True)


def discard_message(home: Home, key: str) -> None:
    """Remove an unsent message whose content is no longer true."""
    _path(home, key).unlink(missing_ok=True)


def note_failure(home: Home, message: OutboxMessage, trouble: str, at: datetime) -> OutboxMessage | None:
    """Keep a message for another attempt and return it; None when it was given up after a day.

    Messages that were given up are kept in outbox/given_up/.
    """
    noted = message.model_copy(update={"attempts": message.attempts + 1, "tried_at": at, "trouble": trouble})
    if at - message.written_at < GIVE_UP_AFTER:
        write_json(_path(home, message.key), noted)
        return noted
    write_json(_given_up_path(home, message.key), noted)
    _path(home, message.key).unlink(missing_ok=True)
    return None


def _path(home: Home, key: str) -> Path:
    return home.outbox / f"{key}.json"


def _sent_path(home: Home, key: str) -> Path:
    return home.outbox / "sent" / f"{key}.json"


def _given_up_path(home: Home, key: str) -> Path:
    return home.outbox / "given_up" / f"{key}.json"
