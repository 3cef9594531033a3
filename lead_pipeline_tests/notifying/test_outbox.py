"""Letters that wait: each thing is said once, tried again after growing pauses, and given up after a day."""

import stat
from datetime import timedelta
from itertools import pairwise

import pytest

from lead_pipeline.notifying.outbox import (
    GIVE_UP_AFTER,
    Letter,
    discard_letter,
    find_letter,
    letters,
    note_failure,
    note_sent,
    put_letter,
    was_sent,
)
from lead_pipeline_tests.support import NOW


def letter(key="3fa9c1d2e0b7-ended", **changes):
    fields = {
        "key": key, "import_id": "a@3fa9c1d2e0b7", "to": ("ann@example.com",), "subject": "s", "text": "t", "html": "h",
        "written_at": NOW,
    }  # fmt: skip
    return Letter(**fields | changes)


def test_a_letter_waits_privately_until_it_is_sent_and_leaves_a_mark(home):
    put_letter(home, letter())
    (path,) = home.outbox.glob("*.json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(letters(home)) == [letter()]
    note_sent(home, letter(), NOW)
    assert list(letters(home)) == []
    assert was_sent(home, letter().key)


def test_what_was_said_is_not_said_again(home):
    put_letter(home, letter())
    put_letter(home, letter(subject="composed again by a run after a crash"))
    assert [one.subject for one in letters(home)] == ["s"]
    note_sent(home, letter(), NOW)
    put_letter(home, letter())
    assert list(letters(home)) == []


def test_the_pauses_grow_to_an_hour_and_after_a_day_it_is_given_up_and_kept(home):
    put_letter(home, letter())
    now, tries = NOW, []
    while (waiting := find_letter(home, letter().key)) is not None:
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
    put_letter(home, letter())
    assert list(letters(home)) == []


def test_what_is_no_longer_so_is_not_sent(home):
    put_letter(home, letter())
    discard_letter(home, letter().key)
    discard_letter(home, letter().key)
    assert list(letters(home)) == []


def test_the_oldest_comes_first_and_a_damaged_one_stops_nobody(home):
    put_letter(home, letter("b", written_at=NOW + timedelta(minutes=1)))
    put_letter(home, letter("c"))
    (home.outbox / "a.json").write_text("{")
    assert [one.key for one in letters(home)] == ["c", "b"]


@pytest.mark.parametrize("attempts", [0, 1, 17, 5000])
def test_any_number_of_attempts_has_a_pause(attempts):
    tried = letter(attempts=attempts, tried_at=NOW)
    assert not tried.is_due(NOW)
    assert tried.is_due(NOW + timedelta(hours=1))
