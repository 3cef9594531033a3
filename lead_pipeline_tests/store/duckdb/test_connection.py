"""Opening the store: nobody's crash breaks it, nobody else's hold on it loses anything, and it reads nothing else."""

import os
import signal
import stat
import subprocess
import sys
import traceback

import duckdb
import pytest

from lead_pipeline.model.errors import StoreError, StoreFullError, StoreLockedError
from lead_pipeline.store.duckdb.connection import created_from
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.settings import StoreSettings
from lead_pipeline.store.withheld_values import errors_without_values
from lead_pipeline_tests.support import query

IMPATIENT = StoreSettings(wait_seconds=0.3)

#: Holds the store of the home in argv until its standard input ends; says so first.
HOLD = """
import sys, duckdb
con = duckdb.connect(sys.argv[1] + "/leads.duckdb", read_only=sys.argv[2] == "reading")
print("held", flush=True)
sys.stdin.read()
"""

#: Creates a store below argv[1] for each further argument, in a child that is killed before or after that call.
DIE = """
import os, signal, sys
from pathlib import Path
from lead_pipeline.store.duckdb import connection
from lead_pipeline.store.duckdb import migrating
from lead_pipeline.store.duckdb.connection import created_from
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore

def dying(original, when):
    def call(*args, **named):
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)
        return result
    return call

PLACES = {
    "connect": (connection.duckdb, "connect"),
    "version": (migrating, "version_of"),
    "migrate": (connection, "migrate"),
    "link": (os, "link"),
    "unlink": (Path, "unlink"),
}
for point in sys.argv[2:]:
    child = os.fork()
    if not child:
        when, place = point.split()
        owner, name = PLACES[place]
        setattr(owner, name, dying(getattr(owner, name), when))
        with DuckdbLeadStore.open(Path(sys.argv[1]) / point):
            os._exit(0)
    print(os.waitpid(child, 0)[1])
"""


@pytest.fixture
def home(tmp_path):
    with DuckdbLeadStore.open(tmp_path):
        pass
    return tmp_path


@pytest.fixture
def held(home):
    """Start a process that holds the store; return it."""
    running = []

    def hold(how):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(home), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        running.append(process)
        assert process.stdout.readline() == b"held\n"
        return process

    yield hold
    for process in running:
        process.kill()
        process.wait(30)
        process.stdin.close()
        process.stdout.close()


def test_a_kill_while_the_store_is_created_leaves_no_broken_store(tmp_path):
    points = [
        f"{when} {place}"
        for place in ("connect", "version", "migrate", "link", "unlink")
        for when in ("before", "after")
    ]
    died = subprocess.run([sys.executable, "-c", DIE, str(tmp_path), *points], capture_output=True, text=True)
    assert died.stdout.split() == [str(int(signal.SIGKILL))] * len(points), died.stderr
    for point in points:
        with DuckdbLeadStore.open(tmp_path / point) as store:
            assert store.workspace.rows("select count(*) from base.imports") == [(0,)], point


@pytest.mark.parametrize("content", [b"", b"x" * 8192], ids=["empty", "garbage"])
def test_a_file_that_is_no_store_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "leads.duckdb"
    path.write_bytes(content)
    if content:
        with pytest.raises(StoreError, match=r"leads\.duckdb is not a lead store that can be opened"), open_(tmp_path):
            pass
        assert path.read_bytes() == content


def test_a_store_with_a_damaged_header_is_refused(home):
    path = home / "leads.duckdb"
    content = bytearray(path.read_bytes())
    content[:4096] = os.urandom(4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="Restore it from a backup"), open_(home):
        pass
    assert path.read_bytes() == content


@pytest.mark.parametrize("how", ["writing", "reading"])
def test_a_store_held_by_another_process_is_waited_for_and_the_holder_named(home, held, how):
    process = held(how)
    waits: list[tuple[float, str]] = []
    with pytest.raises(StoreLockedError) as refused, open_(home, lambda *told: waits.append(told)):
        pass
    assert waits[0][0] < IMPATIENT.wait_seconds
    assert {holder for _waited, holder in waits} == {f"process {process.pid}"}
    assert f"process {process.pid}" in str(refused.value)
    assert "nothing was lost" in str(refused.value)


def test_a_store_that_is_let_go_of_in_time_is_opened(home, held):
    process = held("writing")

    def let_go(_waited, _holder):
        process.stdin.close()
        process.wait(30)

    with open_(home, let_go, StoreSettings(wait_seconds=60)) as store:
        assert store.workspace.rows("select 1") == [(1,)]


def test_a_store_whose_holder_was_killed_is_opened(home, held):
    process = held("writing")
    process.kill()
    process.wait(30)
    with open_(home):
        pass


def test_a_read_only_look_needs_a_store_and_creates_none(tmp_path):
    with pytest.raises(StoreError, match="no lead store"), DuckdbLeadStore.open(tmp_path, read_only=True):
        pass
    assert list(tmp_path.iterdir()) == []


def test_reading_only_cannot_write(home):
    before = (home / "leads.duckdb").read_bytes()
    with DuckdbLeadStore.open(home, read_only=True) as store:
        for sql in ("insert into base.counters values ('x', 1)", "drop view main.leads", "create table t (a int)"):
            with pytest.raises(duckdb.Error):
                store.workspace.run(sql)
    assert (home / "leads.duckdb").read_bytes() == before


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from glob('/etc/*')",
        "copy (select 1) to '/tmp/lead-pipeline-escaped.csv'",
        "attach '/tmp/lead-pipeline-escaped.duckdb' as other",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set allowed_directories = ['/']",
        "set memory_limit = '64GB'",
        "reset lock_configuration",
        "set python_enable_replacements = true",
        "select * from values_of_a_python_variable",
    ],
)
@pytest.mark.parametrize("read_only", [False, True], ids=["importing", "asking"])
def test_an_open_store_reaches_nothing_but_the_home(home, sql, read_only):
    values_of_a_python_variable = duckdb.from_query("select 1")  # noqa: F841  # what a replacement scan would find
    with DuckdbLeadStore.open(home, read_only=read_only) as store, pytest.raises(duckdb.Error):
        store.workspace.rows(sql)


def test_asking_does_not_even_reach_the_files_of_the_home(home):
    (home / "inside.csv").write_text("a\n1\n")
    with DuckdbLeadStore.open(home) as store:
        assert store.workspace.rows(f"select * from read_csv('{home}/inside.csv')") == [(1,)]
    with DuckdbLeadStore.open(home, read_only=True) as store, pytest.raises(duckdb.Error):
        store.workspace.rows(f"select * from read_csv('{home}/inside.csv')")


def test_nothing_is_drawn_on_the_output_of_a_program_without_a_script(home):
    """A notebook, `python -c`: there DuckDB draws a bar once something takes two seconds. Here it is asked."""
    code = (
        "import sys, duckdb\n"
        "from pathlib import Path\n"
        "from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore\n"
        "asked = \"select current_setting('enable_progress_bar')\"\n"
        "print(duckdb.connect().execute(asked).fetchone()[0])\n"
        "with DuckdbLeadStore.open(Path(sys.argv[1])) as store: print(store.workspace.one(asked))"
    )
    told = subprocess.run([sys.executable, "-c", code, str(home)], check=True, capture_output=True, text=True)
    assert told.stdout.split() == ["True", "False"]


def test_a_store_is_its_owners_alone(tmp_path):
    before = os.umask(0)
    try:
        with DuckdbLeadStore.open(tmp_path / "new"):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / "leads.duckdb").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("IO Error: Could not write file: No space left on device", StoreFullError),
        ("IO Error: Could not write all bytes to file", StoreFullError),
        ("Could not set lock on file: Conflicting lock is held (PID 1)", StoreLockedError),
        ("Conversion Error: Could not convert string '+12125550100' to INT64", StoreError),
    ],
)
def test_what_duckdb_says_becomes_a_sentence_without_values(sentence, kind):
    with pytest.raises(StoreError) as refused, errors_without_values("importing x@1"):
        raise duckdb.Error(sentence)
    assert type(refused.value) is kind
    assert "importing x@1" in str(refused.value)
    assert "+12125550100" not in str(refused.value)
    assert "+12125550100" not in "".join(traceback.format_exception(refused.value))


def failing(store):
    with store.workspace.transaction("trying"):
        store.workspace.run("insert into base.counters values ('x', 1)")
        store.workspace.rows("select 'secret'::integer")


def interrupted(store):
    with store.workspace.transaction("trying"):
        store.workspace.run("insert into base.counters values ('x', 1)")
        raise KeyboardInterrupt


def test_a_failed_transaction_leaves_nothing_and_the_next_one_works(home):
    with DuckdbLeadStore.open(home) as store:
        with pytest.raises(StoreError, match="ConversionException"):
            failing(store)
        with pytest.raises(KeyboardInterrupt):
            interrupted(store)
        with store.workspace.transaction("working"):
            store.workspace.run("insert into base.counters values ('y', 1)")
    assert query(home, "select name from base.counters where name in ('x', 'y')") == [("y",)]


def open_(home, on_wait=lambda *_: None, settings=IMPATIENT):
    return DuckdbLeadStore.open(home, settings=settings, on_wait=on_wait)


def test_a_store_that_somebody_made_where_a_copy_was_to_go_is_left_alone(tmp_path):
    path = tmp_path / "leads.duckdb"
    with (
        pytest.raises(StoreError, match=r"made a lead store at .* meanwhile"),
        created_from(path, StoreSettings()),
    ):
        path.write_bytes(b"somebody's")
    assert path.read_bytes() == b"somebody's"
    assert [one.name for one in tmp_path.glob(".*duckdb*")] == []
