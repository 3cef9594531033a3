"""The `lead_management:` of a profile as people write it: what contradicts itself is an error with line and fix."""

import pytest

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import ProfileError, UsageError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.profiles import parse_profile
from lead_pipeline_tests.importing.managing.matched_world import managing

PROFILE = """\
name: mine
destination: {kind: schedule, name: main}
default_region: US
fields:
  phone: {type: phone}
  email: {type: email}
"""


def parsed(management: str, *further: str) -> ImportProfile:
    indented = "".join(f"  {line}\n" for line in management.splitlines())
    return parse_profile(
        PROFILE + "".join(f"{line}\n" for line in further) + "lead_management:\n" + indented, "mine.yaml"
    )


def problems(management: str, *further: str) -> str:
    with pytest.raises(ProfileError) as refused:
        parsed(management, *further)
    return str(refused.value)


def on_match(*keys: str) -> str:
    return "on_match:\n" + "\n".join(f"  {key}" for key in keys)


@pytest.mark.parametrize(
    ("management", "line", "named"),
    [
        (on_match("expire_existing: true", "move_to: schedule:autumn"), 9, "none left for move_to"),
        (on_match("expire_existing: true", "schedule: stop"), 9, "none left for schedule"),
        (on_match("expire_existing: true", "opt: out"), 9, "none left for opt"),
        (on_match("opt: out", "block: unblock"), 10, "contradict each other"),
        (on_match("opt: in", "block: block"), 10, "contradict each other"),
        (on_match("schedule: start", "opt: out"), 9, "may not be contacted"),
        (on_match("schedule: restart", "block: block"), 9, "may not be contacted"),
        (on_match("add_to: schedule:autumn", "opt: out"), 9, "may not be contacted"),
        (on_match("copy_to: offer:x", "block: block"), 9, "may not be contacted"),
        (on_match("add_to: offer:roofs"), 9, "only schedules enroll"),
        (on_match("move_to: schedule:a", "copy_to: Schedule:A"), 10, "is not of the form kind:name"),
        (on_match("move_to: schedule:a", "copy_to: schedule:A"), 10, "move_to names schedule:A already"),
        (on_match("move_to: schedule:Main"), 9, "what the leads of this import are loaded into"),
        (on_match("move_to: main"), 9, "is not of the form kind:name"),
        (on_match("expire_existing: {token: phone}"), 9, "'phone' is a field"),
        ("enroll: false\nmax_attempts: 3", 9, "nobody is enrolled"),
        ("expires_after: soon", 8, "write hours, such as 48"),
        ("expires_after: 0", 8, "write hours, such as 48"),
        ("defaults: {lead_priority: high}", 8, "write a number"),
        ("defaults: {email: x}", 8, "email"),
        ("additional_data: {email: x}", 8, "the column 'email' is the field email"),
        ("additional_data: {campaign: ''}", 8, "write the value that every lead gets"),
        ("additional_data:\n  Camp aign: x\n  camp_aign: y", 10, "is the same attribute"),
        ("require: {line_types: [cell]}", 8, "mobile"),
        ("require: {time_zone: unknown}", 8, "known"),
        ("require: {consent: yes}", 8, "there"),
        ("max_attempts: 0", 8, "max_attempts"),
        ("on_mach: {}", 8, "Did you mean 'on_match'"),
        (on_match("move: schedule:x"), 9, "Did you mean 'move_to'"),
    ],
)
def test_what_contradicts_itself_or_cannot_be_meant_is_an_error_at_its_line(management, line, named):
    said = problems(management)
    assert f"mine.yaml, line {line}: " in said
    assert named in said


@pytest.mark.parametrize(
    ("management", "further", "line", "named"),
    [
        (on_match("expire_existing: true"), ["write_mode: update_only"], 10, "update_only creates none"),
        (on_match("schedule: stop"), ["on_duplicate: reject"], 7, "a rejected row changes no lead"),
        ("expires_after: 48h", ["  expires_in: {type: integer, default: 6}"], 9, "remove one of the two"),
        ("expires_after: 48h", ["  expires_in: {type: integer, constant: 6}"], 9, "remove one of the two"),
        ("expires_after: 30m", ["  expires_in: {type: integer}"], 9, "takes whole hours only"),
        ("expires_after: 48h", ["  expires_in: {type: integer, max: 24}"], 9, "refuses"),
        ("require: {consent: there}", ["consent: {required: true}"], 9, "requires one already"),
        ("require: {consent: there}", ["  consent_at: {type: datetime, constant: 2026-01-01}"], 7, "the same for all"),
        ("additional_data: {plan: a}", ["attributes:", "  plan: {type: text}"], 10, "as `constant:`"),
        ("defaults: {buyers: a}", ["attributes:", "  buyers: {type: text}"], 10, "as `default:`"),
    ],
)
def test_what_contradicts_other_keys_is_an_error_at_its_line(management, further, line, named):
    said = problems(management, *further)
    assert f"mine.yaml, line {line}: " in said
    assert named in said


@pytest.mark.parametrize(
    ("required", "named"), [("line_types: [mobile]", "add phone"), ("time_zone: known", "nothing says")]
)
def test_what_is_required_has_to_be_among_the_fields(required, named):
    text = (
        PROFILE.replace("  phone: {type: phone}\n", "")
        + "identify_by: email\nother_columns: ignore\nlead_management:\n"
    )
    with pytest.raises(ProfileError, match=named):
        parse_profile(f"{text}  require: {{{required}}}\n", "mine.yaml")


def test_leads_expire_by_a_phone_that_the_profile_has():
    text = PROFILE.replace("  phone: {type: phone}\n", "") + "identify_by: email\nlead_management:\n"
    with pytest.raises(ProfileError, match="does not have; add phone"):
        parse_profile(f"{text}  on_match: {{expire_existing: true}}\n", "mine.yaml")


def test_an_import_aimed_at_where_its_leads_would_go_is_refused():
    profile = managing({"move_to": "schedule:autumn"})
    with pytest.raises(UsageError, match="`move_to` under lead_management"):
        profile.with_destination(Destination(kind="schedule", name="Autumn"))
    assert profile.with_destination(Destination(kind="schedule", name="x")).destination.name == "x"


@pytest.mark.parametrize(
    "management",
    [
        {"expires_after": "48h"},
        {"expires_after": "100m"},
        {"expires_after": "30m", "require": {"consent": "there"}},
        {"on_match": {"expire_existing": {"token": "t"}}},
        {"on_match": {"add_to": "schedule:x", "copy_to": "offer:y"}},
        {"defaults": {"lead_priority": 5}, "additional_data": {"a": "b"}},
    ],
    ids=str,
)
def test_a_profile_that_is_written_and_read_back_is_the_same(management):
    profile = managing(management=management)
    again = ImportProfile.model_validate_json(profile.model_dump_json())
    assert again == profile
    assert again.fingerprint == profile.fingerprint
    assert ImportProfile.model_validate(profile.model_dump()).fingerprint == profile.fingerprint


def test_a_child_takes_away_what_its_parent_says(tmp_path):
    (tmp_path / "parent.yaml").write_text(
        PROFILE.replace("mine", "parent") + "lead_management:\n  enroll: false\n  on_match: {schedule: stop}\n", "utf-8"
    )
    child = "name: mine\nextends: parent\nlead_management:\n  on_match: {schedule: }\n"
    profile = parse_profile(child, "mine.yaml", folder=tmp_path)
    assert not profile.lead_management.enroll
    assert not profile.lead_management.on_match.does_anything


def test_a_check_warns_of_files_that_may_take_people_off_lists():
    assert "off the lists of opted out people" in " ".join(managing({"opt": "in"}).warnings)
    assert managing({"opt": "out"}).warnings == ()
