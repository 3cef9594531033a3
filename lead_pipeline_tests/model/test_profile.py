"""The profile model: frozen, closed, and free of contradictions."""

from typing import Any

import pytest
from pydantic import ValidationError

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.fields import STANDARD_FIELDS
from lead_pipeline.model.policies import RejectRate
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import FileFacts, ImportResult, ReasonCount, RowCounts, StageTiming

PHONE: dict[str, Any] = {"type": "phone", "required": True}


def profile(**changes) -> ImportProfile:
    said = {"name": "solar", "destination": {"kind": "schedule", "name": "s"}, "fields": {"phone": PHONE}}
    return ImportProfile.model_validate(said | changes)


@pytest.mark.parametrize("model", [ImportProfile, Destination, RejectRate, ImportResult, FileFacts, RowCounts])
@pytest.mark.parametrize("setting", [("frozen", True), ("extra", "forbid")], ids=str)
def test_every_model_is_frozen_and_knows_its_keys(model, setting):
    key, value = setting
    assert model.model_config[key] == value


@pytest.mark.parametrize("change", [("name", "wind"), ("fields", {}), ("scrub_scope", "company")], ids=str)
def test_a_profile_is_never_changed_once_read(change):
    with pytest.raises(ValidationError, match="frozen"):
        setattr(profile(), *change)


@pytest.mark.parametrize("kind", ["phone", "email", "text", "integer", "decimal", "boolean"])
def test_the_rule_of_a_field_is_frozen_and_knows_its_keys(kind):
    rule = profile(fields={"phone": PHONE, "notes": {"type": kind}}).fields["notes"]
    with pytest.raises(ValidationError, match="frozen"):
        rule.required = True
    with pytest.raises(ValidationError, match="Extra inputs"):
        profile(fields={"phone": PHONE, "notes": {"type": kind, "colour": "red"}})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fields": {}}, "at least 1"),
        ({"fields": {"phone": {"type": "text", "required": True}}}, "identified by phone"),
        ({"fields": {"phone": {"type": "phone"}}}, "required: true"),
        ({"fields": {"email": {"type": "email", "required": True}}}, "identified by phone"),
        ({"identify_by": "email"}, "identified by email"),
        ({"fields": {"phone": PHONE | {"on_invalid": "blank"}}}, "cannot be blanked"),
        ({"fields": {"phone": PHONE, "hair": {"type": "text"}}}, "not a field"),
        ({"fields": {"phone": PHONE, "city": {"type": "text", "column": " PHONE"}}}, "two fields, phone and city"),
        ({"fields": {"phone": PHONE, "notes": {"type": "integer", "min": 2, "max": 1}}}, "min must not be above max"),
        ({"fields": {"phone": PHONE, "notes": {"type": "decimal", "min": 0.2, "max": 0.1}}}, "min must not be above"),
        ({"fields": {"phone": PHONE, "notes": {"type": "decimal", "min": float("nan")}}}, "finite number"),
        ({"default_attributes": {"attributes": "x"}}, "cannot have this name"),
        ({"default_attributes": {" ": "x"}}, "cannot have this name"),
        ({"default_attributes": {"Phone": "x"}}, "is the field phone"),
        ({"reject_rate": {"warn": 0.6}}, "must not be above error"),
        ({"destination": {"kind": "schedule", "name": "  "}}, "at least 1 character"),
        ({"name": "a" * 41}, "match pattern"),
        ({"name": "../x"}, "match pattern"),
    ],
    ids=str,
)
def test_a_contradiction_is_refused(changes, message):
    with pytest.raises(ValidationError, match=message):
        profile(**changes)


def test_a_list_keyed_by_email_needs_no_phone():
    by_email = profile(identify_by="email", fields={"email": {"type": "email", "required": True}})
    assert by_email.column_of("email") == "email"


@pytest.mark.parametrize("field", STANDARD_FIELDS)
def test_every_standard_field_says_what_it_means_and_can_be_used(field):
    assert STANDARD_FIELDS[field]
    assert field in profile(fields={"phone": PHONE} | ({} if field == "phone" else {field: {"type": "text"}})).fields


@pytest.mark.parametrize("text", ["schedule:solar", "offer:Solar Leads: west", "list: x "], ids=str)
def test_a_destination_is_read_from_kind_and_name(text):
    kind, _, name = text.partition(":")
    assert Destination.parse(text) == Destination(kind=kind, name=name.strip())


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("solar", "schedule:solar"),
        ("schedule:", "kind:name"),
        ("schedule: ", "kind:name"),
        ("schedle:solar", "Did you mean 'schedule'?"),
        (":solar", "kind:name"),
        ("schedule:" + "x" * 81, "1 to 80 characters"),
        ("", "kind:name"),
    ],
    ids=["no-kind", "no-name", "blank-name", "near-miss", "empty-kind", "too-long", "empty"],
)
def test_a_wrong_destination_is_refused_with_the_fix(text, part):
    with pytest.raises(UsageError) as refused:
        Destination.parse(text)
    assert part in str(refused.value)


def test_another_destination_changes_nothing_else():
    aimed = profile().with_destination(Destination.parse("offer:x"))
    assert str(aimed.destination) == "offer:x"
    assert aimed.model_copy(update={"destination": profile().destination}) == profile()


def test_two_profiles_with_one_fingerprint_import_alike():
    assert profile().fingerprint == profile().fingerprint
    assert len({profile(), profile()}) == 1
    for changes in ({"name": "wind"}, {"scrub_scope": "company"}, {"default_region": "US"}):
        assert profile(**changes).fingerprint != profile().fingerprint
        assert len({profile(**changes), profile()}) == 2


def test_the_reject_rate_of_an_import_is_a_share_of_the_rows_read():
    timing = StageTiming(stage="reading", seconds=0.1)
    facts = FileFacts(file_name="a.csv", file_sha256="0", file_bytes=1)
    said: dict[str, Any] = {"import_id": "a@1", "status": "completed", "profile": "p", "destination": "list:x"}
    said |= {"file": facts, "timings": (timing,), "started_at": "2026-11-20", "ended_at": "2026-11-20"}
    said |= {"reasons": (ReasonCount(code="phone_missing", outcome="rejected", count=1),)}
    counts = RowCounts(created=3, rejected=1)
    assert ImportResult(**said, rows_read=4, counts=counts).reject_rate == 0.25
    assert ImportResult(**said, rows_read=0).reject_rate == 0
    assert ImportResult(**said, rows_read=None).reject_rate == 0
    assert counts.total == 4
