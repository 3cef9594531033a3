"""Histories cut into their steps, each with the store as it was before it: a change is seen in a fraction of a second
by a step that depends on it, wherever in a history that is.
"""

import pickle
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.settings import StoreSettings
from lead_pipeline_tests.benchmarks.mutants.mutant_reach import Reach
from lead_pipeline_tests.screening.histories.playing import Play
from lead_pipeline_tests.screening.written import Written, empty
from lead_pipeline_tests.support import quick_folder

#: Histories of so many circles in so many steps; each seed is a store with its own profiles, lists and files.
SEEDS, CIRCLES, STEPS = range(1, 15), 100, 7

_SETTINGS = StoreSettings(threads=1)
#: What of a migration can be done once more.
_DONE_AGAIN = re.compile(r"^create (?:or replace )?(?=(?:view|macro)\b)", re.MULTILINE)


def plan_quickly() -> None:
    """Have DuckDB plan statements as they are written: over so few rows that is most of its work."""
    connect = duckdb.connect

    def connecting(*arguments: object, **options: object) -> duckdb.DuckDBPyConnection:
        con = connect(*arguments, **options)  # type: ignore[arg-type]  # whatever it is given
        con.execute("pragma disable_optimizer")
        return con

    duckdb.connect = connecting


def cut_histories(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Play histories, and keep the store before each step in a folder of its own; yield the name of each step and the
    functions that it runs.

    Raises: AssertionError where the program and the importer by hand differ without any change.
    """
    plan_quickly()
    for seed in SEEDS:
        with quick_folder() as here:
            with DuckdbLeadStore.open(here, settings=_SETTINGS) as store:
                play = Play(Written(empty(store), here), seed, CIRCLES)
            for number in range(STEPS):
                name = f"{seed}.{number}"
                _keep(play, here, folder / name)
                with DuckdbLeadStore.open(here, settings=_SETTINGS) as store, Reach() as reach:
                    play.written = replace(play.written, store=store)
                    _take(play, number)
                    if number == STEPS - 1:
                        play.compare_reach()
                assert not play.wrong, f"step {name} differs without any change: {list(play.wrong.values())[:1]}"
                yield name, reach.functions()


def _keep(play: Play, here: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    shutil.copy2(here / "leads.duckdb", folder)
    store = play.written.store
    play.written = replace(play.written, store=None)  # type: ignore[arg-type]  # is opened again
    for circle in play.circles:
        circle.story.clear()
    (folder / "play.pickle").write_bytes(pickle.dumps(play))
    play.written = replace(play.written, store=store)


def _take(play: Play, number: int) -> None:
    play.step(number)
    play.compare_leads()


def differs(name: str, folder: Path, migration: str | None) -> bool:
    """Take a step again; return whether the program and the importer by hand differ.

    Of a `migration` that was changed, what it made in the store is made anew; and who is reached is compared alone, for
    no step depends on it.
    """
    with quick_folder() as here:
        shutil.copytree(folder / name, here, dirs_exist_ok=True)
        play: Play = pickle.loads((here / "play.pickle").read_bytes())  # our own
        if migration is not None:
            with duckdb.connect(str(here / "leads.duckdb")) as con:
                for statement in duckdb.extract_statements(migration):
                    if made := _DONE_AGAIN.search(statement.query):
                        con.execute("create or replace " + statement.query[made.end() :])
        with DuckdbLeadStore.open(here, settings=_SETTINGS) as store:
            play.written = replace(play.written, store=store, folder=here)
            if migration is None:
                _take(play, int(name.split(".")[1]))
            else:
                play.compare_reach()
        return bool(play.wrong)
