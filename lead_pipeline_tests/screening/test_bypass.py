"""Each way round a suppression list that anybody could think of leads nowhere: see docs/bypass.md."""

import re
import shutil
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

from lead_pipeline import LeadPipeline
from lead_pipeline.filing.decisions import decide
from lead_pipeline.filing.staging import stage_import
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.approval import commit_or_hold
from lead_pipeline.importing.steps import map_leads, normalize_leads, read_file
from lead_pipeline.model.errors import FileRefusedError, LeadPipelineError, ListRefusedError, ScreeningError, UsageError
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline_tests.importing.test_suppression_list import load
from lead_pipeline_tests.support import call_schedule, quick_folder, staging

ANA, BO, CY = "+12125550101", "+12125550102", "+12125550103"
#: Her number in other digits.
FULL_WIDTH, ARABIC = ("".join(chr(zero + int(one)) for one in "2125550101") for zero in (0xFF10, 0x0660))
KINDS = ["opted_out", "blocked", "do_not_call"]
FIELDS = {
    "phone": {"type": "phone"},
    "email": {"type": "email"},
    "city": {"type": "text", "column": "city"},
}


@pytest.fixture(scope="module")
def template():
    """A home where Ana's phone is on a list, and nothing else."""
    with quick_folder() as folder:
        with staging(folder / "data") as stages:
            load(stages, "phone\n2125550101\n", kind="opted_out")
        yield folder / "data"


@pytest.fixture
def bare():
    with quick_folder() as folder, staging(folder / "data") as stages:
        yield stages


@pytest.fixture
def stages(template):
    with quick_folder() as folder:
        shutil.copytree(template, folder / "data")
        with staging(folder / "data") as stages:
            yield stages


def profile(**changes):
    return call_schedule(**{"fields": FIELDS, **changes})


def by_email(**changes):
    return profile(identify_by="email", write_mode="upsert", **changes)


def bring(stages, text, by=None, name="calls.csv"):
    return stages.file(file_of(stages, text, name), by or profile())


def file_of(stages, text, name="calls.csv"):
    path = stages.home.root.parent / name
    path.write_text(text, encoding="utf-8")
    return path


def reached(stages):
    """Return every number that somebody who calls what is there would call."""
    return {
        phone
        for (phone,) in stages.rows(
            "select phone from reachable_leads union select s.phone from secondary_contacts s"
            " semi join reachable_leads using (lead_id) where s.status = 'callable'"
        )
    }


def outcomes(stages):
    return [outcome for (outcome,) in stages.rows("select outcome from row_outcomes order by import_id, row_number")]


def test_what_is_on_no_list_is_reached(stages):
    bring(stages, f"phone,email,city\n{BO},bo@example.com,Bonn\n")
    assert reached(stages) == {BO}


# Another spelling


@pytest.mark.parametrize(
    "spelling",
    ["(212) 555-0101", "+1.212.555.0101", "1-212-555-0101", "tel:+1-212-555-0101", "+1 212 555 0101 ext. 7",
     "2125550101x7", "2.125550101E+09", "2125550101.0", "'2125550101", '"=""2125550101"""', FULL_WIDTH,
     ARABIC, "212 555 0101", "\u200e212-555-0101\u2060", "001 212 555 0101", "011 1 212 555 0101",
     "+1 (212) 555-01-01", "212/5550101", "+1+2125550101", "2125550101;2125550101"],
)  # fmt: skip
@pytest.mark.parametrize("repair", ["none", "safe"])
def test_another_spelling_in_the_file(stages, spelling, repair):
    bring(stages, f"phone;city\n{spelling if ';' not in spelling else repr(spelling)};Bonn\n", profile(repair=repair))
    assert reached(stages) == set()
    assert stages.rows("select count(*) from leads where phone is not null") == [(0,)]


@pytest.mark.parametrize("spelling", ["(212) 555-0101", "2.125550101E+09", "'2125550101", "+1 212 555 0101 ext. 7"])
@pytest.mark.parametrize("first", ["list", "file"])
def test_another_spelling_on_the_list(bare, spelling, first):
    if first == "list":
        load(bare, f"phone\n{spelling}\n")
    bring(bare, f"phone,city\n{ANA},Bonn\n{BO},Rome\n")
    if first == "file":
        load(bare, f"phone\n{spelling}\n")
    assert reached(bare) == {BO}


@pytest.mark.parametrize(
    "forms",
    [
        order
        for pair in (
            ["+525541692288", "+5215541692288"],
            ["+5511981692288", "+551181692288"],
            ["+2290195010101", "+22995010101"],
            ["+2250707123456", "+22507123456"],
            ["+24177123456", "+24107123456"],
            ["+576012345678", "+5712345678"],
            ["+541123456789", "+5491123456789"],
        )
        for order in permutations(pair)
    ],
)
@pytest.mark.parametrize("first", ["list", "file"])
def test_an_old_form_of_the_number(bare, forms, first):
    steps = {"list": lambda: load(bare, f"phone\n{forms[0]}\n"), "file": lambda: bring(bare, f"phone\n{forms[1]}\n")}
    for step in sorted(steps, key=lambda one: one != first):
        steps[step]()
    assert reached(bare) == set()


def test_an_email_in_other_case(bare):
    load(bare, "email\nAna@Example.com\n")
    bring(bare, f"phone,email\n{BO},ANA@EXAMPLE.COM\n")
    assert outcomes(bare) == ["suppressed"]


# Another identifier of the person


@pytest.mark.parametrize("kind", KINDS)
def test_another_number_of_somebody_whose_email_is_listed(bare, kind):
    load(bare, "email\nana@example.com\n", kind=kind)
    bring(bare, f"phone,email\n{ANA},ana@example.com\n")
    assert outcomes(bare) == ["suppressed"]


@pytest.mark.parametrize("kind", ["opted_out", "blocked"])
@pytest.mark.parametrize("listed", [BO, "ana@example.com"])
def test_an_identifier_that_is_not_in_the_row(bare, kind, listed):
    """The row names the contact by one identifier, the list by another."""
    by = by_email(aliases={"phone": {"column": "other_phone"}})
    bring(bare, f"phone,email,other_phone\n{ANA},ana@example.com,{BO}\n", by)
    load(bare, f"{'email' if '@' in listed else 'phone'}\n{listed}\n", kind=kind)
    elsewhere = by.model_copy(update={"destination": by.destination.model_copy(update={"name": "elsewhere"})})
    text = (
        f"phone,email,other_phone\n{CY},new@example.com,{BO}\n"
        if "@" in listed
        else f"phone,email\n{CY},ana@example.com\n"
    )
    bring(bare, text, elsewhere, "later.csv")
    assert outcomes(bare) == ["created", "suppressed"]
    assert reached(bare) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_a_lead_elsewhere_of_somebody_whose_email_was_listed_with_another_lead(bare, kind):
    """The email belongs to the first lead only, and identifies nobody: the number alone comes again."""
    bring(bare, f"phone,email\n{ANA},ana@example.com\n")
    load(bare, "email\nana@example.com\n", kind=kind)
    by = profile(destination={"kind": "schedule", "name": "elsewhere"})
    bring(bare, f"phone,city\n{ANA},Rome\n", by, "later.csv")
    assert reached(bare) == set()


# Where numbers stand besides the own one


@pytest.mark.parametrize("first", ["list", "file"])
def test_a_secondary_contact(bare, first):
    if first == "list":
        load(bare, "phone\n2125550101\n")
    by = call_schedule(secondary_contacts={"max": 2})
    bring(bare, f"caller_id,secondary_phone_1,secondary_phone_2\n{BO},{ANA},{CY}\n", by)
    if first == "file":
        load(bare, "phone\n2125550101\n")
    assert reached(bare) == {BO, CY}


@pytest.mark.parametrize("multiple", ["first", "secondary", "reject"])
@pytest.mark.parametrize("cell", [f"{ANA} / {BO}", f"{BO} / {ANA}"])
def test_one_of_several_numbers_in_a_cell(stages, multiple, cell):
    by = profile(fields={"phone": {"type": "phone", "multiple": multiple}}, secondary_contacts={"max": 2})
    bring(stages, f"phone\n{cell}\n", by)
    assert ANA not in reached(stages)


def test_an_alias(stages):
    bring(
        stages,
        f"email,phone,other_phone\nx@example.com,{BO},{ANA}\n",
        by_email(aliases={"phone": {"column": "other_phone"}}),
    )
    assert outcomes(stages) == ["suppressed"]


def test_an_attribute_that_is_a_phone(stages):
    bring(stages, f"phone,desk\n{BO},{ANA}\n", profile(attributes={"desk": {"type": "phone"}}))
    assert stages.rows("select attributes ->> 'desk' from leads") == [(None,)]


@pytest.mark.parametrize("how", ["first", "last", "merge", "reject_all"])
@pytest.mark.parametrize("rows", list(permutations([f"{ANA},x@example.com,Bonn\n", f"{BO},x@example.com,Rome\n"])))
def test_a_merge_of_rows(stages, how, rows):
    bring(stages, "phone,email,city\n" + "".join(rows), by_email(duplicates_in_file=how))
    assert reached(stages) == {BO}


# What is there already


@pytest.mark.parametrize("on_duplicate", ["update", "fill"])
@pytest.mark.parametrize("before", [f"{BO},x@example.com", ",x@example.com"])
def test_an_update_or_fill_that_brings_a_listed_number(stages, on_duplicate, before):
    by = by_email(on_duplicate=on_duplicate)
    bring(stages, f"phone,email\n{before}\n", by, "first.csv")
    bring(stages, f"phone,email\n{ANA},x@example.com\n", by, "second.csv")
    assert stages.rows("select count(*) from leads where phone = ?", ANA) == [(0,)]
    assert outcomes(stages) == ["created", "suppressed"]


@pytest.mark.parametrize("on_duplicate", ["update", "fill"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_update_that_writes_another_number_over_the_listed_one(bare, kind, on_duplicate):
    by = by_email(on_duplicate=on_duplicate)
    bring(bare, f"phone,email\n{ANA},x@example.com\n", by, "first.csv")
    load(bare, "phone\n2125550101\n", kind=kind)
    bring(bare, f"phone,email\n{BO},x@example.com\n", by, "second.csv")
    assert reached(bare) == set()
    assert bare.rows("select phone from leads") == [(ANA,)]


# Orders of list and import


@pytest.mark.parametrize("approved", ["before the list", "after the list"])
def test_an_approval(bare, approved):
    result = bring(bare, f"phone\n{ANA}\n{BO}\n", profile(approval="manual"))
    assert result.status == ImportStatus.AWAITING_APPROVAL
    manifest = decide(bare.home, result.import_id, "approved", datetime.now(UTC)) if "before" in approved else None
    load(bare, "phone\n2125550101\n")
    bare.run(manifest) if manifest else bare.decide(result.import_id, "approved")
    assert reached(bare) == {BO}


def test_a_list_that_comes_between_reading_a_file_and_writing_it(bare):
    path = file_of(bare, f"phone\n{ANA}\n{BO}\n")
    work = WorkFolder(bare.home, stage_import(bare.home, path, profile(), now=datetime.now(UTC)))
    for step in (read_file, map_leads, normalize_leads):
        step(work)
    load(bare, "phone\n2125550101\n")
    commit_or_hold(work, bare.store, datetime.now(UTC))
    assert outcomes(bare) == ["suppressed", "created"]
    assert reached(bare) == {BO}


@pytest.mark.parametrize("order", list(permutations(["list", "first.csv", "second.csv"])))
def test_a_list_and_two_imports_in_any_order(bare, order):
    for one in order:
        if one == "list":
            load(bare, "phone\n2125550101\n")
        else:
            by = profile(destination={"kind": "schedule", "name": one})
            bring(bare, f"phone,city\n{ANA},{one}\n{BO},{one}\n", by, one)
    assert reached(bare) == {BO}
    assert bare.rows("select distinct status from enrollments where phone = ?", ANA) in ([], [("suppressed",)])


def test_a_dry_run_before_the_list(bare):
    path = file_of(bare, f"phone\n{ANA}\n")
    bare.store.close()
    leads = LeadPipeline(bare.home.root)
    assert leads.dry_run(path, profile=profile()).counts.created == 1
    with staging(bare.home.root) as stages:
        load(stages, "phone\n2125550101\n")
        assert reached(stages) == set()
        bring(stages, f"phone\n{ANA}\n")
        assert outcomes(stages) == ["suppressed"]


# The file once more


def test_the_same_file_again_under_any_name_profile_or_destination(stages):
    text = f"phone,city\n{ANA},Bonn\n"
    bring(stages, text)
    bring(stages, text)
    bring(stages, text, name="copied.csv")
    bring(stages, text, profile(name="another"), "another.csv")
    for kind in ("schedule", "offer", "campaign", "flow", "list", "workspace"):
        bring(stages, text, profile(destination={"kind": kind, "name": "x"}), f"{kind}.csv")
    assert set(outcomes(stages)) == {"suppressed"}
    assert stages.rows("select count(*) from leads") == [(0,)]


def test_an_import_made_before_the_list_that_is_dropped_again(bare):
    bring(bare, f"phone\n{ANA}\n{BO}\n")
    load(bare, "phone\n2125550101\n")
    bring(bare, f"phone\n{ANA}\n{BO}\n")
    bring(bare, f"phone\n{ANA}\n{BO}\n\n", name="moved.csv")
    assert reached(bare) == {BO}


def test_a_committed_import_is_not_forgotten_whatever_is_recorded_of_a_later_attempt(bare):
    """Else it could be imported once more, and its leads enrolled anew."""
    from lead_pipeline.store.ledger import record_import
    from lead_pipeline.store.records import Conclusion, ImportRecord

    by = profile()
    bring(bare, f"phone\n{ANA}\n12345\n", by)  # completed_with_rejects
    bring(bare, f"phone\n{BO}\n", by, "clean.csv")  # completed
    workspace = bare.store.workspace
    for identity, import_id in workspace.rows("select identity, import_id from base.imports"):
        record = ImportRecord(import_id, identity, by.name, "", by.destination, "x.csv", "0" * 64, 1, datetime.now(UTC))
        refused = Conclusion(ImportStatus.QUARANTINED, datetime.now(UTC))
        bare.store.record(record, refused)
        assert workspace.rows("select count(*) from base.imports where identity = ?", [identity]) == [(1,)]
        with workspace.rolled_back("recording beside it"):
            record_import(workspace, 99, record, refused)
            kept = workspace.rows("select status from base.imports where identity = ? and import_no <> 99", [identity])
            assert len(kept) == 1
    assert {status for (status,) in bare.rows("select status from imports")} == {"completed", "completed_with_rejects"}


# Settings


@pytest.mark.parametrize(
    "settings",
    [{"scrub_scope": "company"}, {"scrub_scope": "destination"}, {"write_mode": "create_only"},
     {"write_mode": "upsert"}, {"write_mode": "upsert", "on_duplicate": "fill"}, {"on_duplicate": "reject"},
     {"duplicates_in_file": "merge"}, {"rows_without_identifier": "create"}, {"do_not_contact_column": "ignore"},
     {"mapping": "auto"}, {"approval": {"auto_below": 1.0}}, {"on_layout_change": "ignore"}],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("kind", KINDS)
def test_the_settings_of_a_profile(bare, settings, kind):
    load(bare, "phone\n2125550101\n", kind=kind)
    bring(bare, f"phone,email,city\n{ANA},x@example.com,Bonn\n{BO},y@example.com,Rome\n", profile(**settings))
    assert ANA not in reached(bare)
    assert bare.rows("select count(*) from leads where phone = ?", ANA) == [(0,)]


@pytest.mark.parametrize("region", ["GB", "DE", "MX", None])
def test_a_profile_of_another_country_reads_an_international_number_all_the_same(stages, region):
    bring(stages, f"phone\n{ANA}\n", profile(default_region=region))
    assert outcomes(stages) == ["suppressed"]


# Lists that cannot be trusted


@pytest.mark.parametrize(
    "broken", ["", "phone\n", "name\nAna Roe\n", "id\n2125550101\n", "phone\nx1\nx2\nx3\nx4\nx5\n2125550102\n"]
)
def test_an_empty_or_broken_list_is_refused_and_those_before_it_stay_in_force(stages, broken):
    with pytest.raises((ListRefusedError, FileRefusedError)):
        load(stages, broken, name="next.csv")
    bring(stages, f"phone\n{ANA}\n")
    assert outcomes(stages) == ["suppressed"]


@pytest.mark.parametrize("lost", ["suppressions", "suppression_lists"])
def test_entries_that_are_missing(stages, lost):
    bring(stages, f"phone\n{BO}\n", name="first.csv")
    stages.store.workspace.run(f"delete from base.{lost}")
    assert reached(stages) == set()
    with pytest.raises(ScreeningError):
        bring(stages, f"phone\n{CY}\n", name="second.csv")


def test_the_same_list_again_ends_nothing(stages):
    for kind in KINDS:
        load(stages, "phone\n2125550101\n", kind=kind, name="again.csv")
    bring(stages, f"phone\n{ANA}\n")
    assert outcomes(stages) == ["suppressed"]


# The back door


@pytest.mark.parametrize(
    "question",
    ["delete from base.suppressions", "update base.suppressions set kind = 'x'", "drop view callable_leads",
     "insert into base.enrollments select 1, 1, 1, 'due', now(), 1, null, null", "truncate base.suppressions",
     "select 1; delete from base.suppressions", "with x as (select 1) delete from base.suppressions",
     "from base.suppressions; drop table base.suppressions", "create or replace view main.callable_leads as select 1",
     "explain analyze delete from base.suppressions", "copy base.leads to 'x.csv'", "attach 'x.duckdb'",
     "values (1); update base.leads set phone = '1'", "/* select */ delete from base.suppressions", "checkpoint",
     "pragma disable_checkpoint_on_shutdown", "set threads = 1", "call pragma_version()", "install httpfs", "load icu",
     "export database 'x'", "from (delete from base.suppressions returning 1)", "select * from 'leads.duckdb'",
     "explain analyze insert into base.suppressions select * from base.suppressions"],
)  # fmt: skip
def test_a_question_to_the_store_changes_nothing(template, question):
    leads = LeadPipeline(template)
    with pytest.raises((UsageError, LeadPipelineError)):
        leads.query(question)
    assert leads.query("select count(*) as n from base.suppressions").frame["n"].to_list() == [1]


def test_run_config(template):
    """Whoever launches a run may choose its config: there is nothing in it to choose but the home, which is refused."""
    from lead_pipeline.definitions import defs

    for job in defs.resolve_all_job_defs():
        for node in job.graph.node_defs:
            fields = getattr(node.config_schema.config_type, "fields", {}) if node.config_schema else {}
            assert not fields, f"{job.name}: {node.name}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_that_the_profile_switches_off(stages, kind):
    """Ana's phone is on a list of opted out ones; Bo's, by her email, on one of the kind whose rule is off."""
    load(stages, "email\nbo@example.com\n", kind=kind)
    rules = {"opted_out": False, kind: False}
    bring(stages, f"phone,email,city\n{ANA},,Bonn\n{BO},bo@example.com,Bonn\n", profile(scrub={"rules": rules}))
    assert outcomes(stages) == ["created", "created"]
    assert stages.rows("select count(*) from enrollments") == [(0,)]
    stages.store.workspace.run("update base.suppressions set expires_at = now() - interval 1 day")
    assert reached(stages) == set()


@pytest.mark.parametrize("country", ["GB", "", "United States", "Atlantis", "+1"])
def test_a_country_that_the_profile_does_not_count(bare, country):
    load(bare, f"phone,country\n{ANA},{country}\n", kind="do_not_call")
    by = profile(scrub={"rules": {"do_not_call": {"countries": ["US", "CA"]}}})
    bring(bare, f"phone\n{ANA}\n", by)
    assert outcomes(bare) == ["created" if country == "GB" else "suppressed"]
    assert reached(bare) == set()


# The table


def test_every_way_round_is_in_the_table_of_the_docs_and_every_line_of_it_is_tested():
    text = (Path(__file__).parents[2] / "docs" / "bypass.md").read_text(encoding="utf-8")
    sources = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_bypass*.py")]
    tests = {name for source in sources for name in re.findall(r"^def (test_\w+)", source, re.MULTILINE)} - {
        "test_what_is_on_no_list_is_reached",
        "test_who_is_on_no_list_is_reached_by_each_of_them",
        "test_every_way_round_is_in_the_table_of_the_docs_and_every_line_of_it_is_tested",
    }
    assert set(re.findall(r"`(test_\w+)`", text)) == tests
