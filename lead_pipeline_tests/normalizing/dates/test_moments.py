"""Days and moments: the value, or none; held against Python's own datetime, which reads them one by one."""

import datetime as dt
import random
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.rules import DateRule, DatetimeRule
from lead_pipeline.normalizing.dates.moments import normalize_dates, normalize_datetimes
from lead_pipeline.normalizing.dates.time_forms import form_of

UTC = dt.UTC


def day(text: str | None, **rule) -> tuple[dt.date | None, str | None]:
    return normalize_dates(pl.Series([text], dtype=pl.String), DateRule(**rule)).row(0)


def moment(text: str | None, **rule) -> tuple[dt.datetime | None, str | None]:
    return normalize_datetimes(pl.Series([text], dtype=pl.String), DatetimeRule(**rule)).row(0)


def at(*parts: int) -> tuple[dt.datetime, None]:
    return dt.datetime(*parts, tzinfo=UTC), None


BAD = (None, "date_invalid")


@pytest.mark.parametrize("blank", [None, "", " \u00a0\t"])
def test_blank_has_no_value_and_no_reason(blank):
    assert day(blank) == moment(blank) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31",
        " 2026-01-31 ",
        "20260131",
        "2026-01-31 00:00:00",
        "2026-01-31T00:00",
        "2026-01-31T00:00:00.000Z",
        "2026-01-31 00:00:00+02:00",
        "20260131T000000",
    ],
)
def test_a_day_in_iso_8601_may_have_a_time_at_midnight_as_spreadsheets_write_it(text):
    assert day(text) == (dt.date(2026, 1, 31), None)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31 12:00",
        "2026-01-31 00:00:01",
        "2026-02-29",
        "2026-13-01",
        "2026-00-01",
        "2026-1-3",
        "26-01-31",
        "0000-01-01",
        "00000101",
        "31.01.2026",
        "2026-01-31x",
        "2026-01-3120",
        "2026/01/31",
        "46053",
        "today",
        "2026-0131",
    ],
)
def test_any_other_text_is_no_day(text):
    assert day(text) == BAD


@pytest.mark.parametrize(
    ("text", "rule", "value"),
    [
        ("31.1.2026", {"formats": ["%d.%m.%Y"]}, (2026, 1, 31)),
        ("31 . 01.2026", {"formats": ["%d.%m.%Y"]}, None),
        ("01/02/2026", {"formats": ["%m/%d/%Y", "%d/%m/%Y"]}, (2026, 1, 2)),
        ("31/02/2026", {"formats": ["%m/%d/%Y", "%d/%m/%Y"]}, None),
        ("31/01/2026", {"formats": ["%m/%d/%Y", "%d/%m/%Y"]}, (2026, 1, 31)),
        ("2026-01-31", {"formats": ["%d.%m.%Y"]}, (2026, 1, 31)),
        ("31. M\u00e4rz 2026", {"formats": ["%d. %B %Y"], "locale": "de"}, (2026, 3, 31)),
        ("31. m\u00e4rz  2026", {"formats": ["%d. %B %Y"], "locale": "de"}, (2026, 3, 31)),
        ("31 March 2026", {"formats": ["%d %B %Y"], "locale": "de"}, None),
        ("31 MAR 2026", {"formats": ["%d %b %Y"]}, (2026, 3, 31)),
        ("3 f\u00e9vr. 2026", {"formats": ["%d %b %Y"], "locale": "fr"}, (2026, 2, 3)),
        ("mardi 3 mars 2026", {"formats": ["%A %d %B %Y"], "locale": "fr"}, (2026, 3, 3)),
        ("3 KASIM 2026", {"formats": ["%d %B %Y"], "locale": "tr"}, (2026, 11, 3)),
        ("2026\u5e741\u670831\u65e5", {"formats": ["%Y\u5e74%m\u6708%d\u65e5"]}, (2026, 1, 31)),
        ("3 de mayo de 2026", {"formats": ["%d de %B de %Y"], "locale": "es"}, (2026, 5, 3)),
        ("ng\u00e0y 3 th\u00e1ng 5 2026", {"formats": ["ng\u00e0y %d %B %Y"], "locale": "vi"}, (2026, 5, 3)),
        ("2026-060", {"formats": ["%Y-%j"]}, (2026, 3, 1)),
        ("2026-366", {"formats": ["%Y-%j"]}, None),
        ("31.01.2026 17:30", {"formats": ["%d.%m.%Y %H:%M"]}, (2026, 1, 31)),
        ("01/31/26", {"formats": ["%D"]}, (2026, 1, 31)),
        ("100% 1.1.2026", {"formats": ["100%% %d.%m.%Y"]}, (2026, 1, 1)),
        ("1.1.2026 (?)", {"formats": ["%d.%m.%Y (?)"]}, (2026, 1, 1)),
    ],
)
def test_formats_are_tried_in_their_order_after_iso_8601(text, rule, value):
    assert day(text, **rule) == ((dt.date(*value), None) if value else BAD)


@pytest.mark.parametrize(
    ("text", "rule", "year"),
    [
        ("1.2.68", {}, 2068),
        ("1.2.69", {}, 1969),
        ("1.2.55", {"max": "2026-12-31"}, 1955),
        ("1.2.26", {"max": "2026-12-31"}, 2026),
        ("1.2.85", {"min": "2000-01-01"}, 2085),
    ],
)
def test_two_digit_years_are_of_the_century_that_fits_the_range(text, rule, year):
    assert day(text, formats=["%d.%m.%y"], **rule) == (dt.date(year, 2, 1), None)


def test_a_leap_day_is_looked_for_in_each_century_anew():
    assert day("29.2.00", formats=["%d.%m.%y"], max="1999-12-31") == (dt.date(2000, 2, 29), None)
    assert day("29.2.04", formats=["%d.%m.%y"], max="2003-12-31") == (dt.date(1904, 2, 29), None)


@pytest.mark.parametrize(
    ("text", "rule", "value"),
    [
        ("2026-01-31", {}, (2026, 1, 31)),
        ("2026-01-31T12:34:56Z", {}, (2026, 1, 31, 12, 34, 56)),
        ("2026-01-31t12:34z", {}, (2026, 1, 31, 12, 34)),
        ("2026-01-31 12:34:56,5", {}, (2026, 1, 31, 12, 34, 56, 500_000)),
        ("2026-01-31T12:34:56.123456789", {}, (2026, 1, 31, 12, 34, 56, 123_456)),
        ("2026-01-31T12:34:56 +0200", {}, (2026, 1, 31, 10, 34, 56)),
        ("2026-01-31T12:34:56-03", {}, (2026, 1, 31, 15, 34, 56)),
        ("2026-01-31T12:34:56+05:45", {}, (2026, 1, 31, 6, 49, 56)),
        ("20260131T123456Z", {}, (2026, 1, 31, 12, 34, 56)),
        ("2026-07-01 12:00", {"timezone": "Europe/Berlin"}, (2026, 7, 1, 10)),
        ("2026-01-31", {"timezone": "Europe/Berlin"}, (2026, 1, 30, 23)),
        ("2026-07-01 12:00+00:00", {"timezone": "Europe/Berlin"}, (2026, 7, 1, 12)),
        ("7/1/2026 5:07 PM", {"formats": ["%m/%d/%Y %I:%M %p"]}, (2026, 7, 1, 17, 7)),
        ("7/1/2026 12:07 a.m.", {"formats": ["%m/%d/%Y %I:%M %p"]}, (2026, 7, 1, 0, 7)),
        ("7/1/2026 12:07pm", {"formats": ["%m/%d/%Y %I:%M%p"]}, (2026, 7, 1, 12, 7)),
        (
            "1.7.2026 um 14:05 Uhr",
            {"formats": ["%d.%m.%Y um %H:%M Uhr"], "timezone": "Europe/Berlin"},
            (2026, 7, 1, 12, 5),
        ),
        ("1.7.2026 14:05:06.25 +02:00", {"formats": ["%d.%m.%Y %T.%f %z"]}, (2026, 7, 1, 12, 5, 6, 250_000)),
        ("1.7.2026 14:05 GMT", {"formats": ["%d.%m.%Y %R %Z"], "timezone": "Asia/Tokyo"}, (2026, 7, 1, 14, 5)),
    ],
)
def test_a_moment_is_kept_in_utc(text, rule, value):
    assert moment(text, **rule) == at(*value)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("2026-01-31T24:00", {}),
        ("2026-01-31T12:60", {}),
        ("2026-01-31T12:00:60", {}),
        ("2026-01-31T12:00+24:00", {}),
        ("2026-01-31T12:00+02:60", {}),
        ("2026-01-31T12", {}),
        ("2026-01-31T1234", {}),
        ("2026-01-31 12:00 CET", {}),
        ("0001-01-01T00:00+10:00", {}),
        ("9999-12-31T23:00-10:00", {}),
        ("7/1/2026 13:07 PM", {"formats": ["%m/%d/%Y %I:%M %p"]}),
        ("7/1/2026 0:07 PM", {"formats": ["%m/%d/%Y %I:%M %p"]}),
        ("7/1/2026 5:07 XM", {"formats": ["%m/%d/%Y %I:%M %p"]}),
    ],
)
def test_a_time_that_no_clock_shows_is_refused(text, rule):
    assert moment(text, **rule) == BAD


def test_of_two_moments_that_the_clocks_show_alike_it_is_the_earlier_one():
    assert moment("2026-11-01 01:30", timezone="America/New_York") == at(2026, 11, 1, 5, 30)


def test_a_moment_that_the_clocks_skip_never_was():
    assert moment("2026-03-08 02:30", timezone="America/New_York") == BAD
    assert moment("2026-03-08 03:00", timezone="America/New_York") == at(2026, 3, 8, 7)
    assert moment("2026-03-08 02:30-05:00", timezone="America/New_York") == at(2026, 3, 8, 7, 30)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("%d.%m", "day, month and year"),
        ("%m/%Y", "day, month and year"),
        ("%H:%M", "day, month and year"),
        ("31.12.2026", "day, month and year"),
        ("%d.%m.%Y %I:%M", "%I or %p alone"),
        ("%d.%m.%Y %H:%M %p", "%I or %p alone"),
        ("%d.%m.%Y %Q", "'%Q', which is not known"),
        ("%d.%m.%Y %", "'%', which is not known"),
        ("%d.%m.%Y %y", "the year twice"),
        ("%d.%m.%b.%Y", "the month twice"),
        ("%d.%m.%Y %c", "not known"),
    ],
)
def test_a_format_that_tells_too_little_or_nothing_known_is_refused(text, said):
    with pytest.raises(UsageError) as refused:
        form_of(text)
    assert f"'{text}'" in str(refused.value)
    assert said in str(refused.value)


def test_a_zone_or_locale_that_there_is_not_is_named():
    with pytest.raises(UsageError, match="no time zone 'Berlin'"):
        moment("2026-01-31", timezone="Berlin")
    with pytest.raises(UsageError, match="no locale 'xx'"):
        day("1. May 2026", formats=["%d. %B %Y"], locale="xx")


FORMATS = ("%d.%m.%Y", "%m/%d/%Y", "%d %b %Y", "%B %d, %Y", "%a %d %b %y", "%Y%j", "%d-%m-%y", "%Y/%m/%d")
MESSY = st.text("0123456789./-, JanFebMayMonTue", max_size=12)


@given(st.sampled_from(FORMATS), st.lists(st.dates(dt.date(1800, 1, 1)) | MESSY, max_size=12), st.booleans())
def test_days_are_read_as_strptime_reads_them(form, days, bare):
    written = [one if isinstance(one, str) else one.strftime(form) for one in days]
    if bare:
        written = [text.replace("0", "") for text in written]
    written = [text.strip() for text in written]
    found = normalize_dates(pl.Series(written, dtype=pl.String), DateRule(formats=[form]))["value"].to_list()
    for text, value in zip(written, found, strict=True):
        assert value == (by_strptime(text, form) or by_iso(text)), text


def by_strptime(text: str, form: str) -> dt.date | None:
    """Python matches `%Y%j` greedily and blanks where none is; what only it reads is left out of the comparison."""
    try:
        return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 a day has no zone
    except ValueError:
        return None


def by_iso(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if "W" not in text else None
    except ValueError:
        return None


ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
MOMENTS = st.datetimes(dt.datetime.fromisoformat("1950-01-01"), dt.datetime.fromisoformat("2035-01-01"))
SPELLINGS = ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y%m%dT%H%M%S", "%Y-%m-%d")


@given(
    st.lists(st.tuples(MOMENTS, st.sampled_from(SPELLINGS), st.sampled_from(["", "Z", "+02:00", "-0330"])), max_size=12)
)
def test_moments_in_iso_8601_are_read_as_python_reads_them(moments):
    written = [m.strftime(form) + (offset if "T" in form else "") for m, form, offset in moments]
    for zone in ZONES[:3]:
        found = normalize_datetimes(pl.Series(written, dtype=pl.String), DatetimeRule(timezone=zone))["value"].to_list()
        assert found == [in_utc(dt.datetime.fromisoformat(text), zone) for text in written]


def in_utc(naive: dt.datetime, zone: str) -> dt.datetime | None:
    """Return the moment in UTC; None when the clocks of the zone never showed it, for it comes back as another."""
    if naive.tzinfo is not None:
        return naive.astimezone(UTC)
    local = naive.replace(tzinfo=ZoneInfo(zone))
    there = local.astimezone(UTC)
    return there if there.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == naive else None


@pytest.mark.parametrize("zone", ZONES)
def test_around_every_change_of_the_clocks_moments_are_those_of_python(zone):
    chance = random.Random(3)
    hours = [
        dt.datetime.fromisoformat(f"{year}-{month:02}-01") for year in (1975, 1999, 2026) for month in (3, 4, 10, 11)
    ]
    naive = [one + dt.timedelta(minutes=15 * chance.randrange(31 * 24 * 4)) for one in hours for _ in range(60)]
    written = [one.isoformat(" ") for one in naive]
    found = normalize_datetimes(pl.Series(written), DatetimeRule(timezone=zone))["value"].to_list()
    assert found == [in_utc(one, zone) for one in naive]


#: Babel's pattern for the long form of each locale, in strftime codes.
LONG = {
    "de": "%d. %B %Y",
    "fr": "%d %B %Y",
    "es": "%d de %B de %Y",
    "en": "%B %d, %Y",
    "pl": "%d %B %Y",
    "ru": "%d %B %Y \u0433.",
    "pt_BR": "%d de %B de %Y",
    "it": "%d %B %Y",
    "tr": "%d %B %Y",
    "cs": "%d. %B %Y",
    "fi": "%d. %B %Y",
    "el": "%d %B %Y",
}


@given(st.sampled_from(sorted(LONG)), st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.booleans())
def test_what_babel_writes_in_a_language_is_read_back(locale, date, loud):
    written = format_date(date, "long", locale=locale)
    rule = DateRule(formats=[LONG[locale]], locale=locale)
    text = written.upper() if loud and locale not in ("el", "tr") else written
    assert normalize_dates(pl.Series([text]), rule).row(0) == (date, None)
