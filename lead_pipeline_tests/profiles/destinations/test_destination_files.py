"""Files of destinations: what is wrong with one is said with file, line, key and fix."""

from datetime import timedelta
from pathlib import Path

import pytest

from lead_pipeline.model.errors import ProfileError
from lead_pipeline.model.lead_management.destination_settings import WEEKDAYS
from lead_pipeline.profiles.destinations.destination_files import (
    check_destinations,
    load_destinations,
    parse_destination,
)

SOLAR = """\
kind: schedule
name: solar
actions:
  - {do: call}
  - {do: sms, after: 2h}
  - {do: call, after: 3 days}
calling_window: {opens: 09:00, closes: 20:00, days: [mon, tue]}
max_attempts: 6
"""


def test_a_file_says_what_happens_when() -> None:
    solar = parse_destination(SOLAR, "solar.yaml")
    assert str(solar.destination) == "schedule:solar"
    assert [(action.do, action.after) for action in solar.actions] == [
        ("call", timedelta(0)), ("sms", timedelta(hours=2)), ("call", timedelta(days=3)),
    ]  # fmt: skip
    assert (solar.calling_window.opens, solar.calling_window.closes) == (540, 1200)
    assert solar.unknown_time_zone == "fail_closed"


def test_people_are_called_from_8_to_21_on_any_day_where_nothing_else_is_said() -> None:
    plain = parse_destination("kind: offer\nname: roofs\n", "roofs.yaml")
    window = plain.calling_window
    assert (window.opens, window.closes, window.days) == (8 * 60, 21 * 60, WEEKDAYS)
    assert plain.max_attempts is None


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ("09:00", "25:00", "line 7: 'calling_window.opens': write a time of day from 00:00 to 24:00"),
        ("20:00", "09:00", "line 7: 'calling_window.closes': the window closes before it opens"),
        ("mon", "monday", "line 7: 'calling_window.days #1' is 'monday'. Did you mean 'mon'?"),
        ("closes", "close", "line 7: 'close' is not a key below 'calling_window'. Did you mean 'closes'?"),
        ("2h", "2 fortnights", "line 5: 'actions #2.after': write how long after the action before"),
        ("2h", "9999d", "a year at most"),
        ("do: sms", "do: fax", "line 5: 'actions #2.do' is 'fax'"),
        ("do: sms", "does: sms", "line 5: 'does' is not a key below 'actions #2'. Did you mean 'do'?"),
        ("max_attempts: 6", "max_attempts: 0", "line 8: 'max_attempts' is '0'; write a number that is at least 1"),
        ("max_attempts", "max_atempts", "is not a key of a destination. Did you mean 'max_attempts'?"),
        ("max_attempts: 6", "unknown_time_zone: PST", "There is no time zone 'PST'"),
        ("max_attempts: 6", "unknown_time_zone: America/NewYork", "Did you mean 'America/New_York'?"),
        ("schedule", "shedule", "Did you mean 'schedule'?"),
        ("name: solar\n", "", "The key 'name' is missing"),
        (SOLAR, "", "the file has no `key: value` lines"),
    ],
)
def test_a_fault_is_said_with_line_key_and_fix(was: str, is_now: str, said: str) -> None:
    with pytest.raises(ProfileError, match=r"^solar\.yaml") as raised:
        parse_destination(SOLAR.replace(was, is_now, 1), "solar.yaml")
    assert said in str(raised.value)


def test_no_folder_is_no_fault(tmp_path: Path) -> None:
    assert load_destinations(tmp_path / "destinations") == {}


@pytest.mark.parametrize("name", ["solar", "Solar", '"SOLAR "'])
def test_two_files_about_one_destination_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.yaml").write_text(SOLAR)
    (tmp_path / "b.yaml").write_text(SOLAR.replace("solar", name))
    with pytest.raises(ProfileError, match=r"(?i)schedule:solar is what a\.yaml is about already"):
        load_destinations(tmp_path)


def test_every_file_is_checked_whatever_is_wrong_with_another(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: [")
    (tmp_path / "b.yaml").write_text(SOLAR)
    (tmp_path / "c.yml").write_text(SOLAR.replace("solar", "roofs"))
    (tmp_path / ".hidden.yaml").write_text("nothing")
    (tmp_path / "notes.txt").write_text("nothing")
    broken, whole, misnamed = check_destinations(tmp_path)
    assert broken.settings is None
    assert "not valid YAML" in broken.problems[0]
    assert whole.settings is not None
    assert not whole.problems
    assert "Rename it to c.yaml" in misnamed.problems[0]
