"""Ways round a list by the list itself: its last day, its versions, its scope, its store. See docs/bypass.md."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from lead_pipeline.filing.staging import stage_list
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.lists.list_settings_given import settings_given
from lead_pipeline.importing.lists.suppression_list import load_list
from lead_pipeline.model.errors import ListRefusedError, ScreeningError
from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.histories.lists_by_hand import Named
from lead_pipeline_tests.screening.histories.playing import load_list as load_entries
from lead_pipeline_tests.screening.test_bypass import ANA, BO, CY, FIELDS, bring, by_email, outcomes, profile, reached
from lead_pipeline_tests.screening.written import profile as any_profile
from lead_pipeline_tests.support import quick_folder, staging

MAIN, SOLAR = {"kind": "schedule", "name": "main"}, {"kind": "schedule", "name": "solar"}


@pytest.fixture
def stages():
    with quick_folder() as folder, staging(folder / "data") as opened:
        yield opened


def load(stages, text, kind="opted_out", **said):
    path = stages.home.root.parent / "list.csv"
    path.write_text(text, encoding="utf-8")
    settings = settings_given(kind, "US", said)
    manifest = stage_list(stages.home, path, kind, "US", now=utc_now(), settings=settings)
    return load_list(stages.store, manifest, stages.home, utc_now())


# Its last day


@pytest.mark.parametrize(("last_day", "fate"), [(0, "suppressed"), (-2, "created")])
@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y-%m-%dT00:00:00+14:00", "%Y-%m-%d 00:00:01-11:00"])
def test_an_entry_on_its_last_day_in_any_time_zone(stages, last_day, form, fate):
    day = datetime.now(UTC) + timedelta(days=last_day)
    load(stages, f"phone,expires\n{ANA},{day.strftime(form)}\n{CY},\n")
    bring(stages, f"phone\n{ANA}\n")
    assert outcomes(stages) == [fate]


def test_a_last_day_that_cannot_be_read(stages):
    load(stages, f"phone,expires\n{ANA},soon\n{CY},\n")
    bring(stages, f"phone\n{ANA}\n")
    assert outcomes(stages) == ["suppressed"]


@pytest.mark.parametrize("days", [-30, 30])
def test_a_clock_that_was_set_otherwise_when_the_list_came(written, days):
    load_entries(written, [Named(("phone", ANA))], name="x", kind="opted_out")
    written.imports += 24 * 40 + 24 * days
    row = Row({"email": "ana@example.com", "phone": ANA})
    assert [outcome for outcome, *_ in written.ledger(written.add([row], any_profile()))] == ["suppressed"]


# Its versions


def test_an_entry_that_another_list_takes_off(stages):
    for name in ("ours", "theirs"):
        load(stages, f"phone\n{ANA}\n{CY}\n", name=name)
    load(stages, f"phone\n{ANA}\n", name="theirs", mode="remove")
    load(stages, f"phone\n{BO}\n", name="theirs", mode="replace")
    bring(stages, f"phone\n{ANA}\n{CY}\n")
    assert outcomes(stages) == ["suppressed", "suppressed"]


@pytest.mark.parametrize("said", [{"kind": "do_not_call"}, {"destination": "schedule:main"}])
def test_a_list_of_the_same_name_and_another_kind_or_scope(stages, said):
    load(stages, f"phone\n{ANA}\n", name="ours")
    with pytest.raises(ListRefusedError):
        load(stages, f"phone\n{BO}\n", name="ours", mode="replace", **said)
    bring(stages, f"phone\n{ANA}\n")
    assert outcomes(stages) == ["suppressed"]


def test_a_version_of_which_a_row_cannot_be_read(stages):
    load(stages, f"phone\n{ANA}\n{BO}\n", name="ours")
    load(stages, f"phone\n{BO}\n+1 212 555 01o1\n", name="ours", mode="replace")
    bring(stages, f"phone\n{ANA}\n")
    assert outcomes(stages) == ["suppressed"]


# Its scope


@pytest.mark.parametrize("named", ["schedule:main", "schedule:Main", "schedule:MAIN "])
def test_a_destination_in_another_spelling(stages, named):
    load(stages, f"phone\n{ANA}\n{BO}\n", destination=named)
    bring(stages, f"phone\n{ANA}\n", profile(destination=MAIN | {"name": "MaiN"}))
    bring(stages, f"phone\n{BO}\n{CY}\n", profile(destination=MAIN), "second.csv")
    assert outcomes(stages) == ["suppressed", "suppressed", "created"]
    assert stages.rows("select count(distinct destination_name) from imports") == [(1,)]


def test_an_import_for_another_destination_that_changes_a_lead_of_the_lists_destination(stages):
    bring(stages, f"phone,email\n{BO},x@example.com\n", by_email(destination=MAIN), "first.csv")
    load(stages, f"phone\n{ANA}\n", destination="schedule:main")
    by = by_email(destination=SOLAR, scrub_scope="company", secondary_contacts={"max": 2},
                  attributes={"desk": {"type": "phone"}})  # fmt: skip
    bring(stages, f"phone,email\n{ANA},x@example.com\n", by, "own.csv")
    bring(stages, f"phone,email,desk,secondary_phone_1\n{CY},x@example.com,{ANA},{ANA}\n", by, "further.csv")
    assert reached(stages) == {CY}
    assert stages.rows("select count(*) from secondary_contacts") == [(0,)]
    assert stages.rows("select phone, attributes ->> 'desk' from leads") == [(CY, None)]
    bring(stages, f"phone,email\n{ANA},y@example.com\n", by, "solar.csv")  # a lead of its own, and no list is of solar
    assert reached(stages) == {ANA, CY}


def test_an_attribute_that_an_import_for_another_destination_brought_before_the_list(stages):
    bring(stages, f"phone,email\n{BO},x@example.com\n", by_email(destination=MAIN), "first.csv")
    by = by_email(destination=SOLAR, scrub_scope="company", attributes={"desk": {"type": "phone"}})
    bring(stages, f"phone,email,desk\n{BO},x@example.com,{ANA}\n", by, "second.csv")
    load(stages, f"phone\n{ANA}\n")
    assert stages.rows("select attributes ->> 'desk' from leads") == [(None,)]


# Whom else it names


def test_a_lead_that_nothing_identifies(stages):
    """Its phone is that of somebody whose other lead is listed by an id."""
    fields = {**FIELDS, "external_id": {"type": "text", "column": "ext"}}
    nameless = by_email(rows_without_identifier="create", fields=fields)
    bring(stages, f"phone,email,ext\n{BO},,X1\n", nameless, "first.csv")
    load(stages, "external_id\nX1\n", identifier="external_id")
    bring(stages, f"phone,city\n{BO},Rome\n", profile(destination=SOLAR), "second.csv")
    assert outcomes(stages) == ["created", "suppressed"]
    assert reached(stages) == set()


@pytest.mark.parametrize("kind", ["opted_out", "do_not_call"])
def test_a_secondary_contact_that_becomes_the_lead_itself(stages, kind):
    by = by_email(secondary_contacts={"max": 2})
    bring(stages, f"phone,email,secondary_phone_1\n{BO},x@example.com,{ANA}\n", by, "first.csv")
    load(stages, f"phone\n{ANA}\n", kind)
    bring(stages, f"phone,email,secondary_phone_1\n{ANA},x@example.com,{BO}\n{ANA},y@example.com,\n", by, "second.csv")
    assert ANA not in reached(stages)
    assert stages.rows("select count(*) from leads where phone = ?", ANA) == [(0,)]


@pytest.mark.parametrize("both", [f"{BO},x@example.com,{ANA}\n", f"{CY},x@example.com,{ANA}\n"])
def test_a_row_that_joins_a_listed_contact_with_another(stages, both):
    by = by_email(aliases={"phone": {"column": "other_phone"}})
    bring(stages, f"phone,email,other_phone\n{CY},a@example.com,{ANA}\n{BO},x@example.com,\n", by, "first.csv")
    load(stages, "email\na@example.com\n")
    bring(stages, "phone,email,other_phone\n" + both, by, "second.csv")
    assert reached(stages) == {BO}


def test_a_person_whose_rows_are_in_two_files(stages):
    by = by_email(aliases={"phone": {"column": "other_phone"}})
    bring(stages, f"phone,email,other_phone\n,x@example.com,{ANA}\n", by, "first.csv")
    load(stages, f"phone\n{ANA}\n")
    bring(stages, f"phone,email,other_phone\n{BO},x@example.com,\n{CY},X@example.com,\n", by, "second.csv")
    assert reached(stages) == set()


@pytest.mark.parametrize(
    ("listed", "written"),
    [("ana@münchen.example", "ana@xn--mnchen-3ya.example"), ("ana@xn--mnchen-3ya.example", "Ana@MÜNCHEN.example"),
     ("ana@example.com", "mailto:ana@example.com"), ("ana@example.com", "Ana Roe <ana@example.com>"),
     ("jose\u0301@example.com", "josé@example.com"), ("ana@example.com", "ana\u200b@example.com")],
)  # fmt: skip
def test_another_spelling_of_an_email(stages, listed, written):
    load(stages, f"email\n{listed}\n")
    bring(stages, f"phone,email\n{BO},{written}\n")
    assert reached(stages) == set()


@pytest.mark.parametrize(("listed", "written"), [("1-800-356-9377", "1-800-FLOWERS"), ("1-800-FLOWERS", "8003569377")])
def test_letters_in_a_number(stages, listed, written):
    load(stages, f"phone\n{listed}\n{CY}\n")
    bring(stages, f"phone\n{written}\n")
    assert reached(stages) == set()


# Its profile, and its store


@pytest.mark.parametrize("kind", ["opted_out", "do_not_call"])
def test_a_profile_that_switches_the_rule_off(stages, kind):
    load(stages, f"phone\n{ANA}\n", kind)
    bring(stages, f"phone\n{ANA}\n{BO}\n", profile(scrub={"rules": {kind: False}}))
    bring(stages, f"phone\n{ANA}\n", profile(destination=SOLAR, scrub={"rules": {kind: False}}), "second.csv")
    assert reached(stages) == {BO}
    assert stages.rows("select count(*) from enrollments where phone = ?", ANA) == [(0,)]


def test_a_store_that_comes_back_from_a_backup():
    """The list is gone with all that came after: imports that require it stop, and the same file brings it back."""
    with quick_folder() as folder:
        home, kept = folder / "data", folder / "kept.duckdb"
        with staging(home):
            pass
        shutil.copy2(home / "leads.duckdb", kept)
        with staging(home) as stages:
            load(stages, f"phone\n{ANA}\n", name="ours")
        shutil.copy2(kept, home / "leads.duckdb")
        with staging(home) as stages:
            with pytest.raises(ScreeningError, match="never loaded"):
                bring(stages, f"phone\n{ANA}\n", profile(required_lists=[{"name": "ours"}]))
            load(stages, f"phone\n{ANA}\n", name="ours")
            bring(stages, f"phone\n{ANA}\n", name="second.csv")
            assert outcomes(stages) == ["suppressed"]
