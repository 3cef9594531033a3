"""`extends:`: a profile takes over what it does not say itself, one level deep, and faults name file, line and fix."""

from pathlib import Path

import pytest

from lead_pipeline.model.errors import ProfileError
from lead_pipeline.profiles import load_profile, parse_profile, profile_text, resolved_profile_text

CHILD = """\
name: solar
extends: call_schedule
destination: {name: solar}
fields:
  phone: {column: Phone}
  remote_ip:
  expires_in: {type: decimal}
  city: {type: text}
default_attributes: {sub_id: "null", buyers: '', lead_priority: 07}
"""


def put(folder: Path, **profiles: str) -> Path:
    for name, text in profiles.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def refusal(folder: Path, name: str) -> str:
    with pytest.raises(ProfileError) as refused:
        load_profile(name, folder=folder)
    return str(refused.value)


def test_keys_are_merged_and_the_own_ones_win(tmp_path: Path):
    parent = load_profile("call_schedule", folder=None)
    profile = load_profile("solar", folder=put(tmp_path, solar=CHILD))
    assert (profile.name, str(profile.destination)) == ("solar", "schedule:solar")
    assert profile.column_of("phone") == "Phone"
    assert profile.fields["phone"] == parent.fields["phone"].model_copy(update={"column": "Phone"})
    assert profile.fields["email"] == parent.fields["email"]
    assert profile.default_region == parent.default_region
    assert profile.default_attributes == {
        "traffic_source": "unknown",
        "buyers": "",
        "lead_priority": "07",
        "sub_id": "null",
    }


def test_a_key_with_nothing_behind_it_takes_the_parents_away(tmp_path: Path):
    assert "remote_ip" not in load_profile("solar", folder=put(tmp_path, solar=CHILD)).fields


def test_a_field_of_another_type_takes_over_none_of_the_parents_rules(tmp_path: Path):
    rule = load_profile("solar", folder=put(tmp_path, solar=CHILD)).fields["expires_in"]
    said = {"type": "decimal", "on_invalid": "reject", "min": None}
    assert rule.model_dump(include=set(said)) == said


def test_the_resolved_text_says_the_same_without_its_parent(tmp_path: Path):
    folder = put(tmp_path, solar=CHILD)
    text = resolved_profile_text("solar", folder=folder)
    assert "extends" not in text
    assert text.startswith("# solar, with what it inherits from call_schedule\nname: solar\n")
    assert parse_profile(text, "resolved") == load_profile("solar", folder=folder)


def test_a_profile_that_extends_nothing_is_shown_as_it_was_written():
    assert resolved_profile_text("call_schedule", folder=None) == profile_text("call_schedule", folder=None)


def test_the_parent_may_be_ones_own(tmp_path: Path):
    own = profile_text("call_schedule", folder=None).replace("name: call_schedule", "name: ours")
    folder = put(
        tmp_path, ours=own.replace("default_region: US", "default_region: CA"), child="name: child\nextends: ours\n"
    )
    assert load_profile("child", folder=folder).default_region == "CA"


PARENT = """\
name: parent
destination: {kind: campaign, name: x}
fields:
  phone: {type: phone}
attributes:
  plan: {type: option, options: [a, b], value_map: {c: a, d: b}}
  type: {type: text, max_length: 9}
row_rules:
  - {rule: one_of, fields: [phone, plan]}
  - {rule: together, fields: [phone, plan]}
aliases: {email: {column: Other}, social: {}}
secondary_contacts: {max: 3, variables: {role: {type: text, max_length: 9}, type: {type: text}}}
default_attributes: {kind: old, colour: red}
approval: {auto_below: 0.1}
notify: {email: [a@example.com, b@example.com]}
"""


def extending(folder: Path, said: str):
    return load_profile("child", folder=put(folder, parent=PARENT, child=f"name: child\nextends: parent\n{said}"))


def test_groups_of_every_depth_are_merged_and_lists_replaced(tmp_path: Path):
    profile = extending(
        tmp_path,
        """
attributes:
  plan: {options: [b, e], value_map: {c: b, f: e}}
  age: {type: integer}
row_rules:
  - {rule: one_of, fields: [phone, age]}
aliases: {email: {on_invalid: reject}, social: }
secondary_contacts: {max: 1, variables: {role: {required: true}}}
notify: {when: problems}
""",
    )
    plan, alias, secondary = profile.attributes["plan"], profile.aliases["email"], profile.secondary_contacts
    assert (plan.options, plan.value_map) == (("b", "e"), {"c": "b", "d": "b", "f": "e"})
    assert list(profile.attributes) == ["plan", "type", "age"]
    assert [rule.names for rule in profile.row_rules] == [("phone", "age")]
    assert (alias.column, alias.on_invalid, list(profile.aliases)) == ("Other", "reject", ["email"])
    assert (secondary.max, secondary.variables["role"].model_dump(exclude_defaults=True)) == (
        1,
        {"required": True, "max_length": 9},
    )
    assert (profile.notify.email, profile.notify.when) == (("a@example.com", "b@example.com"), "problems")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (
            "attributes: {plan: {type: integer}}\nrow_rules:\n",
            lambda profile: profile.attributes["plan"].type == "integer",
        ),
        ("attributes: {type: {type: integer}}\n", lambda profile: list(profile.attributes) == ["plan", "type"]),
        (
            "default_attributes: {type: y}\nattributes: {type: }\n",
            lambda p: list(p.default_attributes) == ["kind", "colour", "type"],
        ),
        (
            "secondary_contacts: {variables: {role: {type: option, options: [x]}}}\n",
            lambda profile: list(profile.secondary_contacts.variables) == ["role", "type"],
        ),
        (
            "secondary_contacts: {variables: {type: {type: integer}}}\n",
            lambda profile: (
                [rule.type for rule in profile.secondary_contacts.variables.values()] == ["text", "integer"]
            ),
        ),
        ("approval: manual\n", lambda profile: profile.approval == "manual"),
        ("approval: {auto_below: 0.2}\n", lambda profile: profile.approval.auto_below == 0.2),
        ("notify:\n", lambda profile: profile.notify is None),
        ("secondary_contacts:\n", lambda profile: profile.secondary_contacts is None),
        ("row_rules:\n", lambda profile: profile.row_rules == ()),
        ("row_rules: []\n", lambda profile: profile.row_rules == ()),
        ("aliases:\n", lambda profile: profile.aliases == {}),
    ],
    ids=[
        "rule",
        "attribute-type",
        "name-type",
        "variable",
        "variable-type",
        "word",
        "group",
        "none",
        "people",
        "rows",
        "no-rows",
        "alias",
    ],
)
def test_what_is_said_anew_replaces_and_what_is_emptied_is_gone(tmp_path: Path, said, found):
    assert found(extending(tmp_path, said))


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("attributes: {plan: {max: 3}}\n", ["line 3", "'max'", "below 'attributes.plan'"]),
        ("attributes: {plan: }\n", ["line 2", "'row_rules #1'", "names 'plan'"]),
        ("row_rules: [{rule: one_of}]\n", ["line 3", "'row_rules #1.fields' is missing"]),
        ("notify: {email: [x]}\n", ["line 3", "'notify.email #1'"]),
        (
            "secondary_contacts: {variables: {role: {pattern: '('}}}\n",
            ["line 3", "'secondary_contacts.variables.role.pattern'"],
        ),
        ("fields: {phone: , email: {type: email}}\n", ["line 3", "identified by phone"]),
    ],
    ids=["key", "gone", "entry", "address", "variable", "nobody"],
)
def test_an_error_is_reported_where_it_was_written_or_at_extends(tmp_path: Path, said, parts):
    put(tmp_path, parent=PARENT, child=f"name: child\nextends: parent\n{said}")
    message = refusal(tmp_path, "child")
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("name: a\n\nextends: call_schedul\n", ["line 3", "'call_schedul'", "Did you mean 'call_schedule'?"]),
        ("name: a\nextends: [x]\n", ["line 2", "'extends'", "Use the name of one"]),
        ("name: a\nextends:\n", ["line 2", "'extends'"]),
        ("name: a\nextends: a\n", ["line 2", "cannot extend itself", "rename this one"]),
        (
            "name: a\nextends: middle\n",
            ["line 2", "'middle' itself extends 'call_schedule'", "line 4", "one level deep"],
        ),
        ("extends: call_schedule\n", ["'name' is missing"]),
        (
            "name: a\nextends: call_schedule\nfields:\n  phone: {requird: true}\n",
            ["line 4", "Did you mean 'required'?"],
        ),
        ("name: a\nextends: call_schedule\nidentify_by: email\n", ["line 2", "identified by email"]),
        ("name: a\nextend: call_schedule\n", ["line 2", "Did you mean 'extends'?"]),
    ],
    ids=["unknown", "list", "empty", "itself", "too-deep", "no-name", "own-key", "taken-over-key", "misspelled"],
)
def test_a_bad_parent_is_refused_with_line_and_fix(tmp_path: Path, text, parts):
    middle = "name: middle\n\n# ours\nextends: call_schedule\n"
    message = refusal(put(tmp_path, a=text, middle=middle), "a")
    assert str(tmp_path / "a.yaml") in message
    for part in parts:
        assert part in message


def test_an_error_in_the_parent_is_reported_at_the_parent(tmp_path: Path):
    folder = put(tmp_path, bad="name: bad\nscub: 1\n", child="name: child\nextends: bad\n")
    message = refusal(folder, "child")
    assert f"{tmp_path / 'bad.yaml'}, line 2: 'scub'" in message
