"""Consents on their way from a file to the lead: found by header in several languages, checked, kept as one, told."""

import csv
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lead_pipeline import LeadPipeline
from lead_pipeline.importing.explaining import explain_person
from lead_pipeline.importing.import_preview import preview_import
from lead_pipeline.mapping import map_columns
from lead_pipeline.model.errors import RequiredColumnUnmappedError
from lead_pipeline.profiles.loader import parse_profile
from lead_pipeline.reporting.story_wording import story_lines
from lead_pipeline.store.settings import StoreSettings
from lead_pipeline_tests.rooms import judged_rows
from lead_pipeline_tests.support import call_schedule, quick_folder, staging

TODAY = datetime.now(UTC).replace(microsecond=0)
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@pytest.fixture
def stages():
    with quick_folder() as folder, staging(folder / "data") as stages:
        yield stages


def profile(**changes):
    fields = {"phone": {"type": "phone"}, "email": {"type": "email"}}
    keys = {"fields": fields, "consent": {"max_age_days": 365}, "write_mode": "create_only"}
    return call_schedule(**(keys | changes))


def ago(**span):
    return f"{TODAY - timedelta(**span):%Y-%m-%dT%H:%M:%SZ}"


def bring(stages, text, by=None, name="leads.csv"):
    path = stages.home.root.parent / name
    path.write_text(text, encoding="utf-8")
    return stages.file(path, by or profile())


def ledger(stages):
    return stages.rows("select outcome, reason_codes from row_outcomes order by import_id, row_number")


def consents(stages):
    return stages.rows(
        "select phone, consent_at, consent_source, consent_ip, consent_text_hash from leads order by lead_id"
    )


def test_five_rows_of_a_vendor(stages):
    """Good; two days ago in another spelling; no consent; too old; tomorrow."""
    lines = (
        f"(212) 555-0101,{ago(days=9)},https://a.example/form,203.0.113.7,{HASH}",
        f"(212) 555-0102,{TODAY - timedelta(days=2):%Y-%m-%d %H:%M:%S},web form,[2001:DB8::7]:443,",
        "(212) 555-0103,,web form,203.0.113.9,",
        f"(212) 555-0104,{ago(days=366)},web form,203.0.113.9,",
        f"(212) 555-0105,{ago(days=-1)},web form,203.0.113.9,",
    )
    result = bring(stages, "\n".join(("Phone,Opt-In Timestamp,Consent URL,Opt-in IP,Consent Text Hash", *lines)) + "\n")
    assert ledger(stages) == [
        ("created", []),
        ("created", []),
        ("rejected", ["consent_missing"]),
        ("rejected", ["consent_too_old"]),
        ("rejected", ["consent_in_the_future"]),
    ]
    assert consents(stages) == [
        ("+12125550101", TODAY - timedelta(days=9), "https://a.example/form", "203.0.113.7", HASH),
        ("+12125550102", TODAY - timedelta(days=2), "web form", "2001:db8::7", None),
    ]
    assert {one.code for one in result.reasons} == {"consent_missing", "consent_too_old", "consent_in_the_future"}
    assert result.file.mapping["consent_at"] == "Opt-In Timestamp"
    assert stages.rows("select count(*) from leads where attributes ilike '%consent%' or attributes ilike '%opt%'") == [
        (0,)
    ]


@pytest.mark.parametrize(
    "headers",
    [
        "consent_at,consent_source,consent_ip,consent_text_hash",
        "Consent Date,Consent Source,Consent IP Address,Consent Hash",
        "TCPA Timestamp,TCPA URL,TCPA IP,TCPA Hash",
        "Einwilligungsdatum,Quelle der Einwilligung,IP der Einwilligung,Hash der Einwilligung",
        "Fecha de consentimiento,Fuente del consentimiento,IP del consentimiento,Hash del consentimiento",
        "Date de consentement,Source du consentement,Adresse IP du consentement,Empreinte du consentement",
        "Data do consentimento,Origem do consentimento,IP do consentimento,Hash do consentimento",
        "Data del consenso,Fonte del consenso,IP del consenso,Hash del consenso",
        "同意日時,同意取得元,同意IP,同意ハッシュ",
    ],
)
@pytest.mark.parametrize("mapping", ["exact", "auto"])
def test_columns_are_found_by_header_in_several_languages_under_any_mapping(stages, headers, mapping):
    bring(stages, f"phone,{headers}\n2125550101,{ago(days=1)},web form,203.0.113.7,{HASH}\n", profile(mapping=mapping))
    assert consents(stages) == [("+12125550101", TODAY - timedelta(days=1), "web form", "203.0.113.7", HASH)]


def test_a_column_that_the_profile_names_is_taken_and_no_other(stages):
    fields = {"phone": {"type": "phone"}, "consent_at": {"type": "datetime", "column": "created"}}
    text = f"phone,created,Consent Date\n2125550101,{ago(days=1)},{ago(days=2)}\n"
    bring(stages, text, profile(fields=fields))
    assert consents(stages)[0][1] == TODAY - timedelta(days=1)


def test_two_columns_that_may_be_the_consent_are_a_question(stages):
    result = bring(stages, f"phone,Consent Date,Opt-in Date\n2125550101,{ago(days=1)},{ago(days=2)}\n")
    assert result.status == "quarantined"
    assert "looks for consents" in result.message
    assert "'Consent Date', 'Opt-in Date'" in result.message
    assert "fields.consent_at.column" in result.message


def test_a_column_of_other_values_is_no_consent_whatever_its_header_says(stages):
    rows = "".join(f"212555010{n},yes\n" for n in range(5))
    result = bring(stages, f"phone,Consent Date\n{rows}")
    assert result.status == "quarantined"
    assert "its header means consent_at, but 0 % of 5 values look like dates" in result.message


def test_a_file_without_consents_is_refused_where_they_are_required(stages):
    assert bring(stages, "phone\n2125550101\n").status == "quarantined"
    assert bring(stages, "phone\n2125550101\n", profile(consent={"required": False})).status == "completed"


NEWER, OLDER = {"days": 1}, {"days": 9}


def upserting(**changes):
    return profile(write_mode="upsert", **changes)


def test_an_update_takes_a_newer_consent_whole_and_leaves_an_older_one(stages):
    """The newer one has no address and no text: those of the older one do not stay beside it."""
    header = "phone,consent_at,consent_source,consent_ip,consent_text_hash\n"
    bring(stages, f"{header}2125550101,{ago(**OLDER)},web form,203.0.113.7,{HASH}\n", upserting(), "a.csv")
    bring(stages, f"{header}2125550101,{ago(**NEWER)},phone call,,\n", upserting(), "b.csv")
    newest = ("+12125550101", TODAY - timedelta(**NEWER), "phone call", None, None)
    assert consents(stages) == [newest]
    bring(stages, f"{header}2125550101,{ago(days=5)},partner,203.0.113.9,\n", upserting(), "c.csv")
    assert consents(stages) == [newest]
    others = stages.rows("select state, consent_at, consent_source, consent_ip, consent_text_hash from consents")
    assert sorted(others) == [
        ("current", *newest[1:]),
        ("not_taken", TODAY - timedelta(days=5), "partner", "203.0.113.9", None),
        ("replaced", TODAY - timedelta(**OLDER), "web form", "203.0.113.7", HASH),
    ]


@pytest.mark.parametrize(
    ("rule", "on_duplicate", "takes"),
    [("never", None, False), ("if_existing_empty", None, False), ("always", None, True), ("always", "fill", False)],
)
def test_the_update_rule_of_the_time_holds_for_the_whole_consent(stages, rule, on_duplicate, takes):
    fields = {"phone": {"type": "phone"}, "consent_at": {"type": "datetime", "update_rule": rule}}
    by = upserting(fields=fields, on_duplicate=on_duplicate)
    header = "phone,consent_at,consent_source\n"
    bring(stages, f"{header}2125550101,{ago(**OLDER)},web form\n", by, "a.csv")
    bring(stages, f"{header}2125550101,{ago(**NEWER)},phone call\n", by, "b.csv")
    assert consents(stages)[0][2] == ("phone call" if takes else "web form")
    assert consents(stages)[0][1] == TODAY - timedelta(**(NEWER if takes else OLDER))


def test_a_consent_without_a_time_replaces_none(stages):
    by = upserting(consent={"required": False})
    header = "phone,consent_at,consent_source\n"
    bring(stages, f"{header}2125550101,{ago(**OLDER)},web form\n", by, "a.csv")
    bring(stages, f"{header}2125550101,,phone call\n", by, "b.csv")
    assert consents(stages)[0][1:3] == (TODAY - timedelta(**OLDER), "web form")


def test_a_file_that_says_nothing_of_consents_changes_none(stages):
    bring(stages, f"phone,consent_at\n2125550101,{ago(**OLDER)}\n", upserting(), "a.csv")
    bring(stages, "phone,email\n2125550101,ana@example.com\n", upserting(consent={"required": False}), "b.csv")
    assert consents(stages)[0][1] == TODAY - timedelta(**OLDER)


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_merged_rows_the_newest_consent_is_taken_whole(stages, newest_first):
    rows = [f"2125550101,{ago(**NEWER)},phone call,\n", f"2125550101,{ago(**OLDER)},web form,203.0.113.7\n"]
    text = "".join(rows if newest_first else reversed(rows))
    bring(stages, f"phone,consent_at,consent_source,consent_ip\n{text}", profile(duplicates_in_file="merge"))
    assert consents(stages) == [("+12125550101", TODAY - timedelta(**NEWER), "phone call", None, None)]


def test_the_story_of_a_person_has_the_consent(stages):
    header = "phone,consent_at,consent_source,consent_ip,consent_text_hash\n"
    bring(stages, f"{header}2125550101,{ago(**OLDER)},web form,203.0.113.7,{HASH}\n", upserting(), "a.csv")
    bring(stages, f"{header}2125550101,{ago(**NEWER)},phone call,,\n", upserting(), "b.csv")
    stages.store.close()
    story = explain_person(stages.home.root, "2125550101", "US", settings=StoreSettings(), on_wait=lambda *_: None)
    told = [event for event in story.events if event.event == "consented"]
    assert [(event.at, event.lead_id, event.value) for event in told] == [
        (TODAY - timedelta(**OLDER), 1, "web form"), (TODAY - timedelta(**NEWER), 1, "phone call"),
    ]  # fmt: skip
    lines = "\n".join(story_lines(story))
    assert "Consent for lead 1 from web form, address 203.0.113.7, text " + HASH in lines
    assert "Consent for lead 1 from phone call." in lines


def test_a_preview_says_which_columns_say_it(stages):
    path = stages.home.root.parent / "leads.csv"
    path.write_text(f"phone,Opt-in date\n2125550101,{ago(days=1)}\n")
    becomes = {one.column: one.becomes for one in preview_import(path, profile()).columns}
    assert becomes["Opt-in date"] == "field consent_at"


def test_the_five_rows_of_the_page_fare_as_it_says():
    """At the moment that the page names: noon in New York on 29 November 2026."""
    page = (Path(__file__).parents[2] / "docs" / "consent.md").read_text(encoding="utf-8")
    (said,), (text,) = (re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("yaml", "csv"))
    by = parse_profile(said, "solar.yaml")
    header, *rows = csv.reader(text.splitlines())
    columns = {name: [row[place] for row in rows] for place, name in enumerate(header)}
    judged = judged_rows(by, columns, at=datetime(2026, 11, 29, 17, tzinfo=UTC))
    assert judged["reasons"].to_list() == [
        [], [], ["consent_missing"], ["consent_too_old"],
        ["consent_unreadable", "consent_source_not_allowed", "consent_ip_invalid"],
    ]  # fmt: skip
    assert judged["consent_at"].to_list()[1] == datetime(2026, 11, 28, 23, 12, 44, tzinfo=UTC)
    with pytest.raises(RequiredColumnUnmappedError, match="consent_at"):
        map_columns(["caller_id"], by)


def test_a_recorded_run_judges_consents_by_the_clock(tmp_path):
    leads = LeadPipeline(tmp_path / "data")
    path = tmp_path / "leads.csv"
    path.write_text(f"phone,Consent Date\n2125550101,{ago(days=1)}\n2125550102,{ago(days=400)}\n")
    tried = leads.dry_run(path, profile=profile())
    result = leads.import_file(path, profile=profile())
    for one in (tried, result):
        assert (one.counts.created, [reason.code for reason in one.reasons]) == (1, ["consent_too_old"])
