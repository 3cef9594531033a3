"""Times of calls are read as dialers write them, and what could be two times is a question, never a guess."""

from datetime import UTC, datetime

import polars as pl
import pytest

from lead_pipeline.normalizing.dates.call_times import read_call_times

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
BOTH = ("month_first", "day_first")


def read(text, orders=BOTH, timezone="UTC"):
    found = read_call_times(pl.Series([text]), orders=orders, timezone=timezone, latest=NOW)
    return found.row(0)


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-05T10:22:01Z", at(2026, 3, 5, 10, 22, 1)),
        ("2026-03-05 10:22:01 UTC", at(2026, 3, 5, 10, 22, 1)),
        ("Thu, 05 Mar 2026 10:22:01 +0000", at(2026, 3, 5, 10, 22, 1)),
        ("2026/3/5 7:08", at(2026, 3, 5, 7, 8)),
        ("20260305140501", at(2026, 3, 5, 14, 5, 1)),
        ("Mar 5, 2026 2:05 PM", at(2026, 3, 5, 14, 5)),
        ("05-Mar-2026 12:05 am", at(2026, 3, 5, 0, 5)),
        ("March 5 2026, 12:05 p.m.", at(2026, 3, 5, 12, 5)),
        ("05/05/2026", at(2026, 5, 5)),
        ("1767348000", at(2026, 1, 2, 10)),
        ("1767348000123", datetime(2026, 1, 2, 10, 0, 0, 123000, tzinfo=UTC)),
    ],
)
def test_what_can_be_one_time_only_is_read_under_either_order(text, expected):
    assert read(text) == (expected, expected, None)


@pytest.mark.parametrize(
    ("text", "month_first", "day_first"),
    [
        ("03/04/2026", at(2026, 3, 4), at(2026, 4, 3)),
        ("3-4-2026 9:05pm", at(2026, 3, 4, 21, 5), at(2026, 4, 3, 21, 5)),
        ("03.04.2026 14:05", at(2026, 3, 4, 14, 5), at(2026, 4, 3, 14, 5)),
        ("13/04/2026", None, at(2026, 4, 13)),
        ("04/13/2026", at(2026, 4, 13), None),
    ],
)
def test_numbers_are_two_days_until_somebody_says_which(text, month_first, day_first):
    assert read(text) == (month_first, day_first, None)
    assert read(text, ("month_first",))[:2] == (month_first, None)
    assert read(text, ("day_first",))[:2] == (None, day_first)


@pytest.mark.parametrize(
    ("text", "orders", "timezone", "reason"),
    [
        ("soon", BOTH, "UTC", "date_invalid"),
        ("31/02/2026", BOTH, "UTC", "date_invalid"),
        ("13/04/2026", ("month_first",), "UTC", "date_invalid"),
        ("2026-03-05 13:05 PM", BOTH, "UTC", "date_invalid"),
        ("2026-03-05 25:05", BOTH, "UTC", "date_invalid"),
        ("5 Foo 2026", BOTH, "UTC", "date_invalid"),
        ("00:01:32", BOTH, "UTC", "date_invalid"),
        ("2026-03-05 10:22 EST", BOTH, "UTC", "date_invalid"),
        ("26/03/05", BOTH, "UTC", "date_ambiguous"),
        ("26/03/05", ("day_first",), "UTC", None),
        ("2026-12-01", BOTH, "UTC", "date_out_of_range"),
        ("2026-03-05 10:22:01", BOTH, None, "date_zone_missing"),
        ("2026-03-05", BOTH, None, "date_zone_missing"),
        ("2026-03-05T10:22:01+01:00", BOTH, None, None),
        ("2026-03-05T10:22:01.5Z", BOTH, None, None),
        ("Thu, 05 Mar 2026 10:22:01 -0500", BOTH, None, None),
        ("1767348000", BOTH, None, None),
        ("", BOTH, None, None),
    ],
)
def test_what_cannot_be_read_says_why(text, orders, timezone, reason):
    assert read(text, orders, timezone)[2] == reason


def test_a_time_without_a_zone_is_of_the_one_that_is_said():
    assert read("01/15/2026 2:05 PM", ("month_first",), "America/New_York")[0] == at(2026, 1, 15, 19, 5)
    assert read("15.07.2026 14:05", ("day_first",), "Europe/Berlin")[1] == at(2026, 7, 15, 12, 5)
