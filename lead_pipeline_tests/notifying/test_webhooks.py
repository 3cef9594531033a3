"""Webhooks say how an import ended: signed, at least once, never at the expense of an import, and never a value."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from lead_pipeline.filing.locks import locked
from lead_pipeline.importing import concluding
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.webhooks.webhooks_of_home import send_webhooks, try_webhooks
from lead_pipeline.model.errors import ProfileError, UsageError
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.webhooks.webhook_settings import Webhook, event_of
from lead_pipeline.notifying.webhooks import webhook_delivery
from lead_pipeline.notifying.webhooks.webhook_outbox import pending_webhooks
from lead_pipeline.notifying.webhooks.webhook_signature import WebhookError, new_secret, secret_of, signed_headers
from lead_pipeline.profiles.webhooks.webhook_file import load_webhooks, parse_webhooks
from lead_pipeline_tests.support import NOW, call_schedule, quick_folder, staging, write_csv
from lead_pipeline_tests.webhook_receiver import SECRET, SECRET_BYTES, receiver

ENVIRONMENT = {"CRM_SECRET": SECRET}
NOWHERE = "http://127.0.0.1:1/hooks"
CANARY = "Quillfeather"


@pytest.fixture
def imports():
    with quick_folder() as folder, staging(folder / "home") as stages:
        yield stages


@pytest.fixture
def crm():
    with receiver() as kept:
        yield kept


def killed(*_):
    raise KeyboardInterrupt


def told(imports, url, **said):
    """Have the home tell an address."""
    write_settings(imports.home.root, url, **said)


def write_settings(root, url, **said):
    hook = {"name": "crm", "url": url, "secret_environment": "CRM_SECRET"} | said
    settings = {"links": "https://leads.example.com/", "webhooks": [hook]}
    (root / "webhooks.yaml").write_text(json.dumps(settings), encoding="utf-8")


def imported(imports, number=1, header=("caller_id", "name"), **profile):
    rows = [(f"21255501{number:02d}", CANARY), (f"call {CANARY}", CANARY)]
    path = write_csv(imports.home.root.parent / f"{number}.csv", header, rows)
    return imports.file(path, call_schedule(**profile))


def sent(imports, later=timedelta(0), environment=None, said=None):
    log = (said if said is not None else []).append
    return send_webhooks(imports.home, utc_now() + later, ENVIRONMENT if environment is None else environment, log)


def waiting(imports):
    return [message.trouble for message in pending_webhooks(imports.home)]


BAD_FILES = [
    ("http://crm.example.com/x", {}, "line 1: 'webhooks #1.url': write https://"),
    ("https://u:p@crm.example.com/x", {}, "an address with a password in it"),
    ("crm.example.com", {}, "write the whole address"),
    ("https://crm.example.com/x", {"secret_file": "x"}, "either secret_environment or secret_file"),
    ("https://crm.example.com/x", {"events": ["complete"]}, "Did you mean 'completed'?"),
    ("https://crm.example.com/x", {"event": ["completed"]}, "Did you mean 'events'?"),
    ("https://crm.example.com/x", {"name": "C R M"}, "'webhooks #1.name' is 'C R M'"),
]


@pytest.mark.parametrize(("url", "said", "sentence"), BAD_FILES, ids=[sentence for *_, sentence in BAD_FILES])
def test_a_mistake_in_the_file_is_a_sentence_with_its_line(tmp_path, url, said, sentence):
    write_settings(tmp_path, url, **said)
    with pytest.raises(ProfileError) as error:
        load_webhooks(tmp_path)
    assert sentence in str(error.value)
    assert "webhooks.yaml, line 1" in str(error.value)


def test_two_of_one_name_and_a_file_of_something_else_are_refused():
    hook = "- {name: crm, url: https://crm.example.com, secret_file: s}"
    with pytest.raises(ProfileError, match="line 1: 'webhooks': two of them are named crm"):
        parse_webhooks(f"webhooks:\n{hook}\n{hook}\n", "webhooks.yaml")
    with pytest.raises(ProfileError, match="no `key: value` lines"):
        parse_webhooks("- x", "webhooks.yaml")
    assert parse_webhooks("", "webhooks.yaml").webhooks == ()


def test_a_wrong_file_costs_no_import_and_is_said_in_its_result(imports):
    told(imports, "http://crm.example.com/x")
    result = imported(imports)
    assert result.status == ImportStatus.COMPLETED_WITH_REJECTS
    assert any("No webhook was told" in notice and "line 1" in notice for notice in result.notices)


SECRETS = ["", "whsec_", "whsec_!!!", "whsec_AAAA", "whsec_" + "QUFB" * 22, "not base64 at all"]


@pytest.mark.parametrize("secret", SECRETS)
def test_what_is_no_secret_is_never_signed_with_nor_said(tmp_path, secret):
    hook = Webhook(name="crm", url="https://crm.example.com", secret_environment="CRM_SECRET")
    with pytest.raises(WebhookError) as error:
        secret_of(hook, tmp_path, {"CRM_SECRET": secret})
    assert "CRM_SECRET" in str(error.value)
    assert not secret.strip() or secret == "whsec_" or secret not in str(error.value)


def test_a_secret_may_be_in_a_file_below_the_home_and_a_new_one_is_one(tmp_path):
    (tmp_path / "secret").write_text(new_secret() + "\n")
    hook = Webhook(name="crm", url="https://crm.example.com", secret_file="secret")
    assert len(secret_of(hook, tmp_path, {})) == 32
    with pytest.raises(WebhookError, match="empty or not there"):
        secret_of(hook, tmp_path / "elsewhere", {})


def test_the_signature_is_that_of_the_specification():
    """The example of the specification: its secret, id, time and body, and the signature that it prints."""
    hook = Webhook(name="x", url="https://crm.example.com", secret_environment="S")
    secret = secret_of(hook, None, {"S": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signed_headers("p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', secret, at)
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_an_address_is_told_counts_and_links_and_knows_who_told_it(imports, crm):
    told(imports, crm.url)
    result = imported(imports)
    assert sent(imports) == 1
    (got,) = crm.received
    assert got.is_signed_with(SECRET_BYTES)
    assert not got.is_signed_with(bytes(32))
    assert got.json["type"] == "import.completed"
    data = got.json["data"]
    assert (data["import_id"], data["status"], data["rows_read"]) == (result.import_id, "completed_with_rejects", 2)
    assert (data["counts"]["created"], data["counts"]["rejected"]) == (1, 1)
    assert data["reasons"] == [{"code": "phone_not_a_number", "outcome": "rejected", "count": 1}]
    assert data["links"]["import"] == f"https://leads.example.com/api/v1/imports/{result.import_id}"
    assert CANARY not in got.body.decode()
    assert "2125550101" not in got.body.decode()


def test_nothing_is_told_twice_whatever_runs_again(imports, crm):
    told(imports, crm.url)
    result = imported(imports)
    assert (sent(imports), sent(imports)) == (1, 0)
    work = imports.home.reports / result.import_id
    assert work.exists()
    assert imported(imports).already_imported
    assert sent(imports) == 0
    assert len(crm.received) == 1


def test_a_crash_before_the_mark_sends_it_again_under_the_same_id(imports, crm, monkeypatch):
    told(imports, crm.url)
    imported(imports)
    with monkeypatch.context() as patched:
        patched.setattr(webhook_delivery, "note_accepted", killed)
        with pytest.raises(KeyboardInterrupt):
            sent(imports)
    assert sent(imports) == 1
    first, second = crm.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


@pytest.mark.parametrize("status", [500, 404, 302, 308])
def test_what_is_not_accepted_is_tried_again_with_growing_pauses(imports, crm, status):
    told(imports, crm.url)
    crm.statuses, crm.location = [status, status], "http://127.0.0.1:1/elsewhere"
    imported(imports)
    said = []
    assert sent(imports, said=said) == 0
    assert str(status) in waiting(imports)[0]
    assert len(said) == 1
    assert sent(imports, timedelta(seconds=50)) == 0
    assert len(crm.received) == 1  # its pause is not over
    assert sent(imports, timedelta(seconds=61), said=said) == 0
    assert len(crm.received) == 2
    assert len(said) == 1  # the same trouble is said once
    assert sent(imports, timedelta(minutes=2)) == 0
    assert sent(imports, timedelta(minutes=4)) == 1
    assert waiting(imports) == []


def test_an_address_that_is_not_there_costs_no_import_and_is_given_up_after_three_days(imports):
    told(imports, NOWHERE)
    assert imported(imports).status == ImportStatus.COMPLETED_WITH_REJECTS
    said = []
    assert sent(imports, said=said) == 0
    assert "ConnectError" in said[0]
    assert sent(imports, timedelta(days=3, hours=1), said=said) == 0
    assert "Gave up" in said[-1]
    assert waiting(imports) == []
    assert len(list((imports.home.outbox / "webhooks" / "given_up").iterdir())) == 1


def test_an_address_that_wants_no_more_is_left_alone(imports, crm):
    told(imports, crm.url)
    crm.statuses = [410]
    imported(imports)
    said = []
    sent(imports, said=said)
    assert "does not want to be told any more" in said[0]
    assert waiting(imports) == []


def test_a_missing_secret_sends_nothing_and_is_said(imports, crm):
    told(imports, crm.url)
    imported(imports)
    said = []
    assert sent(imports, environment={}, said=said) == 0
    assert "CRM_SECRET is empty or not there" in said[0]
    assert crm.received == []
    assert sent(imports, timedelta(minutes=2)) == 1


def test_who_was_taken_out_of_the_file_is_told_nothing(imports, crm):
    told(imports, crm.url)
    imported(imports)
    (imports.home.root / "webhooks.yaml").unlink()
    assert sent(imports) == 0
    assert waiting(imports) == []
    assert crm.received == []


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ({"events": ["failed"]}, 0),
        ({"events": ["completed"]}, 1),
        ({"profiles": ["solar"]}, 0),
        ({"profiles": ["call_schedule"]}, 1),
    ],
)
def test_an_address_is_told_what_it_wants(imports, crm, said, count):
    told(imports, crm.url, **said)
    imported(imports)
    assert sent(imports) == count


def test_of_an_import_that_waits_and_ends_both_are_told_in_order(imports, crm):
    told(imports, crm.url)
    result = imported(imports, approval="manual")
    assert sent(imports) == 1
    imports.decide(result.import_id, "approved")
    assert sent(imports) == 1
    assert [one.json["type"] for one in crm.received] == ["import.awaiting_approval", "import.completed"]
    assert [one.json["data"]["are_supposed"] for one in crm.received] == [True, False]


def test_that_it_waits_is_not_told_any_more_once_it_has_ended(imports, crm):
    told(imports, crm.url)
    result = imported(imports, approval="manual")
    imports.decide(result.import_id, "cancelled")
    assert sent(imports) == 1
    assert [one.json["type"] for one in crm.received] == ["import.cancelled"]


def test_a_refused_file_is_told_with_its_code_alone(imports, crm):
    told(imports, crm.url)
    imported(imports, header=(f"{CANARY} colour", "size"))
    assert sent(imports) == 1
    (got,) = crm.received
    assert got.json["type"] == "import.quarantined"
    assert [one["code"] for one in got.json["data"]["reasons"]] == ["required_column_unmapped"]
    assert CANARY not in got.body.decode()


def test_what_another_process_works_on_is_left_to_it(imports, crm):
    told(imports, crm.url)
    result = imported(imports)
    with locked(imports.home, result.import_id):
        assert sent(imports) == 0
    assert sent(imports) == 1


def test_a_message_is_there_as_soon_as_the_result_is(imports, crm, monkeypatch):
    """A process that dies between result and receipt has left the message; the import that is run again adds none."""
    told(imports, crm.url)
    with monkeypatch.context() as patched:
        patched.setattr(concluding, "archive_import", killed)
        with pytest.raises(KeyboardInterrupt):
            imported(imports)
    assert len(waiting(imports)) == 1
    imported(imports)
    assert sent(imports) == 1
    assert len(crm.received) == 1


def test_an_address_can_be_tried_out(imports, crm):
    told(imports, crm.url)
    (attempt,) = try_webhooks(imports.home, None, NOW, ENVIRONMENT)
    assert attempt.trouble == ""
    (got,) = crm.received
    assert got.is_signed_with(SECRET_BYTES)
    assert got.json["type"] == "test"
    crm.statuses = [500]
    assert "500" in try_webhooks(imports.home, "crm", NOW, ENVIRONMENT)[0].trouble
    with pytest.raises(UsageError, match="Did you mean 'crm'"):
        try_webhooks(imports.home, "crn", NOW, ENVIRONMENT)
    (imports.home.root / "webhooks.yaml").unlink()
    with pytest.raises(UsageError, match=r"no webhooks\.yaml"):
        try_webhooks(imports.home, None, NOW, ENVIRONMENT)


def test_every_status_in_which_an_import_can_rest_is_an_event():
    going_on = {ImportStatus.QUEUED, ImportStatus.PROCESSING}
    assert {status for status in ImportStatus if event_of(status) is None} == going_on
