"""Breaks each clause of the screening SQL once, runs the screening tests over it, and prints the tally and what nothing
caught. Run it by hand: `python -m lead_pipeline_tests.benchmarks.screening_mutants --only suppressed_rows`.

A clause that nothing catches is either a missing test or makes no difference (it only saves work): a person decides.
"""

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lead_pipeline_tests.support import quick_folder

ROOT = Path(__file__).parents[2]
MODULES = (
    *(path for path in sorted((ROOT / "lead_pipeline" / "screening").rglob("*.py")) if path.name != "tables.py"),
    *sorted((ROOT / "lead_pipeline" / "enrolling").rglob("*.py")),
    ROOT / "lead_pipeline" / "store" / "ledger.py",
    *sorted((ROOT / "lead_pipeline" / "store" / "duckdb" / "migrations").glob("*callable_leads.sql")),
)
#: Quick ones first: most changes are caught by them.
TESTS = (
    "screening/test_equal_keys.py",
    "screening/test_listed_contacts.py",
    "screening/test_screening.py",
    "enrolling",
    "importing/test_enrollments_suppressed.py",
    "importing/test_do_not_contact_column.py",
    "screening",
)

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
_INVALID = re.compile(r"(Parser|Binder|Catalog|Syntax|Conversion)Exception|SyntaxError")


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


def run(mutant: Mutant, folder: Path, tests: list[str]) -> str:
    """Return what the tests say of the change: caught, survived, or invalid where it is no SQL any more."""
    try:
        if mutant.module.suffix == ".py":
            compile(mutant.source(), str(mutant.module), "exec")
    except SyntaxError:
        return "invalid"
    place = folder / mutant.module.relative_to(ROOT)
    place.write_text(mutant.source(), encoding="utf-8")
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider", *tests],
            cwd=folder, env=os.environ | {"CI": "1"}, capture_output=True, text=True, check=False, timeout=900,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "caught"
    finally:
        shutil.copy2(mutant.module, place)
    if ended.returncode == 0:
        return "survived"
    return "invalid" if _INVALID.search(ended.stdout) else "caught"


def sweep(only: str, tests: list[str]) -> int:
    """Run every change of the modules whose path has `only` in it; return how many survived."""
    mutants = [one for module in MODULES if only in str(module.relative_to(ROOT)) for one in mutants_of(module)]
    tally: Counter[str] = Counter()
    with quick_folder() as folder:
        for name in ("lead_pipeline", "lead_pipeline_tests", "docs", "data"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy2(ROOT / "pyproject.toml", folder)
        for mutant in mutants:
            verdict = run(mutant, folder, [f"lead_pipeline_tests/{test}" for test in tests])
            tally[verdict] += 1
            if verdict == "survived":
                print(f"survived  {mutant}", flush=True)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(tally.items()))
    print(f"{len(mutants)} clauses broken: {counts}")
    return tally["survived"]


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", default="", help="part of the path of the modules to break")
    arguments.add_argument("--tests", nargs="*", default=list(TESTS), help="test files, below lead_pipeline_tests")
    given = arguments.parse_args()
    sys.exit(sweep(given.only, given.tests) > 0)
