"""`explain` tells everything that the store holds of a person, whatever identifier and spelling is asked by."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from lead_pipeline import LeadPipeline
from lead_pipeline.cli import main
from lead_pipeline.importing.explaining import read_sought, rows_that_name
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.story import PersonStory
from lead_pipeline.reporting.story_wording import NOBODY, story_lines
from lead_pipeline_tests.importing.test_suppression_list import load
from lead_pipeline_tests.support import call_schedule, quick_folder, staging

ANA = "+12125550101"
FIELDS = {
    "phone": {"type": "phone"},
    "email": {"type": "email", "required": True},
    "city": {"type": "text", "column": "city"},
    "external_id": {"type": "text", "column": "external_id"},
}


def people(**changes):
    """Return a profile of people known by email, who have a phone as alias."""
    base = {"identify_by": "email", "aliases": {"phone": {"column": "other_phone"}}, "write_mode": "upsert"}
    return call_schedule(**{"fields": FIELDS, **base, **changes})


@dataclass
class Past:
    """A home in which things happened; `home` is closed, so that it can be asked."""

    stages: object

    def bring(self, name, text, by=None):
        path = self.stages.home.root.parent / name
        path.write_text(text, encoding="utf-8")
        return self.stages.file(path, by or people())


@pytest.fixture
def folder():
    with quick_folder() as folder:
        yield folder


def ask(folder, whom, region="US"):
    return LeadPipeline(folder / "data").explain(whom, region=region)


def told(story: PersonStory, *facts: str):
    """Return the events as tuples of their kind and these facts."""
    return [(one.event, *(getattr(one, fact) for fact in facts)) for one in story.events]


@pytest.fixture(scope="module")
def asked():
    """A home with a story of Ana, and one of somebody else."""
    with quick_folder() as folder, staging(folder / "data") as stages:
        past = Past(stages)
        past.bring(
            "first.csv",
            "email,phone,city,external_id,other_phone\nana@example.com,2125550101,Bonn,A-1,3125550177\n"
            "bo@example.com,2125550102,Rome,B-1,\n",
        )
        past.bring("second.csv", "email,phone,city\nana@example.com,2125550101,Oslo\n")
        past.bring("third.csv", "email,phone,city\nana@example,(212) 555-0101,Bern\ncy@example.com,12345,Bern\n")
        load(stages, "phone,reason\n212-555-0101,asked by mail\n", kind="opted_out", name="optouts.csv")
        past.bring("fourth.csv", "email,phone,city\nother@example.com,+1 212 555 0101,Pisa\n")
        noon_tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d} 17:00+00"  # in New York
        stages.store.workspace.run(f"create or replace macro base.asked_at() as '{noon_tomorrow}'::timestamptz")
        stages.store.close()
        yield folder


@pytest.mark.parametrize(
    "whom",
    ["+12125550101", "(212) 555-0101", "2.125550101E+09", "2125550101.0", "tel:+1-212-555-0101", "'2125550101",
     " ana@example.com", "ANA@EXAMPLE.COM", "Ana Roe <ana@example.com>", "312 555 0177", "A-1"],
)  # fmt: skip
def test_a_person_is_found_by_any_identifier_and_any_spelling(asked, whom):
    story = ask(asked, whom)
    assert [lead.values["email"] for lead in story.leads] == ["ana@example.com"]
    assert {(one.kind, one.value) for one in story.identifiers} == {
        ("email", "ana@example.com"),
        ("phone", "+13125550177"),
    }
    assert story.leads[0].values["city"] == "Oslo"
    assert story.leads[0].is_callable is False
    assert [(event.event, event.file_name) for event in story.events if event.event != "identified"] == [
        ("row", "first.csv"), ("enrolled", "first.csv"), ("row", "second.csv"), ("value_differed", "second.csv"),
        ("row", "third.csv"), ("suppressed", "optouts.csv"), ("enrollment_changed", "optouts.csv"),
        ("row", "fourth.csv"),
    ]  # fmt: skip


def test_the_story_says_what_happened_with_reasons_values_and_originals(asked):
    story = ask(asked, ANA)
    rows = [one for one in story.events if one.event == "row"]
    assert [(one.row_number, one.outcome, one.reasons) for one in rows] == [
        (1, "created", ()), (1, "updated", ()), (1, "rejected", ("email_domain_invalid",)),
        (1, "suppressed", ("opted_out",)),
    ]  # fmt: skip
    assert [one.raw["city"] for one in rows[:2]] == ["Bonn", "Oslo"]  # of leads, from the archive
    (hit,) = rows[3].hits
    assert (hit.rule, hit.list_name, hit.list_version, hit.matched) == ("opted_out", "opted_out", 1, ANA)
    assert rows[2].raw["phone"] == "(212) 555-0101"
    assert rows[3].raw["city"] == "Pisa"
    (change,) = [one for one in story.events if one.event == "value_differed"]
    assert (change.field, change.before, change.after, change.kept) == ("city", "Bonn", "Oslo", "row")
    (entry,) = [one for one in story.events if one.event == "suppressed"]
    assert (entry.kind, entry.identifier_kind, entry.value, entry.note) == ("opted_out", "phone", ANA, "asked by mail")
    assert entry.list_id.startswith("optouts@")
    (ended,) = [one for one in story.events if one.event == "enrollment_changed"]
    assert (ended.lead_id, ended.change, ended.reasons, ended.at) == (1, "suppressed", ("opted_out",), entry.at)
    assert (ended.cause, ended.list_id, ended.value) == ("list", entry.list_id, f"phone {ANA}")


def test_events_are_in_the_order_of_time(asked):
    times = [one.at for one in ask(asked, ANA).events]
    assert times == sorted(times)
    assert None not in times


def test_nothing_of_anybody_else_is_told(asked):
    story = ask(asked, "bo@example.com")
    assert told(story, "file_name") == [("row", "first.csv"), ("identified", "first.csv"), ("enrolled", "first.csv")]
    assert story.leads[0].is_callable is True
    for text in ("2125550101", "ana@", "A-1", "Bonn"):
        assert text not in story.model_dump_json()


def test_a_row_of_an_unknown_person_that_was_rejected_is_found_by_its_original(asked):
    assert told(ask(asked, "cy@example.com"), "outcome", "file_name") == [("row", "rejected", "third.csv")]


def test_an_identifier_of_another_kind_with_the_same_text_is_somebody_elses(folder):
    """Ana's external id is 7; in the rejected row of somebody else, and on a list, 7 is something else."""
    with staging(folder / "data") as stages:
        past = Past(stages)
        past.bring("a.csv", "email,phone,external_id\nana@example.com,2125550101,7\n")
        past.bring("b.csv", "email,phone,city\nbad,2125550102,7\n")
        load(stages, "phone\n2125550109\n")
        stages.store.workspace.run("update base.suppressions set identifier_kind = 'cookie_id', value = '7'")
    for whom in ("7", "ana@example.com"):
        assert {one.file_name for one in ask(folder, whom).events} == {"a.csv"}


def test_a_number_that_differs_in_a_digit_is_nobodys(asked):
    assert ask(asked, "+12125550109").is_empty
    assert ask(asked, "+13125550101").is_empty


def test_a_secondary_contact_is_told_with_the_lead_it_belongs_to(folder):
    with staging(folder / "data") as stages:
        by = call_schedule(secondary_contacts={"max": 1})
        Past(stages).bring("calls.csv", "caller_id,secondary_phone_1\n2125550101,2125550111\n", by)
        load(stages, "phone\n2125550111\n", kind="blocked")
    found = told(ask(folder, "2125550111"), "lead_id", "reasons", "kind")
    assert found == [("secondary_contact", 1, ("blocked",), None), ("suppressed", None, (), "blocked")]


def test_an_attribute_that_was_taken_out_is_told_to_whoever_asks_about_the_number_or_the_lead(folder):
    with staging(folder / "data") as stages:
        by = people(attributes={"desk": {"type": "phone"}})
        Past(stages).bring("desk.csv", "email,phone,desk\nbo@example.com,2125550102,2125550101\n", by)
        load(stages, "phone\n2125550101\n", kind="do_not_call", name="stop.csv")
    for whom in ("2125550101", "bo@example.com"):
        story = ask(folder, whom)
        facts = [one for one in told(story, "field", "value", "reasons") if one[0] == "attribute_withheld"]
        assert facts == [("attribute_withheld", "desk", "+12125550101", ("do_not_call",))]
        assert any("Taken out: +12125550101, the attribute desk of lead 1" in line for line in story_lines(story))


@pytest.mark.parametrize(
    ("stored", "asked"),
    [("+525541692288", "+5215541692288"), ("+5511981692288", "+551181692288"), ("+5491141692288", "+541141692288"),
     ("+541141692288", "+54 9 11 4169 2288"), ("+24166123456", "+24106123456"), ("+576014123456", "+5714123456")],
)  # fmt: skip
def test_old_and_new_forms_of_a_number_are_one_person(folder, stored, asked):
    with staging(folder / "data") as stages:
        Past(stages).bring("calls.csv", f"caller_id\n{stored}\n{stored}\n", call_schedule())
    assert told(ask(folder, asked), "outcome")[:2] == [("row", "created"), ("row", "duplicate")]


@pytest.mark.parametrize(
    ("cell", "names"),
    [("212 555 0101", True), ("2.125550101E+09", True), ("2125550101 / 2125550102", True), ("212 555 0109", False),
     ("+49 212 5550101", False), ("٢١٢٥٥٥٠١٠١", True), ("", False)],
)  # fmt: skip
def test_a_cell_of_an_original_names_the_person_by_any_spelling(cell, names):
    import polars as pl

    rows = pl.DataFrame({"raw": [json.dumps({"x": cell, "n": None})]})
    assert rows_that_name(rows, read_sought(ANA, None)).to_list() == [names]


@pytest.mark.parametrize(
    ("today", "old"),
    [("+525541692288", "+5215541692288"), ("+541141692288", "+5491141692288"), ("+5511981692288", "+551181692288"),
     ("+2290197123456", "+22997123456"), ("+2250747123456", "+22547123456"), ("+2250504123456", "+22504123456"),
     ("+576014123456", "+5714123456"), ("+24111123456", "+24101123456"), ("+24162123456", "+24102123456"),
     ("+24174123456", "+24104123456"), ("+24165123456", "+24105123456"), ("+24166123456", "+24106123456"),
     ("+24177123456", "+24107123456")],
)  # fmt: skip
def test_a_cell_names_the_person_under_an_old_form_of_the_number_and_under_todays(today, old):
    import polars as pl

    for cell, asked in ((today, old), (old, today)):
        named = rows_that_name(pl.DataFrame({"raw": [json.dumps({"x": cell})]}), read_sought(asked, None))
        assert named.to_list() == [True]
    other = pl.DataFrame({"raw": [json.dumps({"x": old[:-1] + "7"})]})
    assert rows_that_name(other, read_sought(today, None)).to_list() == [False]


def test_calls_and_the_ends_of_entries_are_told_in_their_time(folder):
    with staging(folder / "data") as stages:
        past = Past(stages)
        past.bring("a.csv", "email,phone\nana@example.com,2125550101\nbo@example.com,2125550102\n")
        calls = folder / "calls.csv"
        calls.write_text(
            "phone,lead_id,time,disposition,connected,attempts,buyer\n"
            "212-555-0101,,2026-01-02T10:00Z,Sold,yes,2,Sunny\n"
            ",1,2026-01-01T10:00Z,Busy,,,\n2125550102,,,No Answer,,,\n"
        )
        stages.call(calls)
        load(stages, "phone,expires\n212-555-0101,2026-03-01\n", kind="blocked", name="blocked.csv")
        load(stages, "phone\n2125550101\n", kind="complaint", name="desk.csv")
        stages.store.workspace.run("update base.suppressions set ended_by = list_no, ended_at = added_at"
                                   " where kind = 'complaint'")  # fmt: skip
    story = ask(folder, ANA)
    made = [
        one for one in story.events if one.event in ("called", "suppressed", "suppression_ended", "suppression_expired")
    ]
    assert [(one.event, one.row_number, one.disposition, one.kind) for one in made] == [
        ("called", 2, "Busy", None), ("called", 1, "Sold", None), ("suppression_expired", None, None, "blocked"),
        ("suppressed", None, None, "blocked"), ("suppression_ended", None, None, "complaint"),
        ("suppressed", None, None, "complaint"),
    ]  # fmt: skip
    sold = made[1]
    assert (sold.value, sold.connected, sold.attempts, sold.buyer, sold.file_name) == (
        ANA,
        True,
        2,
        "Sunny",
        "calls.csv",
    )
    lines = "\n".join(story_lines(story))
    assert "Call to +12125550101: dialed, reached, 2 attempts, result Sold, buyer Sunny; row 1 of calls.csv" in lines
    assert "Expired on the list 'blocked', version 1 (blocked): phone +12125550101." in lines
    assert "No longer on the list 'complaint', version 1 (complaint): phone +12125550101, ended by" in lines
    assert "No Answer" not in lines


def test_an_original_whose_file_is_gone_from_the_archive_is_not_told(folder):
    with staging(folder / "data") as stages:
        Past(stages).bring("a.csv", "email,phone\nana@example.com,2125550101\n")
    assert [one.raw for one in ask(folder, ANA).events if one.event == "row"] == [
        {"email": "ana@example.com", "phone": "2125550101"}
    ]  # fmt: skip
    for file in (folder / "data" / "archive").rglob("*.csv"):
        file.unlink()
    assert [one.raw for one in ask(folder, ANA).events if one.event == "row"] == [None]


def test_a_home_without_a_store_has_no_story(tmp_path):
    assert LeadPipeline(tmp_path / "none").explain("ana@example.com").is_empty
    assert not (tmp_path / "none").exists()


def test_a_region_that_is_none_is_refused_without_the_number(tmp_path):
    with pytest.raises(UsageError) as refused:
        LeadPipeline(tmp_path).explain("2125550101", region="XX")
    assert "2125550101" not in str(refused.value)


def test_the_command_tells_it_in_lines_and_as_json(asked):
    home = str(asked / "data")
    shown = CliRunner().invoke(main, ["explain", "(212) 555-0101", "--home", home])
    assert shown.exit_code == 0, shown.output
    assert "Lead 1 in schedule:" in shown.output
    assert "changed city of lead 1 from 'Bonn' to 'Oslo'" in shown.output
    assert "Suppressed (opted_out): phone +12125550101, by list optouts@" in shown.output
    dumped = CliRunner().invoke(main, ["explain", "ana@example.com", "--json", "--home", home])
    assert PersonStory.model_validate(json.loads(dumped.output)) == ask(asked, "ana@example.com")
    nobody = CliRunner().invoke(main, ["explain", "nobody@example.com", "--home", home])
    assert (nobody.exit_code, nobody.output) == (0, f"{NOBODY}\n")


def test_a_value_cannot_forge_a_line_of_the_story(folder):
    with staging(folder / "data") as stages:
        Past(stages).bring("a.csv", 'email,phone,city\nana@example.com,2125550101,"x\n\x1b[31mLead 9"\n', people())
    lines = list(story_lines(ask(folder, ANA)))
    assert not [line for line in lines if "\n" in line or "\x1b" in line]
