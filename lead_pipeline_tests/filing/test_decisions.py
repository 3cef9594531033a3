"""What a person is asked about an import and answers: repeated, too late, about nothing, at the same time as a run."""

from datetime import timedelta

import pytest

from lead_pipeline.filing.decisions import await_decision, decide, state_of, waiting_imports
from lead_pipeline.filing.life_cycle import decision_path, finish, load_manifest, note_request
from lead_pipeline.filing.locks import locked
from lead_pipeline.filing.manifests import pending_manifests
from lead_pipeline.filing.staging import stage_import
from lead_pipeline.model.errors import ImportNotFoundError, LeadPipelineError, UsageError
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline_tests.support import NOW, call_schedule

LATER = NOW + timedelta(minutes=5)


def staged(home, content=b"caller_id\n2125550101\n", name="a.csv", now=NOW, **changes):
    path = home.inbox / "call_schedule" / name
    path.write_bytes(content)
    home.store.touch()  # receipts count only beside a store
    return stage_import(home, path, call_schedule(**changes), now=now, from_inbox=True)


def waiting(home, **how):
    manifest = staged(home, **how)
    await_decision(home, manifest, NOW)
    return manifest


def test_nothing_is_asked_about_an_import_before_it_was_screened(home):
    manifest = staged(home)
    assert state_of(home, manifest) is None
    with pytest.raises(UsageError, match="it has not been processed yet"):
        decide(home, manifest.import_id, "approved", LATER)


@pytest.mark.parametrize("answer", ["approved", "cancelled"])
def test_an_answer_is_kept_and_may_be_repeated(home, answer):
    manifest = waiting(home)
    assert state_of(home, manifest) == "awaited"
    for _ in range(2):
        assert decide(home, manifest.import_id, answer, LATER).import_id == manifest.import_id
        assert state_of(home, manifest) == answer


@pytest.mark.parametrize(("first", "second"), [("approved", "cancelled"), ("cancelled", "approved")])
def test_the_other_answer_comes_too_late(home, first, second):
    manifest = waiting(home)
    decide(home, manifest.import_id, first, LATER)
    with pytest.raises(UsageError, match=f"was {first} before"):
        decide(home, manifest.import_id, second, LATER)
    assert state_of(home, manifest) == first


ENDED = {
    "imported": (ImportStatus.COMPLETED, {"approved": None, "cancelled": "can no longer be cancelled"}),
    "with rejects": (ImportStatus.COMPLETED_WITH_REJECTS, {"approved": None, "cancelled": "leads are imported"}),
    "cancelled": (ImportStatus.CANCELLED, {"approved": "Drop or import the file again", "cancelled": None}),
    "refused": (ImportStatus.QUARANTINED, {"approved": "nothing to decide", "cancelled": "nothing to decide"}),
}


@pytest.mark.parametrize(("status", "told"), ENDED.values(), ids=ENDED)
def test_about_a_finished_import_there_is_nothing_to_decide_and_the_same_answer_is_no_error(home, status, told):
    manifest = waiting(home)
    finish(home, manifest, status, LATER)
    for answer, sentence in told.items():
        if sentence is None:
            assert decide(home, manifest.import_id, answer, LATER) == manifest
        else:
            with pytest.raises(UsageError, match=sentence):
                decide(home, manifest.import_id, answer, LATER)
    assert not decision_path(home, manifest.identity).exists()


@pytest.mark.parametrize("wrong", ["b@{hash}", "a@{near}", "a", "../../etc/passwd", "a@../../../../x", ""])
def test_an_unknown_id_is_named_with_the_nearest_one_that_waits(home, wrong):
    manifest = waiting(home)
    digits = manifest.import_id.split("@")[1]
    asked = wrong.format(hash=digits, near=digits[:-1] + ("0" if digits[-1] != "0" else "1"))
    with pytest.raises(ImportNotFoundError) as error:
        decide(home, asked, "approved", LATER)
    assert f"'{asked}'" in str(error.value)
    assert f"Waiting for approval: {manifest.import_id}." in str(error.value)
    if "@" in wrong and "/" not in wrong:
        assert f"Did you mean '{manifest.import_id}'?" in str(error.value)
    assert state_of(home, manifest) == "awaited"


def test_where_none_waits_that_is_said(home):
    with pytest.raises(ImportNotFoundError, match="No import is waiting"):
        decide(home, "a@0123456789ab", "cancelled", LATER)


def test_a_run_at_work_on_the_import_is_waited_for_and_then_named(home):
    manifest = waiting(home)
    with locked(home, manifest.import_id), pytest.raises(LeadPipelineError, match="nothing is imported twice"):
        decide(home, manifest.import_id, "approved", LATER, patience=0.1)
    assert state_of(home, manifest) == "awaited"


def test_the_same_content_dropped_again_goes_on_waiting_and_keeps_its_answer(home):
    manifest = waiting(home)
    again = staged(home, name="b.csv", now=LATER)
    assert again.import_id == manifest.import_id
    assert state_of(home, again) == "awaited"
    decide(home, manifest.import_id, "approved", LATER)
    assert state_of(home, staged(home, name="c.csv", now=LATER)) == "approved"
    assert len(list(pending_manifests(home))) == 1


def test_dropped_again_after_its_profile_was_changed_it_starts_again(home):
    manifest = waiting(home)
    decide(home, manifest.import_id, "approved", LATER)
    assert state_of(home, staged(home, now=LATER, default_region="GB")) is None


def test_a_cancelled_import_starts_again_when_it_is_dropped_again_even_where_its_answer_was_left_behind(home):
    manifest = waiting(home)
    decide(home, manifest.import_id, "cancelled", LATER)
    left = decision_path(home, manifest.identity).read_bytes()
    finish(home, manifest, ImportStatus.CANCELLED, LATER)
    decision_path(home, manifest.identity).write_bytes(left)  # as a process leaves it that dies in between
    again = staged(home, now=LATER + timedelta(minutes=1))
    assert again.import_id == manifest.import_id
    assert state_of(home, again) is None


def test_the_attempts_before_an_approval_do_not_count_against_the_run_after_it(home):
    manifest = staged(home)
    for _ in range(3):
        manifest = note_request(home, manifest, NOW)
    await_decision(home, manifest, NOW)
    assert load_manifest(home, manifest.import_id).attempts == 0


def test_a_damaged_answer_is_none_and_the_import_screened_again(home):
    manifest = waiting(home)
    decision_path(home, manifest.identity).write_text("{")
    assert state_of(home, manifest) is None
    assert waiting_imports(home) == []


def test_those_that_wait_are_listed_oldest_first(home):
    second = waiting(home, content=b"caller_id\n2125550102\n", name="b.csv", now=LATER)
    first = waiting(home)
    staged(home, content=b"caller_id\n2125550103\n", name="c.csv")
    assert waiting_imports(home) == [first.import_id, second.import_id]
