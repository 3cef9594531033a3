"""What is kept for Dagster's SQLite files: as much as makes runs quick, and never without bound."""

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.script import ScriptDirectory
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sql import get_alembic_config
from sqlalchemy import NullPool, create_engine, text

from lead_pipeline.orchestration import sqlite
from lead_pipeline.orchestration.sqlite import quicken_sqlite, release_sqlite


@pytest.fixture(autouse=True)
def quick():
    quicken_sqlite()
    yield
    release_sqlite()


def log_file(path):
    with sqlite3.connect(path) as con:
        con.execute("pragma journal_mode = wal")
        con.execute("create table t (n integer)")
    con.close()
    return f"sqlite:///{path}"


def write(address, number):
    engine = create_engine(address, poolclass=NullPool)
    with engine.begin() as con:
        con.execute(text("insert into t values (:n)"), {"n": number})
        return con.execute(text("pragma synchronous")).scalar_one()


def test_a_file_with_a_log_is_flushed_at_checkpoints_only_and_its_log_stays_open(tmp_path):
    address = log_file(tmp_path / "a.db")
    assert write(address, 1) == 1  # NORMAL
    assert (tmp_path / "a.db-wal").exists()
    release_sqlite()
    assert not (tmp_path / "a.db-wal").exists()
    with sqlite3.connect(tmp_path / "a.db") as con:
        assert con.execute("select n from t").fetchall() == [(1,)]
    con.close()


def test_a_file_without_a_log_keeps_its_flushes(tmp_path):
    sqlite3.connect(tmp_path / "a.db").execute("create table t (n integer)").connection.close()
    assert write(f"sqlite:///{tmp_path / 'a.db'}", 1) == 2  # FULL


def test_only_the_files_used_last_are_kept_open(tmp_path):
    index = log_file(tmp_path / "index.db")
    for number in range(40):
        write(index, number)
        kept = sqlite._kept_open[str(tmp_path / "index.db")]
        write(log_file(tmp_path / f"{number}.db"), number)
    assert len(sqlite._kept_open) == sqlite._FILES
    assert sqlite._kept_open[str(tmp_path / "index.db")] is kept
    assert str(tmp_path / "39.db") in sqlite._kept_open
    assert not (tmp_path / "0.db-wal").exists()


def test_threads_may_connect_at_once(tmp_path):
    """As those of the daemon do; each of them may have to let go of a file."""
    addresses = [log_file(tmp_path / f"{number}.db") for number in range(3 * sqlite._FILES)]
    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            assert set(threads.map(write, addresses * 4, range(4 * len(addresses)))) == {1}
    finally:
        sys.setswitchinterval(switching)
    assert len(sqlite._kept_open) == sqlite._FILES


def test_dagsters_event_log_makes_one_engine_for_a_file_and_it_pools_nothing(tmp_path, monkeypatch):
    """Fails when a release of Dagster makes its engines in another place: then runs are slow again."""
    made = []

    def counted(*arguments, **named):
        made.append(create_engine(*arguments, **named))
        return made[-1]

    monkeypatch.setattr(sqlite, "create_engine", counted)
    storage = SqliteEventLogStorage(str(tmp_path))
    for _ in range(5):
        storage.has_dynamic_partition("imports", "a")
        with storage.index_connection() as con:
            con.execute(text("select 1"))
    assert len(made) == 1
    assert isinstance(made[0].pool, NullPool)


def test_the_migrations_of_a_folder_are_loaded_once():
    first, again = (ScriptDirectory.from_config(get_alembic_config(sqlite_event_log.__file__)) for _ in range(2))
    assert first is again
    assert first.as_revision_number("head") == first.get_current_head()
