"""Statements are parsed once, and mean at each run what they mean then."""

import duckdb
import pytest

from lead_pipeline.model.errors import StoreError
from lead_pipeline.store import workspace as workspace_module
from lead_pipeline.store.workspace import Workspace


@pytest.fixture
def workspace():
    with duckdb.connect() as con:
        yield Workspace(con)


def test_a_statement_that_was_parsed_is_not_parsed_again(workspace, monkeypatch):
    workspace.rows("select 1 as parsed_once")
    monkeypatch.setattr(workspace_module.duckdb, "extract_statements", None)
    assert workspace.rows("select 1 as parsed_once") == [(1,)]


def test_a_statement_means_the_tables_and_values_of_its_run(workspace):
    asked = "select n, $add from numbered order by 1"
    workspace.run("create temp table numbered as select 1 as n")
    assert workspace.rows(asked, {"add": 1}) == [(1, 1)]
    workspace.run("create or replace temp table numbered as select unnest(['a', 'b']) as n")
    assert workspace.rows(asked, {"add": "x"}) == [("a", "x"), ("b", "x")]
    with duckdb.connect() as con:  # another store
        con.execute("create table numbered as select 7 as n")
        assert Workspace(con).rows(asked, {"add": None}) == [(7, None)]


def test_several_statements_in_one_text_are_run_as_ever(workspace):
    assert workspace.rows("create table twice as select 1 as n; select n from twice") == [(1,)]


@pytest.mark.parametrize("name", ["it's; drop.parquet", "$path.parquet", "a ? b.parquet"])
def test_a_file_may_have_any_name(workspace, tmp_path, name):
    path = tmp_path / name
    assert workspace.write_parquet(path, "select $a as n", {"a": 3}, doing="writing") == 1
    assert workspace.rows("select n from read_parquet(?)", [str(path)]) == [(3,)]


def test_what_cannot_be_parsed_leaves_as_an_error_without_values(workspace, tmp_path):
    with pytest.raises(StoreError) as caught:
        workspace.write_parquet(tmp_path / "x.parquet", "select 'secret' from where", doing="writing")
    assert "secret" not in str(caught.value)
