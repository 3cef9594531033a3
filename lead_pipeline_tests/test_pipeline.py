"""The Python API as a script calls it: what goes wrong first, then what comes back, and what is loaded for it."""

import dataclasses
import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import ValidationError

from lead_pipeline import LeadPipeline
from lead_pipeline.filing.home import Home
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import (
    FileRefusedError,
    FileUnreadableError,
    ImportNotFoundError,
    ProfileError,
    RunFailedError,
    StoreError,
    StoreLockedError,
    UsageError,
)
from lead_pipeline.model.listings import ImportRecord, ListResult
from lead_pipeline.model.results import ImportResult
from lead_pipeline_tests.support import call_schedule, prepared_home, query, quick_folder

README = Path(__file__).parents[1] / "README.md"

CLEAN = "caller_id,name\n2125550101,Ann\n2125550102,Bob\n"
MIXED = "caller_id,name\n2125550103,Cid\n12345,Dan\n2125550103,Cid\n,\n"
NO_PHONES = "colour,size\nred,1\n"


@pytest.fixture
def folder():
    """A folder for files, whose `data` is a home that has a Dagster instance with its tables."""
    with quick_folder() as found:
        prepared_home(found / "data")
        yield found


@pytest.fixture
def leads(folder):
    return LeadPipeline(folder / "data")


@pytest.fixture(scope="module")
def past():
    """A pipeline with a past, for tests that only look: `mixed` was imported, `waits` waits, then came `clean`."""
    with quick_folder() as folder:
        prepared_home(folder / "data")
        with LeadPipeline(folder / "data") as leads:
            leads.import_file(write(folder, "mixed.csv", MIXED))
            leads.import_file(write(folder, "waits.csv", MIXED), profile=write_asking_profile(leads))
            leads.import_file(write(folder, "clean.csv", CLEAN))
        yield leads


def id_of(leads, name):
    """Return the id of the import of a file."""
    (found,) = [one.import_id for one in leads.history() if one.file_name == f"{name}.csv"]
    return found


def write(folder, name, content):
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def write_asking_profile(leads):
    """Write a profile whose imports wait for a person, and return its name."""
    document = {"extends": "call_schedule", "name": "asking", "approval": "manual"}
    (leads.home.profiles / "asking.yaml").write_text(json.dumps(document), encoding="utf-8")
    return "asking"


def entries(root):
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


HOLD = "import duckdb, sys\ncon = duckdb.connect(sys.argv[1])\nprint('held', flush=True)\nsys.stdin.read()\n"


@contextmanager
def held_store(leads):
    """Hold the store in another process, and give the number of that process."""
    command = [sys.executable, "-c", HOLD, str(leads.home.store)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        try:
            yield holder.pid
        finally:
            holder.communicate()


# What goes wrong.


@pytest.mark.parametrize("call", ["import_file", "dry_run", "preview", "suggest"])
def test_a_file_that_does_not_exist_is_named(leads, folder, call):
    with pytest.raises(FileUnreadableError, match=r"missing\.csv"):
        getattr(leads, call)(folder / "missing.csv")


@pytest.mark.parametrize("call", ["import_file", "dry_run", "preview"])
def test_an_unknown_profile_is_refused_with_the_nearest_before_the_file_is_touched(leads, folder, call):
    before = entries(leads.home.root)
    with pytest.raises(ProfileError, match="Did you mean 'call_schedule'"):
        getattr(leads, call)(folder / "missing.csv", profile="call_shedule")
    assert entries(leads.home.root) == before


@pytest.mark.parametrize("call", ["import_file", "dry_run"])
def test_an_unknown_destination_is_refused_with_the_nearest_before_the_file_is_touched(leads, folder, call):
    before = entries(leads.home.root)
    with pytest.raises(UsageError, match="Did you mean 'schedule'"):
        getattr(leads, call)(folder / "missing.csv", destination="shedule:a")
    assert entries(leads.home.root) == before


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"kind": "blockd"}, "Did you mean 'blocked'"), ({"kind": "blocked", "region": "XX"}, "XX")],
    ids=["kind", "region"],
)
def test_a_list_is_not_loaded_on_a_guess(leads, folder, options, sentence):
    with pytest.raises(UsageError, match=sentence):
        leads.suppress(write(folder, "list.csv", "phone\n2125550101\n"), **options)
    assert not leads.home.store.exists()


def test_a_list_that_cannot_be_read_as_one_is_an_error_with_its_sentence(leads, folder):
    with pytest.raises(RunFailedError, match=r"list\.csv|empty"):
        leads.suppress(write(folder, "list.csv", ""), kind="blocked")


def test_a_refused_file_is_a_result_of_an_import_and_of_a_dry_run(leads, folder):
    path = write(folder, "colours.csv", NO_PHONES)
    for result in (leads.dry_run(path), leads.import_file(path)):
        assert (result.status, result.rows_read) == ("quarantined", None)
        assert [reason.code for reason in result.reasons] == ["required_column_unmapped"]
        assert "caller_id" in result.message
    assert path.read_text() == NO_PHONES


def test_a_preview_of_a_file_that_cannot_be_read_is_refused_and_of_one_that_does_not_fit_says_why(leads, folder):
    assert "caller_id" in leads.preview(write(folder, "colours.csv", NO_PHONES)).refusal
    with pytest.raises(FileRefusedError, match="empty"):
        leads.preview(write(folder, "empty.csv", ""))


@pytest.mark.parametrize("call", ["approve", "cancel", "show"])
def test_a_wrong_import_id_is_answered_with_the_nearest_that_there_is(past, call):
    right = id_of(past, "waits")
    with pytest.raises(ImportNotFoundError, match=f"Did you mean '{right}'"):
        getattr(past, call)(right[:-1] + ("0" if right[-1] != "0" else "1"))


@pytest.mark.parametrize("import_id", ["../../etc/passwd", "..", "", "x@0123456789ab"])
def test_an_id_never_becomes_a_path(leads, folder, import_id):
    write(folder, "result.json", "{}")
    (leads.home.root / "result.json").write_text("{}")
    with pytest.raises(ImportNotFoundError):
        leads.show(import_id)


def test_an_answer_that_comes_too_late_is_refused(past):
    with pytest.raises(UsageError, match="can no longer be cancelled"):
        past.cancel(id_of(past, "clean"))


LOCKED = {
    "import_file": lambda leads, path: leads.import_file(path),
    "suppress": lambda leads, path: leads.suppress(path, kind="blocked"),
    "dry_run": lambda leads, path: leads.dry_run(path),
    "history": lambda leads, path: leads.history(),
    "show": lambda leads, path: leads.show("x@0123456789ab"),
    "query": lambda leads, path: leads.query("select 1"),
}


@pytest.mark.parametrize("call", LOCKED.values(), ids=LOCKED)
def test_a_store_that_another_process_holds_is_waited_for_as_long_as_said_and_the_holder_is_named(past, folder, call):
    waits = []
    impatient = LeadPipeline(
        past.home.root, store_wait=2, on_wait=lambda waited, holder: waits.append((waited, holder))
    )
    with held_store(past) as holder, pytest.raises((StoreLockedError, RunFailedError), match=f"process {holder}"):
        call(impatient, write(folder, "never.csv", "caller_id\n2125550144\n"))
    assert waits[0][1] == f"process {holder}"
    assert max(waited for waited, _ in waits) < 30  # not the minute that is waited by default


def test_what_could_not_be_imported_for_a_locked_store_is_imported_by_the_next_call(leads, folder):
    leads.import_file(write(folder, "clean.csv", CLEAN))
    path = write(folder, "mixed.csv", MIXED)
    with held_store(leads), pytest.raises(RunFailedError):
        LeadPipeline(leads.home.root, store_wait=0).import_file(path)
    result = leads.import_file(path)
    assert (result.counts.created, result.already_imported) == (1, False)


def test_a_home_that_cannot_be_written_is_named(folder):
    write(folder, "file", "")
    leads = LeadPipeline(folder / "file")
    for call in (leads.import_file, leads.dry_run):
        with pytest.raises(UsageError, match="file cannot be written"):
            call(write(folder, "clean.csv", CLEAN))
    with pytest.raises(UsageError, match="file cannot be written"):
        leads.suppress(write(folder, "list.csv", "phone\n2125550101\n"), kind="blocked")


def test_a_query_that_would_change_something_or_is_wrong_is_refused(leads, past):
    with pytest.raises(StoreError, match="no lead store"):
        leads.query("select 1")
    for sql in ("delete from base.leads", "select 1; select 2", "select nothere from leads"):
        with pytest.raises(UsageError):
            past.query(sql)
    assert query(past.home.root, "select count(*) from leads") == [(3,)]


def test_profiles_that_are_wrong_are_listed_with_their_faults(leads):
    (leads.home.profiles / "bad.yaml").write_text("name: bad\nextends: call_schedule\nscub_scope: x\n")
    wrong = [check for check in leads.check_profiles() if not check.is_valid]
    assert [check.name for check in wrong] == ["bad"]
    assert "Did you mean 'scrub_scope'" in wrong[0].problems[0]
    assert leads.check_profiles("call_schedule")[0].problems == ()
    with pytest.raises(ProfileError, match="scub_scope"):
        leads.profiles()


# What comes back.


def test_a_look_at_a_home_that_does_not_exist_finds_nothing_and_makes_nothing(folder):
    leads = LeadPipeline(folder / "nowhere")
    assert leads.history() == ()
    assert "call_schedule" in [one.name for one in leads.profiles()]
    assert leads.preview(write(folder, "clean.csv", CLEAN)).refusal == ""
    for ask in (leads.show, leads.approve, leads.cancel):
        with pytest.raises(ImportNotFoundError):
            ask("x@0123456789ab")
    assert not (folder / "nowhere").exists()


def test_an_import_comes_back_with_its_counts_and_where_its_files_are(leads, folder):
    steps = []
    result = leads.import_file(
        str(write(folder, "mixed.csv", MIXED)), on_progress=lambda step, rows, progress: steps.append((step, progress))
    )
    assert isinstance(result, ImportResult)
    counts = result.counts
    assert (result.status, result.rows_read) == ("completed_with_rejects", 4)
    assert (counts.created, counts.duplicate, counts.rejected, counts.skipped) == (1, 1, 1, 1)
    assert (leads.home.root / result.rejected_file).is_file()
    assert {step for step, _ in steps} >= {"raw_leads", "mapped_leads", "normalized_leads", "imported_leads"}
    assert (steps[-1][1].processed, steps[-1][1].imported, steps[-1][1].errors) == (4, 1, 1)
    assert query(leads.home.root, "select phone from leads") == [("+12125550103",)]


def test_a_dry_run_comes_to_what_the_import_then_does_and_keeps_nothing(leads, folder):
    path = write(folder, "mixed.csv", MIXED)
    supposed = leads.dry_run(path, destination="offer:solar")
    assert supposed.dry_run
    assert (leads.home.root / supposed.dry_run_file).is_file()
    assert not leads.home.store.exists()
    result = leads.import_file(path, destination=Destination(kind="offer", name="solar"))
    assert (result.import_id, result.counts, result.destination) == (supposed.import_id, supposed.counts, "offer:solar")


def test_a_profile_itself_will_do_where_its_name_does(leads, folder):
    profile = call_schedule(default_region="GB")
    result = leads.import_file(write(folder, "british.csv", "caller_id\n020 7946 0123\n"), profile=profile)
    assert result.counts.created == 1
    assert query(leads.home.root, "select phone from leads") == [("+442079460123",)]


def test_the_same_content_again_is_told_and_left_alone(leads, folder):
    first = leads.import_file(write(folder, "a.csv", CLEAN))
    again = leads.import_file(write(folder, "b.csv", CLEAN))
    assert (first.already_imported, again.already_imported) == (False, True)
    assert again.import_id == first.import_id
    assert query(leads.home.root, "select count(*) from leads") == [(2,)]


def test_two_pipelines_on_one_home_see_each_others_imports(leads, folder):
    path = write(folder, "clean.csv", CLEAN)
    with leads, LeadPipeline(folder / "data") as other:
        first, again = leads.import_file(path), other.import_file(path)
        assert (first.already_imported, again.already_imported) == (False, True)
        mixed = other.import_file(write(folder, "mixed.csv", MIXED))
        assert leads.show(mixed.import_id) == other.show(mixed.import_id) == mixed
        assert leads.history() == other.history()


def test_an_import_that_waits_is_approved_or_cancelled(leads, folder):
    profile = write_asking_profile(leads)
    clean = leads.import_file(write(folder, "clean.csv", CLEAN), profile=profile)
    mixed = leads.import_file(write(folder, "mixed.csv", MIXED), profile=profile)
    assert {clean.status, mixed.status} == {"awaiting_approval"}
    done, left = leads.approve(clean.import_id), leads.cancel(mixed.import_id)
    assert (done.status, done.counts.created, left.status) == ("completed", 2, "cancelled")
    assert query(leads.home.root, "select count(*) from leads") == [(2,)]


def test_a_list_comes_back_with_its_counts_and_the_lines_that_no_number_could_be_read_in(leads, folder):
    path = write(folder, "list.csv", "phone\n(212) 555-0101\nnonsense\nnor this\n")
    loaded = leads.suppress(path, kind="do_not_call")
    assert loaded == ListResult(
        list_id=loaded.list_id, kind="do_not_call", file_name="list.csv", list_name="do_not_call",
        rows_read=3, rows_added=1, rows_known=0,
        rows_rejected=2, lines_rejected=(3, 4), rejected_file=f"reports/{loaded.list_id}/rejected.csv",
    )  # fmt: skip
    assert leads.suppress(path, kind="do_not_call").loaded_before
    assert leads.import_file(write(folder, "clean.csv", CLEAN)).counts.suppressed == 1


def test_the_history_has_a_record_for_each_import_newest_first(past):
    records = past.history()
    assert [one.file_name for one in records] == ["clean.csv", "waits.csv", "mixed.csv"]
    assert [one.status for one in records] == ["completed", "awaiting_approval", "completed_with_rejects"]
    mixed = past.show(records[2].import_id)
    assert (records[2].rows_read, records[2].rows_rejected, records[2].started_at) == (4, 1, mixed.started_at)
    assert past.history(limit=1) == records[:1]


def test_a_record_has_the_columns_of_the_view_that_people_query(past):
    assert past.query("select * from imports").frame.columns == list(ImportRecord.model_fields)


def test_an_import_whose_result_was_removed_is_shown_from_the_ledger(leads, folder):
    result = leads.import_file(write(folder, "clean.csv", CLEAN))
    assert leads.show(result.import_id) == result
    (leads.home.reports / result.import_id / "result.json").unlink()
    assert leads.show(result.import_id).model_dump() == leads.history()[0].model_dump() | {"lead_changes": ()}


def test_a_query_returns_as_many_rows_as_asked_for_and_says_whether_there_are_more(past):
    answer = past.query("select phone from leads order by phone", limit=1)
    assert answer.frame.rows() == [("+12125550101",)]
    assert answer.has_more
    assert not past.query("select phone from leads", limit=3).has_more


def test_profiles_are_listed_printed_drafted_and_sampled(leads, folder):
    assert ("call_schedule", "bundled") in [(one.name, one.origin) for one in leads.profiles()]
    assert leads.profile_text("call_schedule").startswith("#")
    draft = leads.suggest(write(folder, "clean.csv", CLEAN), name="mine")
    (leads.home.profiles / "mine.yaml").write_text(draft, encoding="utf-8")
    assert ("mine", "home") in [(one.name, one.origin) for one in leads.profiles()]
    sample = leads.sample("mine", output=folder / "sample.csv")
    assert (folder / "sample.csv").read_bytes() == sample
    assert leads.import_file(folder / "sample.csv", profile="mine").counts.created == 2
    assert "properties" in LeadPipeline.profile_schema()


def test_a_link_is_followed_and_one_that_leads_in_circles_is_refused(leads, folder):
    write(folder, "clean.csv", CLEAN)
    (folder / "link.csv").symlink_to("clean.csv")
    assert leads.import_file(folder / "link.csv").counts.created == 2
    (folder / "circle.csv").symlink_to("circle.csv")
    with pytest.raises(FileUnreadableError, match=r"circle\.csv"):
        leads.import_file(folder / "circle.csv")


def test_what_comes_back_cannot_be_changed(past, folder):
    numbers = dict.fromkeys(("rows_read", "rows_added", "rows_known", "rows_rejected"), 0)
    loaded = ListResult(list_id="list@0123456789ab", kind="blocked", file_name="list.csv", **numbers)
    result, preview = past.show(id_of(past, "mixed")), past.preview(write(folder, "clean.csv", CLEAN))
    frozen = [result, result.counts, loaded, preview, past.history()[0], past.profiles()[0],
              past.check_profiles("call_schedule")[0]]  # fmt: skip
    for one in frozen:
        name = next(iter(type(one).model_fields))
        with pytest.raises(ValidationError, match="frozen"):
            setattr(one, name, getattr(one, name))
    with pytest.raises(dataclasses.FrozenInstanceError):
        past.query("select 1").has_more = True


# How it is opened and closed.


def test_making_one_reads_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    leads = LeadPipeline("data")
    assert leads.home == Home(tmp_path / "data")
    assert list(tmp_path.iterdir()) == []


def test_imports_of_a_with_block_share_one_instance_which_is_closed_at_its_end(leads, folder, monkeypatch):
    from lead_pipeline.orchestration import launching as opening

    opened, really_open = [], opening.open_instance
    monkeypatch.setattr(opening, "open_instance", lambda home: opened.append(really_open(home)) or opened[-1])
    closed = []
    with leads as entered:
        assert entered is leads
        assert leads.history() == ()
        assert opened == []  # by a look at the history
        leads.import_file(write(folder, "clean.csv", CLEAN))
        monkeypatch.setattr(opened[0], "dispose", lambda: closed.append("disposed"), raising=True)
        leads.import_file(write(folder, "mixed.csv", MIXED))
        assert (len(opened), closed) == (1, [])
    assert closed == ["disposed"]
    leads.import_file(write(folder, "other.csv", "caller_id\n2125550177\n"))
    assert len(opened) == 2  # of its own, for this one call
    assert not _open_files_below(leads.home.root)


def test_a_with_block_that_an_error_ends_is_closed_and_can_be_entered_again(leads, folder):
    with pytest.raises(FileUnreadableError), leads:
        leads.import_file(folder / "missing.csv")
    assert not _open_files_below(leads.home.root)
    with leads:
        assert leads.import_file(write(folder, "clean.csv", CLEAN)).counts.created == 2


def test_it_is_entered_once_at_a_time(leads):
    with leads, pytest.raises(UsageError, match="open already"):
        leads.__enter__()


def _open_files_below(root):
    """Return the files below a folder that this process holds open (Linux)."""
    targets = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            targets.append(str(descriptor.readlink()))
        except FileNotFoundError:  # the one with which the folder itself was listed
            continue
    return [target for target in targets if target.startswith(f"{root}/")]


def test_what_is_written_is_private_at_every_moment_and_the_callers_own_umask_stays(leads, folder):
    exposed = set()

    def look(*_progress):
        for name in ("staging", "archive", "reports", "tables"):
            written = (leads.home.root / name).rglob("*")
            exposed.update(path.name for path in written if path.stat().st_mode & 0o077)

    before = os.umask(0o022)
    try:
        leads.import_file(write(folder, "mixed.csv", MIXED), on_progress=look)
        leads.dry_run(write(folder, "other.csv", MIXED + "2125550188,Eve\n"), on_progress=look)
        now = os.umask(0o022)
    finally:
        os.umask(before)
    look()
    assert exposed == set()
    assert leads.home.store.stat().st_mode & 0o077 == 0
    assert now == 0o022


# What is loaded.

CALLS = {
    "importing it": "lead_pipeline.pipeline",
    "making one": "leads",
    "history": "leads.history()",
    "preview": "leads.preview('clean.csv')",
    "dry_run": "leads.dry_run('clean.csv')",
    "profiles": "leads.profiles()",
    "profile_text": "leads.profile_text('call_schedule')",
    "check_profiles": "leads.check_profiles()",
    "profile_schema": "leads.profile_schema()",
    "suggest": "leads.suggest('clean.csv')",
    "sample": "leads.sample('call_schedule')",
    "query": "leads.query('select 1')",
    "show": "leads.show(leads.history()[0].import_id)",
    "show without a result": "leads.show(no_result)",
    "a wrong id": "expect_not_found(leads.approve)",
    "the answer alone": "decide(leads.home, waiting, 'approved', utc_now())",
    "a with block": "leads.__enter__().history() and leads.__exit__()",
}

CHILD = """
import json, sys
import lead_pipeline.pipeline
from lead_pipeline import LeadPipeline
from lead_pipeline.filing.decisions import decide
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.model.errors import ImportNotFoundError

def expect_not_found(ask):
    try:
        ask("x@0123456789ab")
    except ImportNotFoundError:
        return
    raise AssertionError("an import was found")

calls, waiting, no_result = json.loads(sys.argv[1]), *sys.argv[2:]
leads = LeadPipeline("data")
loaded = {}
for name, call in calls.items():
    eval(call)
    loaded[name] = sorted({module.split(".")[0] for module in sys.modules} & {"dagster", "dagster_webserver"})
print(json.dumps(loaded))
"""


def test_only_what_is_a_recorded_run_loads_dagster(leads, folder):
    """In a process that calls one after the other, with a look at what is loaded after each."""
    waiting = leads.import_file(write(folder, "waits.csv", MIXED), profile=write_asking_profile(leads)).import_id
    no_result = leads.import_file(write(folder, "done.csv", "caller_id\n2125550166\n")).import_id
    (leads.home.reports / no_result / "result.json").unlink()
    write(folder, "clean.csv", CLEAN)
    command = [sys.executable, "-c", CHILD, json.dumps(CALLS), waiting, no_result]
    environment = os.environ | {"PYTHONPATH": str(README.parent)}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {call: [] for call in CALLS}


def test_the_package_exports_it_and_nothing_that_there_is_not():
    import lead_pipeline

    assert lead_pipeline.LeadPipeline is LeadPipeline
    assert "LeadPipeline" in lead_pipeline.__all__
    with pytest.raises(AttributeError, match="LeedPipeline"):
        _ = lead_pipeline.LeedPipeline


# What README shows.


def test_the_lines_of_the_readme_run_as_they_are_shown(folder, monkeypatch, capsys):
    blocks = re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (shown,) = [block for block in blocks if "LeadPipeline" in block]
    monkeypatch.chdir(folder)
    write(folder, "leads.csv", MIXED)
    exec(compile(shown, "README.md", "exec"), {})
    printed = capsys.readouterr().out.split()
    assert printed[:2] == ["completed_with_rejects", "1"]
    assert (folder / "data" / printed[2]).is_file()
