"""Emails that are to be sent, one file each: written with an import's result, removed when they are sent, so that a
crash in between sends one once more rather than never. Composing them and sending them belong elsewhere.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.manifests import readable_json, write_json
from lead_pipeline.model.fields import FrozenModel

#: Between two attempts the pause doubles, from the first to the longest.
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)

#: A letter that could not be sent for so long is given up; what is known by then is in the UI and the report.
GIVE_UP_AFTER = timedelta(days=1)


class Letter(FrozenModel):
    """An email about an import, as it will be sent; it holds no value of a row."""

    key: str  # of letters, digits and hyphens: what it is about, so that nothing is said twice
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
        """Tell whether it was never tried, or its pause is over."""
        if self.tried_at is None:
            return True
        pause = _FIRST_PAUSE * (1 << min(max(self.attempts - 1, 0), 16))
        return now - self.tried_at >= min(pause, _LONGEST_PAUSE)


class Sent(FrozenModel):
    """Says that a letter was sent, so that an import that is run again sends none."""

    key: str
    import_id: str
    sent_at: datetime


def put_letter(home: Home, letter: Letter) -> None:
    """Leave a letter to be sent; one about the same thing that was sent, or lies there already, stays the only one."""
    if not (_sent_path(home, letter.key).exists() or _given_up_path(home, letter.key).exists()):
        path = _path(home, letter.key)
        if readable_json(path, Letter) is None:
            write_json(path, letter)


def letters(home: Home) -> Iterator[Letter]:
    """Yield the letters that are to be sent, oldest first."""
    if not (home.outbox).is_dir():
        return
    found = [readable_json(path, Letter) for path in home.outbox.glob("*.json") if not path.name.startswith(".")]
    yield from sorted((letter for letter in found if letter is not None), key=lambda letter: letter.written_at)


def find_letter(home: Home, key: str) -> Letter | None:
    """Return a letter that is still to be sent."""
    return readable_json(_path(home, key), Letter)


def was_sent(home: Home, key: str) -> bool:
    """Tell whether a letter was sent."""
    return _sent_path(home, key).exists()


def note_sent(home: Home, letter: Letter, at: datetime) -> None:
    """Remember that a letter was sent, and remove it."""
    write_json(_sent_path(home, letter.key), Sent(key=letter.key, import_id=letter.import_id, sent_at=at))
    _path(home, letter.key).unlink(missing_ok=True)


def discard_letter(home: Home, key: str) -> None:
    """Remove a letter that was not sent and says what is no longer so."""
    _path(home, key).unlink(missing_ok=True)


def note_failure(home: Home, letter: Letter, trouble: str, at: datetime) -> Letter | None:
    """Keep a letter for another attempt and return it; None when it was given up after a day.

    What is given up is kept below outbox/given_up/, for whoever wonders.
    """
    noted = letter.model_copy(update={"attempts": letter.attempts + 1, "tried_at": at, "trouble": trouble})
    if at - letter.written_at < GIVE_UP_AFTER:
        write_json(_path(home, letter.key), noted)
        return noted
    write_json(_given_up_path(home, letter.key), noted)
    _path(home, letter.key).unlink(missing_ok=True)
    return None


def _path(home: Home, key: str) -> Path:
    return home.outbox / f"{key}.json"


def _sent_path(home: Home, key: str) -> Path:
    return home.outbox / "sent" / f"{key}.json"


def _given_up_path(home: Home, key: str) -> Path:
    return home.outbox / "given_up" / f"{key}.json"
