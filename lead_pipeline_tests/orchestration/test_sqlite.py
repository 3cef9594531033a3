"""What is done for Dagster's SQLite files: as much as makes runs quick, never without bound, and for no other files."""

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import NullPool, create_engine, text

from lead_pipeline.orchestration import sqlite
from lead_pipeline.orchestration.instance import open_instance
from lead_pipeline.orchestration.sqlite import release_sqlite, speed_up_sqlite
from lead_pipeline_tests.support import prepared_home


@pytest.fixture(autouse=True)
def quick(tmp_path):
    speed_up_sqlite(tmp_path)
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


def kept_engine(path):
    """An engine that keeps its connection, as those of Dagster's storages do."""
    return create_engine(f"sqlite:///{path}", pool_size=1)


def test_a_kept_connection_is_quick_once_its_file_has_a_log(tmp_path):
    with sqlite3.connect(tmp_path / "a.db") as con:
        con.execute("create table t (n integer)")
    con.close()
    engine, asked = kept_engine(tmp_path / "a.db"), text("pragma synchronous")
    with engine.connect() as con:
        assert con.execute(asked).scalar_one() == 2
        con.execute(text("pragma journal_mode = wal"))
        first = con.connection.dbapi_connection
    with engine.connect() as con:
        assert con.connection.dbapi_connection is first
        assert con.execute(asked).scalar_one() == 1
    engine.dispose()


def test_an_empty_file_has_a_log_before_it_has_tables(tmp_path):
    """That of a new instance, or of a run, whose thirty tables would be flushed one by one."""
    engine = kept_engine(tmp_path / "a.db")
    with engine.connect() as con:
        assert con.execute(text("pragma journal_mode")).scalar_one() == "wal"
        assert con.execute(text("pragma synchronous")).scalar_one() == 1
    engine.dispose()


@pytest.mark.parametrize("what", ["replaced", "gone"])
def test_a_kept_connection_writes_into_the_file_that_is_there_now(tmp_path, what):
    """As a home that is removed and made again while a process that has used it goes on."""
    log_file(tmp_path / "a.db")
    engine = kept_engine(tmp_path / "a.db")
    with engine.begin() as con:
        con.execute(text("insert into t values (1)"))
    release_sqlite()
    for name in ("a.db", "a.db-wal", "a.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    if what == "replaced":
        log_file(tmp_path / "b.db")
        (tmp_path / "b.db").rename(tmp_path / "a.db")
    with engine.begin() as con:
        con.execute(text("create table if not exists t (n integer)"))
        con.execute(text("insert into t values (2)"))
    engine.dispose()
    release_sqlite()
    with sqlite3.connect(tmp_path / "a.db") as con:
        assert con.execute("select n from t").fetchall() == [(2,)]
    con.close()


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


def test_a_database_that_lies_elsewhere_keeps_its_flushes(tmp_path_factory):
    """As one of somebody's own in the process that opens a home, whose commits must survive a power cut."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert write(log_file(elsewhere / "a.db"), 1) == 2  # FULL
    assert not (elsewhere / "a.db-wal").exists()
    with create_engine("sqlite://").connect() as con:
        assert con.execute(text("pragma synchronous")).scalar_one() == 2
    assert not sqlite._kept_open


def test_a_home_behind_a_link_is_a_home(tmp_path, tmp_path_factory):
    link = tmp_path_factory.mktemp("links") / "home"
    (tmp_path / "real").mkdir()
    link.symlink_to(tmp_path / "real")
    speed_up_sqlite(link)
    assert write(log_file(link / "a.db"), 1) == 1  # NORMAL


def test_the_history_of_a_home_is_written_this_way(tmp_path):
    """Fails when Dagster opens its files in a way that SQLAlchemy does not tell of."""
    with open_instance(prepared_home(tmp_path / "home")) as instance:
        instance.add_dynamic_partitions("imports", ["a"])
        assert {path.rpartition("/")[2] for path in sqlite._kept_open} >= {"index.db"}
