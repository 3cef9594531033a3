"""Breaks each clause of the screening SQL once, plays histories and runs tests over it, and prints the tally and what
nothing caught. Run it by hand: `python -m lead_pipeline_tests.benchmarks.screening_mutants --only suppressed_rows`.

Besides SQL it breaks what decides which SQL is run: steps of a transaction are left out one by one, and members of the
tables that the SQL is made of. Each change is shown to histories first, then to the tests that run the function which
it is in: those that caught the changes before it, then the shortest, for so many seconds; what survives is shown to all
that could see it. What nothing catches is a missing test, or superfluous, or makes no difference: these are listed in
`mutants/equal_changes.txt`, with the reason.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lead_pipeline_tests.benchmarks.mutants.equal_changes import equal_changes, stale
from lead_pipeline_tests.benchmarks.mutants.sql_changes import PACKAGE, ROOT, Mutant, mutants_of
from lead_pipeline_tests.benchmarks.mutants.what_could_see import Seen, run_tests_once
from lead_pipeline_tests.support import quick_folder

MODULES = (
    *(path for path in sorted((PACKAGE / "screening").rglob("*.py")) if path.name not in ("tables.py", "__init__.py")),
    PACKAGE / "enrolling" / "enrollments.py",
    PACKAGE / "importing" / "committing.py",
    PACKAGE / "importing" / "few_rows.py",
    PACKAGE / "importing" / "lists" / "suppression_list.py",
    PACKAGE / "store" / "ledger.py",
    PACKAGE / "model" / "suppression_kinds.py",
    # Who is on a list, and the view as it stands: later migrations may have made either anew.
    *dict.fromkeys(
        [
            path
            for path in sorted((PACKAGE / "store" / "duckdb" / "migrations").glob("*.sql"))
            if re.search(rf"\bview {view}\b", path.read_text(encoding="utf-8"))
        ][-1]
        for view in (r"base\.suppressions_of_contacts", r"main\.callable_leads")
    ),
)

#: What was said of each change, kept in the tree: a sweep takes hours, and is gone on with. A change of which the line
#: of code is another one is another change.
JUDGED = Path(__file__).parent / "mutants" / "judged.jsonl"

#: How many seconds the tests may take that a change is shown to at first, and those where it survives them.
AT_FIRST, AT_LAST = 15.0, 600.0
#: How much longer anything may take with a change than without, before it is taken for endless.
PATIENCE = 120


class Judge:
    """A process that says of each change whether anything sees it, in a copy of the project that is its own."""

    def __init__(self, folder: Path, histories: Path) -> None:
        self.folder, self.histories = folder, histories
        for name in ("lead_pipeline", "lead_pipeline_tests", "docs", "data"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "CHANGELOG.md", "README.md"):
            shutil.copy2(ROOT / name, folder)
        subprocess.run([sys.executable, "-m", "compileall", "-q", "lead_pipeline", "lead_pipeline_tests"],
                       cwd=folder, check=True)  # fmt: skip
        # Nothing is compiled for keeps while a module is changed: times of files are too coarse to see that it was.
        environment = os.environ | {"CI": "1", "PYTHONDONTWRITEBYTECODE": "1", "LEAD_PIPELINE_EXAMPLES": "5"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lead_pipeline_tests.benchmarks.mutants.mutant_judge", str(histories)],
            cwd=folder, env=environment | {"PYTHONPATH": str(folder)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        code, by = self._answer()
        if code:
            raise SystemExit(f"Without any change: {by}")

    def _answer(self) -> tuple[Any, str]:
        assert self.process.stdout is not None
        word, by = json.loads(self.process.stdout.readline())
        return word, by

    def _ask(self, question: dict[str, Any]) -> tuple[Any, str]:
        assert self.process.stdin is not None
        print(json.dumps(question), file=self.process.stdin, flush=True)
        return self._answer()

    def functions_of_steps(self) -> dict[str, set[str]]:
        """Return which functions each step of the histories runs."""
        file = self.histories / "functions.json"
        return {step: set(run) for step, run in json.loads(file.read_text(encoding="utf-8")).items()}

    def ask(self, mutant: Mutant, steps: Sequence[str], tests: Sequence[str], seconds: float) -> tuple[str, str]:
        """Return what is said of a change, and by which: caught, survived, or invalid where it is no SQL."""
        place = self.folder / mutant.module.relative_to(ROOT)
        try:
            if mutant.module.suffix == ".py":
                compile(mutant.source, str(mutant.module), "exec")
        except SyntaxError:
            return "invalid", "SyntaxError"
        times = place.stat()
        try:
            place.write_text(mutant.source, encoding="utf-8")
            return self._ask({
                "module": ".".join(mutant.module.relative_to(ROOT).with_suffix("").parts),
                "migration": mutant.source if mutant.module.suffix == ".sql" else None,
                "steps": steps,
                "tests": [f"lead_pipeline_tests/{test}" for test in tests],
                "seconds": int(PATIENCE + 3 * seconds),
            })  # fmt: skip
        finally:
            place.write_text(mutant.before, encoding="utf-8")
            os.utime(place, ns=(times.st_atime_ns, times.st_mtime_ns))

    def close(self) -> None:
        """Let the process end."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


#: Said of a change that histories do not see, until tests have been shown it.
_UNSEEN = "not seen by histories"


class Sweep:
    """Changes, and what is said of each: written to a file line by line, so that a sweep can be gone on with."""

    def __init__(self, judge: Judge, seen: Seen, results: Path, at_last: float) -> None:
        self.judge, self.seen, self.results, self.at_last = judge, seen, results, at_last
        self.equal, self.tally = equal_changes(), Counter[str]()
        # What survived tests is shown to them again: there may be more of them.
        self.known = {one["change"]: one for one in _read(results) if one["verdict"] != "survived"}

    def show_to_histories(self, mutant: Mutant) -> bool:
        """Show a change to steps of histories; return whether it needs to be shown to tests."""
        if mutant.key in self.equal:
            self._tell(mutant, "equal", self.equal[mutant.key])
        elif mutant.digest in self.known:
            one = self.known[mutant.digest]
            if one["verdict"] == _UNSEEN:
                return True
            self._tell(mutant, one["verdict"], one["by"], is_new=False)
        else:
            verdict, by = self.judge.ask(mutant, self.seen.steps_for(mutant), [], 0)
            if verdict == "survived":
                self._keep(mutant, _UNSEEN, "")
                return True
            self._tell(mutant, verdict, by)
        return False

    def show_to_tests(self, mutant: Mutant) -> None:
        """Show a change to tests: few at first, then all that could see it."""
        first = self.seen.tests_for(mutant, AT_FIRST)
        verdict, by = self.judge.ask(mutant, [], first, AT_FIRST) if first else ("survived", "")
        others = [one for one in self.seen.tests_for(mutant, self.at_last) if one not in first]
        if verdict == "survived" and others:
            verdict, by = self.judge.ask(mutant, [], others, self.at_last)
        self._tell(mutant, verdict, by)

    def _tell(self, mutant: Mutant, verdict: str, by: str, *, is_new: bool = True) -> None:
        self.tally[verdict] += 1
        if verdict == "caught":
            self.seen.note(mutant, by.removeprefix("step ").split(": ")[0].removeprefix("lead_pipeline_tests/"))
        if is_new:
            print(f"{self.tally.total()} {verdict}  {mutant.key}  [{by[:200]}]", flush=True)
            self._keep(mutant, verdict, by)

    def _keep(self, mutant: Mutant, verdict: str, by: str) -> None:
        with self.results.open("a", encoding="utf-8") as file:
            said = {"change": mutant.digest, "in": f"{mutant.name} {mutant.within}", "verdict": verdict}
            print(json.dumps(said | {"by": by[:80]}), file=file)


def _read(results: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()] if results.exists() else []


def sweep(
    only: list[str], part: tuple[int, int], kept: Path | None, results: Path, notes: Path | None, at_last: float
) -> int:
    """Show every change of which the key has one of `only` in it; return how many survived, of histories alone where
    there are no notes of what tests run. Histories that were cut into steps are taken from the folder `kept`, if any.
    """
    every = list(mutants_of(MODULES))
    for key in stale(mutant.key for mutant in every):
        print(f"No change any more: {key}")
    nth, parts = part
    mutants = [one for one in every if any(name in one.key for name in only)][nth::parts]
    tests, seconds = ({}, {}) if notes is None else run_tests_once(notes)
    started = time.monotonic()
    with quick_folder() as folder:
        judge = Judge(folder, kept or folder / "histories")
        judged = Sweep(judge, Seen(judge.functions_of_steps(), tests, seconds), results, at_last)
        left = [mutant for mutant in mutants if judged.show_to_histories(mutant)]
        print(f"{len(left)} of {len(mutants)} changes are not seen by histories", flush=True)
        for mutant in left if notes is not None else ():
            judged.show_to_tests(mutant)
        judge.close()
    counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(judged.tally.items()))
    print(f"{len(mutants)} changes in {time.monotonic() - started:,.0f} s: {counts}")
    return len(left) if notes is None else judged.tally["survived"]


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", nargs="*", default=[""], help="parts of what names the changes, as it is printed")
    arguments.add_argument("--part", nargs=2, type=int, default=(0, 1), metavar=("N", "OF"), help="every OF-th, from N")
    arguments.add_argument("--results", type=Path, default=JUDGED,
                           help="what was said of each: what was caught before is not judged again")  # fmt: skip
    arguments.add_argument("--notes", type=Path, default=Path("which_tests_run_what.json"),
                           help="what was noted of the tests; they are run once where this is not there")  # fmt: skip
    arguments.add_argument("--kept", type=Path, help="where histories are cut into steps, and kept for another time")
    arguments.add_argument("--histories", action="store_true", help="show the changes to histories alone")
    arguments.add_argument("--seconds", type=float, default=AT_LAST, help="how long all tests of a change may take")
    given = arguments.parse_args()
    notes = None if given.histories else given.notes
    sys.exit(sweep(given.only, tuple(given.part), given.kept, given.results, notes, given.seconds) > 0)
