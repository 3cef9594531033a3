"""Uploads that take their time: a file is taken when nobody writes it any more, and has looked the same for as long
as its profile says.
"""

import pytest

from lead_pipeline.importing.settling import settle_seconds
from lead_pipeline_tests.orchestration.watching import leads


def staged(watching):
    return [manifest.file_bytes for manifest in watching.waiting()]


@pytest.mark.parametrize("pause", [4.0, 30.0, 300.0])
def test_a_writer_that_pauses_with_the_file_open_keeps_it_however_long(watching, pause):
    whole = leads(1, rows=100).encode()
    path = watching.home.inbox / "call_schedule" / "slow.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("wb", buffering=0) as file:
        file.write(whole[:1000])
        assert watching.tick(pause) == []
        assert staged(watching) == []
        assert path.exists()
        file.write(whole[1000:])
    assert len(watching.tick(30.0)) == 1
    assert staged(watching) == [len(whole)]


def test_that_a_file_is_still_being_written_is_said_once(watching):
    path = watching.drop("slow.csv", leads(1))
    with path.open("ab"):
        for _ in range(4):
            watching.tick(20.0)
    assert [line for line in watching.said if "slow.csv" in line] == [
        "'slow.csv' is still being written: another program has it open for writing. Nothing was imported. Wait until "
        "the upload is finished, or close the program. It is checked again later."
    ]


def test_another_file_does_not_wait_for_one_that_is_being_written(watching):
    slow = watching.drop("slow.csv", leads(1))
    with slow.open("ab"):
        watching.drop("quick.csv", leads(2))
        assert len(watching.tick()) == 1
    assert [manifest.file_name for manifest in watching.waiting()] == ["quick.csv"]


def test_a_profile_says_for_how_long_its_files_must_not_have_changed(watching):
    watching.drop("a.csv", leads(1), folder=watching.profile("patient", settle=60))
    assert watching.tick(58.0) == []
    assert len(watching.tick(4.0)) == 1
    watching.drop("b.csv", leads(2))
    assert len(watching.tick(4.0)) == 1


def test_settle_is_read_again_when_the_profile_has_changed(watching):
    profiles = watching.home.profiles
    assert settle_seconds(profiles, "nobody") == 2.0
    watching.profile("patient", settle=60)
    assert settle_seconds(profiles, "patient") == 60.0
    watching.profile("patient", settle=7200)
    assert settle_seconds(profiles, "patient") == 7200.0
