"""Conditions are read as their fields have it, or refused with what was found and the fix."""

from datetime import UTC, datetime, timedelta

import pytest

from lead_pipeline.importing.managing.reading_conditions import read_conditions
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.fields import STANDARD_FIELDS
from lead_pipeline.model.lead_management.lead_conditions import LeadCondition

DAY = timedelta(days=1)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)


def read(*written, everything=False, region="US"):
    return read_conditions(written, everything=everything, region=region)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("status", r"'status' is not a condition: it has no =, !=, <"),
        ("=due", "is not a condition"),
        ("stauts=due", r"Leads cannot be chosen by 'stauts'\. Did you mean 'status'\?"),
        ("expires_in=3", "Use 'expires_at'"),
        ("attributes=x", "attribute.NAME"),
        ("lead.lead_id=1", "cannot be chosen by 'lead.lead_id'"),
        ("status=dew", r"no status of an enrollment\. Did you mean 'due'\?.*lead\.status"),
        ("status<due", "no order"),
        ("phone>2125550101", "no order"),
        ("destination=solar", "not of the form kind:name"),
        ("destination=shedule:solar", "Did you mean 'schedule'"),
        ("lead_id=seven", "whole number; 'seven' is none"),
        ("lead_id=1,,2", "whole number"),
        ("lead_id=9223372036854775808", "whole number"),
        ("lead_id=٣", "whole number"),
        ("attempts<=-1", "whole number"),
        ("lead_score>high", "is a number; 'high' is none"),
        ("lead_score>nan", "is a number"),
        ("created_at<soon", r"is a time; 'soon' is none\. Write a date such as 2026-03-01"),
        ("created_at<2026-02-30", "is a time"),
        ("created_at<", "needs a value behind it"),
        ("phone=212", "not one phone number"),
        ("phone=2125550101 2125550102", "not one phone number"),
        ("phone=ana@example.com", "not one phone number"),
    ],
)
def test_a_condition_that_cannot_be_understood_is_refused_with_the_fix(written, said):
    with pytest.raises(UsageError, match=said):
        read(written)


def test_a_phone_is_not_repeated_in_the_refusal():
    with pytest.raises(UsageError) as refused:
        read("phone=646-777-01")
    assert "777" not in str(refused.value)


def test_every_lead_is_meant_only_when_somebody_says_so():
    with pytest.raises(UsageError, match=r"give --where CONDITION, or --all"):
        read()
    with pytest.raises(UsageError, match="one of the two"):
        read("status=due", everything=True)
    assert read(everything=True) == ()


@pytest.mark.parametrize("spelling", ["(212) 555-0101", "+12125550101", "2125550101.0", "tel:212.555.0101"])
def test_a_phone_is_found_in_any_spelling(spelling):
    (one,) = read(f"phone={spelling}")
    assert one.values == (12125550101,)


def test_a_number_without_a_country_needs_a_region():
    with pytest.raises(UsageError, match="it has to begin with \\+"):
        read("phone=2125550101", region=None)
    with pytest.raises(UsageError, match="ZZ"):
        read("phone=2125550101", region="ZZ")


@pytest.mark.parametrize(
    ("text", "first", "behind"),
    [
        ("2026-03-01", MARCH, MARCH + DAY),
        ("2026-03-01T10:00+02:00", MARCH + timedelta(hours=8), MARCH + timedelta(hours=8, microseconds=1)),
        ("2026-03-01T10:00", MARCH + timedelta(hours=10), MARCH + timedelta(hours=10, microseconds=1)),
    ],
)
def test_a_date_is_the_whole_day_in_utc_and_a_moment_is_one(text, first, behind):
    (one,) = read(f"created_at={text}")
    assert one.values == (first, behind)


def test_several_numbers_and_statuses_may_be_named_and_texts_keep_their_commas():
    ids, statuses, city, empty = read("lead_id=1, 2,3", "status!=due,none", "city=Bonn, Rhein", "email=")
    assert (ids.values, statuses.values, city.values, empty.values) == (
        (1, 2, 3),
        ("due", "none"),
        ("Bonn, Rhein",),
        (),
    )


def test_a_value_may_hold_the_signs_of_comparisons():
    (one,) = read("attribute.note=a<b=c")
    assert (one.condition.attribute, one.condition.operator, one.values) == ("note", "=", ("a<b=c",))


def test_every_field_of_a_lead_can_be_asked_and_its_own_status_apart_from_the_enrollments():
    for name in STANDARD_FIELDS.keys() - {"expires_in"}:
        assert LeadCondition.parse(f"lead.{name}=x").type
    assert LeadCondition.parse("status=x").type == "status"
    assert LeadCondition.parse("lead.status=x").type == "text"
