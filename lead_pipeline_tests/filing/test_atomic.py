import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lead_pipeline.filing import atomic
from lead_pipeline.filing.atomic import Lasting, published, published_path


def test_nothing_stands_under_the_name_until_the_block_ends(tmp_path):
    path = tmp_path / "report.html"
    with published(path) as file:
        file.write(b"half")
        file.flush()
        assert not path.exists()
    assert path.read_bytes() == b"half"


def test_a_block_that_fails_leaves_the_older_file_and_no_temporary_one(tmp_path):
    path = tmp_path / "report.html"
    path.write_bytes(b"older")

    def write_halfway():
        with published(path) as file:
            file.write(b"newer")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_halfway()
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


def test_a_rename_that_fails_leaves_no_temporary_file(tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "inside").touch()
    with pytest.raises(OSError, match="taken"), published(tmp_path / "taken") as file:
        file.write(b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_the_temporary_file_is_hidden_unreadable_to_others_and_in_the_same_folder(tmp_path):
    with published(tmp_path / "report.html"):
        (temporary,) = tmp_path.iterdir()
        assert temporary.name.startswith(".")
        assert temporary.name.endswith(".tmp")
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o600


def test_file_and_new_folder_are_private_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        with published(tmp_path / "reports" / "report.html") as file:
            file.write(b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "reports" / "report.html").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "reports").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["x" * 251 + ".csv", "ü" * 120 + ".csv", "a[1]*.csv", "two\nlines.csv", "-rf"])
def test_any_name_that_the_file_system_takes_can_be_published(tmp_path, name):
    with published(tmp_path / name) as file:
        file.write(b"x")
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_killed_process_leaves_the_older_file_as_it_was(tmp_path):
    path = tmp_path / "report.html"
    path.write_bytes(b"older")
    program = (
        "import os, signal, pathlib, sys\n"
        "from lead_pipeline.filing.atomic import published\n"
        "with published(pathlib.Path(sys.argv[1])) as file:\n"
        "    file.write(b'newer'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", program, str(path)], cwd=root, check=False).returncode == -9
    assert path.read_bytes() == b"older"


WRITERS = {"published": lambda file: file.write(b"x"), "published_path": lambda path: path.write_bytes(b"x")}
FLUSHES = {
    Lasting.FILE: ["flush file", "rename", "flush folder"],
    Lasting.WHOLE: ["flush file", "rename"],
    Lasting.NOTHING: ["rename"],
}


@pytest.mark.parametrize("writing", WRITERS)
@pytest.mark.parametrize("lasting", FLUSHES)
def test_file_is_flushed_before_the_rename_and_the_folder_after_it_as_far_as_it_has_to_last(
    tmp_path, monkeypatch, writing, lasting
):
    steps = []
    really_fsync, really_replace = os.fsync, Path.replace

    def fsync(descriptor):
        steps.append("flush folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "flush file")
        really_fsync(descriptor)

    def replace(self, target):
        steps.append("rename")
        return really_replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    with getattr(atomic, writing)(tmp_path / "report.html", lasting) as file:
        WRITERS[writing](file)
    assert steps == FLUSHES[lasting]
    assert (tmp_path / "report.html").read_bytes() == b"x"


def test_a_file_lasts_where_nobody_says_otherwise(tmp_path, monkeypatch):
    flushed = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    for writing, write in WRITERS.items():
        with getattr(atomic, writing)(tmp_path / "report.html") as file:
            write(file)
    assert len(flushed) == 4


def test_a_writer_that_wants_a_path_of_its_own_gets_one_beside_the_name(tmp_path):
    target = tmp_path / "tables" / "part.parquet"
    with published_path(target) as path:
        path.write_bytes(b"rows")
        assert path.parent == target.parent
        assert not target.exists()
    assert target.read_bytes() == b"rows"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in target.parent.iterdir()] == ["part.parquet"]


def test_a_writer_that_fails_on_its_path_leaves_the_older_file_and_nothing_else(tmp_path):
    target = tmp_path / "part.parquet"
    target.write_bytes(b"older")

    def write_halfway():
        with published_path(target) as path:
            path.write_bytes(b"newer")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_halfway()
    assert target.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [target]
