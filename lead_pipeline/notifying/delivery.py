"""Tells people by email how imports ended, or that one waits for them: mail settings from the environment, letters into
the outbox with the result, out of it after the receipt. What a letter says is composed in reporting/. An email that
cannot be sent never fails an import.
"""

import hashlib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.locks import is_claimed, release, try_claim
from lead_pipeline.filing.manifests import Manifest, short_of
from lead_pipeline.model.errors import did_you_mean, listed
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.results import ImportResult
from lead_pipeline.notifying.compose import Links, compose, wants_to_know
from lead_pipeline.notifying.outbox import (
    GIVE_UP_AFTER,
    Letter,
    discard_letter,
    letters,
    note_failure,
    note_sent,
    put_letter,
)
from lead_pipeline.notifying.smtp import PORTS, Mail, Mailer, MailError, Security, SmtpSettings, connected

#: Base address of the reports, where somebody serves them; links are paths on this machine without it.
REPORT_URL = "LEAD_PIPELINE_REPORT_URL"

_SMTP = "LEAD_PIPELINE_SMTP_"
_OUTBOX = "outbox"

#: Bounds of one delivery: neither an import nor a tick of the sensor waits longer for a mail server than this.
_LETTERS = 100
_SECONDS = 15.0


def smtp_settings(environment: Mapping[str, str]) -> SmtpSettings:
    """Read the mail settings; raises MailError with a sentence when one is missing or wrong."""
    found = {name: environment.get(_SMTP + name, "").strip() for name in ("HOST", "PORT", "USER", "FROM", "SECURITY")}
    if not found["HOST"]:
        raise MailError(f"{_SMTP}HOST is not set, so that no email can be sent. Set it to the name of a mail server.")
    security = _security(found["SECURITY"] or "starttls")
    port = found["PORT"] or str(PORTS[security])
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise MailError(f"{_SMTP}PORT is '{port[:20]}', which is no port. Write a number such as {PORTS[security]}.")
    sender = found["FROM"] or (found["USER"] if "@" in found["USER"] else "")
    if "@" not in sender:
        raise MailError(f"{_SMTP}FROM is not set to an address, so that no email can be sent. Write the sender's.")
    password = environment.get(_SMTP + "PASSWORD", "")
    if found["USER"] and security == "none":
        raise MailError(
            f"{_SMTP}SECURITY is none, and the password of {_SMTP}USER would be sent in the clear. Write starttls or "
            "tls, or remove the user."
        )
    if not (found["USER"] + password).isascii():
        raise MailError(f"{_SMTP}USER and {_SMTP}PASSWORD can hold ASCII characters only (smtplib).")
    return SmtpSettings(found["HOST"], int(port), sender, security, found["USER"], password)


def _security(text: str) -> Security:
    for security in PORTS:
        if text == security:
            return security
    raise MailError(f"{_SMTP}SECURITY is '{text[:20]}'.{did_you_mean(text, PORTS)} It is one of {listed(PORTS)}.")


def with_notice(result: ImportResult, manifest: Manifest, environment: Mapping[str, str]) -> ImportResult:
    """Return the result with a sentence when people are to be told and the mail settings do not allow it."""
    if manifest.profile.notify is None or not wants_to_know(manifest.profile.notify, result):
        return result
    try:
        smtp_settings(environment)
    except MailError as error:
        told = f"{error} The email about this import is kept for a day, and sent when the settings are there."
        return result.model_copy(update={"notices": (*result.notices, told)})
    return result


def post_letter(home: Home, manifest: Manifest, result: ImportResult, environment: Mapping[str, str]) -> None:
    """Leave the letter about an import in the outbox, if people are to be told; run again, it stays one letter."""
    notify = manifest.profile.notify
    if notify is None or not wants_to_know(notify, result):
        return
    waits = result.status == ImportStatus.AWAITING_APPROVAL
    if not waits:
        discard_letter(home, _key(manifest, waits=True))  # unsent so far, and not so any more
    composed = compose(result, Links(home.root, environment.get(REPORT_URL, "").strip()))
    put_letter(
        home,
        Letter(
            key=_key(manifest, waits=waits),
            import_id=manifest.import_id,
            to=notify.email,
            subject=composed.subject,
            text=composed.text,
            html=composed.html,
            written_at=result.ended_at,
        ),
    )


def _key(manifest: Manifest, *, waits: bool) -> str:
    """Return one text for each thing to say: of one staging of a content that it waits, and how it ended."""
    staging = hashlib.sha256(manifest.staged_at.isoformat().encode()).hexdigest()[:8]
    return f"{short_of(manifest.identity)}-{staging}-{'waits' if waits else 'ended'}"


def deliver(
    home: Home,
    now: datetime,
    environment: Mapping[str, str],
    told: Callable[[str], object],
    own: Collection[str] = (),
) -> int:
    """Send the letters that are due and return how many were; what goes wrong is told as a sentence, never raised.

    A letter about an import that another process is still at work on is left to that process; `own` are the imports
    of this one. Two processes never send at the same time.
    """
    descriptor = try_claim(home, _OUTBOX)
    if descriptor is None:
        return 0
    try:
        due = [
            letter
            for letter in letters(home)
            if letter.is_due(now) and (letter.import_id in own or not is_claimed(home, letter.import_id))
        ]
        return _send(home, due[:_LETTERS], now, environment, told) if due else 0
    finally:
        release(home, _OUTBOX, descriptor)


def _send(
    home: Home,
    due: Sequence[Letter],
    now: datetime,
    environment: Mapping[str, str],
    told: Callable[[str], object],
) -> int:
    waiting, sent, until = list(due), 0, time.monotonic() + _SECONDS
    try:
        with connected(smtp_settings(environment)) as mailer:
            while waiting:
                sent += _send_one(home, mailer, waiting.pop(0), now, told)
                if time.monotonic() >= until:
                    break
    except MailError as error:
        for letter in waiting:
            _put_off(home, letter, str(error), now, told)
    return sent


def _send_one(home: Home, mailer: Mailer, letter: Letter, now: datetime, told: Callable[[str], object]) -> bool:
    try:
        later = mailer.send(Mail(letter.key, letter.to, letter.subject, letter.text, letter.html, letter.written_at))
    except MailError as error:
        _put_off(home, letter, str(error), now, told)
        return False
    if later:
        trouble = f"The mail server put off {len(later)} of {len(letter.to)} recipients."
        _put_off(home, letter.model_copy(update={"to": later}), trouble, now, told)
        return False
    note_sent(home, letter, now)
    return True


def _put_off(home: Home, letter: Letter, trouble: str, now: datetime, told: Callable[[str], object]) -> None:
    """Keep the letter for later, and say why once; say that it is given up when it is."""
    kept = note_failure(home, letter, trouble, now)
    if kept is None:
        days = GIVE_UP_AFTER.total_seconds() / 86400
        told(
            f"The email about {letter.import_id} is given up after {days:.0f} day. {trouble} The report tells the same."
        )
    elif trouble != letter.trouble:
        told(f"The email about {letter.import_id} was not sent yet and will be tried again. {trouble}")
