"""Sending over real SMTP: in the clear, with STARTTLS, with TLS, with a login; and what the server refuses."""

import socket
import ssl
from datetime import UTC, datetime

import pytest
from aiosmtpd.smtp import SMTP

from lead_pipeline.notifying.smtp import Mail, MailError, SmtpSettings, as_message, connected
from lead_pipeline_tests.mail_server import HOST, PASSWORD, USER, mail_server

MAIL = Mail(
    key="3fa9c1d2e0b7-ended",
    to=("ann@example.com", "bo@example.com"),
    subject="größe.csv: imported",
    text="240 of 321 rows became new leads: größe.csv\n",
    html="<p>240 of 321 rows became new leads</p>\n",
    date=datetime(2026, 3, 20, 9, 30, tzinfo=UTC),
)


def settings(mailbox, **changes):
    return SmtpSettings(**{"host": HOST, "port": mailbox.port, "sender": "imports@example.com"} | changes)


@pytest.fixture
def trusted(monkeypatch):
    """Have OpenSSL trust an authority, as a person does for a mail server of the own house."""
    return lambda file: monkeypatch.setenv("SSL_CERT_FILE", file)


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_an_email_arrives_whole_over_each_kind_of_connection(security, trusted):
    with mail_server(security=security, trusted=trusted) as mailbox:
        with connected(settings(mailbox, security=security)) as mailer:
            assert mailer.send(MAIL) == ()
        (message,) = mailbox.messages
        assert mailbox.recipients == [["ann@example.com", "bo@example.com"]]
        assert mailbox.secured == [security != "none"]
    assert message["Subject"] == MAIL.subject
    assert message["To"] == "ann@example.com, bo@example.com"
    assert message["From"] == "imports@example.com"
    assert message["Message-ID"] == "<3fa9c1d2e0b7-ended@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == MAIL.date
    assert message.get_content_type() == "multipart/alternative"
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == MAIL.text
    assert message.get_body(("html",)).get_content().replace("\r\n", "\n") == MAIL.html


def test_a_login_is_made_over_starttls_only_and_a_wrong_one_is_named_without_the_password(trusted):
    with mail_server(security="starttls", login=True, trusted=trusted) as mailbox:
        with connected(settings(mailbox, user=USER, password=PASSWORD)) as mailer:
            mailer.send(MAIL)
        assert len(mailbox.messages) == 1
        wrong = settings(mailbox, user=USER, password="wrong-password")
        with pytest.raises(MailError) as refused, connected(wrong):
            pass
    assert "535" in str(refused.value)
    assert "wrong-password" not in str(refused.value) + repr(wrong)


def test_a_server_that_nobody_vouches_for_is_not_trusted(monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with mail_server(security="starttls", trusted=lambda _file: None) as mailbox:
        with pytest.raises(MailError, match=r"(?i)certificate"), connected(settings(mailbox)):
            pass
        assert mailbox.messages == []


def test_a_server_without_starttls_gets_nothing_in_the_clear():
    with mail_server() as mailbox:
        with pytest.raises(MailError, match="STARTTLS"), connected(settings(mailbox)):
            pass
        assert mailbox.messages == []


def test_a_server_that_is_not_there_is_named():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    with (
        pytest.raises(MailError, match=f"localhost:{port}"),
        connected(SmtpSettings("localhost", port, "a@example.com")),
    ):
        pass


def test_a_server_name_that_does_not_exist_is_named():
    with (
        pytest.raises(MailError, match=r"nowhere\.invalid"),
        connected(SmtpSettings("nowhere.invalid", 25, "a@b.example")),
    ):
        pass


def test_of_several_recipients_those_deferred_are_returned_and_those_rejected_for_good_are_not():
    answers = {"ann@example.com": "250 OK", "bo@example.com": "450 greylisted", "cy@example.com": "550 no such user"}
    with mail_server() as mailbox:
        mailbox.answer = answers.__getitem__
        with connected(settings(mailbox, security="none")) as mailer:
            later = mailer.send(Mail(**{name: getattr(MAIL, name) for name in MAIL.__slots__} | {"to": tuple(answers)}))
        assert later == ("bo@example.com",)
        assert mailbox.recipients == [["ann@example.com"]]


def test_when_nobody_is_accepted_the_reply_is_reported_and_the_connection_serves_the_next_email():
    with mail_server() as mailbox:
        with connected(settings(mailbox, security="none")) as mailer:
            mailbox.answer = lambda _address: "550 relaying\x1b[31m denied"
            with pytest.raises(MailError, match="550 relaying") as refused:
                mailer.send(MAIL)
            mailbox.answer = lambda _address: "250 OK"
            mailbox.answer_to_data = "554 looks like spam"
            with pytest.raises(MailError, match="554 looks like spam"):
                mailer.send(MAIL)
            mailbox.answer_to_data = "250 OK"
            mailer.send(MAIL)
        assert len(mailbox.messages) == 1
    assert "\x1b" not in str(refused.value)


def test_a_server_that_leaves_without_a_goodbye_costs_nothing_that_it_took(monkeypatch):
    monkeypatch.setattr(SMTP, "smtp_QUIT", rude)
    with mail_server() as mailbox:
        with connected(settings(mailbox, security="none")) as mailer:
            mailer.send(MAIL)
        assert len(mailbox.messages) == 1


async def rude(server, _argument):
    await server.push("421 go away")


@pytest.mark.parametrize("subject", ["a\r\nBcc: eve@example.com", "a\u2028b", "x" * 500])
def test_a_hostile_name_adds_no_header(subject):
    message = as_message(Mail(MAIL.key, MAIL.to, subject, "t", "h", MAIL.date), "imports@example.com")
    assert "Bcc" not in message
    assert message["To"] == "ann@example.com, bo@example.com"
    message.as_bytes()


def test_an_error_of_the_library_leaves_no_trace_of_the_login():
    assert issubclass(ssl.SSLError, OSError)  # what _told relies on
    assert "secret" not in repr(SmtpSettings("h", 25, "a@b.example", user="u", password="secret"))
