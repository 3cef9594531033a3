"""Emails about imports: settings from the environment, messages into the outbox with the result, and out of it after
the receipt. An email that cannot be sent never fails an import.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.model.errors import did_you_mean, listed
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.policies import Notify
from lead_pipeline.model.results import ImportResult
from lead_pipeline.notifying.announcements import is_continued
from lead_pipeline.notifying.compose import Links, compose, should_notify
from lead_pipeline.notifying.outbox import (
    GIVE_UP_AFTER,
    OutboxMessage,
    discard_message,
    due_messages,
    key_of_event,
    note_failure,
    note_sent,
    pending_messages,
    put_message,
)
from lead_pipeline.notifying.smtp import PORTS, Mail, Mailer, MailError, Security, SmtpSettings, connected

#: Base URL at which the reports are served; without it, links are paths on this machine.
REPORT_URL = "LEAD_PIPELINE_REPORT_URL"

_SMTP = "LEAD_PIPELINE_SMTP_"
_OUTBOX = "outbox"

#: Limits of one delivery: neither an import nor a tick of the sensor waits longer for a mail server.
_MESSAGES_AT_ONCE = 100
_SECONDS = 15.0


def smtp_settings(environment: Mapping[str, str]) -> SmtpSettings:
    """Read the mail settings; raises MailError when one is missing or wrong, and says which."""
    found = {name: environment.get(_SMTP + name, "").strip() for name in ("HOST", "PORT", "USER", "FROM", "SECURITY")}
    if not found["HOST"]:
        raise MailError(f"{_SMTP}HOST is not set, so no email can be sent. Set it to the name of a mail server.")
    security = _security(found["SECURITY"] or "starttls")
    port = found["PORT"] or str(PORTS[security])
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise MailError(f"{_SMTP}PORT is '{port[:20]}', which is not a port. Use a number such as {PORTS[security]}.")
    sender = found["FROM"] or (found["USER"] if "@" in found["USER"] else "")
    if "@" not in sender:
        raise MailError(
            f"{_SMTP}FROM is not set to an address, so no email can be sent. Set it to the sender's address."
        )
    password = environment.get(_SMTP + "PASSWORD", "")
    if found["USER"] and security == "none":
        raise MailError(
            f"{_SMTP}SECURITY is none, so the password of {_SMTP}USER would be sent in the clear. Use starttls or "
            "tls, or remove the user."
        )
    if not (found["USER"] + password).isascii():
        raise MailError(f"{_SMTP}USER and {_SMTP}PASSWORD may contain ASCII characters only (smtplib).")
    return SmtpSettings(found["HOST"], int(port), sender, security, found["USER"], password)


def _security(text: str) -> Security:
    for security in PORTS:
        if text == security:
            return security
    raise MailError(f"{_SMTP}SECURITY is '{text[:20]}'.{did_you_mean(text, PORTS)} Use one of {listed(PORTS)}.")


def with_notice(home: Home, result: ImportResult, manifest: Manifest, environment: Mapping[str, str]) -> ImportResult:
    """Return the result with a notice when an email is due and the mail settings do not allow sending one."""
    if manifest.profile.notify is None or not _is_due(home, manifest.profile.notify, manifest, result):
        return result
    try:
        smtp_settings(environment)
    except MailError as error:
        notice = f"{error} The email about this import is kept for a day and sent once the settings are complete."
        return result.model_copy(update={"notices": (*result.notices, notice)})
    return result


def _is_due(home: Home, notify: Notify, manifest: Manifest, result: ImportResult) -> bool:
    """Return whether people want an email: also where they were told that the import failed, and it did not."""
    return should_notify(notify, result) or is_continued(home, manifest)


def post_message(home: Home, manifest: Manifest, result: ImportResult, environment: Mapping[str, str]) -> None:
    """Put the message about an import into the outbox if one is due; doing so again leaves a single message."""
    notify = manifest.profile.notify
    if notify is None or not _is_due(home, notify, manifest, result):
        return
    waits = result.status == ImportStatus.AWAITING_APPROVAL
    if not waits:
        discard_message(home, key_of_event(manifest, waits=True))  # not sent yet, and no longer true
    composed = compose(result, Links(home.root, environment.get(REPORT_URL, "").strip()))
    put_message(
        home,
        OutboxMessage(
            key=key_of_event(manifest, waits=waits),
            import_id=manifest.import_id,
            to=notify.email,
            subject=composed.subject,
            text=composed.text,
            html=composed.html,
            written_at=result.ended_at,
        ),
    )


def deliver(
    home: Home,
    now: datetime,
    environment: Mapping[str, str],
    log: Callable[[str], object],
    own_imports: Collection[str] = (),
) -> int:
    """Send the messages that are due and return how many were sent; problems go to `log`, and are never raised.

    A message about an import that another process is still working on is left to that process; `own_imports` are the
    imports of this process. Two processes never send at the same time.
    """
    with due_messages(home, _OUTBOX, pending_messages, now, own_imports) as due:
        return _send(home, due[:_MESSAGES_AT_ONCE], now, environment, log) if due else 0


def _send(
    home: Home,
    due: Sequence[OutboxMessage],
    now: datetime,
    environment: Mapping[str, str],
    log: Callable[[str], object],
) -> int:
    waiting, sent, until = list(due), 0, time.monotonic() + _SECONDS
    try:
        with connected(smtp_settings(environment)) as mailer:
            while waiting:
                sent += _send_one(home, mailer, waiting.pop(0), now, log)
                if time.monotonic() >= until:
                    break
    except MailError as error:
        for message in waiting:
            _keep_for_later(home, message, str(error), now, log)
    return sent


def _send_one(home: Home, mailer: Mailer, message: OutboxMessage, now: datetime, log: Callable[[str], object]) -> bool:
    try:
        later = mailer.send(
            Mail(message.key, message.to, message.subject, message.text, message.html, message.written_at)
        )
    except MailError as error:
        _keep_for_later(home, message, str(error), now, log)
        return False
    if later:
        trouble = f"The mail server deferred {len(later)} of {len(message.to)} recipients."
        _keep_for_later(home, message.model_copy(update={"to": later}), trouble, now, log)
        return False
    note_sent(home, message, now)
    return True


def _keep_for_later(
    home: Home, message: OutboxMessage, trouble: str, now: datetime, log: Callable[[str], object]
) -> None:
    """Keep the message for later and log the reason once; log when it is given up."""
    kept = note_failure(home, message, trouble, now)
    if kept is None:
        days = GIVE_UP_AFTER.total_seconds() / 86400
        log(
            f"Gave up sending the email about {message.import_id} after {days:.0f} day. {trouble} The report has "
            "the same content."
        )
    elif trouble != message.trouble:
        log(f"The email about {message.import_id} could not be sent yet and will be tried again. {trouble}")
