"""Messages waiting to be sent: each is sent once, tried again after growing pauses, and given up after a day."""

import stat
from datetime import timedelta
from itertools import pairwise

import pytest

from lead_pipeline.notifying.outbox import (
    GIVE_UP_AFTER,
    OutboxMessage,
    discard_message,
    note_failure,
    note_sent,
    pending_messages,
    put_message,
)
from lead_pipeline_tests.support import NOW


def message(key="3fa9c1d2e0b7-ended", **changes):
    fields = {
        "key": key, "import_id": "a@3fa9c1d2e0b7", "to": ("ann@example.com",), "subject": "s", "text": "t", "html": "h",
        "written_at": NOW,
    }  # fmt: skip
    return OutboxMessage(**fields | changes)


def test_a_message_waits_privately_until_it_is_sent_and_leaves_a_mark(home):
    put_message(home, message())
    (path,) = home.outbox.glob("*.json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(pending_messages(home)) == [message()]
    note_sent(home, message(), NOW)
    assert list(pending_messages(home)) == []
    assert (home.outbox / "sent" / f"{message().key}.json").exists()


def test_what_was_said_is_not_said_again(home):
    put_message(home, message())
    put_message(home, message(subject="composed again by a run after a crash"))
    assert [one.subject for one in pending_messages(home)] == ["s"]
    note_sent(home, message(), NOW)
    put_message(home, message())
    assert list(pending_messages(home)) == []


def test_the_pauses_grow_to_an_hour_and_after_a_day_it_is_given_up_and_kept(home):
    put_message(home, message())
    now, tries = NOW, []
    while (waiting := next(pending_messages(home), None)) is not None:
        if waiting.is_due(now):
            tries.append(now)
            note_failure(home, waiting, "no server", now)
        now += timedelta(seconds=30)
        assert now < NOW + 2 * GIVE_UP_AFTER
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=1)
    assert pauses[-1] == timedelta(hours=1)
    assert len(tries) < 40
    assert GIVE_UP_AFTER <= tries[-1] - NOW < GIVE_UP_AFTER + timedelta(hours=1)
    (kept,) = (home.outbox / "given_up").glob("*.json")
    assert "no server" in kept.read_text()
    put_message(home, message())
    assert list(pending_messages(home)) == []


def test_a_message_that_an_earlier_version_left_is_still_sent(home):
    home.outbox.mkdir(parents=True, exist_ok=True)
    (home.outbox / "3fa9c1d2e0b7-ended.json").write_text(
        '{"key":"3fa9c1d2e0b7-ended","import_id":"a@3fa9c1d2e0b7","to":["ann@example.com"],"subject":"s","text":"t",'
        '"html":"h","written_at":"2026-11-20T09:00:00Z","attempts":1,"tried_at":"2026-11-20T09:01:00Z","trouble":"down"}'
    )
    (found,) = pending_messages(home)
    assert (found.to, found.attempts, found.trouble) == (("ann@example.com",), 1, "down")


def test_what_is_no_longer_so_is_not_sent(home):
    put_message(home, message())
    discard_message(home, message().key)
    discard_message(home, message().key)
    assert list(pending_messages(home)) == []


def test_the_oldest_comes_first_and_a_damaged_one_stops_nobody(home):
    put_message(home, message("b", written_at=NOW + timedelta(minutes=1)))
    put_message(home, message("c"))
    (home.outbox / "a.json").write_text("{")
    assert [one.key for one in pending_messages(home)] == ["c", "b"]


@pytest.mark.parametrize("attempts", [0, 1, 17, 5000])
def test_any_number_of_attempts_has_a_pause(attempts):
    tried = message(attempts=attempts, tried_at=NOW)
    assert not tried.is_due(NOW)
    assert tried.is_due(NOW + timedelta(hours=1))
