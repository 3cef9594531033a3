"""Profiles: found by name, and refused with source, line, key, what was found and the fix."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.model.errors import ProfileError
from lead_pipeline.normalizing.phones.regions import supported_regions
from lead_pipeline.profiles import load_profile, parse_profile, profile_names, profile_text
from lead_pipeline_tests.profiles.whole import KEYS, WHOLE

GOOD = """\
name: solar
destination: {kind: schedule, name: solar}
default_region: US
fields:
  phone:
    type: phone
    required: true
  expires_in:
    type: integer
    min: 0
default_attributes:
  sub_id: none
scrub_scope: company
reject_rate:
  warn: 0.2
  error: 0.4
"""


BUNDLED = [entry.name for entry in profile_names(None)]


def refusal(text: str) -> str:
    with pytest.raises(ProfileError) as refused:
        parse_profile(text, "solar.yaml")
    return str(refused.value)


def test_a_profile_is_read_as_it_is_written():
    profile = parse_profile(GOOD, "solar.yaml")
    assert str(profile.destination) == "schedule:solar"
    assert (profile.default_region, profile.scrub_scope) == ("US", "company")
    assert profile.fields["phone"].required is True
    assert profile.fields["expires_in"].model_dump(exclude_unset=True) == {"type": "integer", "min": 0}
    assert profile.fields["expires_in"].model_dump(exclude_defaults=True) == {"min": 0}
    assert profile.default_attributes == {"sub_id": "none"}
    assert (profile.reject_rate.warn, profile.reject_rate.error) == (0.2, 0.4)


@pytest.mark.parametrize(
    ("good", "bad", "parts"),
    [
        ("scrub_scope", "scub_scope", ["line 13", "'scub_scope'", "Did you mean 'scrub_scope'?", "default_region"]),
        ("kind: schedule", "kind: pigeon", ["line 2", "'destination.kind'", "'pigeon'", "schedule, offer, campaign"]),
        ("kind: schedule", "kind: ofer", ["'ofer'", "Did you mean 'offer'?"]),
        ("kind: schedule, ", "", ["line 2", "'destination.kind' is missing", "schedule, offer, campaign"]),
        ("{kind: schedule, name: solar}", "solar", ["line 2", "'destination' is 'solar'", "key: value"]),
        ("{kind: schedule, name: solar}", "", ["line 2", "'destination' is empty", "key: value"]),
        ("name: solar}", "nmae: solar}", ["'nmae'", "below 'destination'", "Did you mean 'name'?"]),
        ("destination: {kind: schedule, name: solar}\n", "", ["'destination' is missing", "kind: schedule"]),
        ("name: solar\n", "", ["'name' is missing"]),
        ("name: solar\n", "name: Solar List\n", ["line 1", "'name' is 'Solar List'", "lower-case letters"]),
        ("default_region: US", "default_region: UK", ["line 3", "'UK'", "Did you mean 'GB'?"]),
        ("default_region: US", "default_region: us", ["line 3", "'us'", "Did you mean 'US'?"]),
        ("default_region: US", "default_region: USA", ["line 3", "'USA'", "Did you mean 'US'?"]),
        ("default_region: US", "default_region: Germany", ["line 3", "'Germany'", "Did you mean 'DE'?"]),
        ("default_region: US", "default_region: [US, CA]", ["line 3", "'default_region' is a list"]),
        ("  phone:", "  phnoe:", ["line 5", "'fields.phnoe'", "Did you mean 'phone'?", "becomes an attribute"]),
        ("type: phone", "type: telephone", ["line 6", "'fields.phone.type' is 'telephone'", "Did you mean 'phone'?"]),
        ("    type: phone\n", "", ["line 5", "'fields.phone' does not say its type", "phone, email, text"]),
        ("required: true", "required: maybe", ["line 7", "'fields.phone.required' is 'maybe'", "true or false"]),
        ("required: true", "requierd: true", ["line 7", "'requierd'", "Did you mean 'required'?"]),
        ("required: true", "required: true\n    on_invalid: blank", ["line 8", "cannot be blanked", "write reject"]),
        ("required: true", "required: true\n    max_length: 9", ["line 8", "'max_length'", "below 'fields.phone'"]),
        ("min: 0", "min: soon", ["line 10", "'fields.expires_in.min' is 'soon'", "whole number"]),
        ("min: 0", "min: 1.5", ["line 10", "'1.5'", "whole number"]),
        ("min: 0", "min: 9\n    max: 8", ["line 10", "'fields.expires_in.min'", "min must not be greater than max"]),
        ("type: integer", "type: text\n    max_length: 0", ["line 10", "above 0"]),
        ("    min: 0", "    column: Phone", ["line 10", "two fields", "phone"]),
        ("type: integer\n    min: 0", "type: text", ["line 9", "'fields.expires_in.type'", "integer or decimal"]),
        ("    type: integer", "    type: integer\n    on_invalid: drop", ["line 10", "'drop'", "reject, blank"]),
        ("sub_id: none", "phone: none", ["line 12", "'phone' is the field phone"]),
        ("sub_id: none", "reasons: none", ["line 12", "cannot have this name"]),
        ("sub_id: none", "sub_id: [1, 2]", ["line 12", "'default_attributes.sub_id' is a list"]),
        ("sub_id: none", "sub_id:", ["line 12", "'default_attributes.sub_id' is empty"]),
        ("company", "everywhere", ["line 13", "'everywhere'", "destination, company"]),
        ("warn: 0.2", "warn: often", ["line 15", "'reject_rate.warn' is 'often'", "write a number"]),
        ("warn: 0.2", "warn: 20", ["line 15", "at most 1"]),
        ("warn: 0.2", "warn: -1", ["line 15", "at least 0"]),
        ("warn: 0.2", "warn: nan", ["line 15", "write a number"]),
        ("warn: 0.2", "warn: 0.9", ["line 15", "must not be greater than error"]),
        ("warn: 0.2", "wran: 0.2", ["line 15", "Did you mean 'warn'?"]),
        ("scrub_scope: company", "identify_by: email", ["line 4", "identified by email"]),
        ("scrub_scope: company", "name: twice", ["line 13", "second time", "line 1"]),
        ("    required: true", "    required: true\n    type: text", ["line 8", "'fields.phone.type'", "line 6"]),
        ("    min: 0", "\tmin: 0", ["line 10", "not valid YAML", "spaces, not with tabs"]),
        ("company", "a: b", ["line 13", "not valid YAML", "quotes"]),
        ("company", "'company", ["not valid YAML", "quotes"]),
        ("company", "@home", ["line 13", "not valid YAML", "Put quotes around"]),
        ("company", "&x company", ["line 13", "Anchors"]),
        ("company", "!!python/object/apply:os.system [ls]", ["line 13", "Tags"]),
        ("company", "company\n---\na: 1", ["one profile per file"]),
        ("company", "\x07", ["not valid YAML"]),
        ("company", "[" * 5000, ["line 13", "nested too deep"]),
        ("scrub_scope: company", "? [a, b]\n: c", ["line 13", "single word"]),
        ("  phone:", "  phone: x\n  email:", ["'fields.phone' is 'x'"]),
    ],
    ids=lambda value: value.strip()[:30] if isinstance(value, str) else "",
)
def test_a_wrong_profile_is_refused_with_line_culprit_and_fix(good, bad, parts):
    assert good in GOOD
    sentence = refusal(GOOD.replace(good, bad, 1))
    assert sentence.startswith("solar.yaml")
    for part in parts:
        assert part in sentence


def test_a_profile_that_says_everything_is_read():
    profile = parse_profile(WHOLE, "whole.yaml")
    assert (profile.approval.auto_below, profile.notify.email) == (0.1, ("a@example.com", "b@example.com"))
    assert [rule.rule for rule in profile.row_rules] == ["one_of", "compare", "required_if"]


@pytest.mark.parametrize(("number", "key"), KEYS, ids=[f"{number}-{key}" for number, key in KEYS])
def test_a_misspelled_key_at_any_depth_is_reported_with_its_line_and_the_right_one(number, key):
    lines = WHOLE.splitlines()
    lines[number - 1] = lines[number - 1].replace(f"{key}:", f"{key}x:", 1)
    message = refusal("\n".join(lines)).splitlines()
    (own,) = [
        sentence for sentence in message if f"'{'fields.' if f'fields.{key}x' in sentence else ''}{key}x'" in sentence
    ]
    assert f"line {number}:" in own
    assert f"Did you mean '{key}'?" in own


@pytest.mark.parametrize(
    ("good", "bad", "parts"),
    [
        ("- mobile", "- mobil", ["line 15", "'fields.phone.allow_types #1' is 'mobil'", "Did you mean 'mobile'?"]),
        (
            "derive: [region]",
            "derive: [type, regin]",
            ["line 18", "'fields.phone.derive #2'", "Did you mean 'region'?"],
        ),
        ("locale: de\n", "locale: de-DE\n", ["line 24", "'fields.lead_score.locale'", "Did you mean 'de_DE'?"]),
        ("locale: de\n", "locale: German\n", ["line 24", "no locale 'German'", "Did you mean 'de'?"]),
        ("locale: de_AT", "locale: xx", ["line 45", "'attributes.until.locale'", "as in en_US or de"]),
        ("- EUR", "- [EUR]", ["line 26", "'fields.lead_score.units #1' is a list", "single text"]),
        ("fresh: new", "fresh:", ["line 31", "'fields.status.value_map.fresh' is empty", "single text"]),
        ("others: keep", "others: reject\n    x: 1", ["line 33", "'x'", "below 'fields.status'"]),
        ("separator: ;", 'separator: ""', ["line 35", "'fields.tags.separator' is ''", "at least one character"]),
        ("    type: datetime\n    formats", "    formats", ["line 37", "'attributes.since' does not say its type"]),
        ("type: datetime\n    locale", "type: datetme\n    locale", ["line 44", "Did you mean 'datetime'?"]),
        ("%d.%m.%Y %H:%M", "d.m.y", ["line 40", "'attributes.since.formats #1'", "%d.%m.%Y"]),
        ("%d.%m.%Y %H:%M", "%d.%m. %H:%M", ["line 40", "'attributes.since.formats #1'", "day, month and year"]),
        ("%d.%m.%Y %H:%M", "%d.%m.%Y %I:%M", ["line 40", "'attributes.since.formats #1'", "%I or %p"]),
        ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M %Q", ["line 40", "%Q", "not known"]),
        ("Europe/Berlin", "Berlin", ["line 41", "'attributes.since.timezone'", "Did you mean 'Europe/Berlin'?"]),
        ("min: 2026-01-01", "min: 2026", ["line 42", "'attributes.since.min'", "such as 2026-01-31"]),
        ("min: 2026-01-01", "min: 1.1.2026", ["line 42", "'attributes.since.min' is '1.1.2026'", "a date and time"]),
        ('"[A-Z]+"', '"[A-Z"', ["line 48", "'attributes.plan.pattern'", "not a regular expression"]),
        ('"[A-Z]+"', '"(a{2000}){2000}"', ["line 48", "'attributes.plan.pattern'", "fewer repetitions"]),
        ('"[A-Z]+"', "'\\Z'", ["line 48", "'attributes.plan.pattern'", "not a regular expression"]),
        ("min_length: 2", "min_length: 2\n    max_length: 1", ["line 49", "'attributes.plan.min_length'"]),
        ("min_length: 2", "constant: AB", ["line 50", "'attributes.plan.from_file_name'", "one source"]),
        ("[ja]", "ja", ["line 53", "'attributes.agreed.true_words' is 'ja'", "write a list"]),
        ("rule: one_of", "rule: one-of", ["line 55", "'row_rules #1.rule' is 'one-of'", "Did you mean 'one_of'?"]),
        ("- rule: one_of\n    fields", "- fields", ["line 55", "'row_rules #1' does not say its rule", "add `rule:`"]),
        ("[country, plan]", "[country]", ["line 56", "'row_rules #1.fields'", "at least 2 entries"]),
        ("[country, plan]", "[country, plam]", ["line 55", "names 'plam'", "Did you mean 'plan'?"]),
        ("is: less", "is: les", ["line 59", "'row_rules #2.is' is 'les'", "Did you mean 'less'?"]),
        ("than: until", "than: plan", ["line 57", "'row_rules #2'", "cannot be compared"]),
        ("field: plan\n", "fields: [plan]\n", ["line 61", "'row_rules #3.field' is missing", "line 62"]),
        ("  email:\n    column", "  emial:\n    column", ["line 66", "below 'aliases'", "Did you mean 'email'?"]),
        ("Other mail", "phone", ["line 67", "'aliases.email.column'", "two fields"]),
        (
            "on_invalid: reject",
            "on_invalid: drop",
            ["line 68", "'aliases.email.on_invalid' is 'drop'", "reject, blank"],
        ),
        ("max: 2", "max: 11", ["line 70", "'secondary_contacts.max' is '11'", "at most 10"]),
        ("tel_{n}", "tel", ["line 71", "'secondary_contacts.phone_column'", "write {n}"]),
        ("on_invalid: drop", "on_invalid: blank", ["line 72", "'secondary_contacts.on_invalid'", "drop, reject"]),
        ("    role:", "    reasons:", ["line 74", "'secondary_contacts.variables.reasons'", "cannot have this name"]),
        ("required: yes", "column: x", ["line 74", "'secondary_contacts.variables.role'", "its own column"]),
        ("        - spouse\n", "        - spouse\n        - {a: 1}\n", ["line 78", "variables.role.options #2"]),
        ("- junk", "- Tel_1", ["line 79", "'ignore_columns'", "secondary.1.phone is read from it"]),
        ("on_duplicate: fill", "on_duplicate: skp", ["line 83", "Did you mean 'skip'?", "skip, update, fill, reject"]),
        ("upsert", "create_only", ["line 83", "'on_duplicate'", "write_mode: upsert"]),
        ("merge", "latest", ["line 84", "'duplicates_in_file' is 'latest'", "first, last, merge, reject_all"]),
        ("auto_below: 0.1", "auto_below: 10", ["line 86", "'approval.auto_below' is '10'", "at most 1"]),
        (
            "\n  auto_below: 0.1",
            " manul",
            ["line 85", "'approval' is 'manul'", "Did you mean 'manual'?", "{auto_below: ...}"],
        ),
        ("\n  auto_below: 0.1", " [auto]", ["line 85", "'approval' is a list", "auto, manual, {auto_below: ...}"]),
        ("hold", "stop", ["line 87", "'on_layout_change' is 'stop'", "ignore, warn, hold"]),
        ("- b@example.com", "- b at example.com", ["line 91", "'notify.email #2'", "one plain email address"]),
        ("lookback_days: 90", "lookback_days: 0", ["line 97", "'scrub.lookback_days'", "from 1 to"]),
        ("lookback_days: 90", "lookback_days: ever", ["line 97", "'scrub.lookback_days'", "or all"]),
        ("dialed: no", "dialed: perhaps", ["line 108", "'scrub.rules.dialed' is 'perhaps'"]),
        ("attempts: 3", "attempts: 0", ["line 114", "'scrub.rules.attempts' is '0'", "at least 1"]),
        ('"+1212"', '"212"', ["line 115", "'scrub.rules.area_codes #1'", "country code with its +"]),
        ("opted_out: false", "opted_uot: false", ["line 101", "below 'scrub.rules'", "Did you mean 'opted_out'?"]),
        ("blocked: yes", "blocked: maybe", ["line 102", "'scrub.rules.blocked' is 'maybe'", "true or false"]),
        ("countries: [US]", "country: [US]", ["line 104", "'country' is not a key", "Did you mean 'countries'?"]),
        ("countries: [US]", "countries: []", ["line 104", "'scrub.rules.do_not_call.countries'", "at least 1 entry"]),
        ("countries: [US]", "countries: [UK]", ["line 104", "do_not_call.countries #1'", "Did you mean 'GB'?"]),
        ("\n      countries: [US]", " [US]", ["line 103", "is a list", "true, false or {countries: ...}"]),
        ("max_age_days: 90", "max_age_days: 0", ["line 118", "'consent.max_age_days' is '0'", "at least 1"]),
        (WHOLE[WHOLE.index("consent:") :], "consent:\n", ["line 116", "'consent' is empty", "required: true"]),
        (WHOLE[WHOLE.index("consent:") :], "consent: yes\n", ["line 116", "'consent' is 'yes'", "key: value"]),
        ("max_age_days: 90", "max_age: 90", ["line 118", "below 'consent'", "Did you mean 'max_age_days'?"]),
        ("sources: [web form]", "sources: web form", ["line 119", "'consent.sources' is 'web form'", "write a list"]),
        ("web form]\n  timezone: Europe/Berlin", "web form]\n  timezone: Mars", ["line 120", "'consent.timezone'"]),
        ("problems", "never", ["line 92", "'notify.when' is 'never'", "always, problems"]),
        ("sheet: 2", "sheet: [2]", ["line 9", "'reading.sheet' is a list", "single text"]),
        ("sheet: 2", "sheet: {a: 2}", ["line 9", "'reading.sheet' is a group of keys", "single text"]),
    ],
    ids=lambda value: value.strip()[:40] if isinstance(value, str) else "",
)
def test_an_invalid_value_at_any_depth_is_reported_with_line_key_and_fix(good, bad, parts):
    assert good in WHOLE
    message = refusal(WHOLE.replace(good, bad, 1))
    for part in parts:
        assert part in message
    assert len(message.splitlines()) == 1 + ("line 62" in parts or "Did you mean 'countries'?" in parts)


def test_what_does_not_exist_is_reported_next_to_what_the_model_finds():
    message = refusal(WHOLE.replace("locale: de\n", "locale: xx\n").replace("max: 2", "max: x")).splitlines()
    assert [line.partition(":")[0] for line in message] == ["solar.yaml, line 24", "solar.yaml, line 70"]


@pytest.mark.parametrize(
    ("text", "part"),
    [("", "is empty"), ("# only a comment\n", "is empty"), ("- a\n- b\n", "key: value"), ("solar", "key: value")],
    ids=["empty", "comment", "list", "word"],
)
def test_a_file_without_keys_is_refused(text, part):
    assert part in refusal(text)


def test_all_errors_are_reported_at_once_in_the_order_of_their_lines():
    text = GOOD.replace("US", "UK").replace("min: 0", "min: x").replace("scrub_", "scub_").replace("0.2", "often")
    lines = refusal(text).splitlines()
    assert [line.split(":")[0] for line in lines] == [f"solar.yaml, line {n}" for n in (3, 10, 13, 15)]


def test_a_file_full_of_errors_is_reported_briefly():
    text = GOOD + "".join(f"key{n}: 1\n" for n in range(500))
    assert len(refusal(text).splitlines()) == 21
    assert refusal(text).endswith("and 480 more.")


def test_a_huge_file_is_not_a_profile():
    assert "not a profile" in refusal("# x\n" * 100_000)


@pytest.mark.parametrize("region", ["NO", "'NO'", '"NO"'])
def test_norway_is_a_country_and_not_a_boolean(region):
    assert parse_profile(GOOD.replace("US", region), "solar.yaml").default_region == "NO"


@pytest.mark.parametrize("written", ["007", "0x1F", "1:30", "1_000", "2026-11-20", "yes", "1e3", "+19518761336"])
def test_an_attribute_is_the_text_that_is_written(written):
    profile = parse_profile(GOOD.replace("sub_id: none", f"sub_id: {written}"), "solar.yaml")
    assert profile.default_attributes == {"sub_id": written}


@pytest.mark.parametrize(
    ("written", "text"), [("'null'", "null"), ('"~"', "~"), ("''", "")], ids=["null", "tilde", "empty"]
)
def test_nothing_in_quotes_is_a_text(written, text):
    profile = parse_profile(GOOD.replace("sub_id: none", f"sub_id: {written}"), "solar.yaml")
    assert profile.default_attributes == {"sub_id": text}


@pytest.mark.parametrize("written", ["yes", "True", "on", "1", "'true'"])
def test_yes_can_be_said_in_yaml_s_ways(written):
    profile = parse_profile(GOOD.replace("required: true", f"required: {written}"), "solar.yaml")
    assert profile.fields["phone"].required is True


@pytest.mark.parametrize("nothing", ["null", "~", ""])
def test_no_region_is_a_choice(nothing):
    assert parse_profile(GOOD.replace("US", nothing), "solar.yaml").default_region is None


def test_every_region_that_numbers_can_be_read_under_is_accepted():
    for region in supported_regions():
        assert parse_profile(GOOD.replace("US", region), "solar.yaml").default_region == region


@given(st.text(max_size=60) | st.text(alphabet="abc:-[]{}'\"#&*!|>%@`?,\n \t", max_size=40))
def test_whatever_the_text_the_answer_is_a_profile_or_a_sentence(text):
    with pytest.raises(ProfileError, match=r"^any\.yaml"):
        parse_profile(text, "any.yaml")


def test_a_profile_of_one_s_own_wins_over_the_bundled_one(tmp_path: Path):
    (tmp_path / "call_schedule.yaml").write_text(GOOD.replace("name: solar\n", "name: call_schedule\n"))
    assert load_profile("call_schedule", folder=tmp_path).scrub_scope == "company"
    assert load_profile("call_schedule", folder=None).scrub_scope == "destination"
    assert dict.fromkeys(BUNDLED, "bundled") | {"call_schedule": "home"} == {
        entry.name: entry.origin for entry in profile_names(tmp_path)
    }


def test_profiles_are_listed_with_their_origin(tmp_path: Path):
    (tmp_path / "solar.yaml").write_text(GOOD)
    for odd in ("notes.txt", "Solar List.yaml", ".hidden.yaml", "solar.yml"):
        (tmp_path / odd).write_text("")
    listed = [(entry.name, entry.origin) for entry in profile_names(tmp_path)]
    assert listed == sorted([*((name, "bundled") for name in BUNDLED), ("solar", "home")])


@pytest.mark.parametrize("folder", [None, Path("does/not/exist")], ids=["none", "absent"])
def test_without_a_folder_there_are_the_bundled_profiles(folder):
    assert "call_schedule" in [entry.name for entry in profile_names(folder)]


@pytest.mark.parametrize("name", ["cal_schedule", "Call_Schedule", "../call_schedule", "call_schedule.yaml", "", "x"])
def test_an_unknown_profile_is_refused_with_the_known_ones(name, tmp_path: Path):
    with pytest.raises(ProfileError) as refused:
        load_profile(name, folder=tmp_path)
    assert f"'{name}'" in str(refused.value)
    assert "call_schedule" in str(refused.value)
    assert "profiles/ of the home" in str(refused.value)
    assert str(tmp_path) not in str(refused.value), "programs are told it too"


def test_a_name_that_differs_from_the_file_s_is_refused(tmp_path: Path):
    (tmp_path / "wind.yaml").write_text(GOOD)
    with pytest.raises(ProfileError, match=r"wind\.yaml.*'wind'.*'solar'.*match"):
        load_profile("wind", folder=tmp_path)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path):
    (tmp_path / "solar.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load_profile("solar", folder=tmp_path).name == "solar"
    assert profile_text("solar", folder=tmp_path) == GOOD


def test_another_encoding_is_refused_with_the_line(tmp_path: Path):
    (tmp_path / "solar.yaml").write_bytes(GOOD.encode() + "description: Köln\n".encode("latin-1"))
    with pytest.raises(ProfileError, match=r"solar\.yaml, line 17: this is not UTF-8"):
        load_profile("solar", folder=tmp_path)


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path):
    (tmp_path / "solar.yaml").mkdir()
    with pytest.raises(ProfileError, match=r"solar\.yaml cannot be read"):
        load_profile("solar", folder=tmp_path)


def test_a_folder_that_cannot_be_listed_is_said_and_not_taken_for_an_empty_one(tmp_path: Path, monkeypatch):
    iterdir = Path.iterdir

    def refuse(path: Path):  # replaced, for a mode of 000 does not stop root
        if path == tmp_path:
            raise PermissionError(13, "Permission denied")
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(ProfileError, match=r"cannot be listed: Permission denied\. Check"):
        load_profile("solar", folder=tmp_path)


def test_the_text_of_a_profile_comes_with_its_comments():
    text = profile_text("call_schedule", folder=None)
    assert text.startswith("#")
    assert parse_profile(text, "call_schedule.yaml") == load_profile("call_schedule", folder=None)


NAMED = """\
name: solar
destination: {kind: list, name: x}
fields:
  phone: {type: phone}
  status: {type: option, options: [new, lost], default: old}
  notes: {type: text}
row_rules:
  - {rule: required_if, field: notes, when: status, values: [new, gone]}
"""


def test_values_that_no_row_can_have_are_reported_with_their_lines():
    message = refusal(NAMED).splitlines()
    assert len(message) == 2
    assert message[0].startswith("solar.yaml, line 5: 'fields.status.default': its own rule refuses this value")
    assert message[1].startswith("solar.yaml, line 8: 'row_rules #1.values #2': no row can have this status")
