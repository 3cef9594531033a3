"""An import that somebody prepares: what the choices make of a profile, what is in the way, and what is handed in."""

import stat
from pathlib import Path

import pytest

from lead_pipeline import LeadPipeline
from lead_pipeline.filing.manifests import pending_manifests
from lead_pipeline.model.errors import FileRefusedError, LeadPipelineError, ProfileError, UsageError
from lead_pipeline.profiles.loader import parse_profile
from lead_pipeline_tests.support import Stages

PROFILES = ("call_schedule", "crm_workspace", "flow_batch", "identity_upsert", "voice_campaign")

CONTACTS = (
    "Full Name,E-mail,Mobile,Firm,Internal,Second mail\n"
    "Ann Lee,ann@example.com,+12125550101,Acme,x1,ann@home.example\n"
    "Bo Kay,bo@example.com,+12125550102,Beta,x2,\n"
    "Cy Dee,not an address,+12125550103,Gamma,x3,cy@home.example\n"
)


@pytest.fixture
def leads(tmp_path) -> LeadPipeline:
    return LeadPipeline(tmp_path / "home")


def begun(leads: LeadPipeline, profile: str, text: str = CONTACTS, name: str = "contacts.csv", **choices: object):
    upload = leads.keep_upload(name, [text.encode()])
    draft = leads.begin_import(upload.file_id, profile=profile)
    if choices:
        leads.change_draft(draft.draft_id, choices=choices)
    return leads.look_at_draft(draft.draft_id)


def targets(view) -> dict[str, str]:
    return {column.name: column.target for column in view.columns}


def staged_profile(leads: LeadPipeline, import_id: str):
    return next(one for one in pending_manifests(leads.home) if one.import_id == import_id)


def test_who_asks_for_a_draft_that_there_is_not_is_told_to_begin_again(leads):
    for draft_id in ("nobody", "../../etc/passwd", "a" * 22):
        with pytest.raises(UsageError, match="Begin again"):
            leads.look_at_draft(draft_id)


def test_a_draft_of_no_upload_or_no_profile_is_not_begun(leads):
    with pytest.raises(LeadPipelineError):
        leads.begin_import("nobody", profile="call_schedule")
    upload = leads.keep_upload("a.csv", [b"x"])
    with pytest.raises(ProfileError, match="Did you mean 'flow_batch'"):
        leads.begin_import(upload.file_id, profile="flow_bach")
    assert leads.drafts() == ()


def test_what_was_chosen_is_on_the_disk_for_its_owner_alone(leads):
    view = begun(leads, "identity_upsert", columns={"Mobile": "skip"})
    (path,) = (leads.home.staging / "drafts").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = LeadPipeline(leads.home.root).look_at_draft(view.draft.draft_id)
    assert again == view
    assert "ann@example.com" not in path.read_text()


@pytest.mark.parametrize("profile", PROFILES)
def test_without_any_choice_the_profile_is_the_named_one(leads, profile):
    view = begun(leads, profile, leads.sample(profile).decode("utf-8-sig"))
    assert (view.problems, view.is_changed) == ((), False)
    handed = leads.start_draft(view.draft.draft_id)
    manifest = staged_profile(leads, handed.import_id)
    assert manifest.profile == leads.profile(profile)
    assert manifest.file_name == "contacts.csv"
    assert leads.draft(view.draft.draft_id).import_id == handed.import_id


@pytest.mark.parametrize("profile", PROFILES)
def test_the_text_of_the_choices_is_a_profile_that_maps_as_chosen(leads, profile):
    view = begun(leads, profile, leads.sample(profile).decode("utf-8-sig"), destination_name="elsewhere")
    text = leads.draft_profile_text(view.draft.draft_id, "mine")
    made = parse_profile(text, "mine.yaml", folder=leads.home.profiles)
    assert (made.name, made.destination.name) == ("mine", "elsewhere")
    assert made.destination.kind == leads.profile(profile).destination.kind


def test_columns_are_proposed_by_header_and_values(leads):
    view = begun(leads, "identity_upsert")
    assert targets(view) == {
        "Full Name": "keep",
        "E-mail": "field:email",
        "Mobile": "field:phone",
        "Firm": "field:company",
        "Internal": "keep",
        "Second mail": "keep",
    }
    assert view.is_changed


def test_an_identifier_is_suggested_by_the_share_of_rows_that_have_one(leads):
    view = begun(leads, "identity_upsert")
    assert [(one.kind, one.filled, round(one.usable, 2)) for one in view.identifiers] == [
        ("email", 1.0, 0.67), ("phone", 1.0, 1.0)
    ]  # fmt: skip
    assert view.suggested_identifier == "email"
    few = "E-mail,Mobile\nann@example.com,+12125550101\n,+12125550102\n,+12125550103\n"
    assert begun(leads, "identity_upsert", few).suggested_identifier == "phone"


def test_the_identifier_that_is_chosen_rejects_rows_and_the_other_does_not_any_more(leads):
    view = begun(leads, "identity_upsert", identify_by="phone")
    assert view.problems == ()
    handed = leads.start_draft(view.draft.draft_id)
    profile = staged_profile(leads, handed.import_id).profile
    assert (profile.identify_by, profile.fields["phone"].on_invalid) == ("phone", "reject")
    assert profile.fields["email"].on_invalid == "blank"
    assert profile.name == "identity_upsert"


def test_the_identifier_before_may_become_an_alias(leads):
    text = CONTACTS.replace("E-mail", "Email")
    view = begun(leads, "identity_upsert", text, columns={"Email": "alias:email"}, identify_by="phone")
    assert (view.problems, view.identify_by) == ((), "phone")
    made = parse_profile(leads.draft_profile_text(view.draft.draft_id, "mine"), "mine", folder=None)
    assert ("email" in made.fields, made.aliases["email"].column) == (False, "Email")


def test_fields_aliases_attributes_and_what_is_not_imported_are_as_chosen(stages: Stages):
    leads = LeadPipeline(stages.home.root)
    chosen = {"Full Name": "field:full_name", "Second mail": "alias:email", "Internal": "skip", "Firm": "keep"}
    view = begun(leads, "identity_upsert", columns=chosen, identify_by="phone")
    assert view.problems == ()
    handed = leads.start_draft(view.draft.draft_id)
    result = stages.run(staged_profile(leads, handed.import_id))
    assert (result.counts.created, result.counts.rejected) == (3, 0)
    rows = stages.rows("select full_name, email, company, attributes from leads order by phone")
    assert rows[0][:3] == ("Ann Lee", "ann@example.com", None)
    assert "Acme" in rows[0][3]
    assert "x1" not in rows[0][3]
    assert stages.rows("select value from base.identifiers where value like '%home.example' order by 1") == [
        ("ann@home.example",), ("cy@home.example",)
    ]  # fmt: skip


def test_a_column_that_is_not_to_be_the_field_of_its_name_is_not(leads):
    text = "email,phone\nann@example.com,+12125550101\n"
    view = begun(leads, "identity_upsert", text, columns={"phone": "keep"})
    assert view.problems == ()
    profile = parse_profile(leads.draft_profile_text(view.draft.draft_id, "mine"), "mine", folder=None)
    assert "phone" not in profile.fields


def test_a_profile_that_ignores_other_columns_keeps_those_that_were_chosen(stages):
    leads = LeadPipeline(stages.home.root)
    view = begun(leads, "crm_workspace", columns={"Internal": "keep"})
    assert targets(view)["Second mail"] == "skip"
    handed = leads.start_draft(view.draft.draft_id)
    result = stages.run(staged_profile(leads, handed.import_id))
    assert (result.counts.created, result.counts.rejected) == (2, 1)
    ((attributes,),) = stages.rows("select attributes from leads where email = 'bo@example.com'")
    assert attributes == '{"Internal":"x2"}'


def test_a_column_chosen_twice_and_a_required_one_that_is_missing_stand_in_the_way(leads):
    twice = begun(leads, "identity_upsert", columns={"Full Name": "field:email"})
    assert "'Full Name' and 'E-mail' are both email" in twice.problems[0]
    missing = begun(leads, "call_schedule", columns={"Mobile": "keep"})
    assert "phone" in missing.problems[0]
    for view in (twice, missing):
        with pytest.raises(ProfileError):
            leads.start_draft(view.draft.draft_id)
        with pytest.raises(ProfileError):
            leads.dry_run_draft(view.draft.draft_id)
    assert list(pending_manifests(leads.home)) == []


def test_a_setting_that_does_not_fit_is_said_with_what_to_do(leads):
    view = begun(leads, "call_schedule", lookback_days="soon", columns={"Mobile": "field:phone"})
    assert any("write a number of days" in problem for problem in view.problems)
    assert all("unsaved_choices" not in problem for problem in view.problems)


def test_how_the_file_is_read_can_be_changed_and_is_seen_at_once(leads):
    text = "+12125550101;Köln\n+12125550102;Bonn\n".encode("cp1252")
    upload = leads.keep_upload("headless.csv", [text])
    draft = leads.begin_import(upload.file_id, profile="call_schedule")
    options = {"header": False, "delimiter": ";", "encoding": "cp1252"}
    leads.change_draft(draft.draft_id, choices={"reading": options, "columns": {"column_1": "field:phone"}})
    view = leads.look_at_draft(draft.draft_id)
    assert view.reading.rows[0] == ("+12125550101", "Köln")
    assert view.problems == ()
    profile = staged_profile(leads, leads.start_draft(draft.draft_id).import_id).profile
    assert (profile.reading.header, profile.fields["phone"].column) == (False, "column_1")
    leads.change_draft(draft.draft_id, choices={"reading": {"encoding": "utf-8"}})
    assert leads.look_at_draft(draft.draft_id).reading.rows[0] != view.reading.rows[0]


def test_a_file_that_cannot_be_read_is_said_to_be_so_and_is_not_started(leads):
    upload = leads.keep_upload("picture.csv", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20])
    draft = leads.begin_import(upload.file_id, profile="call_schedule")
    view = leads.look_at_draft(draft.draft_id)
    assert view.reading.trouble
    assert view.problems == (view.reading.trouble,)
    with pytest.raises((ProfileError, FileRefusedError)):
        leads.start_draft(draft.draft_id)


def test_settings_of_every_kind_are_in_the_profile(leads):
    text = leads.sample("call_schedule").decode("utf-8-sig")
    view = begun(
        leads, "call_schedule", text, destination_kind="offer", destination_name="roof", scrub_scope="company",
        lookback_days="30", scrub_rules={"dialed": True, "complaint": False}, enroll=False, restart_matches="restart",
        expires_after="48h", defaults={"buyers": "north"}, default_region="ca", approval="manual",
    )  # fmt: skip
    assert view.problems == ()
    assert any("complaint" in warning for warning in view.warnings)
    made = parse_profile(leads.draft_profile_text(view.draft.draft_id, "mine"), "mine", folder=None)
    assert str(made.destination) == "offer:roof"
    assert (made.scrub.scope, made.scrub.lookback_days) == ("company", 30)
    assert (made.scrub.rules.dialed, made.scrub.rules.complaint) == (True, False)
    management = made.lead_management
    assert (management.enroll, management.on_match.schedule, management.expires_after) == (False, "restart", 48.0)
    assert made.default_attributes["buyers"] == "north"
    assert (made.default_region, made.approval) == ("CA", "manual")


def test_voice_campaigns_choose_how_many_secondary_contacts_and_which_numbers(leads):
    text = leads.sample("voice_campaign").decode("utf-8-sig")
    view = begun(leads, "voice_campaign", text, secondary_contacts=1, phone_format="international")
    made = parse_profile(leads.draft_profile_text(view.draft.draft_id, "mine"), "mine", folder=None)
    assert (made.secondary_contacts.max, made.fields["phone"].format) == (1, "international")
    evidence = {column.name: column.evidence for column in view.columns}
    assert evidence["secondary_phone_1"] == "secondary 1 phone"
    assert "more than you chose" in evidence["secondary_phone_2"]


def test_a_dry_run_says_what_the_import_would_come_to_and_keeps_nothing(stages):
    leads = LeadPipeline(stages.home.root)
    view = begun(leads, "identity_upsert")
    stages.store.close()
    result = leads.dry_run_draft(view.draft.draft_id)
    assert (result.dry_run, result.counts.created, result.counts.rejected) == (True, 2, 1)
    assert result.file.file_name == "contacts.csv"
    assert list(pending_manifests(stages.home)) == []


def test_other_choices_for_the_same_file_are_another_import(leads):
    first = leads.start_draft(begun(leads, "identity_upsert").draft.draft_id)
    same = leads.start_draft(begun(leads, "identity_upsert").draft.draft_id)
    other = leads.start_draft(begun(leads, "identity_upsert", columns={"Internal": "skip"}).draft.draft_id)
    assert first.import_id == same.import_id != other.import_id


def test_a_saved_profile_is_checked_and_never_replaces_one_that_was_not_seen(leads):
    view = begun(leads, "identity_upsert")
    text = leads.draft_profile_text(view.draft.draft_id, "fair")
    with pytest.raises(ProfileError, match="name"):
        leads.save_profile("Fair!", text)
    with pytest.raises(ProfileError, match=r"line 2: .*no profile 'identity_upset'.*Did you mean 'identity_upsert'"):
        leads.save_profile("fair", text.replace("identity_upsert", "identity_upset"))
    assert not (leads.home.profiles / "fair.yaml").exists()
    assert leads.save_profile("fair", text).file == "profiles/fair.yaml"
    with pytest.raises(UsageError, match="is there already"):
        leads.save_profile("fair", text + "\n# mine\n")
    assert (leads.home.profiles / "fair.yaml").read_text() == text
    seen = leads.profile_file("fair")
    leads.save_profile("fair", text + "\n# mine\n", seen=seen.version)
    with pytest.raises(UsageError, match="another one than you began with"):
        leads.save_profile("fair", text + "\n# late\n", seen=seen.version)
    assert leads.profile_file("fair").text.endswith("# mine\n")


def test_a_profile_that_extends_another_can_be_started_from_as_well(leads):
    leads.save_profile("fair", "name: fair\nextends: identity_upsert\ndestination: {name: fair}\n")
    view = begun(leads, "fair", columns={"Internal": "skip"})
    assert (view.problems, view.destination) == ((), "list:fair")
    made = parse_profile(leads.draft_profile_text(view.draft.draft_id, "mine"), "mine", folder=None)
    assert (made.destination.name, made.fields["email"].column) == ("fair", "E-mail")
    assert made.write_mode == "upsert"


def test_files_that_lie_here_can_be_picked_by_a_word_that_is_no_path(leads):
    leads.home.prepare()
    (folder := leads.home.inbox / "call_schedule").mkdir()
    (folder / "dropped.csv").write_text(CONTACTS)
    (leads.home.quarantine / "refused.csv").write_text("x")
    (leads.home.quarantine / "refused.csv.reason.txt").write_text("It is empty.")
    (leads.home.root / "secret.csv").write_text("x")
    (folder / "link.csv").symlink_to(leads.home.root / "secret.csv")
    found = {file.file_name: file for file in leads.files_to_pick()}
    assert set(found) == {"dropped.csv", "refused.csv"}
    assert found["refused.csv"].note == "It is empty."
    file_id = leads.pick_file(found["dropped.csv"].file_ref)
    assert leads.upload_path(file_id).read_text() == CONTACTS
    assert (folder / "dropped.csv").exists()
    for ref in ("inbox-../../secret.csv", str(Path("/etc/passwd")), "upload-../x", ""):
        with pytest.raises(LeadPipelineError):
            leads.pick_file(ref)
