"""The engine on its own, as another scheduler than Dagster would call it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.life_cycle import load_manifest, note_request
from lead_pipeline.filing.locks import is_locked
from lead_pipeline.importing import engine as engine_module
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.drops.inbox_watch import watch_inbox
from lead_pipeline.importing.drops.run_requests import RunRequest
from lead_pipeline.importing.engine import Engine
from lead_pipeline.importing.findings import (
    check_accepted,
    check_accounted_for,
    check_approved,
    check_layout,
    check_reject_rate,
)
from lead_pipeline.importing.submitting import submit_file
from lead_pipeline.importing.withheld import StageCrashedError
from lead_pipeline.model.errors import ConnectionLostError, StoreFullError, StoreLockedError, StoreMemoryError
from lead_pipeline.store import memory
from lead_pipeline.store.memory import MEMORY
from lead_pipeline_tests.support import call_schedule, quick_folder, write_csv

GOOD = [("2125550101", "NY"), ("2125550102", "CA"), ("12", "TX")]


@pytest.fixture
def engine():
    with quick_folder() as folder:
        home = Home(folder / "home")
        home.prepare()
        made = Engine(home)
        yield made
        made.release()


def submitted(engine, name, header=("caller_id", "state"), rows=GOOD):
    """Stage a file and return the id of its import."""
    return submit_file(engine.home, write_csv(engine.home.root / name, header, rows), call_schedule()).import_id


def run(engine, *import_ids):
    """Run all steps, as a scheduler does."""
    for step in (engine.read_files, engine.map_leads, engine.normalize_leads):
        step(import_ids)
    committed = engine.commit(import_ids, lambda *_: None)
    engine_says = {one.import_id: one.finding for one in engine.check(check_accounted_for, import_ids)}
    assert list(engine_says) == list(import_ids)
    assert all(finding.passed for finding in engine_says.values() if finding.is_error)
    return committed, engine.report(import_ids, lambda _message: None)


def test_an_import_goes_from_its_file_to_its_report(engine):
    import_id = submitted(engine, "a.csv")
    committed, (report,) = run(engine, import_id)
    assert committed["imported_leads"][import_id]["rows"] == 2
    assert committed["rejected_leads"][import_id]["rows"] == 1
    assert (report.result.status, report.numbers["rows_rejected"]) == ("completed_with_rejects", 1)
    assert all(path.exists() for path in report.files.values())
    assert set(report.files) == {"report", "rejected_file", "rejected_workbook"}


def test_a_refused_file_is_a_result_and_the_others_go_on(engine):
    good, bad = submitted(engine, "good.csv"), submitted(engine, "bad.csv", ("nothing", "useful"))
    _, reports = run(engine, bad, good)
    assert [report.result.status for report in reports] == ["quarantined", "completed_with_rejects"]
    assert [(report.is_refused, report.is_committed) for report in reports] == [(True, False), (False, True)]


def test_a_refused_file_has_no_table_not_even_that_of_its_rows(engine):
    good, bad = submitted(engine, "good.csv"), submitted(engine, "bad.csv", ("nothing", "useful"))
    for step in (engine.read_files, engine.map_leads, engine.normalize_leads):
        assert list(step([bad, good])) == [good]
    committed = engine.commit([bad, good], lambda *_: None)
    assert {table: list(numbers) for table, numbers in committed.items()} == {
        "imported_leads": [good], "rejected_leads": [good],
    }  # fmt: skip


def test_an_import_that_may_have_to_wait_has_tables_when_it_is_committed_and_none_before(engine):
    asked = call_schedule(approval={"auto_below": 0.3})
    waits, not_waiting = (
        submit_file(engine.home, write_csv(engine.home.root / name, ("caller_id", "state"), rows), asked).import_id
        for name, rows in (("waits.csv", GOOD), ("not.csv", [("2125550103", "NY")]))
    )
    both = [waits, not_waiting]
    assert engine.read_files(both) == engine.map_leads(both) == engine.normalize_leads(both) == {}
    committed = engine.commit(both, lambda *_: None)
    assert {table: list(numbers) for table, numbers in committed.items()} == {
        "raw_leads": [not_waiting], "mapped_leads": [not_waiting], "normalized_leads": [not_waiting],
        "imported_leads": [not_waiting], "rejected_leads": [not_waiting],
    }  # fmt: skip
    assert committed["raw_leads"][not_waiting] == {"rows": 1, "columns": 2}


def test_the_check_of_files_says_of_each_whether_it_was_accepted_and_why_not(engine):
    good, bad = submitted(engine, "good.csv"), submitted(engine, "bad.csv", ("nothing", "useful"))
    run(engine, bad, good)
    for at in ("before their reports were forgotten", "after"):
        found = {one.import_id: one for one in engine.check(check_accepted, [good, bad])}
        assert (found[good].finding.passed, found[bad].finding.passed) == (True, False), at
        assert found[bad].finding.message.startswith("required_column_unmapped: ")
        assert found[bad].shown.files["report"].exists()


@pytest.mark.parametrize("check", [check_reject_rate, check_layout])
def test_a_refused_file_passes_no_check_of_files_and_the_others_name_the_one_that_says_why(engine, check):
    bad = submitted(engine, "bad.csv", ("nothing", "useful"))
    run(engine, bad)
    (one,) = engine.check(check, [bad])
    assert (one.finding.passed, one.finding.is_error) == (False, False)
    assert "see file_accepted" in one.finding.message


def test_a_refused_file_is_not_among_those_that_somebody_may_approve(engine):
    bad = submitted(engine, "bad.csv", ("nothing", "useful"))
    run(engine, bad)
    (one,) = engine.check(check_approved, [bad])
    assert (one.finding.passed, one.finding.message) == (True, "It was refused: see file_accepted.")


def test_a_finished_import_is_left_alone_and_reported_as_it_was(engine):
    import_id = submitted(engine, "a.csv")
    _, first = run(engine, import_id)
    assert engine.read_files([import_id]) == {import_id: {}}
    assert engine.commit([import_id], lambda *_: None) == {
        "imported_leads": {import_id: {}}, "rejected_leads": {import_id: {}},
    }  # fmt: skip
    (again,) = engine.report([import_id], lambda _message: None)
    assert again.result.counts == first[0].result.counts


def test_imports_are_locked_from_their_first_step_until_released(engine):
    import_id = submitted(engine, "a.csv")
    assert not is_locked(engine.home, import_id)
    engine.read_files([import_id])
    assert is_locked(engine.home, import_id)
    engine.release()
    assert not is_locked(engine.home, import_id)


def test_a_crash_names_step_and_import_and_withholds_what_it_says(engine, monkeypatch):
    def crash(_work):
        raise ValueError("2125550101")

    monkeypatch.setattr(engine_module, "map_leads", crash)
    import_id = submitted(engine, "a.csv")
    engine.read_files([import_id])
    with pytest.raises(StageCrashedError) as crashed:
        engine.map_leads([import_id])
    assert f"ValueError while making mapped_leads of {import_id}" in str(crashed.value)
    assert "2125550101" not in str(crashed.value)
    assert crashed.value.__cause__ is crashed.value.__context__ is None


@dataclass
class Queue:
    """A scheduler of a list: it knows imports in the order in which it met them, and runs nothing."""

    known: list[str] = field(default_factory=list)

    def active_imports(self, suspects: Mapping[str, float], now: float) -> tuple[set[str], dict[str, float]]:
        return set(), {}

    def in_run_order(self, import_ids: Sequence[str]) -> Sequence[str]:
        self.known += [one for one in import_ids if one not in self.known]
        return self.known

    def run_of(self, request: RunRequest) -> str:
        return request.first


def test_the_inbox_is_watched_for_any_scheduler(engine):
    (engine.home.inbox / "call_schedule").mkdir()
    write_csv(engine.home.inbox / "call_schedule" / "a.csv", ("caller_id", "state"), GOOD)
    queue = Queue()
    watched = watch_inbox(engine.home, queue, None, log=lambda _line: None, seconds=30)
    assert watched.runs == queue.known
    _, (report,) = run(engine, *watched.runs)
    assert report.result.counts.created == 2


def hungry(monkeypatch, times):
    """Have the first commits need more memory than there is; return what each was given, as DuckDB spells it."""
    commit, given = engine_module._commit, []

    def committing(work, store):
        given.append(store.workspace.one("select current_setting('memory_limit')"))
        if len(given) <= times:
            raise StoreMemoryError("The memory was not enough.")
        return commit(work, store)

    monkeypatch.setattr(engine_module, "_commit", committing)
    monkeypatch.delenv(MEMORY, raising=False)
    return given


@pytest.mark.parametrize("times", [1, 2])
def test_an_import_that_needs_more_memory_than_it_is_tried_with_first_is_committed_with_more(
    engine, monkeypatch, times
):
    import_id = submitted(engine, "a.csv")
    given = hungry(monkeypatch, times)
    monkeypatch.setattr(memory, "free_memory", lambda: 4_000_000_000)
    committed, _ = run(engine, import_id)
    assert committed["imported_leads"][import_id]["rows"] == 2
    assert given[0] not in (*given[1:], "762.9 MiB")
    assert given[1:] == ["762.9 MiB", "1.8 GiB"][:times]


def test_an_import_that_needs_more_than_there_is_is_not_tried_forever(engine, monkeypatch):
    import_id = submitted(engine, "a.csv")
    given = hungry(monkeypatch, times=9)
    monkeypatch.setattr(memory, "free_memory", lambda: 4_000_000_000)
    for step in (engine.read_files, engine.map_leads, engine.normalize_leads):
        step([import_id])
    with pytest.raises(StoreMemoryError):
        engine.commit([import_id], lambda *_: None)
    assert len(given) == 3


# How often a file was tried.


def tried(engine, import_id, *, committing=None):
    """Have a run begin with an import, and end at the commit."""
    note_request(engine.home, load_manifest(engine.home, import_id), utc_now())
    run = Engine(engine.home)
    run.read_files([import_id])
    if committing:
        with pytest.raises(committing):
            run.commit([import_id], lambda *_: None)
    run.release()
    return load_manifest(engine.home, import_id).begun


def test_runs_that_begin_with_a_file_are_counted_from_the_second_on(engine):
    import_id = submitted(engine, "a.csv")
    assert [tried(engine, import_id) for _ in range(4)] == [0, 1, 2, 3]
    assert load_manifest(engine.home, import_id).attempts == 4
    again = submitted(engine, "a.csv")
    assert (again, load_manifest(engine.home, again).begun) == (import_id, 3)


@pytest.mark.parametrize("error", [ConnectionLostError, StoreLockedError, StoreFullError])
def test_a_run_that_fails_for_want_of_the_store_does_not_count_against_its_file(engine, monkeypatch, error):
    import_id = submitted(engine, "a.csv")
    assert [tried(engine, import_id) for _ in range(3)] == [0, 1, 2]

    def away(*_arguments, **_settings):
        raise error("The store is away.")

    monkeypatch.setattr(engine_module, "open_store", away)
    assert [tried(engine, import_id, committing=error) for _ in range(3)] == [2, 2, 2]
    monkeypatch.undo()
    assert tried(engine, import_id) == 3
