"""Finds out what could see a change: the histories and tests that run the function which it is in, or any that makes
its SQL of the constant which it is in. A test that does neither cannot fail by it.
"""

import ast
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from lead_pipeline_tests.benchmarks.mutants.sql_changes import PACKAGE, ROOT, Mutant, named_by

#: The tests that are asked: whatever is about whom an import reaches.
TESTED = (
    "screening", "enrolling", "importing/sequels", "importing/managing", "store", "systems",
    *(f"importing/test_{name}.py" for name in (
        "activity_drops", "call_activity", "consents_kept", "do_not_contact_column", "dry_running",
        "enrollments_suppressed", "explaining", "list_columns", "suppression_list",
    )),
)  # fmt: skip


#: Steps of histories that a change is shown to at most.
MOST_STEPS = 8


@dataclass
class Seen:
    """What runs which functions, how long each test takes, and what has caught changes so far."""

    steps: dict[str, set[str]]
    tests: dict[str, set[str]]
    seconds: dict[str, float]
    catches: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By function, by module, and of all."""

    def steps_for(self, mutant: Mutant) -> list[str]:
        """Return the steps of histories that could see a change: first what caught the changes before it, then those
        that run most.
        """
        able = _able(mutant, self.steps)
        return sorted(able, key=lambda step: (self._weight(mutant, step), -len(self.steps[step])))[:MOST_STEPS]

    def tests_for(self, mutant: Mutant, seconds: float) -> list[str]:
        """Return the tests that could see a change, together no longer than so many seconds: first what caught the
        changes before it, then the shortest.
        """
        chosen, total = list[str](), 0.0
        able = _able(mutant, self.tests)
        for test in sorted(able, key=lambda test: (self._weight(mutant, test), self.seconds[test])):
            total += self.seconds[test]
            if chosen and total > seconds:
                break
            chosen.append(test)
        return chosen

    def note(self, mutant: Mutant, by: str) -> None:
        """Note what caught a change."""
        for where in (f"{mutant.name} {mutant.within}", mutant.name, ""):
            self.catches[where][by] += 1

    def _weight(self, mutant: Mutant, by: str) -> tuple[int, ...]:
        return tuple(-self.catches[where][by] for where in (f"{mutant.name} {mutant.within}", mutant.name, ""))


def _able(mutant: Mutant, runs: dict[str, set[str]]) -> list[str]:
    functions = functions_of(mutant)
    return [one for one, run in runs.items() if functions is None or run & functions]


@cache
def _uses() -> dict[str, set[str]]:
    """Return for each constant of ours who uses it: functions as `room/module.py:name`, constants by their name."""
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for user, node in _users(path):
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                    found.setdefault(part.id, set()).add(user)
                elif isinstance(part, ast.Attribute):
                    found.setdefault(part.attr, set()).add(user)
    return found


def _users(path: Path) -> Iterator[tuple[str, ast.AST]]:
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        for inner in statement.body if isinstance(statement, ast.ClassDef) else [statement]:
            if isinstance(inner, ast.FunctionDef):
                yield f"{path.relative_to(PACKAGE)}:{inner.name}", inner
            else:
                for name in named_by(inner):
                    yield name, inner


def functions_of(mutant: Mutant) -> set[str] | None:
    """Return the functions that a change is in, or that use the constant it is in; None where all could be."""
    if mutant.module.suffix != ".py" or not mutant.within:
        return None
    for user, node in _users(mutant.module):
        if isinstance(node, ast.FunctionDef) and node.name == mutant.within:
            return {user}
    found, open_ones = set[str](), [mutant.within]
    while open_ones:
        for user in _uses().get(open_ones.pop(), ()):
            if user not in found:
                found.add(user)
                open_ones += [] if ":" in user else [user]
    return {user for user in found if ":" in user}


def run_tests_once(notes: Path) -> tuple[dict[str, set[str]], dict[str, float]]:
    """Run the tests once, or read what was noted then; return what each runs, and its seconds."""
    if not notes.exists():
        environment = os.environ | {"LEAD_PIPELINE_REACH": str(notes), "LEAD_PIPELINE_EXAMPLES": "5"}
        paths = [f"lead_pipeline_tests/{path}" for path in TESTED]
        plugin = "lead_pipeline_tests.benchmarks.mutants.mutant_reach"
        command = [sys.executable, "-m", "pytest", "-q", "-n0", "-W", "ignore", "-p", plugin, *paths]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
    found = json.loads(notes.read_text(encoding="utf-8"))
    # Reached by a name that is that of the file below the tests.
    runs = {test.removeprefix("lead_pipeline_tests/"): set(run) for test, (_, run) in found.items()}
    return runs, {test.removeprefix("lead_pipeline_tests/"): took for test, (took, _) in found.items()}
