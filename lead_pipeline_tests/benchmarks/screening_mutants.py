"""Breaks each clause of the screening SQL once, plays histories and runs tests over it, and prints the tally and what
nothing caught. Run it by hand: `python -m lead_pipeline_tests.benchmarks.screening_mutants --only suppressed_rows`.

Besides SQL it breaks what decides which SQL is run: steps of a transaction are left out one by one, and members of the
tables that the SQL is made of. A clause that nothing catches is either a missing test or makes no difference (it only
saves work): a person decides.
"""

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lead_pipeline_tests.support import quick_folder

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lead_pipeline"
MODULES = (
    *(path for path in sorted((PACKAGE / "screening").rglob("*.py")) if path.name not in ("tables.py", "__init__.py")),
    *sorted((PACKAGE / "enrolling").rglob("*.py")),
    PACKAGE / "importing" / "committing.py",
    PACKAGE / "importing" / "lists" / "suppression_list.py",
    PACKAGE / "store" / "ledger.py",
    PACKAGE / "model" / "suppression_kinds.py",
    *sorted((PACKAGE / "store" / "duckdb" / "migrations").glob("*callable_leads.sql")),
)

#: The tests that are there for a module, by a part of its path; the first that fits. They come after histories.
TESTS_OF = {
    "let_through": ["screening/scrub/test_rules_switched_off.py"],
    "suppression_kinds": ["screening/lists/test_kinds_of_lists.py"],
    "lists/required_lists": ["screening/lists/test_required_lists.py"],
    "screening/lists/": ["screening/lists", "screening/test_suppression_lists.py", "screening/test_equal_keys.py",
                         "importing/test_enrollments_suppressed.py", "importing/test_suppression_list.py"],
    "scrub/": ["screening/scrub", "importing/test_call_activity.py", "importing/test_activity_drops.py"],
    "listed_contacts": ["screening/test_listed_contacts.py"],
    "suppressed_rows": ["screening/test_screening.py", "screening/test_equal_keys.py",
                        "importing/test_do_not_contact_column.py", "screening/lists/test_kinds_of_lists.py",
                        "screening/scrub/test_rules_switched_off.py", "screening/scrub/test_list_hits.py"],
    "list_hits": ["screening/scrub/test_list_hits.py"],
    "entries_of_rows": ["screening/scrub/test_rules_switched_off.py", "screening/test_equal_keys.py",
                        "screening/test_screening.py", "screening/test_bypass_of_lists.py"],
    "people_of_rows": ["screening/lists", "screening/test_bypass_of_lists.py"],
    "list_trust": ["screening/lists"],
    "candidates": ["screening/test_equal_keys.py", "screening/test_candidates.py",
                   "screening/test_identifier_conflicts.py"],
    "contacts": ["screening/test_candidates.py", "screening/test_screening.py"],
    "merging": ["screening/test_merging.py"],
    "differing_values": ["screening/test_differing_values.py"],
    "lead_changes": ["importing/test_dry_running.py"],
    "dry_run_rows": ["importing/test_dry_running.py"],
    "updates/": ["screening/test_updating.py", "screening/test_merging.py"],
    "names_register": ["screening/test_updating.py", "screening/test_screening.py"],
    "enrolling/": ["importing/test_enrollments_suppressed.py", "importing/test_do_not_contact_column.py"],
    "ledger": ["screening/test_screening.py", "screening/lists"],
    "callable_leads": ["enrolling"],
    "suppression_list": ["importing/test_enrollments_suppressed.py", "importing/test_suppression_list.py"],
}  # fmt: skip

#: Everything that is about whom an import reaches: run with `--all` over what survives the above.
EVERYTHING = ["screening", "enrolling", "store", "importing"]

_SQL = re.compile(r"\b(select|insert into|update base|delete from|join|table)\b| = |\bwhen\b.*\bthen\b", re.DOTALL)
#: What is swapped, wherever it stands in SQL.
_SWAPS = (
    (r"\banti join\b", "semi join"),
    (r"\bsemi join\b", "anti join"),
    (r"\bleft join\b", "join"),
    (r"\bunion all\b|\bunion\b(?! all)", "intersect"),
    (r"\bmin\(", "max("),
    (r"\bmax\(", "min("),
    (r"<>", "="),
    (r"\bis not null\b", "is null"),
    (r"\bis null\b", "is not null"),
)
#: What stands before a condition, and what it is replaced by together with the condition.
_CONDITIONS = (
    (r"\band ", "and true "),
    (r"\bor (?!replace)", "or false "),
    (r"\bwhere ", "where true "),
    (r"\bon ", "on true "),
    (r"\bwhen ", "when false "),
)
_ENDS = re.compile(r"\s(?:and|or|then|group by|order by|limit|union|having)\b|\n|\"|,\s")

#: Names of tables in Python that SQL is made of: each member is left out once.
_MEMBERS = {"SUPPRESSIONS_OF_PEOPLE", "_RULES", "_GIVEN_HERE"}


@dataclass(frozen=True)
class Mutant:
    """One change of one module: what stands from `start` to `end` becomes `text`."""

    module: Path
    start: int
    end: int
    text: str

    def source(self) -> str:
        """Return the module as it is with the change."""
        source = self.module.read_text(encoding="utf-8")
        return source[: self.start] + self.text + source[self.end :]

    def __str__(self) -> str:
        source = self.module.read_text(encoding="utf-8")
        line = source.count("\n", 0, self.start) + 1
        was = " ".join(source[self.start : self.end].split())
        return f"{self.module.relative_to(ROOT)}:{line}: {was} -> {self.text.strip()}"


def mutants_of(module: Path) -> Iterator[Mutant]:
    """Yield each change of a module, in its order."""
    source = module.read_text(encoding="utf-8")
    found = {}
    for start, end in _texts(module, source):
        for pattern, text in _SWAPS:
            for match in re.compile(pattern).finditer(source, start, end):
                found[match.start(), match.end()] = text
        for pattern, text in _CONDITIONS:
            for match in re.compile(pattern).finditer(source, start, end):
                found[match.start(), _end_of_condition(source, match.end(), end)] = text
    if module.suffix == ".py":
        found |= dict(_left_out(source))
    for (start, end), text in sorted(found.items()):
        yield Mutant(module, start, end, text)


def _texts(module: Path, source: str) -> Iterator[tuple[int, int]]:
    """Yield where the texts are that hold SQL; docstrings are none."""
    if module.suffix == ".sql":
        yield from ((match.start(), match.end()) for match in re.finditer(r"^(?!\s*--).+$", source, re.MULTILINE))
        return
    tree = ast.parse(source)
    lines = [0, *(match.end() for match in re.finditer(r"\n", source))]
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)} - {
        id(node) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        if not is_text or id(node) in docstrings | inner:
            continue
        start, end = lines[node.lineno - 1] + node.col_offset, lines[node.end_lineno - 1] + node.end_col_offset
        if _SQL.search(source, start, end):
            yield start, end


def _left_out(source: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield each step that is a call whose result nobody takes, and each member of a table, with what it becomes."""
    lines = [0, *(match.end() for match in re.finditer(r"\n", source))]

    def span(node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return lines[node.lineno - 1] + node.col_offset, lines[node.end_lineno - 1] + node.end_col_offset

    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield span(node), "pass"
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id in _MEMBERS and isinstance(node.value, ast.Tuple | ast.List):
            yield from ((span(member), "*()") for member in node.value.elts)


def _end_of_condition(source: str, start: int, limit: int) -> int:
    """Return where a condition ends: at its bracket, or outside of any at the next word of SQL or the line's end."""
    depth = 0
    for position in range(start, limit):
        if source[position] in "([{":
            depth += 1
        elif source[position] in ")]}":
            depth -= 1
            if depth < 0:
                return position
        elif depth == 0 and _ENDS.match(source, position):
            return position
    return limit


class Judge:
    """A process that says of each change whether a test sees it, in a copy of the project that is its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("lead_pipeline", "lead_pipeline_tests", "docs", "data"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy2(ROOT / "pyproject.toml", folder)
        subprocess.run([sys.executable, "-m", "compileall", "-q", "lead_pipeline", "lead_pipeline_tests"],
                       cwd=folder, check=True)  # fmt: skip
        # Nothing is compiled for keeps while a module is changed: times of files are too coarse to see that it was.
        environment = os.environ | {"CI": "1", "PYTHONDONTWRITEBYTECODE": "1", "LEAD_PIPELINE_EXAMPLES": "5"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lead_pipeline_tests.benchmarks.mutant_judge"],
            cwd=folder, env=environment | {"PYTHONPATH": str(folder)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._answer()

    def _answer(self) -> tuple[str, str]:
        assert self.process.stdout is not None
        word, by = json.loads(self.process.stdout.readline())
        return word, by

    def ask(self, mutant: Mutant, suites: list[list[str]]) -> tuple[str, str]:
        """Return what the tests say of a change, and which of them: caught, survived, or invalid where it is no SQL."""
        source, place = mutant.source(), self.folder / mutant.module.relative_to(ROOT)
        try:
            if mutant.module.suffix == ".py":
                compile(source, str(mutant.module), "exec")
        except SyntaxError:
            return "invalid", "SyntaxError"
        try:
            place.write_text(source, encoding="utf-8")
            return self.ask_unchanged(mutant.module, suites)
        finally:
            shutil.copy2(mutant.module, place)

    def ask_unchanged(self, module: Path, suites: list[list[str]]) -> tuple[str, str]:
        """Return what the tests say of the copy as it is."""
        assert self.process.stdin is not None
        name = ".".join(module.relative_to(ROOT).with_suffix("").parts)
        below = [[f"lead_pipeline_tests/{test}" for test in tests] for tests in suites]
        print(json.dumps({"module": name, "suites": below}), file=self.process.stdin, flush=True)
        return self._answer()

    def close(self) -> None:
        """Let the process end."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def suites_of(module: Path, *, everything: bool) -> list[list[str]]:
    """Return the tests that a change of a module is run against, in their order."""
    path = str(module.relative_to(ROOT))
    own = next((tests for part, tests in TESTS_OF.items() if part in path), ["screening/test_screening.py"])
    there = [[test for test in own if (ROOT / "lead_pipeline_tests" / test).exists()]]
    return [*there, EVERYTHING] if everything else there


def sweep(only: list[str], *, everything: bool, part: tuple[int, int]) -> int:
    """Run every change of the modules whose path has one of `only` in it; return how many survived."""
    modules = [one for one in MODULES if any(name in str(one.relative_to(ROOT)) for name in only)]
    nth, parts = part
    mutants = [one for module in modules for one in mutants_of(module)][nth::parts]
    tally: Counter[str] = Counter()
    started = time.monotonic()
    with quick_folder() as folder:
        judge = Judge(folder)
        for module in modules:
            word, by = judge.ask_unchanged(module, suites_of(module, everything=everything))
            if word != "survived":
                raise SystemExit(f"Without any change the tests of {module.name} fail already: {by}")
        for number, mutant in enumerate(mutants, 1):
            verdict, by = judge.ask(mutant, suites_of(mutant.module, everything=everything))
            tally[verdict] += 1
            print(f"{number}/{len(mutants)} {verdict}  {mutant}  [{by}]", flush=True)
        judge.close()
    counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(tally.items()))
    print(f"{len(mutants)} changes in {time.monotonic() - started:,.0f} s: {counts}")
    return tally["survived"]


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", nargs="*", default=[""], help="parts of the paths of the modules to break")
    arguments.add_argument("--all", action="store_true", help="run all tests of these rooms over what survives its own")
    arguments.add_argument("--part", nargs=2, type=int, default=(0, 1), metavar=("N", "OF"), help="every OF-th, from N")
    given = arguments.parse_args()
    sys.exit(sweep(given.only, everything=given.all, part=tuple(given.part)) > 0)
