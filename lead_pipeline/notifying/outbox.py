"""Emails waiting to be sent, one file each: written with an import's result and removed once sent, so that a crash in
between sends one again rather than never.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.json_files import readable_json, write_json
from lead_pipeline.model.fields import FrozenModel

#: The pause between two attempts doubles, from the first to the longest.
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)

#: A message that could not be sent for this long is given up; UI and report have the same content.
GIVE_UP_AFTER = timedelta(days=1)


def is_pause_over(attempts: int, tried_at: datetime | None, now: datetime) -> bool:
    """Return whether what was tried so often may be tried again."""
    if tried_at is None:
        return True
    pause = _FIRST_PAUSE * (1 << min(max(attempts - 1, 0), 16))
    return now - tried_at >= min(pause, _LONGEST_PAUSE)


class OutboxMessage(FrozenModel):
    """An email about an import, as it will be sent; it holds no value of a row."""

    key: str  # letters, digits and hyphens; one key per event, so that nothing is sent twice
    import_id: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    written_at: datetime
    attempts: int = 0
    tried_at: datetime | None = None
    trouble: str = ""  # why the last attempt failed

    def is_due(self, now: datetime) -> bool:
        """Return whether it was never tried, or its pause is over."""
        return is_pause_over(self.attempts, self.tried_at, now)


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
