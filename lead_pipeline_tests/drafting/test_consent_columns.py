"""A draft for a file of consents keeps them and asks how a time is written that could be two; samples have new ones."""

import csv
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from lead_pipeline.drafting.sample import sample_file
from lead_pipeline.drafting.suggest import suggest_profile
from lead_pipeline.profiles import parse_profile
from lead_pipeline_tests.rooms import profile_of
from lead_pipeline_tests.support import quick_folder, staging

PHONES = [f"(212) 555-010{n}" for n in range(6)]
CLEAR = [f"11/{day}/2025 10:22 AM" for day in range(14, 20)]
UNCLEAR = [f"0{month}/0{month + 1}/2025 10:22 AM" for month in range(1, 7)]


def drafted(times):
    rows = pl.DataFrame({"Phone": PHONES, "Opt-in Date": times, "Opt-in IP": [f"203.0.113.{n}" for n in range(6)]})
    text = suggest_profile("vendor", rows.columns, rows)
    return text, parse_profile(text, "vendor.yaml"), rows


def test_a_draft_proposes_consents_and_imports_the_file_as_it_is():
    text, profile, rows = drafted(CLEAR)
    assert profile.consent is not None
    assert not profile.consent.required
    assert profile.fields["consent_at"].column == "Opt-in Date"
    assert profile.fields["consent_ip"].column == "Opt-in IP"
    assert "none would be rejected" in text.replace("\n#", "")
    with quick_folder() as folder, staging(folder / "home") as home:
        rows.write_csv(folder / "vendor.csv")
        result = home.file(folder / "vendor.csv", profile)
        assert (result.counts.created, result.reasons) == (6, ())
        ((first,),) = home.rows("select min(consent_at) from leads")
        assert first == datetime(2025, 11, 14, 10, 22, tzinfo=UTC)


def test_a_time_that_could_be_two_is_a_question_and_left_out_until_it_is_answered():
    text, profile, _rows = drafted(UNCLEAR)
    assert "QUESTION: how are these times written?" in text
    assert profile.fields["consent_at"].formats == ()
    answered = text.replace("    type: datetime\n", '    type: datetime\n    formats: ["%m/%d/%Y %I:%M %p"]\n')
    assert parse_profile(answered, "vendor.yaml").fields["consent_at"].formats == ("%m/%d/%Y %I:%M %p",)


def test_a_draft_on_top_of_a_profile_without_consents_offers_to_keep_them():
    _text, _profile, rows = drafted(CLEAR)
    rows = rows.rename({"Phone": "caller_id"})
    text = suggest_profile("vendor", rows.columns, rows, extends="call_schedule")
    assert "# consent: {required: false}" in text
    assert 'consent_at from "Opt-in Date"' in text.replace("\n# ", " ")
    assert parse_profile(text, "vendor.yaml").consent is None
    answered = text.replace("# consent:", "consent:")
    answered = answered.replace("# fields:", "fields:") + (
        "\nfields:\n  consent_at: {type: datetime, formats: ['%m/%d/%Y %I:%M %p']}\n" if "\nfields:" not in text else ""
    )
    assert parse_profile(answered, "vendor.yaml").consent is not None


def test_a_file_without_such_columns_gets_no_such_lines():
    rows = pl.DataFrame({"Phone": PHONES, "Consent": ["yes"] * 6})
    text = suggest_profile("vendor", rows.columns, rows)
    assert "consent:" not in text


@pytest.mark.parametrize("zone", [None, "America/New_York", "Pacific/Kiritimati"])
def test_the_sample_of_a_profile_that_demands_consents_has_ones_that_count(zone):
    profile = profile_of(consent={"max_age_days": 7, "sources": ["our form"], "timezone": zone})
    header, *rows = csv.reader(sample_file(profile).decode().splitlines())
    assert len(rows) == 2
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        assert cells["consent_source"] == "our form"
        assert abs(datetime.fromisoformat(cells["consent_at"]) - datetime.now()) < timedelta(days=6)  # noqa: DTZ005
