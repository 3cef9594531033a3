"""Imports at the same moment leave what the same imports leave one after the other; a full disk leaves nothing."""

import shutil
import subprocess
import sys

import pytest

from lead_pipeline_tests.support import (
    call_schedule,
    dump_home,
    dump_store,
    importing,
    query,
    staging,
    write_csv,
)

HEADER = ("caller_id", "state")
SHARED = [(f"21255501{n:02d}", "NY") for n in range(10)]


@pytest.fixture(scope="module")
def fresh_home(place, copied):
    template = place / "template"
    with importing(template):
        pass

    return lambda: copied(template)


@pytest.fixture(scope="module")
def one_after_the_other(fresh_home):
    def dump(*files):
        home = fresh_home()
        with staging(home) as imports:
            for file in files:
                imports.file(file, call_schedule())
        return dump_home(home)

    return dump


def at_once(crashers, home, *files):
    for crasher, file in zip(crashers, files, strict=True):
        crasher.start(home, file)
    return [crasher.ended().said for crasher in crashers]


def test_the_same_file_twice_at_once_is_one_import(place, crashers, fresh_home, one_after_the_other):
    file, home = write_csv(place / "same.csv", HEADER, SHARED), fresh_home()
    assert at_once(crashers, home, file, file) == ["completed", "completed"]
    assert dump_home(home) == one_after_the_other(file)


def test_the_same_content_under_two_names_at_once_is_one_import(place, crashers, fresh_home, one_after_the_other):
    file, home = write_csv(place / "name.csv", HEADER, SHARED), fresh_home()
    copy = shutil.copy(file, place / "other-name.csv")
    assert at_once(crashers, home, file, copy) == ["completed", "completed"]
    assert dump_home(home) in (one_after_the_other(file), one_after_the_other(copy))


def test_two_files_that_share_leads_at_once_are_imported_one_after_the_other(
    place, crashers, fresh_home, one_after_the_other
):
    """Whoever commits first creates the shared leads, and the other file's rows are duplicates of those."""
    first = write_csv(place / "first.csv", HEADER, [*SHARED, ("2125550150", "CA")])
    second = write_csv(place / "second.csv", HEADER, [("2125550160", "TX"), *SHARED])
    home = fresh_home()
    assert at_once(crashers, home, first, second) == ["completed", "completed"]
    assert query(home, "select count(*), count(distinct phone) from leads") == [(12, 12)]
    assert query(home, "select sum(rows_created), sum(rows_duplicate) from imports") == [(12, 10)]
    assert dump_home(home) in (one_after_the_other(first, second), one_after_the_other(second, first))


def test_a_held_store_fails_the_command_with_a_sentence_and_the_import_goes_on_later(place, fresh_home):
    home = fresh_home()
    file = write_csv(place / "held.csv", HEADER, SHARED)
    with staging(home):  # this process holds the store
        command = [sys.executable, "-m", "lead_pipeline", "--home", str(home), "import", str(file)]
        refused = subprocess.run([*command, "--store-wait", "0.2"], capture_output=True, text=True)
    assert refused.returncode == 1
    assert "has been held by process" in refused.stderr
    assert "nothing was lost" in " ".join(refused.stderr.split())
    assert "Traceback" not in refused.stderr
    with importing(home) as imports:
        assert imports.file(file, call_schedule()).counts.created == 10


def test_a_disk_that_is_full_during_the_commit_fails_the_import_as_a_whole(
    place, crashers, fresh_home, one_after_the_other
):
    known = write_csv(place / "known.csv", HEADER, SHARED)
    file = write_csv(place / "many.csv", HEADER, [(f"21255{n:05d}", "NY") for n in range(20_000, 24_000)])
    home = fresh_home()
    with staging(home) as imports:
        imports.file(known, call_schedule())
    before = dump_store(home)
    for limit in (1 << 12, 1 << 16):
        failed = crashers[0].attempt(home, file, file_limit=limit)
        assert failed.said.startswith("RunFailedError: The disk is full"), failed
        assert "the store is as it was before" in failed.said
        assert dump_store(home) == before
    assert crashers[0].attempt(home, file).said in ("completed", "completed_with_rejects")
    assert dump_home(home) == one_after_the_other(known, file)
