"""`profiles check`, `schema`, `show` and `suggest` at the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lead_pipeline.cli import main
from lead_pipeline.model.fields import STANDARD_FIELDS
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.profiles import parse_profile, profile_text
from lead_pipeline.profiles.json_schema import profile_schema

GOOD = "name: good\nextends: call_schedule\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "profiles").mkdir()
    return tmp_path


def put(home: Path, file: str, text: str) -> Path:
    path = home / "profiles" / file
    path.write_text(text, encoding="utf-8")
    return path


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), "profiles", *arguments], catch_exceptions=False)


def test_good_profiles_end_with_0_and_are_named(home: Path):
    put(home, "good.yaml", GOOD)
    result = run(home, "check")
    assert result.exit_code == 0
    assert "good: OK" in result.output
    assert "call_schedule: OK" in result.output


def test_a_bad_profile_ends_with_2_and_its_errors_and_the_good_ones_are_still_listed(home: Path):
    put(home, "good.yaml", GOOD)
    bad = put(home, "bad.yaml", "name: bad\nextends: call_schedule\nscub_scope: x\n")
    result = run(home, "check")
    assert result.exit_code == 2
    assert f"{bad}, line 3: 'scub_scope' is not a key of a profile. Did you mean 'scrub_scope'?" in result.stderr
    assert "good: OK" in result.stdout


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("attributes: {plan: {type: option, opions: [a]}}", "Did you mean 'options'?"),
        ("secondary_contacts: {variables: {role: {type: txt}}}", "Did you mean 'text'?"),
        ("row_rules: [{rule: one_of, fields: [phone, emial]}]", "Did you mean 'email'?"),
        ("attributes: {since: {type: date, locale: de-DE}}", "Did you mean 'de_DE'?"),
        ("attributes: {since: {type: datetime, timezone: Berlin}}", "Did you mean 'Europe/Berlin'?"),
        ("attributes: {plan: {type: option, options: [a], default: b}}", "'attributes.plan.default'"),
        ("approval: {auto_bellow: 0.1}", "Did you mean 'auto_below'?"),
        ("notify: {email: [ops]}", "one plain email address"),
    ],
)
def test_whatever_is_wrong_at_any_depth_is_found_by_the_check(home: Path, said, message):
    bad = put(home, "bad.yaml", f"name: bad\nextends: call_schedule\n{said}\n")
    result = run(home, "check", "bad")
    assert result.exit_code == 2
    assert f"{bad}, line 3:" in result.stderr
    assert message in result.stderr


@pytest.mark.parametrize("name", ["My Profile.yaml", "solar.yml"], ids=["unusable-name", "other-suffix"])
def test_a_file_that_no_import_can_use_is_reported(home: Path, name):
    stray = put(home, name, "name: solar\nextends: call_schedule\n")
    result = run(home, "check")
    assert result.exit_code == 2
    assert f"{stray}: its `name:` is 'solar', so the file must be called solar.yaml to be found." in result.stderr


def test_only_the_named_profiles_are_checked(home: Path):
    put(home, "bad.yaml", "name: bad\n")
    assert run(home, "check", "call_schedule").exit_code == 0
    assert run(home, "check", "call_schedule", "bad").exit_code == 2
    assert "Did you mean 'call_schedule'?" in run(home, "check", "call_schedul").stderr


def test_a_path_is_checked_where_it_is(home: Path, tmp_path: Path):
    path = tmp_path / "good.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert run(home, "check", str(path)).exit_code == 0
    assert run(home, "check", str(tmp_path / "none.yaml")).exit_code == 2


def test_show_resolves_what_a_profile_takes_over(home: Path):
    put(home, "good.yaml", GOOD)
    shown = run(home, "show", "good").output
    assert parse_profile(shown, "shown").name == "good"
    assert run(home, "show", "call_schedule").output == profile_text("call_schedule", folder=None)


def test_suggest_prints_a_draft_and_writes_nothing(home: Path):
    file = home / "Leads 2026.csv"
    file.write_text("Mobile,City\n(202) 555-0143,Rome\n202-555-0188,Oslo\n", encoding="utf-8")
    before = sorted(home.rglob("*"))
    result = run(home, "suggest", str(file))
    assert result.exit_code == 0
    draft = parse_profile(result.output, "draft")
    assert (draft.name, draft.column_of("phone"), draft.column_of("city")) == ("leads_2026", "Mobile", "City")
    assert parse_profile(run(home, "suggest", str(file), "--name", "ours").output, "draft").name == "ours"
    assert parse_profile(run(home, "suggest", str(file), "--region", "CA").output, "draft").default_region == "CA"
    assert sorted(home.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--name", "Not A Name"], "'name' is 'Not A Name'"), (["--region", "UK"], "Did you mean 'GB'?")],
    ids=["name", "region"],
)
def test_suggest_refuses_what_a_profile_cannot_have(home: Path, arguments, message):
    file = home / "leads.csv"
    file.write_text("Mobile\n(202) 555-0143\n", encoding="utf-8")
    result = run(home, "suggest", str(file), *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_suggest_says_that_a_file_is_not_there(home: Path):
    result = run(home, "suggest", str(home / "none.csv"))
    assert result.exit_code == 2
    assert "none.csv" in result.stderr


def test_the_schema_is_json_and_knows_every_key_and_field(home: Path):
    schema = json.loads(run(home, "schema").output)
    assert schema == profile_schema()
    assert set(schema["properties"]) == {*ImportProfile.model_fields, "extends"}
    assert set(schema["properties"]["fields"]["properties"]) == set(STANDARD_FIELDS)
    assert schema["additionalProperties"] is False
