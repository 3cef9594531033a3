"""A file that is handed in: its run is asked for at once, one content is one import, and where it stands is known."""

import json

import pytest

from lead_pipeline import LeadPipeline
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.life_cycle import find_manifest, note_request, note_waiting
from lead_pipeline.filing.locks import locked
from lead_pipeline.filing.manifests import pending_manifests
from lead_pipeline.filing.uploads.handed_over import take_word
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.drops.intake import imports_to_run
from lead_pipeline.importing.handed_in import handing_over
from lead_pipeline.importing.handed_in.kept_progress import find_progress, progress_kept
from lead_pipeline.importing.progress import listening, report_progress
from lead_pipeline.importing.submitting import submit_file
from lead_pipeline.model.errors import (
    FileUnreadableError,
    ImportNotFoundError,
    ProfileError,
    UploadNotFoundError,
    UsageError,
)
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.results import Progress
from lead_pipeline_tests.support import call_schedule, quick_folder, staging

ROWS = b"caller_id\n2125550101\n12345\n"


@pytest.fixture
def leads():
    with quick_folder() as folder:
        Home(folder / "home").prepare()
        yield LeadPipeline(folder / "home")


def due(leads):
    return [one.import_id for one in imports_to_run(leads.home, (), utc_now())]


def run(leads, import_id):
    """Do what a run does, without Dagster."""
    with staging(leads.home.root) as stages:
        return stages.run(find_manifest(leads.home, import_id))


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"file": "0" * 32}, UploadNotFoundError),
        ({"file": "../leads.duckdb"}, UploadNotFoundError),
        ({"profile": "call_shedule"}, ProfileError),
        ({"destination": "somewhere"}, UsageError),
    ],
)
def test_what_cannot_be_handed_in_leaves_nothing_to_import(leads, given, error):
    upload = leads.keep_upload("a.csv", [ROWS])
    arguments = {"file": upload.file_id, "profile": "call_schedule"} | given
    with pytest.raises(error):
        leads.submit(arguments.pop("file"), **arguments)
    assert list(pending_manifests(leads.home)) == []


def test_a_path_that_leads_nowhere_is_refused(leads, tmp_path):
    with pytest.raises(FileUnreadableError):
        leads.submit(tmp_path / "nothing.csv", profile="call_schedule")


def test_a_run_is_due_at_once_where_a_command_has_some_seconds_of_its_own(leads, tmp_path):
    file = tmp_path / "own.csv"
    file.write_bytes(b"caller_id\n2125550199\n")
    submit_file(leads.home, file, leads.profile("call_schedule"))
    assert due(leads) == []
    submitted = leads.submit(leads.keep_upload("a.csv", [ROWS]).file_id, profile="call_schedule")
    assert due(leads) == [submitted.import_id]


def test_word_is_left_and_taken_once(leads):
    assert take_word(leads.home) is False
    leads.submit(leads.keep_upload("a.csv", [ROWS]).file_id, profile="call_schedule")
    assert take_word(leads.home) is True
    assert take_word(leads.home) is False


def test_a_process_that_dies_before_word_is_left_delays_the_import_and_loses_nothing(leads, monkeypatch):
    monkeypatch.setattr(handing_over, "leave_word", lambda _home: (_ for _ in ()).throw(KeyboardInterrupt))
    upload = leads.keep_upload("a.csv", [ROWS])
    with pytest.raises(KeyboardInterrupt):
        leads.submit(upload.file_id, profile="call_schedule")
    assert len(due(leads)) == 1


def test_what_a_command_staged_before_is_due_once_it_is_handed_in_as_well(leads, tmp_path):
    file = tmp_path / "own.csv"
    file.write_bytes(ROWS)
    staged = submit_file(leads.home, file, leads.profile("call_schedule"))
    submitted = leads.submit(leads.keep_upload("other.csv", [ROWS]).file_id, profile="call_schedule")
    assert submitted.import_id == staged.import_id
    assert due(leads) == [staged.import_id]
    submit_file(leads.home, file, leads.profile("call_schedule"))  # and stays so
    assert due(leads) == [staged.import_id]


def test_the_name_of_the_upload_is_the_name_of_the_file(leads):
    submitted = leads.submit(leads.keep_upload("../My List.csv", [ROWS]).file_id, profile="call_schedule")
    assert submitted.import_id.startswith("my-list@")
    assert leads.state_of_import(submitted.import_id).file_name == "My List.csv"


def test_the_same_content_is_the_same_import_and_is_said_to_be_there(leads):
    submitted = [
        leads.submit(leads.keep_upload(name, [ROWS]).file_id, profile="call_schedule") for name in ("a.csv", "b.csv")
    ]
    assert submitted[0] == submitted[1]
    assert submitted[0].already_imported is False
    run(leads, submitted[0].import_id)
    again = leads.submit(leads.keep_upload("c.csv", [ROWS]).file_id, profile="call_schedule")
    assert (again.import_id, again.already_imported) == (submitted[0].import_id, True)
    assert due(leads) == []


def test_another_destination_or_a_mapping_of_ones_own_makes_another_import(leads):
    file = leads.keep_upload("a.csv", [ROWS]).file_id
    mapped = [call_schedule(ignore_columns=[name]) for name in ("x", "y")]
    ids = [
        leads.submit(file, profile="call_schedule").import_id,
        leads.submit(file, profile="call_schedule", destination="offer:solar").import_id,
        *(leads.submit(file, profile=profile).import_id for profile in mapped),
    ]
    assert len(set(ids)) == 4
    assert leads.submit(file, profile=mapped[0]).import_id == ids[2]
    assert leads.submit(file, profile=leads.profile("call_schedule")).import_id == ids[0]


def test_an_import_of_which_nothing_is_known_is_not_found(leads):
    submitted = leads.submit(leads.keep_upload("a.csv", [ROWS]).file_id, profile="call_schedule")
    for unknown in ("nothing", "a@000000000000", "../x", submitted.import_id[2:], f"b{submitted.import_id[1:]}"):
        with pytest.raises(ImportNotFoundError):
            leads.state_of_import(unknown)
    with pytest.raises(ImportNotFoundError, match=f"Did you mean '{submitted.import_id}'"):
        leads.state_of_import(f"{submitted.import_id[:-1]}x")


def test_an_import_is_queued_processed_and_completed(leads):
    import_id = leads.submit(leads.keep_upload("a.csv", [ROWS]).file_id, profile="call_schedule").import_id
    state = leads.state_of_import(import_id)
    assert (state.status, state.phase, state.progress, state.result) == (
        ImportStatus.QUEUED,
        "in_progress",
        None,
        None,
    )
    with locked(leads.home, import_id):
        assert leads.state_of_import(import_id).status == ImportStatus.PROCESSING
    run(leads, import_id)
    state = leads.state_of_import(import_id)
    assert (state.status, state.phase) == (ImportStatus.COMPLETED_WITH_REJECTS, "completed")
    assert (state.result.counts.created, state.result.counts.rejected) == (1, 1)
    assert state.ended_at is not None


def test_a_refused_file_has_failed_with_its_sentence_and_may_come_again(leads):
    file = leads.keep_upload("a.csv", [b"colour,size\nred,1\n"]).file_id
    import_id = leads.submit(file, profile="call_schedule").import_id
    run(leads, import_id)
    state = leads.state_of_import(import_id)
    assert (state.status, state.phase) == (ImportStatus.QUARANTINED, "failed")
    assert "caller_id" in state.result.message
    assert leads.submit(file, profile="call_schedule").already_imported is False
    assert leads.state_of_import(import_id).status == ImportStatus.QUEUED


def asking(leads):
    document = {"extends": "call_schedule", "name": "asking", "approval": "manual"}
    (leads.home.profiles / "asking.yaml").write_text(json.dumps(document), encoding="utf-8")
    import_id = leads.submit(leads.keep_upload("a.csv", [ROWS]).file_id, profile="asking").import_id
    run(leads, import_id)
    take_word(leads.home)
    return import_id


def test_an_import_that_waits_for_a_person_says_so_and_is_due_once_they_answered(leads):
    import_id = asking(leads)
    state = leads.state_of_import(import_id)
    assert (state.status, state.phase) == (ImportStatus.AWAITING_APPROVAL, "in_progress")
    assert state.waits_for == state.result.message
    assert due(leads) == []
    assert leads.answer(import_id, "approved").status == ImportStatus.QUEUED
    assert take_word(leads.home) is True
    assert due(leads) == [import_id]
    run(leads, import_id)
    assert leads.state_of_import(import_id).phase == "completed"


def test_one_that_was_cancelled_has_failed_and_imported_nothing(leads):
    import_id = asking(leads)
    leads.answer(import_id, "cancelled")
    with pytest.raises(UsageError):
        leads.answer(import_id, "approved")
    run(leads, import_id)
    state = leads.state_of_import(import_id)
    assert (state.status, state.phase) == (ImportStatus.CANCELLED, "failed")


def test_what_waits_for_a_list_says_so(leads):
    import_id = leads.submit(leads.keep_upload("a.csv", [ROWS]).file_id, profile="call_schedule").import_id
    note_waiting(leads.home, find_manifest(leads.home, import_id), "The list dnc is missing.")
    assert leads.state_of_import(import_id).waits_for == "The list dnc is missing."


def test_states_are_listed_newest_first_with_what_is_unfinished_before_the_rest(leads):
    ids = []
    for number in range(5):
        upload = leads.keep_upload(f"f{number}.csv", [b"caller_id\n212555010%d\n" % number])
        ids.append(leads.submit(upload.file_id, profile="call_schedule").import_id)
    for import_id in (ids[4], ids[0], ids[2]):
        run(leads, import_id)
    found, total = leads.states_of_imports(limit=10)
    assert total == 5
    assert [one.import_id for one in found] == [ids[3], ids[1], ids[2], ids[0], ids[4]]
    pages = [leads.states_of_imports(limit=2, offset=offset)[0] for offset in (0, 2, 4, 6)]
    assert [one.import_id for page in pages for one in page] == [one.import_id for one in found]


def test_a_home_that_does_not_exist_has_no_imports(tmp_path):
    assert LeadPipeline(tmp_path / "none").states_of_imports() == ((), 0)
    with pytest.raises(ImportNotFoundError):
        LeadPipeline(tmp_path / "none").state_of_import("a@000000000000")


def test_progress_is_left_at_most_twice_a_second_and_goes_on_from_step_to_step(leads):
    import_id = leads.submit(leads.keep_upload("a.csv", [ROWS]).file_id, profile="call_schedule").import_id
    manifest = note_request(leads.home, find_manifest(leads.home, import_id), utc_now())
    work, now = WorkFolder(leads.home, manifest), 0.0

    def seen(step, rows, at, **numbers):
        nonlocal now
        now = at
        report_progress(step, rows, **numbers)
        found = find_progress(leads.home, import_id)
        return found and (found.step, found.rows, found.progress)

    work.folder.mkdir(parents=True)
    with progress_kept(work, lambda: now):
        assert seen("raw_leads", 1, 0.49) is None
        assert seen("raw_leads", 2, 0.5, total=9) == ("raw_leads", 2, Progress(total=9))
        assert seen("raw_leads", 3, 0.99)[1] == 2
        assert seen("raw_leads", 4, 1.0)[1] == 4
    with progress_kept(work, lambda: now):
        assert seen("mapped_leads", 5, 2.0, processed=5) == ("mapped_leads", 5, Progress(total=9, processed=5))
    with locked(leads.home, import_id):
        state = leads.state_of_import(import_id)
    assert (state.step, state.progress) == ("mapped_leads", Progress(total=9, processed=5))
    assert leads.state_of_import(import_id).progress is None  # nobody is at work on it


def test_whoever_listens_already_goes_on_listening(leads):
    import_id = leads.submit(leads.keep_upload("a.csv", [ROWS]).file_id, profile="call_schedule").import_id
    work, told = WorkFolder(leads.home, find_manifest(leads.home, import_id)), []
    with listening(lambda *heard: told.append(heard)):
        for step in ("raw_leads", "mapped_leads"):
            with progress_kept(work):
                report_progress(step, 1, **{"total": 7} if step == "raw_leads" else {"processed": 3})
    assert told == [("raw_leads", 1, Progress(total=7)), ("mapped_leads", 1, Progress(total=7, processed=3))]
