"""People ask the store questions: one at a time, reading only, with mistakes explained and values kept back."""

from datetime import UTC, datetime

import pytest

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import ImportNotFoundError, UsageError
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.queries import ask, find_import, list_imports
from lead_pipeline.store.records import Conclusion, ImportRecord
from lead_pipeline.store.settings import StoreSettings

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WAIT = {"settings": StoreSettings(wait_seconds=5), "on_wait": lambda *_: None}


def record(name):
    return ImportRecord(
        import_id=f"{name}@0123456789ab",
        identity=name,
        profile="call_schedule",
        profile_fingerprint="f",
        destination=Destination(kind="offer", name="solar"),
        file_name=f"{name}.csv",
        file_sha256="0" * 64,
        file_bytes=1,
        started_at=NOW,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("asked")
    with DuckdbLeadStore.open(folder) as store:
        store.record(record("first"), Conclusion(ImportStatus.QUARANTINED, NOW, message="No column."))
        store.record(record("second"), Conclusion(ImportStatus.FAILED, NOW.replace(hour=13), message="Tried."))
    return folder


@pytest.mark.parametrize(
    "sql",
    [
        "select file_name from imports order by 1",
        "  FROM imports SELECT file_name ORDER BY 1",
        "with i as (select * from imports) select file_name from i order by file_name;",
    ],
)
def test_a_question_is_answered(home, sql):
    frame, more = ask(home, sql, limit=10, **WAIT)
    assert frame["file_name"].to_list() == ["first.csv", "second.csv"]
    assert not more


def test_more_rows_than_the_limit_are_said(home):
    frame, more = ask(home, "select * from range(11)", limit=10, **WAIT)
    assert (frame.height, more) == (10, True)


@pytest.mark.parametrize(
    "sql",
    [
        "insert into base.counters values ('x', 1)",
        "delete from base.imports",
        "update base.imports set status = 'x'",
        "drop table base.leads",
        "create table t (a integer)",
        "attach 'x.duckdb'",
        "copy imports to 'x.csv'",
        "pragma database_list",
        "set threads = 1",
        "call pragma_version()",
        "checkpoint",
        "",
        "-- a comment\ndelete from base.imports",
        "with gone as (select 1) delete from base.imports",
        "with gone as (select 1) insert into base.counters select 'x', 1",
        "explain analyze delete from base.imports",
        "select 1; select 2",
        "select 1; delete from base.imports",
    ],
)
def test_nothing_but_one_question_is_accepted(home, sql):
    before = (home / "leads.duckdb").read_bytes()
    with pytest.raises(UsageError):
        ask(home, sql, limit=10, **WAIT)
    assert (home / "leads.duckdb").read_bytes() == before


def test_a_mistake_is_explained(home):
    with pytest.raises(UsageError, match="statu"):
        ask(home, "select statu from imports", limit=10, **WAIT)


def test_a_failure_on_a_value_does_not_quote_it(home):
    with pytest.raises(UsageError, match="try_cast") as refused:
        ask(home, "select message::integer from imports", limit=10, **WAIT)
    assert "No column." not in str(refused.value)


def test_imports_are_listed_newest_first(home):
    listed = list_imports(home, limit=10, **WAIT)
    assert [one["import_id"] for one in listed] == ["second@0123456789ab", "first@0123456789ab"]
    assert listed[1]["status"] == "quarantined"
    assert listed[1]["destination_name"] == "solar"
    assert [one["import_id"] for one in list_imports(home, limit=1, **WAIT)] == ["second@0123456789ab"]


def test_no_store_lists_nothing(tmp_path):
    assert list_imports(tmp_path, limit=10, **WAIT) == []


def test_one_import_is_found_and_a_near_miss_is_named(home):
    assert find_import(home, "first@0123456789ab", **WAIT)["message"] == "No column."
    with pytest.raises(ImportNotFoundError, match="Did you mean 'first@0123456789ab'"):
        find_import(home, "first@0123456789ac", **WAIT)


def test_an_import_that_was_refused_again_has_one_line_in_the_ledger(home):
    with DuckdbLeadStore.open(home) as store:
        store.record(record("first"), Conclusion(ImportStatus.QUARANTINED, NOW, message="No column."))
        assert store.workspace.rows("select count(*) from base.imports where identity = 'first'") == [(1,)]


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("select order from imports", "order"),
        ("select status, end from imports", "end"),
        ("select i.table from imports i", None),
        ("select status from imports limit", None),
        ("select statsu from imports", None),
        ("select status form imports where", None),
    ],
)
def test_a_reserved_word_that_is_used_as_a_name_is_named(home, question, word):
    with pytest.raises(UsageError) as refused:
        ask(home, question, limit=1, **WAIT)
    said = f"'{word}' is a reserved word of SQL; write it in double quotes: \"{word}\"."
    assert (said in str(refused.value)) is (word is not None)
    assert ("reserved word" in str(refused.value)) is (word is not None)
