import errno
import fcntl
import hashlib
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from lead_pipeline.filing.life_cycle import find_manifest
from lead_pipeline.filing.manifests import pending_manifests
from lead_pipeline.filing.staging import FileChangedError, identity_of, stage_import, stage_list
from lead_pipeline.model.errors import DiskError, FileUnreadableError
from lead_pipeline.profiles.loader import load_profile
from lead_pipeline_tests.support import NOW

PROFILE = load_profile("call_schedule", folder=None)
CONTENT = b"caller_id\n+12125550101\n"


def drop(home, name, content=CONTENT):
    path = home.inbox / "call_schedule" / name
    path.write_bytes(content)
    return path


def files(folder):
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_the_identity_is_a_sha256_over_profile_name_nul_and_content(home):
    manifest = stage_import(home, drop(home, "Purchased List (Nov).csv"), PROFILE, now=NOW)
    expected = hashlib.sha256(b"call_schedule\0" + CONTENT).hexdigest()
    assert manifest.identity == expected
    assert manifest.import_id == f"purchased-list-nov@{expected[:12]}"
    assert manifest.file_sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_the_copy_is_private_complete_and_alone(home):
    source = drop(home, "a.csv")
    source.chmod(0o644)
    manifest = stage_import(home, source, PROFILE, now=NOW)
    copy = manifest.staged_file(home)
    assert copy.read_bytes() == CONTENT
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert files(home.staging) == [copy.name]
    assert source.read_bytes() == CONTENT


def test_a_change_of_the_original_after_staging_does_not_reach_the_copy(home):
    source = drop(home, "a.csv")
    manifest = stage_import(home, source, PROFILE, now=NOW)
    with source.open("ab") as file:
        file.write(b"+12125550102\n")
    assert manifest.staged_file(home).read_bytes() == CONTENT


HOSTILE = {
    "a glob": b"leads[1].csv",
    "an option": b"-rf.csv",
    "a line break": b"two\nlines.csv",
    "quotes and SQL": b"'; drop table leads; --\".csv",
    "markup": b"<script>alert(1)<!--.csv",
    "255 bytes": b"x" * 251 + b".csv",
    "not UTF-8": b"caf\xe9.csv",
    "right to left": "\u202eexe.csv".encode(),
    "dots and backslashes": rb"..\..\x.csv",
    "spaces only": b"   ",
    "an escape": b"\x1b[31mred.csv",
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_no_name_becomes_a_path_an_identifier_or_a_second_line(home, name):
    source = home.inbox / "call_schedule" / os.fsdecode(name)
    source.write_bytes(CONTENT)
    manifest = stage_import(home, source, PROFILE, now=NOW, from_inbox=True)
    slug, _, digits = manifest.import_id.partition("@")
    assert 1 <= len(slug) <= 18
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(digits) == 12
    assert manifest.file_name.isprintable()
    assert manifest.file_name.encode()  # no lone surrogates
    assert files(home.staging) == [manifest.identity]
    assert find_manifest(home, manifest.import_id) == manifest
    assert bytes.fromhex(manifest.dropped[0].path_hex) == os.fsencode(source)


def test_a_glob_in_the_name_stages_that_file_and_not_the_one_it_matches(home):
    drop(home, "leads1.csv", b"caller_id\n+12125550199\n")
    manifest = stage_import(home, drop(home, "leads[1].csv"), PROFILE, now=NOW)
    assert manifest.staged_file(home).read_bytes() == CONTENT


def test_the_same_content_keeps_the_id_of_its_first_name(home):
    first = stage_import(home, drop(home, "november.csv"), PROFILE, now=NOW)
    again = stage_import(home, drop(home, "other.csv"), PROFILE, now=NOW + timedelta(minutes=1))
    assert again.import_id == first.import_id
    assert again.staged_at == first.staged_at
    assert files(home.staging) == [first.identity]
    assert [manifest.import_id for manifest in pending_manifests(home)] == [first.import_id]


def test_the_same_content_in_two_places_of_the_inbox_is_one_import_that_knows_both(home):
    sources = [drop(home, "a.csv"), drop(home, "b.csv")]
    for source in [*sources, sources[0]]:
        stage_import(home, source, PROFILE, now=NOW, from_inbox=True)
    (manifest,) = pending_manifests(home)
    assert {bytes.fromhex(one.path_hex) for one in manifest.dropped} == set(map(os.fsencode, sources))
    assert len(manifest.dropped) == 2


def test_the_same_content_under_another_profile_is_another_import_with_a_copy_of_its_own(home):
    other = PROFILE.model_copy(update={"name": "other"})
    one = stage_import(home, drop(home, "a.csv"), PROFILE, now=NOW)
    two = stage_import(home, drop(home, "a.csv"), other, now=NOW)
    assert one.import_id != two.import_id
    assert files(home.staging) == sorted([one.identity, two.identity])


def test_a_suppression_list_is_known_by_kind_region_and_content(home):
    source = drop(home, "dnc.csv")
    kinds = [("blocked", "US"), ("blocked", "US"), ("opted_out", "US"), ("blocked", None)]
    ids = {stage_list(home, source, kind, region, now=NOW).list_id for kind, region in kinds}
    assert len(ids) == 3


def test_a_link_is_refused_because_it_may_point_anywhere(home, tmp_path):
    (tmp_path / "secret").write_bytes(CONTENT)
    link = home.inbox / "link.csv"
    link.symlink_to(tmp_path / "secret")
    with pytest.raises(FileUnreadableError, match=r"link\.csv.*not a link"):
        stage_import(home, link, PROFILE, now=NOW)


def test_a_pipe_without_a_writer_is_refused_at_once(home):
    pipe = home.inbox / "pipe.csv"
    os.mkfifo(pipe)
    with pytest.raises(FileUnreadableError, match="pipe"):
        stage_import(home, pipe, PROFILE, now=NOW)


def test_a_folder_is_refused(home):
    with pytest.raises(FileUnreadableError, match="folder"):
        stage_import(home, home.inbox, PROFILE, now=NOW)


def test_a_missing_file_is_named_with_its_folder(home):
    with pytest.raises(FileUnreadableError, match=r"no file 'gone\.csv' in .*inbox"):
        stage_import(home, home.inbox / "gone.csv", PROFILE, now=NOW)


def test_a_file_that_may_not_be_read_says_what_to_do(home, monkeypatch):
    def refuse(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    source = drop(home, "a.csv")
    monkeypatch.setattr(os, "open", refuse)  # permission bits do not stop root
    with pytest.raises(FileUnreadableError, match=r"Permission denied.*permission to read"):
        stage_import(home, source, PROFILE, now=NOW)


def test_a_file_that_grows_while_it_is_copied_is_not_staged_and_leaves_nothing(home, monkeypatch):
    source = drop(home, "a.csv")
    really_link, looks = os.fsync, []

    def grow_then_flush(descriptor):
        if not looks:
            looks.append(descriptor)
            with source.open("ab") as file:
                file.write(b"more")
        really_link(descriptor)

    monkeypatch.setattr(os, "fsync", grow_then_flush)
    with pytest.raises(FileChangedError):
        stage_import(home, source, PROFILE, now=NOW)
    assert files(home.staging) == []
    assert list(pending_manifests(home)) == []


def test_a_file_that_somebody_has_open_for_writing_is_not_taken(home):
    source = drop(home, "a.csv")
    with source.open("ab"), pytest.raises(FileChangedError, match=r"'a\.csv' is still being written"):
        stage_import(home, source, PROFILE, now=NOW)
    assert files(home.staging) == []
    assert stage_import(home, source, PROFILE, now=NOW).file_bytes == len(CONTENT)


def test_a_file_that_somebody_reads_is_taken(home):
    source = drop(home, "a.csv")
    with source.open("rb"):
        assert stage_import(home, source, PROFILE, now=NOW).file_bytes == len(CONTENT)


def test_a_full_disk_leaves_no_half_copy(home, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    source = drop(home, "a.csv")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskError, match=r"could not be copied.*No space left"):
        stage_import(home, source, PROFILE, now=NOW)
    assert files(home.staging) == []


BLOCK = 1 << 20


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK, 5 * BLOCK + 7])
def test_a_file_of_any_number_of_blocks_is_copied_whole_and_known_by_all_of_its_bytes(home, size):
    content = os.urandom(size)
    source = drop(home, "a.csv", content)
    manifest = stage_import(home, source, PROFILE, now=NOW)
    assert manifest.staged_file(home).read_bytes() == content
    assert manifest.file_sha256 == hashlib.sha256(content).hexdigest()
    assert manifest.identity == identity_of(source, PROFILE.name)
    assert manifest.identity == hashlib.sha256(b"call_schedule\0" + content).hexdigest()


def written_by(monkeypatch):
    """Count the bytes that are written to files through Python."""
    written, really_open = [], os.fdopen

    def counting(descriptor, mode="r", *arguments):
        file = really_open(descriptor, mode, *arguments)
        if "w" in mode:
            really_write = file.write
            file = Counted(file, lambda block: written.append(len(block)) or really_write(block))
        return file

    monkeypatch.setattr(os, "fdopen", counting)
    return written


class Counted:
    def __init__(self, file, write):
        self._file, self.write = file, write

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        self._file.__enter__()
        return self

    def __exit__(self, *error):
        return self._file.__exit__(*error)


@pytest.mark.parametrize("size", [len(CONTENT), 3 * BLOCK + 7])
def test_where_files_may_share_their_blocks_nothing_is_written_and_everything_is_known(home, monkeypatch, size):
    content = os.urandom(size)
    source = drop(home, "a.csv", content)
    asked = []

    def clone(copy, request, original):  # as ioctl_ficlone(2) has it: the file system of the tests may not
        asked.append(request)
        with Path(f"/proc/self/fd/{copy}").open("r+b") as file:
            file.write(os.pread(original, size, 0))
        return 0

    monkeypatch.setattr(fcntl, "ioctl", clone)
    written = written_by(monkeypatch)
    manifest = stage_import(home, source, PROFILE, now=NOW)
    assert asked == [0x40049409]
    assert sum(written) < 1 << 16  # the manifest
    assert manifest.staged_file(home).read_bytes() == content
    assert manifest.identity == hashlib.sha256(b"call_schedule\0" + content).hexdigest()


def test_a_file_that_is_written_to_while_its_blocks_are_shared_is_not_staged(home, monkeypatch):
    source = drop(home, "a.csv")

    def clone(copy, _request, original):
        with Path(f"/proc/self/fd/{copy}").open("r+b") as file:
            file.write(os.pread(original, 1 << 16, 0))
        with source.open("ab") as file:
            file.write(b"more")
        return 0

    monkeypatch.setattr(fcntl, "ioctl", clone)
    with pytest.raises(FileChangedError):
        stage_import(home, source, PROFILE, now=NOW)
    assert files(home.staging) == []


def test_a_file_of_a_file_system_without_shared_blocks_is_copied(home, monkeypatch):
    def refuse(*_arguments):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "ioctl", refuse)
    assert stage_import(home, drop(home, "a.csv"), PROFILE, now=NOW).staged_file(home).read_bytes() == CONTENT


def test_on_a_folder_without_hard_links_a_file_stays_where_it_is_and_a_sentence_says_why(home, tmp_path, monkeypatch):
    def without_links(*_paths, **_how):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    file = tmp_path / "a.csv"
    file.write_text("caller_id\n2125550101\n")
    monkeypatch.setattr(os, "link", without_links)
    with pytest.raises(DiskError, match=r"could not be copied .*Operation not permitted"):
        stage_import(home, file, PROFILE, now=NOW)
    assert file.exists()
    assert list(pending_manifests(home)) == []
    assert [path.name for path in home.staging.iterdir() if path.is_file()] == []
