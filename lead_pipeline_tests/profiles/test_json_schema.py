"""The JSON schema of profiles, held against what the loader accepts by a validator that is not ours."""

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from lead_pipeline.model.errors import ProfileError
from lead_pipeline.profiles import parse_profile, profile_names, profile_text
from lead_pipeline.profiles.json_schema import profile_schema
from lead_pipeline_tests.profiles.whole import KEYS, WHOLE

CHECK = Draft202012Validator(profile_schema())


def as_editors_read(text: str) -> Any:
    """Return the YAML as plain data in which a day is a text, as YAML 1.2 has it."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def is_fine(text: str) -> bool:
    return CHECK.is_valid(as_editors_read(text))


def test_the_schema_is_one():
    Draft202012Validator.check_schema(profile_schema())


@pytest.mark.parametrize("name", [entry.name for entry in profile_names(None)])
def test_a_bundled_profile_fulfils_the_schema(name):
    assert [error.message for error in CHECK.iter_errors(as_editors_read(profile_text(name, folder=None)))] == []


def test_a_profile_that_says_everything_fulfils_the_schema():
    assert [error.message for error in CHECK.iter_errors(as_editors_read(WHOLE))] == []


@pytest.mark.parametrize(("number", "key"), KEYS, ids=[f"{number}-{key}" for number, key in KEYS])
def test_a_misspelled_key_at_any_depth_breaks_the_schema(number, key):
    lines = WHOLE.splitlines()
    lines[number - 1] = lines[number - 1].replace(f"{key}:", f"{key}x:", 1)
    assert not is_fine("\n".join(lines))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("kind: list", "kind: pigeon"),
        ("type: decimal", "type: decimals"),
        ("- rule: one_of", "- rule: one-of"),
        ("- rule: one_of\n    fields", "- fields"),
        ("is: less", "is: les"),
        ("[country, plan]", "[country]"),
        ("  email:\n    column", "  mail:\n    column"),
        ("max: 2", "max: 11"),
        ("auto_below: 0.1", "auto_below: 10"),
        ("\n  auto_below: 0.1", " manul"),
        ("upsert", "upset"),
        ("when: problems", "when: never"),
        ("- mobile", "- mobil"),
    ],
    ids=lambda value: value.strip(),
)
def test_a_wrong_word_breaks_the_schema(good, bad):
    assert good in WHOLE
    assert not is_fine(WHOLE.replace(good, bad, 1))


@pytest.mark.parametrize(
    "said",
    [
        "",
        "notify: {when: problems}",
        "destination: {name: x}",
        "attributes: {a: {max_length: 3}, b: }",
        "fields: {phone: {column: Tel}, email: }",
        "secondary_contacts: {variables: {role: {required: true}, name: }}",
        "secondary_contacts:",
        "row_rules:",
        "aliases: {email: {on_invalid: reject}}",
        "default_attributes: {a: 1, b: 2.5, c: true, d: x}",
        "reject_rate: {warn: '0.1'}",
        "fields: {status: {type: option, options: [1, 2, yes], value_map: {1: 2}}}",
    ],
)
def test_a_profile_that_extends_another_may_leave_out_and_take_away(said):
    assert [error.message for error in CHECK.iter_errors(as_editors_read(f"name: a\nextends: b\n{said}"))] == []


@pytest.mark.parametrize(
    "value", ["007", "1.5", "yes", "2026-01-01", "'x'", "-1", "1e3", "null", "[1]", "{a: b}"], ids=lambda value: value
)
def test_a_text_is_what_the_loader_takes_for_one(value):
    said = "name: a\ndestination: {kind: list, name: x}\nfields: {phone: {type: phone}}\n"
    text = f"{said}description: {value}\n"
    try:
        parse_profile(text, "a.yaml")
        taken = True
    except ProfileError:
        taken = False
    assert is_fine(text) is taken or value == "null"  # a key with nothing behind it may be for the parent to say


def test_the_schema_asks_for_a_whole_profile_or_for_a_parent():
    wanted = [set(choice["required"]) for choice in profile_schema()["anyOf"]]
    assert wanted == [{"name", "destination", "fields"}, {"name", "extends"}]


def test_every_reference_of_the_schema_leads_somewhere():
    schema = profile_schema()
    referred = {part.split('"')[0] for part in json.dumps(schema).split('"$ref": "#/$defs/')[1:]}
    assert referred
    assert referred <= set(schema["$defs"])
