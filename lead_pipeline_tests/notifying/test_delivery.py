"""Emails say how an import ended: at least once, in practice once, and never at the expense of an import."""

import socket
from datetime import timedelta

import dagster as dg
import pytest

from lead_pipeline.filing.life_cycle import count_run
from lead_pipeline.filing.locks import locked
from lead_pipeline.importing import concluding
from lead_pipeline.importing.drops.intake import MAX_ATTEMPTS
from lead_pipeline.notifying import delivery
from lead_pipeline.notifying.delivery import deliver, smtp_settings
from lead_pipeline.notifying.outbox import pending_messages
from lead_pipeline.notifying.smtp import MailError
from lead_pipeline.orchestration.defining.naming import Naming
from lead_pipeline.orchestration.outbox_sensor import outbox_sensor
from lead_pipeline.orchestration.resources import HomeResource
from lead_pipeline_tests.mail_server import HOST, mail_server
from lead_pipeline_tests.orchestration.watching import leads
from lead_pipeline_tests.support import call_schedule, query, quick_folder, staging, write_csv

NOTIFY = {"email": ["ann@example.com", "bo@example.com"]}
HEADER = ("caller_id", "name")
NOWHERE = {"LEAD_PIPELINE_SMTP_HOST": HOST, "LEAD_PIPELINE_SMTP_PORT": "1", "LEAD_PIPELINE_SMTP_FROM": "a@example.com",
           "LEAD_PIPELINE_SMTP_SECURITY": "none"}  # fmt: skip


@pytest.fixture
def imports():
    with quick_folder() as folder, staging(folder / "home") as stages:
        yield stages


def imported(imports, number=1, rows=(), **profile):
    path = write_csv(imports.home.root.parent / f"{number}.csv", HEADER, rows or [(f"21255501{number:02d}", "Quill")])
    return imports.file(path, call_schedule(**{"notify": NOTIFY} | profile))


def sent(imports, environment, later=timedelta(0), said=None):
    """Deliver what is due, `later` than it was written, and return how many messages went out."""
    waiting = list(pending_messages(imports.home))
    now = max((message.tried_at or message.written_at for message in waiting), default=None)
    return deliver(imports.home, now + later, environment, (said if said is not None else []).append) if now else 0


SETTINGS = {
    "host alone": (
        {"HOST": "mail.example", "FROM": "a@example.com"},
        ("mail.example", 587, "starttls", "a@example.com"),
    ),
    "tls": (
        {"HOST": "mail.example", "FROM": "a@example.com", "SECURITY": "tls"},
        ("mail.example", 465, "tls", "a@example.com"),
    ),
    "none": (
        {"HOST": "mail.example", "FROM": "a@example.com", "SECURITY": "none", "PORT": "2525"},
        ("mail.example", 2525, "none", "a@example.com"),
    ),
    "the user is the sender": (
        {"HOST": "mail.example", "USER": "a@example.com", "PASSWORD": "x"},
        ("mail.example", 587, "starttls", "a@example.com"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("given", "wanted"), SETTINGS.values(), ids=SETTINGS)
def test_settings_are_read_from_the_environment(given, wanted):
    found = smtp_settings({f"LEAD_PIPELINE_SMTP_{name}": value for name, value in given.items()})
    assert (found.host, found.port, found.security, found.sender) == wanted


WRONG = {
    "nothing": ({}, "LEAD_PIPELINE_SMTP_HOST is not set"),
    "no sender": ({"HOST": "h"}, "LEAD_PIPELINE_SMTP_FROM is not set"),
    "a word for a port": ({"HOST": "h", "FROM": "a@b.example", "PORT": "smtp"}, "not a port"),
    "no such port": ({"HOST": "h", "FROM": "a@b.example", "PORT": "70000"}, "not a port"),
    "misspelt": ({"HOST": "h", "FROM": "a@b.example", "SECURITY": "startls"}, "Did you mean 'starttls'?"),
    "a password in the clear": ({"HOST": "h", "FROM": "a@b.example", "SECURITY": "none", "USER": "u"}, "in the clear"),
    "messages that smtplib cannot send": ({"HOST": "h", "FROM": "a@b.example", "USER": "u", "PASSWORD": "ü"}, "ASCII"),
}


@pytest.mark.parametrize(("given", "sentence"), WRONG.values(), ids=WRONG)
def test_a_setting_that_is_missing_or_wrong_is_named_without_the_password(given, sentence):
    with pytest.raises(MailError) as error:
        smtp_settings({f"LEAD_PIPELINE_SMTP_{name}": value for name, value in given.items()})
    assert sentence in str(error.value)
    assert "ü" not in str(error.value)


def test_an_import_tells_everybody_once_and_without_any_value(imports):
    result = imported(imports, rows=[("2125550101", "Quill"), ("12345", "Quill")])
    with mail_server() as mailbox:
        assert sent(imports, mailbox.environment()) == 1
        assert sent(imports, mailbox.environment()) == 0
        (message,) = mailbox.messages
    assert mailbox.recipients == [NOTIFY["email"]]
    assert message["Subject"] == "1.csv: imported, with rejects (1 created, 1 rejected)"
    body = message.get_body(("plain",)).get_content() + message.get_body(("html",)).get_content()
    assert result.import_id in body
    assert "rejected.csv" in body
    assert not [value for value in ("Quill", "2125550101", "12345") if value in body.replace(result.import_id, "")]


def test_who_asked_for_problems_only_hears_of_no_good_import(imports):
    imported(imports, notify={**NOTIFY, "when": "problems"})
    assert list(pending_messages(imports.home)) == []


def test_run_again_after_a_crash_an_import_tells_nobody_twice(imports, monkeypatch):
    def die(*_arguments):
        raise KeyboardInterrupt

    with mail_server() as mailbox:
        with monkeypatch.context() as patch:
            patch.setattr(concluding, "finish", die)
            with pytest.raises(KeyboardInterrupt):
                imported(imports)
        assert sent(imports, mailbox.environment()) == 1
        assert imported(imports).status == "completed"
        assert sent(imports, mailbox.environment()) == 0
        assert len(mailbox.messages) == 1


def test_an_email_says_that_approval_is_needed_and_another_how_it_ended(imports):
    with mail_server() as mailbox:
        waiting = imported(imports, approval="manual")
        imported(imports, approval="manual")  # judged again, and said once
        sent(imports, mailbox.environment())
        imports.decide(waiting.import_id, "approved")
        sent(imports, mailbox.environment())
    subjects = [message["Subject"] for message in mailbox.messages]
    assert subjects == ["1.csv: waiting for approval (1 created)", "1.csv: imported (1 created)"]


def test_once_decided_no_email_says_that_approval_is_needed(imports):
    waiting = imported(imports, approval="manual")
    imports.decide(waiting.import_id, "cancelled")
    with mail_server() as mailbox:
        sent(imports, mailbox.environment())
    assert [message["Subject"] for message in mailbox.messages] == ["1.csv: cancelled"]


def test_cancelled_and_imported_again_it_is_emailed_again(imports):
    with mail_server() as mailbox:
        for _ in range(2):
            waiting = imported(imports, approval="manual")
            imports.decide(waiting.import_id, "cancelled")
            sent(imports, mailbox.environment())
        assert len(mailbox.messages) == 2


def test_without_settings_the_result_says_so_the_import_succeeds_and_the_email_goes_out_when_they_come(imports):
    result = imported(imports)
    (notice,) = result.notices
    assert "LEAD_PIPELINE_SMTP_HOST is not set" in notice
    assert result.status == "completed"
    said = []
    assert sent(imports, {}, said=said) == 0
    assert sent(imports, {}, later=timedelta(minutes=5), said=said) == 0
    assert len(said) == 1  # the same problem is logged once
    with mail_server() as mailbox:
        assert sent(imports, mailbox.environment(), later=timedelta(minutes=10)) == 1


def test_a_server_that_is_down_costs_one_attempt_for_all_messages_and_they_are_sent_later(imports):
    for number in range(3):
        imported(imports, number)
    said = []
    assert sent(imports, NOWHERE, said=said) == 0
    assert len(said) == 3
    assert {message.attempts for message in pending_messages(imports.home)} == {1}
    assert sent(imports, NOWHERE, later=timedelta(seconds=59)) == 0
    assert {message.attempts for message in pending_messages(imports.home)} == {1}
    with mail_server() as mailbox:
        assert sent(imports, mailbox.environment(), later=timedelta(minutes=1)) == 3


def test_only_recipients_that_the_server_deferred_are_written_to_again(imports):
    imported(imports)
    with mail_server() as mailbox:
        mailbox.answer = lambda address: "450 later" if address.startswith("bo") else "250 OK"
        assert sent(imports, mailbox.environment()) == 0
        mailbox.answer = lambda _address: "250 OK"
        assert sent(imports, mailbox.environment(), later=timedelta(minutes=1)) == 1
    assert mailbox.recipients == [["ann@example.com"], ["bo@example.com"]]


def test_after_a_day_it_is_given_up_and_that_is_said(imports):
    imported(imports)
    said = []
    sent(imports, NOWHERE, said=said)
    sent(imports, NOWHERE, later=timedelta(days=1), said=said)
    assert said[-1].startswith("Gave up sending the email about ")
    assert list(pending_messages(imports.home)) == []


def test_two_processes_do_not_send_at_the_same_time_nor_for_an_import_that_another_is_at_work_on(imports):
    result = imported(imports)
    with mail_server() as mailbox:
        with locked(imports.home, "outbox"):
            assert sent(imports, mailbox.environment()) == 0
        with locked(imports.home, result.import_id):
            assert sent(imports, mailbox.environment()) == 0
        assert sent(imports, mailbox.environment()) == 1


def test_a_delivery_is_bounded_in_time_and_goes_on_at_the_next(imports, monkeypatch):
    for number in range(3):
        imported(imports, number)
    monkeypatch.setattr(delivery, "_SECONDS", 0.0)
    with mail_server() as mailbox:
        assert sent(imports, mailbox.environment()) == 1
        monkeypatch.undo()
        assert sent(imports, mailbox.environment()) == 2


# The same through Dagster.


@pytest.fixture
def mailbox(monkeypatch):
    with mail_server() as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield server


def test_the_run_sends_when_its_files_are_finished_one_email_each(watching, mailbox):
    watching.profile("notified", notify=NOTIFY)
    for number in range(9):
        watching.drop(f"{number}.csv", leads(number) if number else "naem\nx\n", folder="notified")
    (run,) = watching.execute(watching.tick())
    assert not run.success  # one was refused, which is said when everything is done
    subjects = sorted(message["Subject"] for message in mailbox.messages)
    assert subjects == ["0.csv: refused", *(f"{number}.csv: imported (1 created)" for number in range(1, 9))]
    assert watching.waiting() == []


def test_a_mail_server_that_is_down_fails_no_run_and_the_sensor_sends_later(watching, monkeypatch):
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        for name, value in (NOWHERE | {"LEAD_PIPELINE_SMTP_PORT": str(probe.getsockname()[1])}).items():
            monkeypatch.setenv(name, value)
    watching.profile("notified", notify=NOTIFY)
    watching.drop("a.csv", leads(1), folder="notified")
    (run,) = watching.execute(watching.tick())
    assert run.success
    assert query(watching.home.root, "select status from imports") == [("completed",)]
    (message,) = pending_messages(watching.home)
    assert message.attempts == 1
    (path,) = watching.home.outbox.glob("*.json")
    path.write_text(message.model_copy(update={"tried_at": None}).model_dump_json())
    with mail_server() as server:
        monkeypatch.setenv("LEAD_PIPELINE_SMTP_PORT", str(server.port))
        home, sensor = HomeResource(root=str(watching.home.root)), outbox_sensor.define(Naming(watching.home.root))
        with dg.build_sensor_context(instance=watching.instance, resources={"home": home}) as context:
            assert sensor(context).skip_message == "Emails and webhooks sent: 1."
            assert sensor(context).skip_message == "Emails and webhooks sent: 0."
        assert len(server.messages) == 1
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING


def test_an_import_that_is_set_aside_after_its_runs_kept_dying_is_emailed_too(watching, mailbox):

    watching.profile("notified", notify={**NOTIFY, "when": "problems"})
    watching.drop("a.csv", leads(1), folder="notified")
    for _ in range(MAX_ATTEMPTS):
        watching.tick(seconds=2)
        count_run(watching.home, watching.waiting()[0])
        watching.pass_time(3600)
    watching.tick(seconds=2)
    assert watching.waiting() == []
    deliver(watching.home, watching.now, mailbox.environment(), print)
    assert [message["Subject"] for message in mailbox.messages] == ["a.csv: failed"]
