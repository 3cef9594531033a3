"""The names of Dagster that we replace: what that does, and that nothing breaks, or opens, once one has moved. That the
runs of the real services are forked indeed is asserted in the tour of test_services.
"""

import importlib
import logging
import multiprocessing
import os
import sqlite3
import subprocess
import sys
from types import SimpleNamespace

import dagster as dg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from dagster._grpc import server
from dagster_webserver import cli
from sqlalchemy import Engine, NullPool, create_engine, event

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.orchestration import dagster_internals
from lead_pipeline.orchestration.dagster_internals import (
    CODE_SERVER,
    NO_COMPUTE_LOGS,
    SQLITE_STORAGES,
    check_target,
    fork_runs,
    keep_engines,
    output_left_alone,
    read_migrations_once,
    release_connections,
    unmaterialized,
    wrap_web_server,
)
from lead_pipeline.orchestration.instance import open_instance
from lead_pipeline_tests.orchestration.serving import free_port

CODE = f"""
import multiprocessing
from lead_pipeline.orchestration.dagster_internals import fork_runs
print(fork_runs([]))
import {CODE_SERVER} as server
print(server.multiprocessing.get_context("spawn").get_start_method())
print(server.multiprocessing.Process is multiprocessing.Process)
"""


@pytest.mark.skipif("forkserver" not in multiprocessing.get_all_start_methods(), reason="no fork server here")
def test_the_code_server_forks_whatever_it_asks_for_and_gets_everything_else_of_multiprocessing():
    ended = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
    assert (ended.stdout.split(), ended.stderr) == (["True", "forkserver", "True"], "")


RUNS = """
import sqlite3, sys
from lead_pipeline.orchestration.serving.run_process import RunContext

def fill(_events):
    try:
        raise sqlite3.OperationalError("database or disk is full")
    except sqlite3.OperationalError:
        raise RuntimeError("while saying so")

def slip(_events):
    raise ValueError("a slip of ours")

def work(_events):
    sys.stderr.write("Exception while writing logger call to event log: x")
    print("worked", flush=True)

if __name__ == "__main__":
    context = RunContext()
    for target in (fill, slip, work):
        process = context.Process(target=target, args=["x"])
        process.start()
        process.join()
        print(process.exitcode, flush=True)
"""


@pytest.mark.skipif("forkserver" not in multiprocessing.get_all_start_methods(), reason="no fork server here")
def test_a_full_disk_ends_the_process_of_a_run_with_one_sentence_and_nothing_else_is_hidden(tmp_path):
    script = tmp_path / "runs.py"
    script.write_text(RUNS)
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert ended.stdout.split() == ["1", "1", "worked", "0"]
    said = ended.stderr.splitlines()
    assert said[0].startswith("Stopped: the disk is full.")
    assert said[1].startswith("Process RunProcess-2:")
    assert said[-1] == "ValueError: a slip of ours"


@pytest.mark.parametrize("missing", ["name", "module", "another object under the name"])
def test_once_the_name_has_moved_runs_are_spawned_as_ever_and_one_line_says_so(monkeypatch, caplog, missing):
    if missing == "name":
        monkeypatch.delattr(server, "multiprocessing")
    elif missing == "module":
        monkeypatch.setitem(sys.modules, CODE_SERVER, None)
    else:
        monkeypatch.setattr(server, "multiprocessing", multiprocessing.get_context("spawn"))
    found = getattr(server, "multiprocessing", None)
    assert fork_runs([]) is False
    (line,) = caplog.records
    assert line.levelno == logging.WARNING
    assert "starts slower" in line.message
    assert getattr(server, "multiprocessing", None) is found


def test_a_system_that_cannot_fork_spawns_as_ever(monkeypatch, caplog):
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    assert fork_runs([]) is False
    assert not caplog.records


def test_what_dagster_serves_is_wrapped_and_nothing_else_of_uvicorn_is_within_its_reach(monkeypatch):
    served = []
    monkeypatch.setattr(cli, "uvicorn", SimpleNamespace(run=lambda app, **settings: served.append((app, settings))))
    wrap_web_server(lambda app: f"guard of {app}")
    cli.uvicorn.run("app", port=1)
    assert served == [("guard of app", {"port": 1})]
    assert vars(cli.uvicorn).keys() == {"run"}


@pytest.mark.parametrize("missing", ["name", "module"])
def test_once_the_name_of_the_web_server_has_moved_nothing_is_wrapped(monkeypatch, missing):
    if missing == "name":
        monkeypatch.delattr(cli, "uvicorn")
    else:
        monkeypatch.setitem(sys.modules, "dagster_webserver.cli", None)
    with pytest.raises(LeadPipelineError, match="was not started"):
        wrap_web_server(lambda app: app)


UNGUARDABLE = """
import sys
from dagster_webserver import cli
from lead_pipeline.orchestration.serving import service
del cli.uvicorn
sys.argv = ["service", service.WEB_SERVER, "-p", sys.argv[1]]
service.main()
"""


def test_a_web_server_that_cannot_be_guarded_does_not_start_and_says_why_in_one_sentence(tmp_path):
    settings = {"LEAD_PIPELINE_HOME": str(tmp_path), "LEAD_PIPELINE_UI_ADDRESSES": "localhost:3000"}
    command = [sys.executable, "-c", UNGUARDABLE, str(free_port())]
    ended = subprocess.run(command, capture_output=True, text=True, env=os.environ | settings)
    assert (ended.returncode, ended.stderr.count("\n"), ended.stdout) == (1, 1, "")
    assert ended.stderr.startswith("The web server was not started: ")


def test_while_a_step_of_a_command_runs_the_output_is_that_of_the_command(home):
    instance = open_instance(home)
    try:
        assert type(instance.compute_log_manager).__name__ == NO_COMPUTE_LOGS["class"]
        before = os.fstat(1).st_ino, os.fstat(2).st_ino
        with instance.compute_log_manager.capture_logs(["run", "compute_logs", "step"]):
            assert (os.fstat(1).st_ino, os.fstat(2).st_ino) == before
    finally:
        instance.dispose()


def test_under_the_services_too_the_output_of_steps_makes_no_files(home):
    open_instance(home).dispose()  # writes the settings that the services read
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        assert type(instance.compute_log_manager).__name__ == NO_COMPUTE_LOGS["class"]


@pytest.mark.parametrize("missing", ["name", "module"])
def test_once_that_name_has_moved_output_goes_to_files_as_ever_and_one_line_says_so(monkeypatch, caplog, missing):
    if missing == "name":
        monkeypatch.delattr(importlib.import_module(NO_COMPUTE_LOGS["module"]), NO_COMPUTE_LOGS["class"])
    else:
        monkeypatch.setitem(sys.modules, NO_COMPUTE_LOGS["module"], None)
    assert output_left_alone() == {}
    (line,) = caplog.records
    assert "goes to files" in line.message


def test_the_names_for_partitions_that_are_not_made_and_for_targets_of_checks_are_there(caplog):
    assert list(unmaterialized().values()) == [True]
    target = check_target()
    assert target is not None
    assert target(storage_id=1, run_id="x", timestamp=0.0).storage_id == 1
    assert not caplog.records


MOVED = {"module": ("dagster._core.nowhere", "X"), "name": ("dagster._core.definitions.source_asset", "GONE")}


@pytest.mark.parametrize("missing", MOVED.values(), ids=MOVED)
def test_once_these_have_moved_one_line_says_what_follows(monkeypatch, caplog, missing):
    monkeypatch.setattr(dagster_internals, "_OBSERVED", missing)
    monkeypatch.setattr(dagster_internals, "_TARGET", missing)
    assert unmaterialized() == {}
    assert check_target() is None
    assert [record.getMessage().split(": ")[1] for record in caplog.records] == [
        "files that were refused look imported.", "checks of files that were imported again look outdated.",
    ]  # fmt: skip


@pytest.fixture
def storages(monkeypatch):
    """The modules of Dagster's SQLite storages, as they are before anybody keeps engines."""
    found = [importlib.import_module(name) for name in SQLITE_STORAGES]
    for module in found:
        monkeypatch.setattr(module, "create_engine", create_engine)
    return found


def nothing(_path):
    return False


def connection_of(engine):
    """The connection that a statement gets; then Dagster throws the engine away."""
    with engine.connect() as con:
        found = con.connection.dbapi_connection
    engine.dispose()
    return found


def test_each_file_has_one_engine_that_holds_no_connection_and_other_engines_are_made_as_ever(storages, tmp_path):
    keep_engines(nothing)
    one, two = f"sqlite:///{tmp_path}/one.db", f"sqlite:///{tmp_path}/two.db"
    for module in storages:
        make = module.create_engine
        settings = {"poolclass": NullPool, "connect_args": {"timeout": 30}}
        engine = make(one, **settings)
        with engine.connect():
            pass
        engine.dispose()  # as Dagster does after each statement
        assert make(one, **settings) is engine
        assert isinstance(engine.pool, NullPool)
        assert make(two, **settings) is not engine
        assert make(one, poolclass=NullPool) is not engine
        assert make(one, poolclass=NullPool, echo=True) is not make(one, poolclass=NullPool, echo=True)


def test_no_more_than_a_few_engines_are_kept_however_many_runs_there_were(storages, tmp_path):
    keep_engines(nothing)
    keep_engines(nothing)  # a second time changes nothing
    make = storages[0].create_engine
    for number in range(100):
        make(f"sqlite:///{tmp_path}/{number}.db", poolclass=NullPool)
    assert make.cache_info().currsize == dagster_internals._ENGINES


SETTINGS = {"poolclass": NullPool, "connect_args": {"timeout": 30}}


def test_connections_are_kept_to_the_files_that_are_ours_only_and_can_be_closed(storages, tmp_path):
    keep_engines(lambda path: path == f"{tmp_path}/ours.db")
    ours, other = (storages[0].create_engine(f"sqlite:///{tmp_path}/{name}.db", **SETTINGS) for name in ("ours", "x"))
    kept = connection_of(ours)
    assert connection_of(ours) is kept
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection_of(other).execute("select 1")
    release_connections()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        kept.execute("select 1")
    assert connection_of(ours).execute("select 1").fetchone() == (1,)
    release_connections()


def test_statements_of_several_threads_have_a_connection_each(storages, tmp_path):
    keep_engines(lambda _path: True)
    engine = storages[0].create_engine(f"sqlite:///{tmp_path}/ours.db", **SETTINGS)
    together = [engine.connect() for _ in range(5)]
    assert len({id(con.connection.dbapi_connection) for con in together}) == 5
    for con in together:
        con.close()
    release_connections()


def test_a_fork_uses_no_connection_of_the_process_that_it_came_from(storages, tmp_path, monkeypatch):
    keep_engines(lambda _path: True)
    address = f"sqlite:///{tmp_path}/ours.db"
    before = connection_of(storages[0].create_engine(address, **SETTINGS))
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert connection_of(storages[0].create_engine(address, **SETTINGS)) is not before
    release_connections()


def test_a_database_is_asked_for_tables_and_columns_until_it_has_them_and_no_more(home):
    with open_instance(home) as instance:
        storage = instance.event_log_storage
        asked = []

        @event.listens_for(Engine, "before_cursor_execute")
        def note(_con, _cursor, statement, *_rest):
            asked.append(statement)

        try:
            for _ in range(3):
                assert storage.has_table("event_logs")
                assert storage.has_asset_key_col("last_materialization_timestamp")
            while_known = len(asked)
            for _ in range(3):
                assert not storage.has_table("no_table")
                assert not storage.has_asset_key_col("no_column")
            assert len(asked) - while_known >= 6
            asked.clear()
            assert storage.has_table("event_logs")
            assert storage.has_asset_key_col("last_materialization_timestamp")
            assert not asked
        finally:
            event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("moved", ["class", "method"])
def test_once_what_is_asked_again_has_moved_nothing_breaks(storages, monkeypatch, caplog, moved):
    module, kind, method = dagster_internals._ASKED_AGAIN[0]
    gone = (module, kind, "gone") if moved == "method" else (module, "Gone", method)
    monkeypatch.setattr(dagster_internals, "_ASKED_AGAIN", [gone])
    keep_engines(nothing)
    assert len(caplog.records) == 1
    assert caplog.records[0].getMessage().endswith("its events take longer to write.")


def test_once_the_name_of_the_engines_has_moved_one_line_for_each_says_so_and_nothing_changes(
    storages, monkeypatch, caplog
):
    for module in storages:
        monkeypatch.delattr(module, "create_engine")
    keep_engines(nothing)
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * len(storages)
    assert not any(hasattr(module, "create_engine") for module in storages)


def _migrations(folder, name):
    versions = folder / name / "versions"
    versions.mkdir(parents=True)
    (versions / "a.py").write_text("revision = 'a'\ndown_revision = None\n")
    config = Config()
    config.set_main_option("script_location", str(folder / name))
    return config


def test_migrations_of_dagster_are_read_once_and_those_of_anybody_else_each_time(tmp_path):
    read_migrations_once()
    dagsters = Config()
    dagsters.set_main_option("script_location", "dagster:_core/storage/alembic")
    again = Config()
    again.set_main_option("script_location", "dagster:_core/storage/alembic")
    assert ScriptDirectory.from_config(dagsters) is ScriptDirectory.from_config(again)
    others = _migrations(tmp_path, "others")
    first = ScriptDirectory.from_config(others)
    assert first.as_revision_number("head") == "a"
    (tmp_path / "others" / "versions" / "b.py").write_text("revision = 'b'\ndown_revision = 'a'\n")
    assert ScriptDirectory.from_config(others).as_revision_number("head") == "b"


def test_the_files_of_a_new_instance_are_stamped_with_the_newest_migration(home):
    with open_instance(home) as instance:
        for storage in (instance.run_storage, instance.event_log_storage, instance.schedule_storage):
            stamped, newest = storage.alembic_version()
            assert stamped == newest is not None


class _OnPostgresql:
    """A history of which no table is there."""

    def index_connection(self):
        return create_engine("sqlite://").connect()


_OnPostgresql.__module__ = "dagster_postgres.event_log.event_log"


def test_tables_of_a_history_are_known_by_the_names_that_dagster_has():
    missing = dagster_internals.tables_missing(SimpleNamespace(event_log_storage=_OnPostgresql()))
    assert {"runs", "event_logs", "dynamic_partitions", "asset_keys", "jobs", "job_ticks"} <= set(missing)


def test_where_these_names_have_moved_nothing_is_waited_for_and_one_line_says_so(monkeypatch, caplog):
    monkeypatch.setattr(dagster_internals, "_TABLES", (("dagster.nowhere", "Metadata"),))
    assert dagster_internals.tables_missing(SimpleNamespace(event_log_storage=_OnPostgresql())) == []
    assert "dagster.nowhere.Metadata" in caplog.text
