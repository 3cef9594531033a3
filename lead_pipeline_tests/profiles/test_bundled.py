"""The bundled profiles say what the systems that they stand in for document, and each can be extended."""

from pathlib import Path

import pytest

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.fields import IDENTIFIER_KINDS
from lead_pipeline.model.row_rules import ROW_RULES
from lead_pipeline.model.rules import EmailRule, IntegerRule, PhoneRule, TextRule
from lead_pipeline.profiles import load_profile, parse_profile, profile_names, profile_text, resolved_profile_text

BUNDLED = [entry.name for entry in profile_names(None)]
SYSTEMS = ["call_schedule", "crm_workspace", "flow_batch", "identity_upsert", "voice_campaign"]


def bundled(name: str):
    return load_profile(name, folder=None)


def extended(name: str, said: str, folder: Path):
    (folder / "mine.yaml").write_text(f"name: mine\nextends: {name}\n{said}\n", encoding="utf-8")
    return load_profile("mine", folder=folder)


def test_the_five_systems_are_there():
    assert BUNDLED == SYSTEMS


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_profile_says_what_it_is_for_and_how_to_adapt_it(name):
    assert bundled(name).description
    text = profile_text(name, folder=None)
    assert "To adapt it" in text or "extends: " in text
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_profile_can_be_extended_with_nothing_but_a_name(name, tmp_path: Path):
    mine = extended(name, "", tmp_path)
    assert mine == bundled(name).model_copy(update={"name": "mine"})
    assert parse_profile(resolved_profile_text("mine", folder=tmp_path), "resolved") == mine


@pytest.mark.parametrize("name", BUNDLED)
def test_what_the_comments_of_a_bundled_profile_propose_is_possible(name, tmp_path: Path):
    """Take each block of `extends:` out of the comments at the top, as a reader would."""
    block: list[str] = []
    proposed = 0
    for line in [*profile_text(name, folder=None).splitlines(), ""]:
        if line.startswith("#   ") or (block and line.startswith("#    ")):
            block.append(line.removeprefix("#   "))
            continue
        if any(said.startswith("extends:") for said in block):
            said = "\n".join(part for part in block if not part.startswith(("name:", "extends:")))
            extended(name, said, tmp_path)
            proposed += 1
        block = []
    assert proposed or name == "call_schedule"


@pytest.mark.parametrize(
    ("name", "destination"),
    [
        ("flow_batch", "flow"),
        ("call_schedule", "schedule"),
        ("crm_workspace", "workspace"),
        ("voice_campaign", "campaign"),
        ("identity_upsert", "list"),
    ],
)
def test_leads_are_loaded_into_what_the_system_has(name, destination):
    assert bundled(name).destination.kind == destination


def test_call_schedule_is_the_import_of_a_pay_per_call_platform():
    profile = bundled("call_schedule")
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
    profile = bundled("call_schedule").with_destination(Destination.parse("offer:solar"))
    assert str(profile.destination) == "offer:solar"


def test_flow_batch_has_criteria_of_every_kind_and_asks_a_person():
    profile = bundled("flow_batch")
    said = {key for rule in profile.rules.values() for key in rule.model_fields_set}
    assert {"required", "type", "min_length", "max_length", "options", "value_map", "pattern", "min", "max"} <= said
    assert {rule.type for rule in profile.rules.values()} >= {"integer", "decimal", "boolean", "option", "datetime"}
    assert {rule.rule for rule in profile.row_rules} == set(ROW_RULES)
    assert all(rule.on_invalid == "reject" for rule in profile.rules.values())
    assert (profile.approval, profile.reading.header) == ("manual", True)


def test_flow_batch_takes_a_file_without_a_header_whose_columns_are_named_by_hand(tmp_path: Path):
    said = "reading: {header: false}\nfields: {phone: {column: column_3}, email: {column: column_1}}"
    profile = extended("flow_batch", said, tmp_path)
    assert (profile.reading.header, profile.column_of("phone"), profile.column_of("email")) == (
        False,
        "column_3",
        "column_1",
    )


@pytest.mark.parametrize("approval", ["auto", "{auto_below: 0.05}", "manual"])
def test_who_decides_is_a_line_of_the_profile(approval, tmp_path: Path):
    profile = extended("flow_batch", f"approval: {approval}", tmp_path)
    assert profile.needs_approval(0.04) is (approval == "manual")
    assert profile.needs_approval(0.05) is (approval != "auto")


def test_crm_workspace_has_the_fields_of_a_workspace_and_leaves_the_rest():
    profile = bundled("crm_workspace")
    assert list(profile.fields) == [
        "first_name",
        "last_name",
        "email",
        "phone",
        "company",
        "status",
        "source",
        "lead_score",
        "deal_value",
        "tags",
        "notes",
    ]
    status = profile.fields["status"]
    assert (status.options, status.default) == (("new", "contacted", "qualified", "converted", "lost"), "new")
    assert {profile.fields[field].type for field in ("lead_score", "deal_value")} == {"decimal"}
    assert (profile.fields["tags"].type, profile.fields["tags"].separator) == ("tags", ",")
    assert (profile.other_columns, profile.attributes) == ("ignore", {})


def test_crm_workspace_skips_known_emails_and_creates_leads_without_one():
    profile = bundled("crm_workspace")
    assert (profile.identify_by, profile.rows_without_identifier, profile.when_known) == ("email", "create", "skip")
    assert profile.rules["email"].required is False


def test_voice_campaign_needs_a_phone_number_and_checks_its_variables():
    profile = bundled("voice_campaign")
    assert (profile.column_of("phone"), profile.rules["phone"].required) == ("phone_number", True)
    assert [name for name, rule in profile.rules.items() if rule.required] == ["phone"]
    assert {rule.type for rule in profile.attributes.values()} == {"text", "decimal", "boolean"}
    assert (profile.identify_by, profile.when_known, profile.notify) == ("phone", "skip", None)


def test_voice_campaign_has_ten_secondary_contacts_in_columns_of_their_own():
    profile = bundled("voice_campaign")
    headers = [profile.column_of(name) for name in profile.rules if name.startswith("secondary.")]
    assert headers == [
        header
        for place in range(1, 11)
        for header in (f"secondary_phone_{place}", f"secondary_{place}_name", f"secondary_{place}_role")
    ]
    assert profile.secondary_contacts.on_invalid == "drop"


@pytest.mark.parametrize(
    "said",
    [
        "fields: {phone: {format: international}}",
        "fields: {phone: {format: national}}\ndefault_region: GB",
        "secondary_contacts: {max: 0}",
        "secondary_contacts: {on_invalid: reject}",
        "notify: {email: [a@example.com]}",
        "attributes: {renewal_year: {type: integer, required: true, max: 2030}}",
    ],
)
def test_what_a_campaign_may_choose_is_a_line_of_the_profile(said, tmp_path: Path):
    extended("voice_campaign", said, tmp_path)


def test_identity_upsert_updates_by_email_and_never_by_an_empty_cell():
    profile = bundled("identity_upsert")
    assert (profile.write_mode, profile.when_known, profile.identify_by) == ("upsert", "update", "email")
    assert {rule.update_rule for rule in profile.rules.values()} == {"if_new_not_empty"}
    assert profile.rules["email"].required is True


def test_identity_upsert_has_a_column_for_further_identifiers_of_every_kind():
    profile = bundled("identity_upsert")
    assert set(profile.aliases) == set(IDENTIFIER_KINDS)
    assert {profile.column_of(f"alias.{kind}") for kind in IDENTIFIER_KINDS} == {
        "_alias_email",
        "_alias_phone",
        "_alias_cookie",
        "_alias_external_id",
        "_alias_social",
    }


@pytest.mark.parametrize("kind", IDENTIFIER_KINDS)
def test_any_identifier_is_two_lines_away(kind, tmp_path: Path):
    kept = "phone: {on_invalid: reject}, " if kind == "phone" else ""
    dropped = "" if kind == "email" else "email: {on_invalid: blank}"
    profile = extended("identity_upsert", f"identify_by: {kind}\nfields: {{{kept}{dropped}}}", tmp_path)
    assert [name for name, rule in profile.rules.items() if rule.required] == [kind]
