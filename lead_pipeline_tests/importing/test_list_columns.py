"""A list may name people by other things than phones and emails, and say until when."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from lead_pipeline.filing.staging import stage_list
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.lists.list_settings_given import settings_given
from lead_pipeline.importing.lists.suppression_list import load_list
from lead_pipeline.model.errors import FileRefusedError, ListRefusedError, UsageError
from lead_pipeline.normalizing.lists.other_entries import read_other_entries
from lead_pipeline_tests.make_samples import SAMPLES
from lead_pipeline_tests.support import call_schedule, quick_folder, staging


@pytest.fixture
def stages():
    with quick_folder() as folder, staging(folder / "data") as stages:
        yield stages


def load(stages, text, kind="blocked", region="US", name="list.csv", **said):
    path = stages.home.root.parent / name
    path.write_text(text, encoding="utf-8")
    settings = settings_given(kind, region, said)
    manifest = stage_list(stages.home, path, kind, region, now=utc_now(), settings=settings)
    return load_list(stages.store, manifest, stages.home, utc_now())


def bring(stages, text, by=None):
    path = stages.home.root.parent / "calls.csv"
    path.write_text(text, encoding="utf-8")
    return stages.file(path, by or call_schedule())


@pytest.mark.parametrize(
    ("text", "said", "people"),
    [
        ("domain\nExample.com\n@test.example\n", {}, {("domain", "example.com"), ("domain", "test.example")}),
        ("example.com\na.example\n", {"identifier": "domain"}, {("domain", "example.com"), ("domain", "a.example")}),
        ("area code\n212\n(310)\n+44 20\n", {}, {("prefix", "1212"), ("prefix", "1310"), ("prefix", "4420")}),
        ("area_code,phone\n212,2125550101\n", {}, {("phone", "+12125550101")}),
        ("domain,email\nexample.com,ana@example.com\n", {}, {("email", "ana@example.com")}),
        ("external_id,phone\nC-7,2125550101\n", {}, {("external_id", "C-7"), ("phone", "+12125550101")}),
        ("crm number\nC-7\nC-8\n", {"identifier": "external_id"}, {("external_id", "C-7"), ("external_id", "C-8"),
                                                                ("external_id", "crm number")}),
    ],
)  # fmt: skip
def test_whatever_a_list_names_is_an_entry(stages, text, said, people):
    assert load(stages, text, **said).counts.rejected == 0
    assert set(stages.rows("select identifier_kind, value from suppressions")) == people


@pytest.mark.parametrize(
    ("cell", "region", "prefix"),
    [
        ("212", "US", "1212"), ("1212", "US", "1212"), ("+1 (212)", "GB", "1212"), ("030", "DE", "4930"),
        ("1212", None, "1212"), ("0", None, None), ("abc", "US", None), ("+", "US", None), ("1" * 16, None, None),
    ],
)  # fmt: skip
def test_a_prefix_is_read_under_its_region(cell, region, prefix):
    read = read_other_entries(pl.Series([cell]), "prefix", region)
    assert read["value"].to_list() == [prefix]
    assert read["valid"].to_list() == [prefix is not None]


def test_columns_of_the_list_say_more_about_an_entry_and_the_settings_say_the_rest(stages):
    load(
        stages,
        "phone,country,date,source,expires\n2125550101,US,2026-03-01,FTC,2099-05-01\n2125550102,,,,\n",
        country="CA", source="desk", listed_on="2026-01-02", expires="2098-12-31",
    )  # fmt: skip
    sql = "select country, listed_on, source, expires_at from suppressions order by value"
    assert stages.rows(sql) == [
        ("US", date(2026, 3, 1), "FTC", datetime(2099, 5, 2, 12, tzinfo=UTC)),
        ("CA", date(2026, 1, 2), "desk", datetime(2099, 1, 1, 12, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(
    ("cell", "country"),
    [
        ("US", "US"), (" us ", "US"), ("USA", "US"), ("United Kingdom", "GB"), ("UK", "GB"), ("Deutschland", "DE"),
        ("Atlantis", None), ("XX", None), ("+44", None), ("1", None), ("?", None), ("US, CA", None), ("US/CA", None),
        ("Korea, Republic of", "KR"), ("US, USA", "US"),
    ],
)  # fmt: skip
def test_a_country_is_kept_as_its_code_and_what_is_none_holds_everywhere(stages, cell, country):
    """Also where the list as a whole is of a country: the row says that it is of another one."""
    load(stages, f'phone,country\n2125550101,"{cell}"\n', country="CA")
    assert stages.rows("select country from suppressions") == [(country,)]


def test_an_expiry_that_cannot_be_read_is_said_and_the_entry_holds_on(stages):
    loaded = load(stages, "phone,expires\n2125550101,soon\n2125550102,2099-01-01\n")
    assert (loaded.counts.added, loaded.lines_rejected) == (2, [2])
    assert stages.rows("select expires_at from suppressions where value = '+12125550101'") == [(None,)]
    rows = "select row_number, outcome, reason_codes from suppression_rows order by 1"
    assert stages.rows(rows) == [(1, "rejected", ["date_invalid"]), (2, "added", [])]


def test_every_row_is_accounted_for_skipped_ones_too(stages):
    load(stages, "phone\n2125550101\n,\nx\n2125550101\n")
    assert {number for (number,) in stages.rows("select row_number from suppression_rows")} == {1, 2, 3, 4}
    assert stages.rows("select outcome from suppression_rows where row_number in (1, 3, 4) order by row_number") == [
        ("added",), ("rejected",), ("known",),
    ]  # fmt: skip


def test_a_list_that_removes_does_not_end_what_is_due(stages):
    bring(stages, "caller_id\n2125550101\n")
    load(stages, "phone\n2125550101\n", mode="remove")
    assert stages.rows("select status from enrollments") == [("due",)]


def test_a_prefix_a_domain_and_an_expired_entry_reach_leads_that_are_there_as_they_would_new_ones(stages):
    bring(stages, "caller_id\n2125550101\n3105550102\n4155550103\n")
    load(stages, "area code\n212\n")
    load(stages, "phone,expires\n4155550103,2020-01-01\n")
    due = "select phone from enrollments where status = 'due' order by 1"
    assert stages.rows(due) == [("+13105550102",), ("+14155550103",)]


def test_a_list_of_one_destination_ends_what_is_due_there_alone(stages):
    bring(stages, "caller_id\n2125550101\n")
    side = call_schedule(name="other", destination={"kind": "schedule", "name": "other"})
    bring(stages, "caller_id\n2125550101\n2125550102\n", side)
    loaded = load(stages, "phone\n2125550101\n", kind="opted_out", destination="schedule:other")
    assert [one.destination for one in loaded.affected] == ["schedule:other"]
    found = stages.rows("select schedule, status from enrollments where phone = '+12125550101' order by 1")
    assert dict(found)["other"] == "suppressed"
    assert sorted(status for _, status in found) == ["due", "suppressed"]


@pytest.mark.parametrize(
    ("kind", "said", "told"),
    [
        ("block", {}, "Did you mean 'blocked'"),
        ("blocked", {"mod": "add"}, "Did you mean 'mode'"),
        ("blocked", {"mode": "replace"}, "by its name"),
        ("blocked", {"expires": "soon"}, "expires"),
        ("blocked", {"destination": "solar"}, "kind:name"),
    ],
)
def test_what_does_not_fit_is_said(kind, said, told):
    with pytest.raises(UsageError, match=told):
        settings_given(kind, "US", said)


@pytest.mark.parametrize("text", ["name,city\nAna,Rome\n", "a,b\nexample.com,test.example\n"])
def test_a_list_whose_column_is_not_found_is_refused_whole(stages, text):
    with pytest.raises((ListRefusedError, FileRefusedError)):
        load(stages, text, identifier="domain")
    assert stages.rows("select count(*) from suppressions") == [(0,)]


def test_the_sample_list_is_read_in_full(stages):
    loaded = load(stages, (SAMPLES / "litigators.csv").read_text(encoding="utf-8"), kind="litigator", name="courts.csv")
    assert (loaded.counts.read, loaded.counts.added, loaded.counts.rejected) == (5, 6, 0)
    sql = "select value, country, listed_on, source, expires_at is not null from suppressions order by value"
    assert stages.rows(sql)[:2] == [
        ("+12125550137", "US", date(2026, 3, 2), "court records", False),
        ("+13105550142", "US", date(2026, 3, 2), "court records", False),
    ]
    assert {value for value, _, _, _, ends in stages.rows(sql) if ends} == {"+14155550168", "+442079460018"}
