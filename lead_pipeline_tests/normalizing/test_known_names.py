"""What a profile declares about values: what there is passes, and what there is not is refused with what was meant."""

import datetime as dt
from zoneinfo import available_timezones

import polars as pl
import pytest
from babel.localedata import locale_identifiers

from lead_pipeline.model.errors import UsageError
from lead_pipeline.normalizing.known_names import checked_locale, checked_time_zone


def test_every_locale_that_babel_has_can_be_declared():
    # Babel 2.18 lists a few in a spelling that it does not parse itself, those with a variant
    for name in (one for one in locale_identifiers() if not one.split("_")[-1].islower() or "_" not in one):
        assert checked_locale(name) == name


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("de-DE", "de_DE"),
        ("German", "de"),
        ("english", "en"),
        ("de_XX", "de"),
        ("en-us", "en_US"),
        ("", None),
        ("xx", None),
    ],
)
def test_a_locale_that_there_is_not_is_refused_with_the_nearest(name, meant):
    with pytest.raises(UsageError) as refused:
        checked_locale(name)
    assert f"no locale '{name}'" in str(refused.value)
    assert ("Did you mean" in str(refused.value)) == (meant is not None)
    assert meant is None or f"Did you mean '{meant}'?" in str(refused.value)


def test_every_time_zone_of_the_world_can_be_declared_and_is_known_to_polars():
    moment = pl.Series([dt.datetime(2026, 1, 1, tzinfo=dt.UTC)]).dt.replace_time_zone(None)
    for name in available_timezones() - {"Factory", "localtime"}:
        assert checked_time_zone(name) == name
        moment.dt.replace_time_zone(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("America/NewYork", "America/New_York"),
        ("Europe/Berlim", "Europe/Berlin"),
        ("PST", None),
        ("localtime", None),
        ("", None),
    ],
)
def test_a_time_zone_that_there_is_not_is_refused_with_the_nearest(name, meant):
    with pytest.raises(UsageError) as refused:
        checked_time_zone(name)
    assert f"no time zone '{name}'" in str(refused.value)
    assert ("Did you mean" in str(refused.value)) == (meant is not None)
    assert meant is None or f"Did you mean '{meant}'?" in str(refused.value)
