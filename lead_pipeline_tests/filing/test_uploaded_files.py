"""Uploads: what is refused or dies half-way leaves nothing, and what was received whole is kept for a week."""

import hashlib
import os
import shutil
import stat
import time
from collections import namedtuple
from datetime import UTC, datetime, timedelta

import pytest

from lead_pipeline import LeadPipeline
from lead_pipeline.filing.cleanup import sweep
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.uploads import uploaded_files
from lead_pipeline.filing.uploads.uploaded_files import (
    KEPT,
    Receiving,
    find_upload,
    list_uploads,
    name_of,
    sweep_uploads,
    upload_path,
)
from lead_pipeline.model.errors import DiskError, UploadNotFoundError, UploadTooLargeError

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def home(tmp_path):
    place = Home(tmp_path / "home")
    place.prepare()
    return place


def left(home):
    return sorted(path.name for path in (home.staging / "uploads").iterdir())


def received(home, content=b"a,b\n1,2\n", name="list.csv", now=NOW):
    with Receiving(home, name) as receiving:
        receiving.write(content)
        return receiving.finish(now)


def test_more_than_may_be_sent_is_refused_and_leaves_nothing(home):
    with Receiving(home, "a.csv", 10) as receiving:
        receiving.write(b"12345")
        with pytest.raises(UploadTooLargeError, match="larger than 10 bytes"):
            receiving.write(b"678901")
    assert left(home) == []


def test_exactly_as_much_as_may_be_sent_is_taken(home):
    with Receiving(home, "a.csv", 10) as receiving:
        receiving.write(b"1234567890")
        assert receiving.finish(NOW).size == 10


def test_a_client_that_breaks_off_leaves_nothing(home):
    def broken_off():
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        LeadPipeline(home.root).keep_upload("a.csv", broken_off())
    assert left(home) == []


def test_what_was_not_finished_is_no_upload(home):
    with Receiving(home, "a.csv") as receiving:
        receiving.write(b"whole, but nobody said so")
    assert left(home) == []


@pytest.mark.parametrize("free", [0, (50 << 20) - 1])
def test_a_disk_without_room_takes_nothing(home, monkeypatch, free):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1000 << 20, 0, free))
    with pytest.raises(DiskError, match="Free some space"):
        Receiving(home, "a.csv")
    assert left(home) == []


def test_a_disk_that_fills_up_meanwhile_stops_the_upload(home, monkeypatch):
    with Receiving(home, "a.csv") as receiving:
        receiving.write(b"x")
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1000 << 20, 0, 1))
        with pytest.raises(DiskError):
            receiving.write(b"x" * (17 << 20))
    assert left(home) == []


def test_a_process_killed_between_content_and_record_leaves_no_upload_and_is_swept(home, monkeypatch):
    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(uploaded_files, "write_json", die)
    with pytest.raises(KeyboardInterrupt):
        received(home)
    (orphan,) = left(home)
    assert list_uploads(home, NOW) == []
    with pytest.raises(UploadNotFoundError):
        find_upload(home, orphan, NOW)
    now = datetime.now(UTC)
    assert sweep_uploads(home, now) == []  # somebody may be about to write its record
    assert [path.name for path in sweep_uploads(home, now + timedelta(hours=7))] == [orphan]
    assert left(home) == []


@pytest.mark.parametrize(
    "file_id", ["", "x", "../../leads.duckdb", "..", "0" * 32, "0" * 31, "A" * 32, "0" * 32 + ".json", "0" * 32 + "\n"]
)
def test_what_is_the_id_of_no_upload_leads_nowhere(home, file_id):
    received(home)
    with pytest.raises(UploadNotFoundError):
        upload_path(home, file_id, NOW)


def test_an_upload_is_kept_as_it_came_and_for_its_owner_alone(home):
    upload = received(home, b"\xff\x00a,b\r\n")
    path = upload_path(home, upload.file_id, NOW)
    assert path.read_bytes() == b"\xff\x00a,b\r\n"
    assert (upload.size, upload.sha256) == (7, hashlib.sha256(b"\xff\x00a,b\r\n").hexdigest())
    assert {stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_ids_are_long_and_never_the_same(home):
    ids = {received(home).file_id for _ in range(20)}
    assert len(ids) == 20
    assert {len(one) for one in ids} == {32}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\list.csv", "list.csv"),
        ("a\0b\n.csv", "a\\x00b\\n.csv"),
        ("", "upload"),
        ("..", "upload"),
        ("ann\ud800.csv", "ann?.csv"),
        ("x" * 300 + ".csv", "x" * 140 + "….csv"),
    ],
)
def test_a_name_is_shown_and_never_becomes_a_path(home, given, shown):
    assert name_of(given) == shown
    upload = received(home, name=given)
    assert upload.file_name == shown
    assert left(home) == [upload.file_id, f"{upload.file_id}.json"]


def test_after_a_week_an_upload_is_gone_for_everybody_and_then_from_the_disk(home):
    upload, later = received(home), received(home, now=NOW + timedelta(hours=1))
    assert find_upload(home, upload.file_id, NOW + KEPT - timedelta(seconds=1)) == upload
    with pytest.raises(UploadNotFoundError, match="older than 7 days"):
        find_upload(home, upload.file_id, NOW + KEPT)
    assert list_uploads(home, NOW + KEPT) == [later]
    sweep_uploads(home, NOW + KEPT)
    assert left(home) == [later.file_id, f"{later.file_id}.json"]


def test_the_sweep_of_the_home_takes_uploads_and_broken_beginnings_too(home):
    received(home, now=datetime.now(UTC) - KEPT)
    beginning = home.staging / "uploads" / ".upload.x.tmp"
    beginning.write_bytes(b"half")
    os.utime(beginning, (time.time() - 7 * 3600,) * 2)
    sweep(home, time.time())
    assert left(home) == []


def test_the_newest_upload_comes_first(home):
    first, second = received(home), received(home, now=NOW + timedelta(minutes=1))
    assert list_uploads(home, NOW + timedelta(hours=1)) == [second, first]
