"""The bundled profiles say what the systems that they stand in for document."""

import pytest

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.rules import EmailRule, IntegerRule, PhoneRule, TextRule
from lead_pipeline.profiles import load_profile, profile_names

BUNDLED = [entry.name for entry in profile_names(None)]


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_profile_loads_and_says_what_it_is_for(name):
    assert load_profile(name, folder=None).description


def test_call_schedule_is_the_import_of_a_pay_per_call_platform():
    profile = load_profile("call_schedule", folder=None)
    assert profile.column_of("phone") == "caller_id"
    assert {field: (type(rule), rule.required) for field, rule in profile.fields.items()} == {
        "phone": (PhoneRule, True),
        "email": (EmailRule, False),
        "expires_in": (IntegerRule, False),
        "remote_ip": (TextRule, False),
    }
    assert profile.fields["email"].on_invalid == "blank"
    assert profile.other_columns == "attributes"
    assert list(profile.default_attributes) == ["traffic_source", "buyers", "lead_priority", "sub_id"]
    assert (profile.destination.kind, profile.identify_by, profile.scrub_scope) == ("schedule", "phone", "destination")


def test_call_schedule_serves_an_offer_as_well():
    profile = load_profile("call_schedule", folder=None).with_destination(Destination.parse("offer:solar"))
    assert str(profile.destination) == "offer:solar"
