"""Drafts on top of a profile: they say which column is which, take back what the file cannot fulfil, and import it."""

from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from lead_pipeline.cli import main
from lead_pipeline.drafting.in_memory import validated
from lead_pipeline.drafting.sample import sample_file
from lead_pipeline.drafting.suggest import suggest_profile
from lead_pipeline.model.errors import ProfileError, RequiredColumnUnmappedError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.profiles import load_profile, parse_profile, profile_names

ROWS = 30
PHONES = [f"(202) 555-01{number:02}" for number in range(ROWS)]
EMAILS = [f"ana{number}@example.org" for number in range(ROWS)]
IDS = [f"C{number:03}" for number in range(ROWS)]
BUNDLED = [entry.name for entry in profile_names(None)]

FILES = {
    "vendor": {"Mobile": PHONES, "E-mail Address": EMAILS, "First Name": ["Ana"] * ROWS, "sub_id": ["7"] * ROWS},
    "phones": {"Telephone": PHONES},
    "emails": {"Correo electrónico": EMAILS, "Nombre": ["Ana"] * ROWS},
    "ids": {"Contact ID": IDS, "Email": [*EMAILS[:5], *[""] * 25], "Phone": [*PHONES[:5], *[""] * 25]},
    "amounts": {"phone": PHONES, "Email": EMAILS, "Deal value": ["1.234,50 €"] * ROWS, "Lead status": ["open"] * ROWS},
    "people": {
        "phone_number": PHONES,
        "secondary_phone_1": ["+1 202 555 0177"] * ROWS,
        "secondary_1_role": ["x"] * ROWS,
    },
    "aliases": {"email": EMAILS, "_alias_external_id": IDS, "phone": PHONES},
}


def drafted(parent: str, columns: dict[str, list[str]], **options) -> tuple[str, ImportProfile]:
    frame = pl.DataFrame(columns)
    text = suggest_profile("draft", frame.columns, frame, extends=parent, **options)
    return text, parse_profile(text, "draft.yaml", folder=options.get("folder"))


@pytest.mark.parametrize("columns", FILES.values(), ids=FILES)
@pytest.mark.parametrize("parent", BUNDLED)
def test_a_draft_on_top_of_a_profile_imports_the_file(parent, columns):
    try:
        text, profile = drafted(parent, columns)
    except RequiredColumnUnmappedError:
        wanted = {"Mobile", "Telephone", "phone", "phone_number", "Phone"}
        assert parent in ("call_schedule", "flow_batch", "voice_campaign")  # these know nobody by an email alone
        assert wanted.isdisjoint(columns) or parent not in BUNDLED
        return
    assert f"extends: {parent}\n" in text
    rows = validated(pl.DataFrame(columns), profile)
    missing = rows["reasons"].explode().drop_nulls().unique().to_list()
    nothing_kept = {"row_nothing_kept"} if parent == "crm_workspace" else set()  # which ignores the ids
    assert set(missing) <= {f"{profile.identify_by}_missing", "identifier_missing", "email_missing"} | nothing_kept


def test_only_what_differs_is_said():
    text, profile = drafted("call_schedule", FILES["vendor"])
    said = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert said == [
        "name: draft",
        "extends: call_schedule",
        'description: "Drafted"',
        "fields:",
        "  phone: {column: Mobile}",
        '  email: {column: "E-mail Address"}',
    ]
    parent = load_profile("call_schedule", folder=None)
    assert profile.default_attributes == parent.default_attributes


@pytest.mark.parametrize("name", BUNDLED)
def test_a_file_made_for_the_profile_needs_nothing_but_its_name(name, tmp_path: Path):
    parent = load_profile(name, folder=None)
    path = tmp_path / "sample.csv"
    path.write_bytes(sample_file(parent))
    frame = pl.read_csv(path, infer_schema=False)
    text, profile = drafted(name, {column: frame[column].to_list() for column in frame.columns})
    said = {line.partition(":")[0] for line in text.splitlines() if line and not line.lstrip().startswith("#")}
    assert said <= {"name", "extends", "description", "mapping"}
    assert "Of 2 rows tried with it, none would be rejected." in " ".join(text.replace("#", " ").split())
    assert profile.rules == parent.rules


def test_another_identifier_is_chosen_when_the_parents_is_mostly_empty():
    text, profile = drafted("identity_upsert", FILES["ids"])
    assert (profile.identify_by, profile.column_of("external_id")) == ("external_id", "Contact ID")
    assert "It could also be phone ('Phone'): 17 % of the rows have one" in " ".join(text.replace("#", " ").split())
    by_phone, profile = drafted("identity_upsert", {"Telephone": PHONES})
    assert (profile.identify_by, profile.fields["phone"].on_invalid) == ("phone", "reject")
    assert "identify_by: phone" in by_phone


def test_what_the_parent_requires_and_the_file_lacks_is_asked_about():
    text, profile = drafted("flow_batch", {"phone": PHONES, "homeowner": ["yes"] * ROWS})
    told = " ".join(text.replace("#", " ").split())
    assert "QUESTION: flow_batch requires email, and no column is clearly that." in told
    assert profile.fields["email"].required is False
    assert "QUESTION: flow_batch has the rule 'one_of' about first_name, last_name" in told
    assert "QUESTION: flow_batch has the rule 'required_if' about electric_bill, homeowner" in told
    assert [rule.rule for rule in profile.row_rules] == ["together", "compare"]


def test_numbers_days_and_options_are_taken_as_the_file_writes_them():
    days = [f"{1 + number % 28}.3.2026 10:00" for number in range(ROWS)]
    columns = {"phone": PHONES, "email": EMAILS, "last_name": ["X"] * ROWS, "Consent at": days, "Consent URL": IDS}
    columns |= {"consent_url": ["https://example.com"] * ROWS}
    del columns["Consent URL"]
    _, profile = drafted("flow_batch", columns)
    assert profile.column_of("attribute.consent_at") == "Consent at"
    assert profile.attributes["consent_at"].formats == ("%d.%m.%Y %H:%M",)
    _, profile = drafted("crm_workspace", FILES["amounts"])
    assert (profile.fields["deal_value"].locale, profile.fields["status"].others) == ("de", "keep")
    assert profile.mapping == "exact"


def test_the_country_is_said_when_it_is_another():
    german = ["030 12345678", "0171 9876543", "+49 40 7654321", "089/1234567"]
    _, profile = drafted("call_schedule", {"Telefon": german})
    assert profile.default_region == "DE"
    assert "default_region" not in drafted("call_schedule", {"Telefon": PHONES})[0]


def test_a_draft_carries_no_value_of_the_file():
    columns = {"Phone": PHONES, "Email": EMAILS, "status": ["canary"] * ROWS, "Plan": ["canary"] * ROWS}
    for parent in BUNDLED:
        text, _ = drafted(parent, columns)
        assert "canary" not in text
        assert "ana1" not in text


def test_the_parent_may_be_ones_own_and_has_to_be_there(tmp_path: Path):
    (tmp_path / "ours.yaml").write_text(
        "name: ours\ndestination: {kind: list, name: x}\nfields: {email: {type: email}}\nidentify_by: email\n"
    )
    _, profile = drafted("ours", {"E-mail": EMAILS}, folder=tmp_path)
    assert profile.column_of("email") == "E-mail"
    with pytest.raises(ProfileError, match="Did you mean 'call_schedule'"):
        drafted("call_schedul", {"Phone": PHONES})


def test_the_command_drafts_on_top_of_a_profile(tmp_path: Path):
    file = tmp_path / "leads.csv"
    file.write_text("Mobile;Town\n" + "".join(f"{phone};Rome\n" for phone in PHONES))
    result = CliRunner().invoke(
        main, ["--home", str(tmp_path), "profiles", "suggest", str(file), "--extends", "voice_campaign"]
    )
    assert result.exit_code == 0
    assert parse_profile(result.output, "draft").column_of("phone") == "Mobile"
