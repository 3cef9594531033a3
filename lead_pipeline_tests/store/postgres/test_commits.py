"""Commits on PostgreSQL that go wrong in the middle, at the end, or nobody knows where: all is kept, or nothing."""

import subprocess
import sys
import threading
from pathlib import Path

import adbc_driver_manager
import pytest

from lead_pipeline.model.errors import StoreError, StoreLockedError
from lead_pipeline.store.postgres import postgres_store
from lead_pipeline.store.postgres.postgres_connection import Connection, ConnectionLostError
from lead_pipeline.store.postgres.postgres_store import PostgresLeadStore
from lead_pipeline.store.records import CommandKeys
from lead_pipeline.store.settings import StoreSettings
from lead_pipeline_tests.postgres_server import server
from lead_pipeline_tests.screening.screened import Row, Screened, profile

A, B = "+12125550101", "+12125550102"


def database_of(screened) -> str:
    return screened.store._address.partition("@/")[2].partition("?")[0]


@pytest.fixture
def database_has(screened):
    """What sets what transactions of new connections have by default."""
    yield lambda said: server().psql(f"alter database {database_of(screened)} set {said}")
    server().psql(f"alter database {database_of(screened)} reset all")


def end_connections(screened) -> None:
    """Have the server end every other connection to the database, as when it is restarted or the network is cut."""
    name = database_of(screened)
    server().psql(
        f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}' and pid <> pg_backend_pid()"
    )


def phones(screened) -> list[str]:
    return [phone for (phone,) in screened.store.workspace.rows("select phone from base.leads order by phone")]


def imported_twice(screened) -> list[str]:
    """Import a row again under the same identity, and return the phones that are there."""
    entry = screened.add([Row(A)], profile(), identity="once")
    assert (entry.counts.created, entry.status) == (1, "completed")
    return phones(screened)


def test_a_connection_that_is_lost_before_the_commit_keeps_nothing_and_the_import_can_be_repeated(
    screened, monkeypatch
):
    def lost(con, filled, there):
        write_back(con, filled, there)
        end_connections(screened)

    write_back = postgres_store.write_back
    monkeypatch.setattr(postgres_store, "write_back", lost)
    with pytest.raises(ConnectionLostError, match="importing once@0"):
        screened.add([Row(A)], profile(), identity="once")
    monkeypatch.undo()
    assert phones(screened) == []
    assert imported_twice(screened) == [A]


class LostAtCommit:
    """The driver's connection, whose answer to a commit never arrives."""

    def __init__(self, con, lose, *, is_kept: bool) -> None:
        self._con, self._lose, self._is_kept = con, lose, is_kept

    def __getattr__(self, name):
        return getattr(self._con, name)

    def commit(self):
        if self._is_kept:
            self._con.commit()
        self._lose()
        with self._con.cursor() as cursor:
            cursor.execute("select 1")


@pytest.mark.parametrize("is_kept", [True, False])
def test_whether_a_commit_became_fact_whose_answer_was_lost_the_store_itself_says(screened, monkeypatch, is_kept):
    commit = Connection._commit

    def commit_and_lose(self, commit_id, settings):
        monkeypatch.undo()
        self._con = LostAtCommit(self._con, lambda: end_connections(screened), is_kept=is_kept)
        commit(self, commit_id, settings)

    monkeypatch.setattr(Connection, "_commit", commit_and_lose)
    if is_kept:
        assert screened.add([Row(A)], profile(), identity="once").counts.created == 1
    else:
        with pytest.raises(ConnectionLostError, match="nothing was kept, as the store itself says"):
            screened.add([Row(A)], profile(), identity="once")
        assert phones(screened) == []
    assert imported_twice(screened) == [A]


def test_an_error_of_the_caller_keeps_nothing(screened):
    def write_and_fail() -> None:
        with screened.store.writing(CommandKeys(), "a test") as workspace:
            workspace.run("update base.counters set value = 7")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert screened.store.workspace.rows("select distinct value from base.counters") == [(0,)]


_KILLED = """
import os, signal, sys
from pathlib import Path
from lead_pipeline.store.postgres import postgres_store
from lead_pipeline.store.postgres.postgres_store import PostgresLeadStore
from lead_pipeline_tests.screening.screened import Row, Screened, profile

write_back = postgres_store.write_back
def killed(con, filled, there):
    write_back(con, filled, there)
    os.kill(os.getpid(), signal.SIGKILL)
postgres_store.write_back = killed
with PostgresLeadStore.open(Path(sys.argv[2]), sys.argv[1]) as store:
    Screened(store, Path(sys.argv[2])).add([Row("{phone}")], profile(), identity="once")
"""


def test_a_process_that_is_killed_at_the_end_keeps_nothing_and_leaves_no_file(screened, tmp_path):
    address = screened.store._address
    killed = subprocess.run([sys.executable, "-c", _KILLED.replace("{phone}", A), address, str(tmp_path)])
    assert killed.returncode == -9
    assert list((tmp_path / "staging" / "spill").iterdir()) == []
    assert phones(screened) == []
    assert imported_twice(screened) == [A]


def other_store(screened, **settings):
    return PostgresLeadStore.open(screened.folder, screened.store._address, settings=StoreSettings(**settings))


def test_who_reads_waits_for_nobody_and_sees_what_is_committed(screened):
    screened.add([Row(A)], profile())
    with other_store(screened) as reader, screened.store.writing(CommandKeys(), "a test") as workspace:
        workspace.run("delete from base.leads")
        assert reader.ask("select phone from leads", 9)[0].rows() == [(A,)]
        with reader.dry_run(CommandKeys(), "a test") as tried:
            assert tried.rows("select count(*) from base.leads") == [(1,)]
    with other_store(screened) as reader:
        assert reader.ask("select phone from leads", 9)[0].rows() == []


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read", "serializable"])
def test_who_writes_waits_for_who_writes_and_sees_what_that_one_wrote(screened, database_has, isolation):
    """Whatever the database has transactions see by default."""
    database_has(f"default_transaction_isolation = '{isolation}'")
    told: list[str] = []
    begun, ended = threading.Event(), threading.Event()

    def write_later() -> None:
        with PostgresLeadStore.open(
            screened.folder, screened.store._address, on_wait=lambda _waited, holder: told.append(holder) or begun.set()
        ) as second:
            Screened(second, screened.folder, imports=5).add([Row(A), Row(B)], profile())
            ended.set()

    thread = threading.Thread(target=write_later)
    with screened.store.writing(CommandKeys(), "a test") as workspace:
        workspace.reserve("lead_id", 40)
        thread.start()
        assert begun.wait(60)
        assert not ended.is_set()
    thread.join(60)
    assert (told, ended.is_set(), phones(screened)) == (["another import"], True, [A, B])
    assert screened.store.workspace.rows("select lead_id from base.leads order by lead_id") == [(41,), (42,)]


def test_times_are_in_utc_in_every_transaction_whatever_the_database_thinks(screened, database_has):
    database_has("timezone = 'Asia/Tokyo'")
    there = Connection(screened.store._address)
    try:
        for _nth in range(2):
            with there.reading("a test"):
                assert there.rows("select current_setting('timezone')") == [("UTC",)]
    finally:
        there.close()


def test_who_waits_too_long_for_another_is_told_and_nothing_is_kept(screened):
    with (
        other_store(screened, wait_seconds=0.05) as second,
        screened.store.writing(CommandKeys(), "a test"),
        pytest.raises(StoreLockedError, match="Another import holds the lead store"),
    ):
        Screened(second, screened.folder, imports=5).add([Row(A)], profile())
    assert phones(screened) == []


def test_what_would_be_there_twice_is_refused_by_postgresql_itself_without_the_value(screened):
    screened.add([Row(A)], profile())
    with (
        pytest.raises(StoreError, match="a row would have been there twice") as refused,
        screened.store.writing(CommandKeys(), "a test") as workspace,
    ):
        workspace.run("insert into base.identifiers values ('phone', 12125550101, null, 99, 1)")
    assert "12125550101" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


CANARY = "canary-3f9a"


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://tester:{CANARY}@127.0.0.1:1/leads",
        f"postgresql://tester:{CANARY}@/no_such_database?host={{folder}}",
        f"postgresql://tester:{CANARY}@/postgres?host={{folder}}&sslmode={CANARY}",
    ],
)
def test_no_message_has_the_password_of_an_address(address, tmp_path):
    whole = address.format(folder=server().folder)
    with pytest.raises(StoreError) as refused, PostgresLeadStore.open(tmp_path, whole):
        pass
    shown = f"{refused.value} {refused.value!r} {Connection(whole)!r}"
    assert CANARY not in shown
    assert refused.value.__suppress_context__
    assert not isinstance(refused.value.__cause__, adbc_driver_manager.Error)


def test_no_workspace_is_left_behind(screened):
    screened.add([Row(A)], profile())
    assert list(Path(screened.store.home / "staging" / "spill").iterdir()) == []
