import os

import pytest

from lead_pipeline.filing.archive import archive_import, clear_known, quarantine_import, quarantine_unstaged
from lead_pipeline.filing.life_cycle import finish
from lead_pipeline.filing.manifests import pending_manifests
from lead_pipeline.filing.staging import stage_import
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.profiles.loader import load_profile
from lead_pipeline_tests.support import NOW

PROFILE = load_profile("call_schedule", folder=None)
CONTENT = b"caller_id\n+12125550101\n"


def dropped(home, name="a.csv", content=CONTENT):
    path = home.inbox / "call_schedule" / name
    path.write_bytes(content)
    return path, stage_import(home, path, PROFILE, now=NOW, from_inbox=True)


def test_an_imported_file_moves_to_the_archive_under_its_id(home):
    path, manifest = dropped(home)
    target = archive_import(home, manifest)
    assert target == home.archive / "call_schedule" / f"{manifest.import_id}.csv"
    assert target.read_bytes() == CONTENT
    assert not path.exists()
    assert not manifest.staged_file(home).exists()


def test_shelving_twice_changes_nothing_as_after_a_crash(home):
    _, manifest = dropped(home)
    target = archive_import(home, manifest)
    assert archive_import(home, manifest) == target
    assert target.read_bytes() == CONTENT


def test_a_refused_file_moves_to_quarantine_with_a_note_that_names_it(home):
    path, manifest = dropped(home, "caf\udce9.csv")
    target = quarantine_import(home, manifest, "No column supplies phone.")
    assert target.parent == home.quarantine / manifest.profile.name
    assert target.read_bytes() == CONTENT
    note = target.with_name(target.name + ".reason.txt").read_text(encoding="utf-8")
    assert note == "caf\\xe9.csv\n\nNo column supplies phone.\n"
    assert not path.exists()


@pytest.mark.parametrize("shelve", [archive_import, lambda home, one: quarantine_import(home, one, "no")])
def test_a_newer_file_under_the_same_name_survives(home, shelve):
    path, manifest = dropped(home)
    path.unlink()
    path.write_bytes(b"corrected")
    shelve(home, manifest)
    assert path.read_bytes() == b"corrected"


def test_a_file_rewritten_in_place_at_the_same_size_survives(home):
    path, manifest = dropped(home)
    path.write_bytes(CONTENT.replace(b"0101", b"0102"))
    os.utime(path, ns=(5, 5))
    archive_import(home, manifest)
    assert path.exists()


def test_every_name_under_which_the_content_lay_is_cleared(home):
    paths = [dropped(home, name)[0] for name in ("a.csv", "b.csv", "c.txt")]
    (manifest,) = pending_manifests(home)
    archive_import(home, manifest)
    assert [path for path in paths if path.exists()] == []


def test_the_original_stays_when_no_copy_could_be_kept(home):
    path, manifest = dropped(home)
    manifest.staged_file(home).unlink()
    archive_import(home, manifest)
    quarantine_import(home, manifest, "no")
    assert path.exists()


def test_known_content_is_archived_with_a_note_and_kept_once(home):
    _, manifest = dropped(home)
    target = archive_import(home, manifest)
    finish(home, manifest, ImportStatus.COMPLETED, NOW)
    home.store.touch()
    path, again = dropped(home, "again.txt")
    clear_known(home, again)
    assert not path.exists()
    shelved = sorted(one.name for one in target.parent.iterdir())
    assert shelved == [target.name, f"{target.name}.reason.txt"]
    note = (target.parent / f"{target.name}.reason.txt").read_text()
    assert "again.txt" in note
    assert manifest.import_id in note
    assert "file_already_imported" in note


def test_a_file_that_could_not_be_staged_is_moved_under_a_name_of_ours(home):
    hostile = home.inbox / "..'; drop\n.csv"
    hostile.write_bytes(CONTENT)
    for _ in range(2):
        target = quarantine_unstaged(home, hostile, "Nobody can read it.", "suppressions")
        assert target.parent == home.quarantine / "suppressions"
        assert target.read_bytes() == CONTENT
        assert target.name.isprintable()
        hostile.write_bytes(CONTENT)
    assert len([one for one in target.parent.iterdir() if one.suffix == ".txt"]) == 2


@pytest.mark.parametrize("suffix", ["", ".csv", ".verylongsuffix", ".c v", ".\u0441sv"])
def test_only_a_plain_extension_is_kept(home, suffix):
    path = home.inbox / f"list{suffix}"
    path.write_bytes(CONTENT)
    assert quarantine_unstaged(home, path, "no", "suppressions").suffix in ("", ".csv")


def test_a_store_on_another_file_system_is_served_by_a_copy(home, monkeypatch):
    path, manifest = dropped(home)

    def cross_device(*_arguments):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", cross_device)
    assert archive_import(home, manifest).read_bytes() == CONTENT
    assert not path.exists()
