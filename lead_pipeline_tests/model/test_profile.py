"""The profile model: frozen, closed, and free of contradictions."""

import pickle
from typing import Any

import pytest
from pydantic import ValidationError

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.fields import IDENTIFIER_KINDS, STANDARD_FIELDS
from lead_pipeline.model.policies import AliasRule, AutoBelow, Notify, RejectRate, SecondaryContacts
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import FileFacts, ImportResult, ReasonCount, RowCounts, StageTiming
from lead_pipeline.model.row_rules import ROW_RULES
from lead_pipeline.model.rules import RULE_CLASSES
from lead_pipeline.profiles import load_profile, profile_names

PHONE: dict[str, Any] = {"type": "phone", "required": True}


def profile(**changes) -> ImportProfile:
    said = {"name": "solar", "destination": {"kind": "schedule", "name": "s"}, "fields": {"phone": PHONE}}
    return ImportProfile.model_validate(said | changes)


MODELS = [ImportProfile, Destination, RejectRate, AliasRule, SecondaryContacts, AutoBelow, Notify]


@pytest.mark.parametrize("model", [*MODELS, ImportResult, FileFacts, RowCounts])
@pytest.mark.parametrize("setting", [("frozen", True), ("extra", "forbid")], ids=str)
def test_every_model_is_frozen_and_knows_its_keys(model, setting):
    key, value = setting
    assert model.model_config[key] == value


@pytest.mark.parametrize("change", [("name", "wind"), ("fields", {}), ("scrub_scope", "company")], ids=str)
def test_a_profile_is_never_changed_once_read(change):
    with pytest.raises(ValidationError, match="frozen"):
        setattr(profile(), *change)


#: The word of each kind of rule.
KINDS = [rule.model_fields["type"].default for rule in RULE_CLASSES]

#: A field that a rule of each kind fits, and what that rule cannot do without.
FITTING: dict[str, tuple[str, dict[str, Any]]] = {
    **dict.fromkeys(KINDS, ("notes", {})),
    "phone": ("phone", {}),
    "email": ("email", {}),
    "tags": ("tags", {}),
    "option": ("status", {"options": ["new"]}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_rule_of_a_field_is_frozen_and_knows_its_keys(kind):
    field, needed = FITTING[kind]
    rule = profile(fields={"phone": PHONE, field: {"type": kind} | needed}).fields[field]
    with pytest.raises(ValidationError, match="frozen"):
        rule.required = True
    with pytest.raises(ValidationError, match="Extra inputs"):
        profile(fields={"phone": PHONE, field: {"type": kind, "colour": "red"} | needed})


@pytest.mark.parametrize("rule", ROW_RULES.values(), ids=ROW_RULES)
@pytest.mark.parametrize("setting", [("frozen", True), ("extra", "forbid")], ids=str)
def test_a_rule_about_a_row_is_frozen_and_knows_its_keys(rule, setting):
    key, value = setting
    assert rule.model_config[key] == value


EMAIL = {"type": "email"}
TEXT = {"type": "text"}


def rule_of(kind: str, **keys: Any) -> dict[str, Any]:
    """Return what gives the field notes, or the attribute a, this rule."""
    return {"attributes": {"a": {"type": kind} | keys}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fields": {}}, "at least 1"),
        ({"fields": {"phone": {"type": "text", "required": True}}}, "phone is of type phone; write that"),
        ({"fields": {"email": {"type": "email", "required": True}}}, "identified by phone"),
        ({"identify_by": "email"}, "identified by email.*email: {type: email, required: true}"),
        ({"identify_by": "cookie_id"}, "identified by cookie_id.*cookie_id: {type: text, required: true}"),
        ({"identify_by": "name"}, "'phone', 'email', 'external_id', 'cookie_id' or 'social'"),
        ({"fields": {"phone": PHONE | {"on_invalid": "blank"}}}, "cannot be blanked"),
        ({"rows_without_identifier": "create"}, "rows without phone are to be new leads, so it cannot be required"),
        (
            {
                "rows_without_identifier": "create",
                "write_mode": "update_only",
                "fields": {"phone": {"type": "phone"}},
            },
            "update_only creates no lead",
        ),
        ({"fields": {"phone": PHONE, "hair": TEXT}}, "not a field.*named under `attributes:`"),
        ({"fields": {"phone": PHONE, "notes": {"type": "phone"}}}, "notes cannot be of type phone.*`attributes:`"),
        ({"fields": {"phone": PHONE, "notes": EMAIL}}, "notes cannot be of type email"),
        ({"fields": {"phone": PHONE, "notes": {"type": "tags"}}}, "notes cannot be of type tags"),
        ({"fields": {"phone": PHONE, "tags": TEXT}}, "tags is of type tags; write that"),
        ({"fields": {"phone": PHONE, "expires_in": TEXT}}, "expires_in is of type integer or decimal"),
        ({"fields": {"phone": PHONE, "deal_value": {"type": "date"}}}, "deal_value is of type integer or decimal"),
        ({"fields": {"phone": PHONE, "social": {"type": "integer"}}}, "social is of type text"),
        ({"fields": {"phone": PHONE, "city": {"type": "text", "column": " PHONE"}}}, "two fields, phone and city"),
        ({"attributes": {"a": {"type": "text", "column": "Phone"}}}, "two fields, phone and attribute.a"),
        ({"attributes": {"PHONE": TEXT}}, "two fields, phone and attribute.PHONE"),
        ({"attributes": {"_ALIAS_email": TEXT}, "aliases": {"email": {}}}, "two fields, attribute._ALIAS_email and"),
        ({"aliases": {"email": {"column": "phone"}}}, "two fields, phone and alias.email"),
        (
            {"attributes": {"secondary_phone_2": TEXT}, "secondary_contacts": {"max": 2}},
            "two fields, attribute.secondary_phone_2 and secondary.2.phone",
        ),
        ({"ignore_columns": ["Phone "]}, "'Phone ' is ignored, and phone is read from it"),
        (
            {"fields": {"phone": PHONE, "notes": {"type": "integer", "min": 2, "max": 1}}},
            "min must not be greater than max",
        ),
        (
            {"fields": {"phone": PHONE, "notes": {"type": "decimal", "min": 0.2, "max": 0.1}}},
            "min must not be greater than",
        ),
        ({"fields": {"phone": PHONE, "notes": {"type": "decimal", "min": float("nan")}}}, "finite number"),
        (rule_of("text", min_length=5, max_length=4), "must not be greater than max_length"),
        (rule_of("text", pattern="("), "not a regular expression"),
        (rule_of("text", pattern="a(?=b)"), "not supported; write it without"),
        (rule_of("text", pattern=r"(a)\1"), "not supported; write it without"),
        (rule_of("text", constant="x", column="b"), "one source, but column and constant are set"),
        (rule_of("text", constant="x", from_folder="x"), "one source, but constant and from_folder are set"),
        (rule_of("text", constant="x", default="y"), "a constant is never empty"),
        (rule_of("text", from_file_name="(a)(b)"), "at most one group"),
        (rule_of("text", from_file_name="["), "not a regular expression"),
        (rule_of("text", update_rule="sometimes"), "'always', 'if_new_not_empty', 'if_existing_empty' or 'never'"),
        (rule_of("boolean", true_words=["Ja", "x"], false_words=["X"]), "'x' means both yes and no"),
        (rule_of("option"), "nothing to choose from"),
        (rule_of("option", options=["b"], value_map={"a": "b", "A ": "b"}), "appears twice"),
        (rule_of("option", options=["b"], value_map={"a": "c"}), "maps to 'c', which is not an option"),
        (rule_of("date", min="2026-02-01", max="2026-01-01"), "min must not be greater than max"),
        (rule_of("date", min="2026"), "write a date, such as 2026-01-31"),
        (rule_of("datetime", max="1700000000"), "write a date, such as 2026-01-31"),
        (rule_of("datetime", min="2026-01-01T01:00", max="2026-01-01T02:30+02:00"), "min must not be greater than max"),
        (rule_of("date", formats=["d.m.y"]), "'d.m.y' is not a format"),
        (rule_of("tags", separator=""), "at least 1 character"),
        (rule_of("phone", derive=["type"]), "belong to the field phone"),
        (rule_of("phone", multiple="secondary"), "belong to the field phone"),
        (rule_of("phone", region_field="country"), "which the profile does not have"),
        (rule_of("phone", format="national"), "set default_region"),
        ({"attributes": {"reasons": TEXT}}, "cannot have this name"),
        ({"default_attributes": {"attributes": "x"}}, "cannot have this name"),
        ({"default_attributes": {" ": "x"}}, "cannot have this name"),
        ({"default_attributes": {"Phone": "x"}}, "is the field phone"),
        ({"attributes": {"a": TEXT}, "default_attributes": {"A": "x"}}, "has rules under `attributes:`"),
        ({"secondary_contacts": {"max": 11}}, "less than or equal to 10"),
        ({"secondary_contacts": {"phone_column": "phone"}}, "write {n} in place of the number"),
        ({"secondary_contacts": {"variable_column": "second_{n}"}}, "write {n} and {variable}"),
        ({"secondary_contacts": {"variables": {"a": {"type": "text", "column": "b"}}}}, "comes from its own column"),
        ({"secondary_contacts": {"variables": {"a": {"type": "text", "constant": "b"}}}}, "comes from its own column"),
        ({"secondary_contacts": {}, "identify_by": "email", "fields": {"email": EMAIL}}, "does not have; add phone"),
        ({"row_rules": [{"rule": "one_of", "fields": ["phone"]}]}, "at least 2 items"),
        ({"row_rules": [{"rule": "one_of", "fields": ["phone", "emial"]}]}, "neither a field nor an attribute"),
        ({"row_rules": [{"rule": "required_if", "field": "phon", "when": "phone"}]}, "Did you mean 'phone'"),
        (
            {
                "attributes": {"a": TEXT},
                "row_rules": [{"rule": "compare", "field": "a", "is": "less", "than": "phone"}],
            },
            "'a' is of type text and 'phone' of type phone, which cannot be compared",
        ),
        ({"on_duplicate": "update"}, "on_duplicate is skip or reject"),
        ({"on_duplicate": "skip", "write_mode": "update_only"}, "on_duplicate is update or fill"),
        ({"approval": {"auto_below": 1.5}}, "less than or equal to 1"),
        ({"notify": {"email": []}}, "at least 1 item"),
        ({"notify": {"email": ["Ana <ana@example.com>"]}}, "one plain email address"),
        ({"split_full_name": True}, "needs full_name and first_name and last_name"),
        ({"reject_rate": {"warn": 0.6}}, "must not be greater than error"),
        ({"destination": {"kind": "schedule", "name": "  "}}, "at least 1 character"),
        ({"name": "a" * 41}, "match pattern"),
        ({"name": "../x"}, "match pattern"),
    ],
    ids=str,
)
def test_a_contradiction_is_refused(changes, message):
    with pytest.raises(ValidationError, match=message):
        profile(**changes)


@pytest.mark.parametrize("name", [entry.name for entry in profile_names(None)])
def test_a_profile_that_is_written_as_json_is_read_back_the_same(name):
    bundled = load_profile(name, folder=None)
    assert ImportProfile.model_validate_json(bundled.model_dump_json()) == bundled


def test_the_field_that_identifies_is_required_whether_or_not_the_profile_says_so():
    unsaid = profile(fields={"phone": {"type": "phone"}})
    assert unsaid.fields["phone"].required is False
    assert unsaid.rules["phone"].required is True
    assert profile().rules["phone"].required is True


def test_the_field_that_identifies_is_not_required_where_rows_without_it_are_new_leads():
    create = profile(rows_without_identifier="create", fields={"phone": {"type": "phone", "on_invalid": "blank"}})
    assert create.rules["phone"].required is False


@pytest.mark.parametrize("kind", IDENTIFIER_KINDS)
def test_a_list_may_be_keyed_by_any_identifier(kind):
    kinds = {"phone": "phone", "email": "email"}
    by_kind = profile(identify_by=kind, fields={kind: {"type": kinds.get(kind, "text")}})
    assert by_kind.column_of(kind) == kind
    assert by_kind.rules[kind].required is True


@pytest.mark.parametrize("field", STANDARD_FIELDS)
def test_every_standard_field_says_what_it_means_and_can_be_used(field):
    types = {"phone": "phone", "email": "email", "tags": "tags", "consent_at": "datetime"} | dict.fromkeys(
        ("expires_in", "lead_score", "deal_value"), "decimal"
    )
    assert STANDARD_FIELDS[field]
    assert field in profile(fields={"phone": PHONE, field: {"type": types.get(field, "text")}}).fields


def test_every_column_that_is_mapped_has_a_rule_and_a_header():
    whole = profile(
        fields={"phone": PHONE, "city": {"type": "text", "column": "Town"}},
        attributes={"plan": {"type": "text", "column": "Plan name"}, "age": {"type": "integer"}},
        aliases={"cookie_id": {}, "external_id": {}, "email": {"column": "Other mail", "on_invalid": "reject"}},
        secondary_contacts={"max": 2, "variables": {"role": {"type": "text", "required": True, "max_length": 9}}},
    )
    assert {name: (whole.column_of(name), rule.type) for name, rule in whole.rules.items()} == {
        "phone": ("phone", "phone"),
        "city": ("Town", "text"),
        "attribute.plan": ("Plan name", "text"),
        "attribute.age": ("age", "integer"),
        "alias.cookie_id": ("_alias_cookie", "text"),
        "alias.external_id": ("_alias_external_id", "text"),
        "alias.email": ("Other mail", "email"),
        "secondary.1.phone": ("secondary_phone_1", "phone"),
        "secondary.1.variable.role": ("secondary_1_role", "text"),
        "secondary.2.phone": ("secondary_phone_2", "phone"),
        "secondary.2.variable.role": ("secondary_2_role", "text"),
    }
    assert whole.rules["alias.email"].on_invalid == "reject"


def test_a_secondary_contact_follows_the_rules_of_the_phone_but_may_be_missing():
    phone = PHONE | {"column": "Tel", "format": "international", "allow_types": ["mobile"], "derive": ["type"]}
    rule = profile(fields={"phone": phone}, secondary_contacts={"max": 1}).rules["secondary.1.phone"]
    assert rule.model_dump(exclude_defaults=True) == {
        "format": "international",
        "allow_types": ("mobile",),
        "on_invalid": "blank",
    }


@pytest.mark.parametrize(
    ("write_mode", "on_duplicate", "known"),
    [
        ("create_only", None, "skip"),
        ("create_only", "reject", "reject"),
        ("update_only", None, "update"),
        ("update_only", "fill", "fill"),
        ("upsert", None, "update"),
        ("upsert", "skip", "skip"),
    ],
)
def test_what_becomes_of_a_known_lead_follows_from_the_write_mode_unless_it_is_said(write_mode, on_duplicate, known):
    assert profile(write_mode=write_mode, on_duplicate=on_duplicate).when_known == known


@pytest.mark.parametrize(
    ("approval", "rate", "needed"),
    [
        ("auto", 1.0, False),
        ("manual", 0.0, True),
        ({"auto_below": 0.05}, 0.049, False),
        ({"auto_below": 0.05}, 0.05, True),
        ({"auto_below": 0}, 0.0, True),
    ],
    ids=str,
)
def test_a_person_approves_what_is_not_below_the_rate_that_goes_by_itself(approval, rate, needed):
    assert profile(approval=approval).needs_approval(rate) is needed


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


@pytest.mark.parametrize("rule", [False, {"statuses": ["won"]}])
def test_a_rule_about_leads_elsewhere_is_warned_of_where_nobody_looks_there(rule):
    rules = {"rules": {"existing_lead": rule}}
    (warning,) = profile(scrub=rules).warnings
    assert "existing_lead changes nothing" in warning
    assert profile(scrub=rules | {"scope": "company"}).warnings == ()
    assert profile(scrub=rules, scrub_scope="company").warnings == ()
    assert profile(scrub={"rules": {"existing_lead": True}}).warnings == ()


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


@pytest.mark.parametrize("deep", [False, True])
def test_a_copy_with_another_value_works_its_rules_and_fingerprint_out_anew(deep):
    before = profile(fields={"phone": PHONE, "email": EMAIL})
    assert (before.rules["phone"].required, before.rules["email"].required) == (True, False)
    fingerprint, known = before.fingerprint, hash(before)
    after = before.model_copy(update={"identify_by": "email"}, deep=deep)
    assert after.rules["email"].required
    assert after.fingerprint != fingerprint
    assert hash(after) != known
    assert (before.fingerprint, before.rules["email"].required) == (fingerprint, False)


def test_what_is_worked_out_once_is_no_part_of_the_profile():
    asked, unasked = profile(), profile()
    assert asked.rules is asked.rules
    assert asked.fingerprint == unasked.fingerprint
    assert asked == unasked
    assert asked.model_dump_json() == unasked.model_dump_json()
    assert pickle.loads(pickle.dumps(asked)) == unasked
