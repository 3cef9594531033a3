"""Sends emails over SMTP. Settings and content come from the caller."""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.reporting.wording import one_line

Security = Literal["none", "starttls", "tls"]

#: The ports that RFC 8314 and RFC 6409 give to each kind of security.
PORTS: dict[Security, int] = {"none": 25, "starttls": 587, "tls": 465}

#: A server that does not answer must not hold up an import.
_TIMEOUT_SECONDS = 10.0

_TEMPORARY = range(400, 500)  # replies after which trying later makes sense (RFC 5321 section 4.2.1)
_LONGEST_REPLY = 200


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """How to reach the mail server; the password is never shown."""

    host: str
    port: int
    sender: str
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)


class MailError(LeadPipelineError):
    """An email could not be sent: what the server said, and what to look at."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One email, as text and as HTML; `key` makes its Message-ID, so that a copy sent twice can be recognised."""

    key: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    date: datetime


@contextlib.contextmanager
def connected(settings: SmtpSettings) -> Iterator["Mailer"]:
    """Connect to the server and log in; raises MailError when that fails."""
    with _smtp_errors(settings):
        server = _open(settings)
    try:
        with _smtp_errors(settings):
            if settings.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.user:
                server.login(settings.user, settings.password)
        yield Mailer(server, settings)
    finally:
        with contextlib.suppress(OSError):  # accepted messages are sent, however the connection ends
            server.quit()
        server.close()


def _open(settings: SmtpSettings) -> smtplib.SMTP:
    if settings.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=_TIMEOUT_SECONDS, context=context)
    return smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT_SECONDS)


class Mailer:
    """A connection over which emails are sent one after the other."""

    def __init__(self, server: smtplib.SMTP, settings: SmtpSettings) -> None:
        self._server = server
        self._settings = settings

    def send(self, mail: Mail) -> tuple[str, ...]:
        """Send an email; return the recipients that the server deferred, when it accepted others.

        Raises: MailError when it accepted none.
        """
        with _smtp_errors(self._settings):
            refused = self._server.send_message(as_message(mail, self._settings.sender))
        return tuple(address for address, (code, _reply) in refused.items() if code in _TEMPORARY)


def as_message(mail: Mail, sender: str) -> EmailMessage:
    """Return the email in its final form: both alternatives, marked as auto-generated (RFC 3834)."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ", ".join(mail.to)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(mail.date)
    message["Message-ID"] = f"<{mail.key}@{sender.rpartition('@')[2].strip('> ')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


@contextlib.contextmanager
def _smtp_errors(settings: SmtpSettings) -> Iterator[None]:
    """Turn errors into one sentence; those of smtplib, ssl and the network are all kinds of OSError."""
    try:
        yield
    except OSError as error:
        raise MailError(
            f"The mail server {settings.host}:{settings.port} ({settings.security}) did not accept the email: "
            f"{_reason(error)}. Check the LEAD_PIPELINE_SMTP_ settings and the server."
        ) from None


def _reason(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        replies = {_reply(code, said) for code, said in error.recipients.values()}
        return f"it rejected every recipient, {'; '.join(sorted(replies))}"
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    return one_line(str(error))[:_LONGEST_REPLY] or type(error).__name__


def _reply(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {one_line(' '.join(text.split()))[:_LONGEST_REPLY]}"
