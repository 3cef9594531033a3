"""What the ledger counts of an import: questions that a cheaper one answers are not asked, and nothing else changes."""

import pytest

from lead_pipeline.store import ledger
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.ledger import count_lead_changes, count_rows, count_sequel
from lead_pipeline_tests.support import call_schedule, staging, write_csv

HEADER = ("caller_id", "email", "do_not_call")


def rows_of(*phones, email="", stop=""):
    return [(phone, email, stop) for phone in phones]


FILES = {
    "clean": rows_of("2125550101", "2125550102"),
    "duplicates": rows_of("2125550101", "2125550101"),
    "rejects": rows_of("12", "2125550103"),
    "warnings": rows_of("2125550104", email="info@example.com"),
    "suppressed": rows_of("2125550109"),
    "differing": rows_of("2125550101", email="other@example.com"),
    "says so": rows_of("2125550102", stop="yes"),
    "corrected": rows_of("2125550105", "2125550103"),
    "nothing": [],
}


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    """For each import: what is counted, and what the questions say when each of them is asked."""
    folder = tmp_path_factory.mktemp("counted")
    profile = call_schedule(write_mode="upsert")
    with staging(folder / "home") as stages:
        listed = folder / "listed.csv"
        listed.write_text("phone\n2125550109\n")
        stages.suppress(listed)
        for name, rows in FILES.items():
            stages.file(write_csv(folder / f"{name}.csv", HEADER, rows), profile)
        home = stages.home
    with DuckdbLeadStore.open(home.root, read_only=True) as store:
        numbers = dict(store.workspace.rows("select file_name, import_no from base.imports"))
        return {
            name: (count_rows(store.workspace, number), _asked(store.workspace, number))
            for name, number in ((name, numbers[f"{name}.csv"]) for name in FILES)
        }


def _asked(workspace, number):
    return {
        "reasons": ledger._reasons(workspace, number, in_columns=True),
        "waterfall": ledger._left_out(workspace, number),
        "lead_changes": count_lead_changes(workspace, number),
        "sequel": count_sequel(workspace, number),
    }


@pytest.mark.parametrize("name", FILES)
def test_what_is_not_asked_is_what_the_answer_would_have_been(counted, name):
    found, asked = counted[name]
    assert {key: getattr(found, key) for key in asked} == asked
    assert found.rows == found.row_numbers == len(FILES[name])


def test_every_question_has_an_answer_in_some_import(counted):
    answered = {key for _, asked in counted.values() for key, value in asked.items() if _says_something(value)}
    assert answered == {"reasons", "waterfall", "lead_changes", "sequel"}


def _says_something(value):
    return bool(value) if isinstance(value, tuple) else value != type(value)()
