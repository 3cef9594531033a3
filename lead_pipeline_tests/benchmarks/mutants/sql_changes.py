"""The changes that break each clause of the screening SQL once, and each step that decides which SQL is run."""

import ast
import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "lead_pipeline"

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
    """One change of one module: what stands from `start` to `end` of its source becomes `text`."""

    module: Path
    before: str
    start: int
    end: int
    text: str
    within: str
    """The function around it, else the name that the module gives to what is around it; empty for neither."""
    nth: int = 1
    """Which of those that read the same in one function."""

    @property
    def name(self) -> str:
        """Return the path of the module, below the package."""
        return str(self.module.relative_to(PACKAGE))

    @property
    def source(self) -> str:
        """Return the module as it is with the change."""
        return self.before[: self.start] + self.text + self.before[self.end :]

    @property
    def line(self) -> int:
        """Return the number of the line in which the change begins."""
        return self.before.count("\n", 0, self.start) + 1

    @property
    def key(self) -> str:
        """Return what names the change for as long as its clause stays as it is: where it is, and the text around."""
        again = f" ({self.nth})" if self.nth > 1 else ""
        return f"{self.name} {self.within}: {self.clause}{again}"

    @property
    def digest(self) -> str:
        """Return the key in short."""
        return hashlib.blake2b(self.key.encode(), digest_size=8).hexdigest()

    @property
    def clause(self) -> str:
        """Return the line with the change in it."""
        first = self.before.rfind("\n", 0, self.start) + 1
        last = self.before.find("\n", self.end)
        was, becomes = self.before[self.start : self.end], self.text
        line = f"{self.before[first : self.start]}[{was} -> {becomes}]{self.before[self.end : last]}"
        return " ".join(line.split())


def mutants_of(modules: Iterable[Path]) -> Iterator[Mutant]:
    """Yield each change of the modules, in their order; those that read the same are numbered."""
    seen: Counter[str] = Counter()
    for module in modules:
        before = module.read_text(encoding="utf-8")
        around = _around(before) if module.suffix == ".py" else []
        for (start, end), text in sorted(_changes(module, before).items()):
            mutant = Mutant(module, before, start, end, text, _within(around, start))
            seen[mutant.key] += 1
            yield Mutant(module, before, start, end, text, mutant.within, seen[mutant.key])


def _changes(module: Path, source: str) -> dict[tuple[int, int], str]:
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
    return found


class _Lines:
    """Turns what `ast` says of lines into places of the source."""

    def __init__(self, source: str) -> None:
        self.starts = [0, *(match.end() for match in re.finditer(r"\n", source))]
        self.ascii = source.isascii()
        self.source = source

    def place(self, line: int, column: int) -> int:
        start = self.starts[line - 1]
        if self.ascii:
            return start + column
        end = self.source.find("\n", start)
        return start + len(self.source[start : None if end < 0 else end].encode()[:column].decode())

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.place(node.lineno, node.col_offset), self.place(node.end_lineno, node.end_col_offset)


def _around(source: str) -> list[tuple[int, int, str]]:
    """Return where functions, methods and constants of a module are, and their names."""
    lines, found = _Lines(source), []
    for node in ast.parse(source).body:
        for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
            name = getattr(inner, "name", None) or next(iter(named_by(inner)), "")
            found.append((*lines.span(inner), name))
    return found


def named_by(statement: ast.stmt) -> list[str]:
    """Return the names that an assignment gives."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign):
        return []
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _within(around: list[tuple[int, int, str]], place: int) -> str:
    index = bisect_right(around, place, key=lambda one: one[0]) - 1
    return around[index][2] if index >= 0 and place < around[index][1] else ""


def _texts(module: Path, source: str) -> Iterator[tuple[int, int]]:
    """Yield where the texts are that hold SQL; docstrings are none."""
    if module.suffix == ".sql":
        yield from ((match.start(), match.end()) for match in re.finditer(r"^(?!\s*--).+$", source, re.MULTILINE))
        return
    tree, lines = ast.parse(source), _Lines(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)} - {
        id(node) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        if not is_text or id(node) in docstrings | inner:
            continue
        start, end = lines.span(node)
        if _SQL.search(source, start, end):
            yield start, end


def _left_out(source: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield each step that is a call whose result nobody takes, and each member of a table, with what it becomes."""
    lines = _Lines(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield lines.span(node), "pass"
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id in _MEMBERS and isinstance(node.value, ast.Tuple | ast.List):
            yield from ((lines.span(member), "*()") for member in node.value.elts)


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
