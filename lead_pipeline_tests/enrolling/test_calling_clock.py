"""When somebody may be called next, held against a clock that is turned minute by minute in plain Python."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lead_pipeline.store.duckdb.migrating import migrations

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
ZONES = [
    "America/New_York", "America/Los_Angeles", "America/Phoenix", "America/St_Johns", "Europe/London", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Pacific/Honolulu", "Pacific/Kiritimati", "America/Santiago", "Asia/Tokyo",
]  # fmt: skip
_STEP = timedelta(minutes=15)
_DAYS = 8


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        for _, _, sql in migrations():
            con.execute(sql)
        con.execute("insert into base.destinations values (1, 'schedule', 'solar')")
        yield con


def next_time(
    con: duckdb.DuckDBPyConnection, zones: list[str], asked: datetime, opens: int, closes: int, days: tuple[int, ...]
) -> datetime | None:
    con.execute("delete from base.time_zone_sets")
    con.execute("delete from base.destination_settings")
    con.execute("insert into base.time_zone_sets (time_zone_set, time_zones) values (1, ?)", [zones])
    con.execute(
        "insert into base.destination_settings by name select 1 as destination_id, ? as opens, ? as closes, ? as days,"
        " []::struct(\"do\" varchar, after_seconds bigint)[] as actions, '' as fingerprint, now() as set_at",
        [opens, closes, list(days)],
    )
    found = con.execute("select next_at from base.next_calling_times(?::timestamptz)", [asked]).fetchall()
    return found[0][0].astimezone(UTC) if found else None


def may_be_called(zones: list[str], at: datetime, opens: int, closes: int, days: tuple[int, ...]) -> bool:
    clocks = [at.astimezone(ZoneInfo(zone)) for zone in zones]
    return all(opens <= clock.hour * 60 + clock.minute < closes and clock.isoweekday() in days for clock in clocks)


def turned(zones: list[str], asked: datetime, opens: int, closes: int, days: tuple[int, ...]) -> datetime | None:
    if may_be_called(zones, asked, opens, closes, days):
        return asked
    at = asked.replace(minute=asked.minute - asked.minute % 15, second=0, microsecond=0)
    for _ in range(_DAYS * 96):
        at += _STEP
        if may_be_called(zones, at, opens, closes, days):
            return at
    return None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True),
    asked=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  # hypothesis adds it
    window=st.sampled_from([(480, 1260), (540, 1020), (600, 720), (480, 1440)]),
    days=st.sampled_from([EVERY_DAY, (1, 2, 3, 4, 5), (6,)]),
)
@example(["America/New_York"], datetime(2026, 3, 8, 6, 59, tzinfo=UTC), (480, 1260), EVERY_DAY)  # clocks go forward
@example(["America/New_York"], datetime(2026, 11, 1, 5, 30, tzinfo=UTC), (480, 1260), EVERY_DAY)  # and back
@example(["America/New_York", "Europe/London"], datetime(2026, 3, 15, 12, tzinfo=UTC), (480, 1260), EVERY_DAY)
def test_the_next_time_is_that_of_a_clock_turned_by_hand(
    con: duckdb.DuckDBPyConnection, zones: list[str], asked: datetime, window: tuple[int, int], days: tuple[int, ...]
) -> None:
    assert next_time(con, zones, asked, *window, days) == turned(zones, asked, *window, days)


@pytest.mark.parametrize(
    ("zones", "asked", "then"),
    [
        # 8 o'clock in New York is 5 in Los Angeles: a number that travelled has to wait for the later morning.
        (["America/Los_Angeles", "America/New_York"], datetime(2026, 1, 5, 13, 0, tzinfo=UTC), (5, 16, 0)),
        # 18:00 in Los Angeles is 21:00 in New York: over for the day.
        (["America/Los_Angeles", "America/New_York"], datetime(2026, 1, 6, 2, 0, tzinfo=UTC), (6, 16, 0)),
        (["America/New_York"], datetime(2026, 1, 6, 1, 59, tzinfo=UTC), (6, 1, 59)),
        (["America/New_York"], datetime(2026, 1, 6, 2, 0, tzinfo=UTC), (6, 13, 0)),
        # Arizona does not change its clocks.
        (["America/Phoenix"], datetime(2026, 7, 6, 4, 0, tzinfo=UTC), (6, 15, 0)),
    ],
)
def test_a_call_is_legal_in_every_zone(
    con: duckdb.DuckDBPyConnection, zones: list[str], asked: datetime, then: tuple[int, int, int]
) -> None:
    day, hour, minute = then
    expected = asked.replace(day=day, hour=hour, minute=minute)
    assert next_time(con, zones, asked, 480, 1260, EVERY_DAY) == expected


def test_zones_that_never_share_a_window_have_no_time(con: duckdb.DuckDBPyConnection) -> None:
    zones = ["America/New_York", "Asia/Tokyo", "Europe/London"]
    assert next_time(con, zones, datetime(2026, 1, 5, tzinfo=UTC), 540, 1020, EVERY_DAY) is None
