"""What waits to be sent to addresses, one file each: written with an import's result and removed once accepted, so that
a crash in between sends it again, under the same id, rather than never.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.json_files import readable_json, write_json
from lead_pipeline.notifying.outbox import Sent, Waiting

#: What could not be delivered for this long is given up.
GIVE_UP_AFTER = timedelta(days=3)


class WebhookMessage(Waiting):
    """What an address is to be told."""

    hook: str
    body: str


def put_webhook(home: Home, message: WebhookMessage) -> None:
    """Leave a message to be sent, unless one with its key was sent, was given up or is waiting already."""
    known = (_folder(home) / "sent", _folder(home) / "given_up", _folder(home))
    if not any((folder / f"{message.key}.json").exists() for folder in known):
        write_json(_folder(home) / f"{message.key}.json", message)


def pending_webhooks(home: Home) -> Iterator[WebhookMessage]:
    """Yield the messages waiting to be sent, oldest first."""
    found = [readable_json(path, WebhookMessage) for path in _folder(home).glob("[!.]*.json")]
    yield from sorted((message for message in found if message is not None), key=lambda message: message.written_at)


def discard_webhook(home: Home, key: str) -> None:
    """Remove an unsent message whose content is no longer true, or that nobody wants any more."""
    (_folder(home) / f"{key}.json").unlink(missing_ok=True)


def note_accepted(home: Home, message: WebhookMessage, at: datetime) -> None:
    """Mark a message as sent, and remove it."""
    sent = Sent(key=message.key, import_id=message.import_id, sent_at=at)
    write_json(_folder(home) / "sent" / f"{message.key}.json", sent)
    discard_webhook(home, message.key)


def note_refused(home: Home, message: WebhookMessage, trouble: str, at: datetime, *, for_good: bool) -> bool:
    """Keep a message for another attempt and return whether it is kept; False when it is given up.

    Messages that were given up are kept in outbox/webhooks/given_up/.
    """
    noted = message.model_copy(update={"attempts": message.attempts + 1, "tried_at": at, "trouble": trouble})
    if not for_good and at - message.written_at < GIVE_UP_AFTER:
        write_json(_folder(home) / f"{message.key}.json", noted)
        return True
    write_json(_folder(home) / "given_up" / f"{message.key}.json", noted)
    discard_webhook(home, message.key)
    return False


def _folder(home: Home) -> Path:
    return home.outbox / "webhooks"
