"""`flow_batch`, sentence by sentence: batch submission into a lead flow."""

import json

import pytest
from click.testing import CliRunner

from lead_pipeline.cli import main
from lead_pipeline.definitions import defs
from lead_pipeline_tests import support
from lead_pipeline_tests.make_samples import SAMPLES
from lead_pipeline_tests.make_system_samples import FLOW_COLUMNS
from lead_pipeline_tests.support import dump_home, quick_folder, staging
from lead_pipeline_tests.systems.homes import System, counts, home_of

#: A row that fulfils every criterion.
GOOD = {
    "phone": "(617) 555-0123", "email": "ana@example.com", "first_name": "Ana", "last_name": "Silva",
    "street": "12 Roof Street", "city": "Boston", "state": "MA", "postal_code": "02134", "age": "40",
    "homeowner": "yes", "electric_bill": "120", "credit_rating": "good", "consent_at": "2026-03-14T09:30:00",
    "consent_url": "https://quotes.example.com/solar", "submitted_at": "2026-03-14T09:31:00", "campaign_code": "a",
}  # fmt: skip


@pytest.fixture(scope="module")
def flow():
    with home_of("flow_batch") as system:
        yield system


def row(number=0, **changes):
    """Return the cells of a good row, with a phone of its own, and some changed."""
    cells = GOOD | {"phone": f"617555{100 + number:04}", "email": f"ana{number}@example.com"} | changes
    return [cells[column] for column in FLOW_COLUMNS]


# CSV per the CSV standard; first row is the header by default, header-less on request


def test_csv_is_read_as_rfc_4180_says(flow):
    profile = flow.aimed("rfc", "approval: auto")
    text = (
        'phone,email,first_name,remarks\r\n6175550101,a@example.com,Ana,"said ""maybe"", later"\r\n'
        '6175550102,b@example.com,"Bo","two\r\nlines"\r\n6175550103,c@example.com,Cid,\r\n'
    )
    result = flow.stages.file(flow.text(text), profile)
    assert counts(result) == {"created": 3}
    assert flow.attributes(profile) == [{"remarks": 'said "maybe", later'}, {"remarks": "two\r\nlines"}, {}]


def test_the_first_row_is_the_header(flow):
    profile = flow.aimed("header", "approval: auto")
    result = flow.imported(profile, ["phone", "email", "last_name"], ["6175550101", "a@example.com", "Silva"])
    assert result.file.header_line == 1
    assert flow.leads(profile, "phone", "email", "last_name") == [("+16175550101", "a@example.com", "Silva")]


HEADLESS = [["a@example.com", "Silva", "6175550101"], ["b@example.com", "Ek", "6175550102"]]


def test_a_file_without_a_header_is_imported_on_request_its_columns_mapped_by_hand(flow):
    said = """approval: auto
reading: {header: false}
fields: {phone: {column: column_3}, email: {column: column_1}, last_name: {column: column_2}}"""
    profile = flow.aimed("headless", said)
    result = flow.imported(
        profile, None, ["a@example.com", "Silva", "6175550101"], ["b@example.com", "Ek", "6175550102"]
    )
    assert (result.rows_read, counts(result)) == (2, {"created": 2})
    assert flow.leads(profile, "phone", "last_name") == [("+16175550101", "Silva"), ("+16175550102", "Ek")]


def test_a_file_without_a_header_that_nobody_asked_for_is_refused_and_loses_no_row_unseen(flow):
    profile = flow.aimed("unasked", "approval: auto")
    result = flow.imported(
        profile, None, ["a@example.com", "Silva", "6175550101"], ["b@example.com", "Ek", "6175550102"]
    )
    assert result.status == "quarantined"
    assert "looks like values, not like column names" in result.message
    assert flow.leads(profile, "phone") == []


# columns matched to flow fields by header, else mapped by hand in the profile


def test_columns_are_matched_by_header_and_others_by_hand(flow):
    header = ["PHONE ", "Electronic address", "First_Name", "lead notes"]
    cells = ["6175550101", "a@example.com", "Ana", "call soon"]
    profile = flow.aimed("matched", "approval: auto\nfields: {email: {column: electronic address}}")
    assert counts(flow.imported(profile, header, cells)) == {"created": 1}
    assert flow.leads(profile, "phone", "email", "first_name") == [("+16175550101", "a@example.com", "Ana")]
    assert flow.attributes(profile) == [{"lead notes": "call soon"}]


def test_a_required_field_without_a_column_refuses_the_file_with_the_fix(flow):
    result = flow.imported(flow.aimed("unmatched"), ["phone", "e-mail address"], ["6175550101", "a@example.com"])
    assert result.status == "quarantined"
    assert "'email'" in result.message
    assert "fields.email.column in the profile" in result.message


# acceptance criteria (required, type, length, allowed values, pattern, ranges, cross-field), checked for every row


CRITERIA = [
    ("required", {"phone": ""}, ("phone_missing",)),
    ("required", {"email": "  "}, ("email_missing",)),
    ("type", {"phone": "n/a 5"}, ("phone_not_a_number",)),
    ("type", {"email": "ana.example.com"}, ("email_invalid",)),
    ("type", {"age": "4O"}, ("number_invalid",)),
    ("type", {"homeowner": "perhaps"}, ("boolean_invalid",)),
    ("type", {"consent_at": "14. March"}, ("date_invalid",)),
    ("length", {"first_name": "A" * 51}, ("value_too_long",)),
    ("length", {"city": "B"}, ("value_too_short",)),
    ("allowed values", {"state": "Ontario"}, ("option_invalid",)),
    ("allowed values", {"credit_rating": "AAA"}, ("option_invalid",)),
    ("pattern", {"postal_code": "K1A 0B1"}, ("value_pattern_mismatch",)),
    ("pattern", {"consent_url": "ftp://example.com"}, ("value_pattern_mismatch",)),
    ("range", {"age": "17"}, ("number_out_of_range",)),
    ("range", {"age": "121"}, ("number_out_of_range",)),
    ("range", {"electric_bill": "-0.01"}, ("number_out_of_range",)),
    ("range", {"consent_at": "1999-12-31T12:00:00"}, ("date_out_of_range",)),
    ("one of several", {"first_name": "", "last_name": ""}, ("required_one_of_missing",)),
    ("together", {"consent_url": ""}, ("required_together_missing",)),
    ("required if", {"electric_bill": ""}, ("required_if_missing",)),
    ("compare", {"consent_at": "2026-03-14T09:31:01"}, ("value_contradictory",)),
    (
        "several at once",
        {"phone": "12", "age": "x", "city": "B"},
        ("value_too_short", "number_invalid", "phone_too_short"),
    ),
]

#: Values at the very edge of what is accepted, and other ways to write what is.
ACCEPTED = [
    {"age": "18"},
    {"age": "120"},
    {"first_name": "A" * 50},
    {"city": "Bo"},
    {"postal_code": "02134-1234"},
    {"state": "massachusetts"},
    {"credit_rating": "VERY GOOD"},
    {"electric_bill": "$1,234.50"},
    {"homeowner": "no", "electric_bill": ""},
    {"consent_at": "", "consent_url": ""},
    {"consent_at": "03/14/2026 9:31 AM", "submitted_at": "2026-03-14T09:31:00-04:00"},
    {"first_name": ""},
]


@pytest.fixture(scope="module")
def judged(flow):
    """One file with a row for each criterion, and one for each value that is just accepted."""
    profile = flow.aimed("criteria", "approval: auto")
    bad = [row(number, **changes) for number, (_, changes, _) in enumerate(CRITERIA)]
    good = [row(number + 50, **changes) for number, changes in enumerate(ACCEPTED)]
    result = flow.imported(profile, FLOW_COLUMNS, *bad, *good)
    return profile, result, flow.verdicts(result)


@pytest.mark.parametrize("place", range(len(CRITERIA)), ids=[f"{kind}: {next(iter(c))}" for kind, c, _ in CRITERIA])
def test_a_row_that_fails_a_criterion_is_rejected_with_all_its_reasons(judged, place):
    assert judged[2][place] == ("rejected", CRITERIA[place][2])


@pytest.mark.parametrize("place", range(len(ACCEPTED)), ids=[str(changes)[:40] for changes in ACCEPTED])
def test_a_row_that_just_fulfils_them_is_accepted(judged, place):
    outcome, codes = judged[2][len(CRITERIA) + place]
    assert (outcome, codes) == ("created", ())


def test_accepted_values_are_kept_as_what_they_are(judged, flow):
    kept = flow.attributes(judged[0])
    place = {name: number for number, changes in enumerate(ACCEPTED) for name in changes}
    states = [state for (state,) in flow.leads(judged[0], "state")]
    assert states[5] == "MA"
    assert kept[place["credit_rating"]]["credit_rating"] == "excellent"
    assert kept[7]["electric_bill"] == 1234.5
    assert kept[8]["homeowner"] is False
    assert kept[10]["consent_at"] == kept[10]["submitted_at"] == "2026-03-14T13:31:00Z"


def test_what_several_fields_lack_together_is_told_by_name(judged, flow):
    hints = flow.hints(judged[1])
    one_of = next(place for place, (kind, _, _) in enumerate(CRITERIA) if kind == "one of several")
    assert "first_name, last_name" in str(hints[one_of])
    assert "ana" not in str(hints[one_of])


# … before anything is imported; a complete report of all rows with missing or unacceptable data


@pytest.fixture(scope="module")
def waiting(flow):
    profile = flow.aimed("batch")
    return profile, flow.stages.file(SAMPLES / "flow-batch-roofing.csv", profile)


def test_every_row_is_judged_before_anything_is_imported(flow, waiting):
    profile, result = waiting
    assert result.status == "awaiting_approval"
    assert counts(result) == {"created": 26, "duplicate": 2, "rejected": 23, "skipped": 1}
    assert flow.leads(profile, "lead_id") == []


def test_the_report_is_complete_while_the_import_waits(flow, waiting):
    _, result = waiting
    told = flow.rejected_file(result)
    assert len(told) == 25
    assert all(line["_reasons"] and line["_guidance"] for line in told)
    (three,) = [line for line in told if line["phone"] == "951555"]
    assert three["_reasons"] == "number_out_of_range; phone_too_short; email_missing"
    report = (flow.root / str(result.report_file)).read_text(encoding="utf-8")
    for reason in result.reasons:
        assert reason.code in report


# then a person chooses: complete the import, or adjust and start again


def test_completed_the_acceptable_rows_enter_the_flow_and_each_that_failed_is_told_with_the_reason(flow, waiting):
    profile, result = waiting
    done = flow.stages.decide(result.import_id, "approved")
    assert (done.status, done.counts) == ("completed_with_rejects", result.counts)
    assert len(flow.leads(profile, "lead_id")) == 26
    failed = flow.rejected_file(done)
    assert [line["_reasons"] for line in failed] == [line["_reasons"] for line in flow.rejected_file(done)]
    in_store = flow.stages.rows(
        "select count(*), count(*) filter (len(reason_codes) > 0) from rejected_leads where import_id = ?",
        done.import_id,
    )
    assert in_store == [(25, 25)]
    assert len(failed) == 25


def test_cancelled_nothing_enters_and_the_adjusted_file_is_a_new_import(flow):
    profile = flow.aimed("adjusted")
    first = flow.imported(profile, FLOW_COLUMNS, row(1), row(2, age="17"))
    cancelled = flow.stages.decide(first.import_id, "cancelled")
    assert (cancelled.status, flow.leads(profile, "lead_id")) == ("cancelled", [])
    second = flow.imported(profile, FLOW_COLUMNS, row(1), row(2, age="18"))
    assert second.import_id != first.import_id
    assert counts(flow.stages.decide(second.import_id, "approved")) == {"created": 2}


def test_the_rejected_rows_of_a_completed_import_are_corrected_and_dropped_back(flow):
    profile = flow.aimed("returning", "approval: auto")
    first = flow.imported(profile, FLOW_COLUMNS, row(1), row(2, age="17"))
    path = flow.root / str(first.rejected_file)
    corrected = flow.text(path.read_text(encoding="utf-8-sig").replace(",17,", ",71,"))
    again = flow.stages.file(corrected, profile)
    assert counts(again) == {"created": 1}
    assert [attributes["age"] for attributes in flow.attributes(profile)] == [40, 71]


@pytest.mark.parametrize(
    ("approval", "bad", "status"),
    [
        ("manual", 0, "awaiting_approval"),
        ("auto", 9, "completed_with_rejects"),
        ("{auto_below: 0.2}", 1, "completed_with_rejects"),
        ("{auto_below: 0.2}", 2, "awaiting_approval"),
    ],
)
def test_who_decides_is_said_in_the_profile(flow, approval, bad, status):
    profile = flow.aimed(f"approval {approval} {bad}".translate(str.maketrans("{}:", "   ")), f"approval: {approval}")
    rows = [row(number, **({"age": "1"} if number < bad else {})) for number in range(10)]
    assert flow.imported(profile, FLOW_COLUMNS, *rows).status == status


def test_the_command_line_approves_and_cancels(tmp_path):
    with quick_folder() as folder:
        home, runner = folder / "home", CliRunner()

        def run(*arguments):
            result = runner.invoke(main, ["--home", str(home), *arguments, "--json"], catch_exceptions=False)
            assert result.exit_code == 0, result.output
            return json.loads(result.output)

        files = []
        for number in (1, 2):
            files.append(tmp_path / f"{number}.csv")
            files[-1].write_text(",".join(FLOW_COLUMNS) + "\n" + ",".join(row(number)) + "\n")
        first, second = (run("import", str(file), "--profile", "flow_batch") for file in files)
        assert {first["status"], second["status"]} == {"awaiting_approval"}
        assert run("approve", first["import_id"])["rows_created"] == 1
        assert run("cancel", second["import_id"])["status"] == "cancelled"


def test_the_same_is_possible_in_the_dagster_ui():
    assert {"approve_import", "cancel_import"} <= {job.name for job in defs.resolve_all_job_defs()}


# an import that was interrupted is simply run again: nothing twice, nothing lost, no trimming of files by hand


@pytest.mark.parametrize("step", ["read_file", "map_leads", "normalize_leads", "commit_or_hold", "report_import"])
def test_interrupted_at_any_step_and_run_again_it_leaves_what_an_undisturbed_import_leaves(step, monkeypatch):
    real = getattr(support, step)

    def dies(*arguments, **named):
        if step == "commit_or_hold":
            real(*arguments, **named)  # after its commit
        raise KeyboardInterrupt

    def imported(interrupt):
        with quick_folder() as folder:
            with staging(folder / "home") as stages:
                system = System(stages, "flow_batch")
                file = system.csv(FLOW_COLUMNS, row(1), row(2, age="17"), row(3), name="batch.csv")
                profile = system.aimed("batch", "approval: auto")
                if interrupt:
                    monkeypatch.setattr(support, step, dies)
                    with pytest.raises(KeyboardInterrupt):
                        stages.file(file, profile)
                    monkeypatch.setattr(support, step, real)
                result = stages.file(file, profile)
            return counts(result), dump_home(folder / "home")

    assert imported(interrupt=True) == imported(interrupt=False)
