import pytest

from lead_pipeline.filing.life_cycle import find_manifest, finish, is_finished, load_manifest, note_request
from lead_pipeline.filing.manifests import Manifest, manifest_path, pending_manifests
from lead_pipeline.filing.receipts import find_receipt, is_imported
from lead_pipeline.filing.staging import stage_import
from lead_pipeline.model.errors import ImportNotFoundError, LeadPipelineError
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.profiles.loader import load_profile
from lead_pipeline_tests.support import NOW

PROFILE = load_profile("call_schedule", folder=None)


def staged(home, name="a.csv", content=b"caller_id\n1\n", now=NOW) -> Manifest:
    path = home.inbox / name
    path.write_bytes(content)
    return stage_import(home, path, PROFILE, now=now)


def test_a_staged_import_waits_until_it_is_finished(home):
    manifest = staged(home)
    assert list(pending_manifests(home)) == [manifest]
    assert not is_finished(home, manifest.import_id)
    home.store.touch()
    finish(home, manifest, ImportStatus.COMPLETED, NOW)
    assert list(pending_manifests(home)) == []
    assert is_finished(home, manifest.import_id)
    assert load_manifest(home, manifest.import_id) == manifest


def test_attempts_are_counted_and_survive_staging_again(home):
    manifest = staged(home)
    note_request(home, note_request(home, manifest, NOW), NOW)
    again = staged(home, "other-name.csv")
    assert again.attempts == 2
    assert again.requested_at == NOW
    assert [one.attempts for one in pending_manifests(home)] == [2]


def test_imported_content_gets_no_new_manifest(home):
    manifest = staged(home)
    home.store.touch()
    finish(home, manifest, ImportStatus.COMPLETED_WITH_REJECTS, NOW)
    again = staged(home, "again.csv")
    assert again.import_id == manifest.import_id
    assert is_imported(home, again.identity)
    assert list(pending_manifests(home)) == []


@pytest.mark.parametrize("status", [ImportStatus.QUARANTINED, ImportStatus.FAILED])
def test_content_that_was_refused_is_tried_again_when_dropped_again(home, status):
    manifest = staged(home)
    home.store.touch()
    finish(home, manifest, status, NOW)
    assert not is_imported(home, manifest.identity)
    again = staged(home, "again.csv")
    assert again.import_id == manifest.import_id
    assert list(pending_manifests(home)) == [again]
    assert find_receipt(home, again.identity) is None


def test_receipts_count_for_nothing_when_the_store_is_gone(home):
    manifest = staged(home)
    home.store.touch()
    finish(home, manifest, ImportStatus.COMPLETED, NOW)
    home.store.unlink()
    assert not is_imported(home, manifest.identity)


def test_waiting_manifests_come_oldest_first_and_hidden_files_are_none(home):
    later = staged(home, "a.csv", b"1", NOW.replace(hour=13))
    earlier = staged(home, "b.csv", b"2", NOW)
    (home.staging / "manifests" / ".half.tmp").write_bytes(b"{")
    assert list(pending_manifests(home)) == [earlier, later]


def test_a_damaged_manifest_is_named_with_what_to_do(home):
    manifest = staged(home)
    path = manifest_path(home, manifest.import_id)
    path.write_bytes(b"{")
    with pytest.raises(LeadPipelineError, match=rf"{path.name}.*Remove it"):
        find_manifest(home, manifest.import_id)


def test_an_id_that_was_never_staged_is_not_found(home):
    with pytest.raises(ImportNotFoundError, match=r"No file is staged as 'x@123456789012'.*history"):
        load_manifest(home, "x@123456789012")
