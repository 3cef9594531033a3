"""The command as people and scripts call it: exit codes, the JSON contract, and sentences for whatever is wrong."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from lead_pipeline.cli import main
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline_tests.support import prepared_home, query, quick_folder

CLEAN = "caller_id,name\n2125550101,Ann\n2125550102,Bob\n"
MIXED = "caller_id,name\n2125550103,Cid\n12345,Dan\n2125550103,Cid\n,\n"

#: DESIGN section 6: what callers of `import --json` rely on.
CONTRACT = {
    "import_id", "status", "profile", "file_name", "file_sha256", "rows_read", "rows_created", "rows_updated",
    "rows_unchanged", "rows_duplicate", "rows_suppressed", "rows_rejected", "rows_skipped", "reasons",
    "rejected_file", "report_file",
}  # fmt: skip


@pytest.fixture
def place(monkeypatch):
    """A folder to work in, whose `data` is a home."""
    with quick_folder() as folder:
        prepared_home(folder / "data")
        monkeypatch.chdir(folder)
        monkeypatch.delenv("LEAD_PIPELINE_HOME", raising=False)
        before = os.umask(0o022)
        yield folder
        os.umask(before)


def run(*arguments, code=0):
    """Run the command in this process and return its result; `code` is the exit code that is due."""
    result = CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def write(place, name, content):
    path = place / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def objects(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_clean_file_is_imported_and_shown_with_the_places_of_everything(place):
    shown = run("import", write(place, "clean.csv", CLEAN)).stdout
    assert "clean.csv" in shown
    assert re.search(r"rows read\s+2\b", shown)
    assert re.search(r"created\s+2\b", shown)
    assert query(place / "data", "select phone from leads order by 1") == [("+12125550101",), ("+12125550102",)]


def test_the_json_object_keeps_its_contract(place):
    run_ = run("import", write(place, "mixed.csv", MIXED), "--json")
    (one,) = objects(run_)
    assert set(one) >= CONTRACT
    assert one["status"] == "completed_with_rejects"
    assert one["profile"] == "call_schedule"
    assert one["file_name"] == "mixed.csv"
    assert len(one["file_sha256"]) == 64
    assert re.fullmatch(r"mixed@[0-9a-f]{12}", one["import_id"])
    numbers = {name.removeprefix("rows_"): one[name] for name in CONTRACT if name.startswith("rows_")}
    assert numbers == {
        "read": 4, "created": 1, "updated": 0, "unchanged": 0,
        "duplicate": 1, "suppressed": 0, "rejected": 1, "skipped": 1,
    }  # fmt: skip
    assert {(reason["code"], reason["outcome"], reason["count"]) for reason in one["reasons"]} == {
        ("phone_too_short", "rejected", 1), ("duplicate_in_file", "duplicate", 1), ("row_blank", "skipped", 1),
    }  # fmt: skip
    assert Path(one["rejected_file"]).is_file()
    assert Path(one["report_file"]).is_file()


def test_rejects_are_an_error_only_for_those_who_ask(place):
    path = write(place, "mixed.csv", MIXED)
    run("import", path)
    run("import", path, "--fail-on-rejects", code=3)
    run("import", write(place, "clean.csv", CLEAN), "--fail-on-rejects")


def test_the_same_content_again_under_any_name_changes_nothing_and_says_so(place):
    first = objects(run("import", write(place, "a.csv", CLEAN), "--json"))[0]
    again = objects(run("import", write(place, "b.csv", CLEAN), "--json"))[0]
    assert again["import_id"] == first["import_id"]
    assert (first["already_imported"], again["already_imported"]) == (False, True)
    assert query(place / "data", "select count(*) from leads") == [(2,)]
    assert not [path for path in (place / "data/staging").iterdir() if path.is_file()]


def test_several_files_in_one_call_are_told_one_by_one_and_the_bad_one_decides_the_exit_code(place):
    files = [write(place, "a.csv", CLEAN), place / "missing.csv", write(place, "b.csv", MIXED)]
    result = run("import", *files, "--json", code=2)
    told = objects(result)
    assert [one["status"] for one in told] == ["completed", "failed", "completed_with_rejects"]
    assert set(told[1]) >= CONTRACT
    assert told[1]["rows_read"] is None
    assert {one["status"] for one in told} <= set(ImportStatus)
    assert "missing.csv" in result.stderr


HOMES = {
    "before the command": (["--home", "elsewhere", "import"], [], {}),
    "after the command": (["import"], ["--home", "elsewhere"], {}),
    "after wins": (["--home", "other", "import"], ["--home", "elsewhere"], {}),
    "environment": (["import"], [], {"LEAD_PIPELINE_HOME": "elsewhere"}),
    "option wins": (["--home", "elsewhere", "import"], [], {"LEAD_PIPELINE_HOME": "other"}),
}


@pytest.mark.parametrize(("before", "after", "environment"), HOMES.values(), ids=HOMES)
def test_the_home_is_found_wherever_it_is_named(place, monkeypatch, before, after, environment):
    (place / "data").rename(place / "elsewhere")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    run(*before, write(place, "a.csv", "caller_id\n"), *after, code=2)
    assert [path.name for path in (place / "elsewhere/quarantine/call_schedule").glob("*.csv")]
    assert not (place / "data").exists()
    assert not (place / "other").exists()


def test_everything_written_is_private(place):
    run("--home", "fresh", "import", write(place, "mixed.csv", MIXED))
    open_to_others = [path for path in (place / "fresh").rglob("*") if path.stat().st_mode & 0o077]
    assert open_to_others == []


def test_another_destination_is_an_import_of_its_own(place):
    path = write(place, "a.csv", CLEAN)
    first = objects(run("import", path, "--json"))[0]
    second = objects(run("import", path, "--destination", "offer:solar", "--json"))[0]
    assert second["import_id"] != first["import_id"]
    assert second["destination"] == "offer:solar"
    assert second["rows_created"] == 2
    found = query(
        place / "data", "select destination_kind, destination_name, count(*) from leads group by all order by 1"
    )
    assert found == [("offer", "solar", 2), ("schedule", "main", 2)]


WRONG_USE = {
    "destination without a kind": (["--destination", "solar"], "form kind:name"),
    "destination of an unknown kind": (["--destination", "shedule:a"], "Did you mean 'schedule'?"),
    "destination without a name": (["--destination", "offer:"], "form kind:name"),
    "unknown profile": (["--profile", "call_shedule"], "Did you mean 'call_schedule'?"),
}


@pytest.mark.parametrize(("options", "sentence"), WRONG_USE.values(), ids=WRONG_USE)
def test_wrong_use_is_refused_before_any_file_is_touched(place, options, sentence):
    result = run("import", write(place, "a.csv", CLEAN), *options, code=2)
    assert sentence in result.stderr
    assert "Traceback" not in result.output
    assert not (place / "data/leads.duckdb").exists()


REFUSED = {
    "empty": ("a.csv", b"", "file_empty", "empty"),
    "header only": ("a.csv", b"caller_id,name\n", "file_empty", "header"),
    "no phone column": ("a.csv", b"colour,size\nred,1\n", "required_column_unmapped", "caller_id"),
    "binary": ("a.csv", b"\x7fELF" + bytes(99), "file_type_unsupported", "program"),
    "PDF": ("leads.csv", b"%PDF-1.7\n" + bytes(99), "file_type_unsupported", "PDF"),
}


@pytest.mark.parametrize(("name", "content", "code", "word"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_imported_is_a_quarantined_result_with_a_sentence(place, name, content, code, word):
    path = write(place, name, content)
    (one,) = objects(run("import", path, "--json", code=2))
    assert set(one) >= CONTRACT
    assert one["status"] == "quarantined"
    assert [reason["code"] for reason in one["reasons"]] == [code]
    assert word in one["message"]
    assert one["message"].endswith(".")
    assert path.read_bytes() == content
    assert query(place / "data", "select status from imports") == [("quarantined",)]


def test_a_missing_file_and_a_folder_are_named(place):
    assert "There is no file 'missing.csv'" in run("import", place / "missing.csv", code=2).stderr
    assert "a folder" in run("import", place, code=2).stderr


def test_a_file_that_may_not_be_read_says_what_to_do(place, monkeypatch):
    path = write(place, "secret.csv", CLEAN)
    really_open = os.open

    def refuse(name, *arguments, **options):
        if os.fspath(name).endswith("secret.csv"):
            raise PermissionError(13, "Permission denied")
        return really_open(name, *arguments, **options)

    monkeypatch.setattr(os, "open", refuse)  # permission bits do not stop root
    assert "Permission denied" in run("import", path, code=2).stderr


def test_a_link_that_a_person_names_is_followed(place):
    write(place, "a.csv", CLEAN)
    (place / "link.csv").symlink_to("a.csv")
    assert objects(run("import", place / "link.csv", "--json"))[0]["rows_created"] == 2


HOLD = "import duckdb, sys\ncon = duckdb.connect(sys.argv[1])\nprint('held', flush=True)\nsys.stdin.read()\n"


def test_a_store_held_by_somebody_is_waited_for_then_named_and_the_import_succeeds_later(place):
    run("import", write(place, "a.csv", CLEAN))
    path = write(place, "b.csv", MIXED)
    command = [sys.executable, "-c", HOLD, str(place / "data/leads.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        result = run("import", path, "--store-wait", "1", "--json", code=1)
        assert f"held by process {holder.pid}" in result.stderr
        assert re.search(r"for \d seconds", result.stderr)  # not the 60 that are waited by default
        assert "nothing was lost" in result.stderr
        assert objects(result)[0]["status"] == "failed"
        holder.communicate()
    assert objects(run("import", path, "--json"))[0]["rows_created"] == 1


def test_past_imports_are_listed_and_shown(place):
    assert "Nothing was imported yet" in run("history").stdout
    run("import", write(place, "mixed.csv", MIXED))
    (line,) = objects(run("history", "--json"))
    assert (line["rows_read"], line["rows_rejected"], line["status"]) == (4, 1, "completed_with_rejects")
    assert line["import_id"] in run("history").stdout
    (one,) = objects(run("show", line["import_id"], "--json"))
    assert set(one) >= CONTRACT
    assert "phone_too_short" in run("show", line["import_id"]).stdout
    missing = run("show", line["import_id"][:-1] + "x", code=2).stderr
    assert f"Did you mean '{line['import_id']}'?" in missing
    run("show", "../../etc/passwd", code=2)


def test_the_store_answers_one_question_and_takes_no_order(place):
    run("import", write(place, "a.csv", CLEAN))
    assert objects(run("sql", "select count(*) as n from leads", "--json")) == [{"n": 2}]
    assert re.search(r"n\s+2", re.sub(r"[─\s]+", " ", run("sql", "select count(*) as n from leads").stdout))
    assert "begin with select" in run("sql", "delete from base.leads", code=2).stderr
    assert "one question" in run("sql", "select 1; select 2", code=2).stderr
    assert "nothere" in run("sql", "select nothere from leads", code=2).stderr
    for sneaky in ("select * from read_csv('/etc/passwd')", "with x as (select 1) delete from base.leads"):
        run("sql", sneaky, code=2)
    limited = run("sql", "select * from range(5)", "--limit", "2", "--json")
    assert len(objects(limited)) == 2
    assert "first 2 rows" in limited.stderr
    assert query(place / "data", "select count(*) from leads") == [(2,)]


def test_a_suppressed_number_is_not_imported_whatever_its_spelling(place):
    told = run(
        "suppress", write(place, "dnc.csv", "phone\n(212) 555-0101\nnonsense\n"), "--kind", "do_not_call", code=3
    )
    assert "1 added as do_not_call" in told.stdout
    assert "line 3" in told.stderr
    (one,) = objects(run("import", write(place, "a.csv", CLEAN), "--json"))
    assert (one["rows_created"], one["rows_suppressed"]) == (1, 1)
    assert one["reasons"][0]["code"] == "do_not_call"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [(["--kind", "shy"], "blocked"), ([], "--kind"), (["--kind", "blocked", "--region", "XX"], "XX")],
    ids=["unknown kind", "no kind", "unknown country"],
)
def test_a_suppression_list_is_not_loaded_on_a_guess(place, options, sentence):
    assert sentence in run("suppress", write(place, "dnc.csv", "phone\n2125550101\n"), *options, code=2).output


def test_a_list_that_names_nobody_is_refused_in_words_and_in_json(place):
    path = write(place, "dnc.csv", "city\nBonn\nRome\n")
    refused = run("suppress", path, "--kind", "do_not_call", "--json", code=2)
    assert "phone numbers or email addresses" in refused.stderr
    (one,) = objects(refused)
    assert (one["status"], one["rows_added"], one["message"]) == (
        "refused",
        0,
        refused.stderr.split(": ", 1)[1].strip(),
    )


def test_a_list_says_which_leads_of_earlier_imports_it_concerns(place):
    (imported,) = objects(run("import", write(place, "a.csv", CLEAN), "--json"))
    (one,) = objects(run("suppress", write(place, "o.csv", "phone\n2125550101\n"), "--kind", "opted_out", "--json"))
    assert (one["leads_affected"], one["enrollments_suppressed"]) == (1, 1)
    assert [row["import_id"] for row in one["affected"]] == [imported["import_id"]]


def test_a_suppression_list_that_does_not_exist_is_named(place):
    assert "nowhere.csv" in run("suppress", "nowhere.csv", "--kind", "blocked", code=2).stderr


def test_profiles_are_listed_and_printed_as_they_were_written(place):
    assert re.search(r"call_schedule\s+bundled", run("profiles").stdout)
    text = run("profiles", "show", "call_schedule").stdout
    assert text.startswith("#")
    mine = place / "data/profiles/mine.yaml"
    mine.write_text(text.replace("name: call_schedule", "name: mine"))
    assert "mine" in run("profiles").stdout
    assert "Did you mean 'mine'?" in run("profiles", "show", "mines", code=2).stderr


def test_a_home_that_cannot_be_written_is_named(place):
    write(place, "file", b"")
    assert "file" in run("--home", place / "file", "import", write(place, "a.csv", CLEAN), code=2).output


def test_python_m_is_the_same_command_and_its_errors_leave_standard_output_alone(place):
    command = [sys.executable, "-m", "lead_pipeline", "--home", "data", "import", "missing.csv"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=place, env=environment)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("lead-pipeline: There is no file 'missing.csv'")
    assert result.stderr.count("\n") == 1
