"""A real SMTP server on this machine, for tests: it keeps what it is sent, and can want TLS, a login, or refuse."""

import contextlib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

HOST = "127.0.0.1"
USER, PASSWORD = "importer", "correct horse"


@dataclass
class Mailbox:
    """What the server was sent, and what it answers to each recipient."""

    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    answer: Callable[[str], str] = lambda _address: "250 OK"
    answer_to_data: str = "250 OK"
    port: int = 0
    secured: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        answer = self.answer(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer_to_data.startswith("250"):
            self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
            self.recipients.append(list(envelope.rcpt_tos))
            self.secured.append(session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None)
        return self.answer_to_data

    def environment(self, **changes: str) -> dict[str, str]:
        """Return the environment variables that lead here."""
        told = {
            "HOST": HOST,
            "PORT": str(self.port),
            "FROM": "imports@example.com",
            "SECURITY": "none",
        } | changes
        return {f"LEAD_PIPELINE_SMTP_{name}": value for name, value in told.items()}


class _AnyPort(Controller):
    """A controller at whatever port is free; the one of 1.4.6 tries itself out at port 0 then."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextlib.contextmanager
def mail_server(
    *, security: str = "none", login: bool = False, trusted: Callable[[str], object] | None = None
) -> Iterator[Mailbox]:
    """Serve until the block ends; `trusted` is told the file of the authority that its certificate is from."""
    mailbox, options = Mailbox(), {}
    with contextlib.ExitStack() as stack:
        if security != "none":
            authority = trustme.CA()
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(HOST).configure_cert(context)
            trusted(stack.enter_context(authority.cert_pem.tempfile()))
            options = (
                {"ssl_context": context} if security == "tls" else {"tls_context": context, "require_starttls": True}
            )
        if login:
            options |= {
                "authenticator": _authenticate,
                "auth_required": True,
                "auth_require_tls": security == "starttls",
            }
        server = _AnyPort(mailbox, hostname=HOST, port=0, **options)
        server.start()
        try:
            mailbox.port = server.port
            yield mailbox
        finally:
            server.stop()


def _authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=known)
