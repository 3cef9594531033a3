"""Says of changes of the program, one after another, whether anything sees them: a process that has loaded everything,
and for each change forks, forgets what imports the changed module, plays histories and runs tests. Started by
`screening_mutants` in a copy of the project.

It is asked by lines of JSON on standard input, once the changed module is in its place; it answers with a word and with
what saw the change.
"""

import ast
import contextlib
import hashlib
import importlib
import io
import json
import os
import pkgutil
import re
import resource
import shutil
import signal
import sys
import traceback
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

SURVIVED, CAUGHT, INVALID = 0, 1, 3
_WORDS = {SURVIVED: "survived", CAUGHT: "caught", INVALID: "invalid"}
#: DuckDB does not know what it is told: said when a statement is prepared, so that nobody could use the change.
_INVALID = re.compile(r"\b(Parser|Binder)(Exception| Error)\b|\bSyntaxError\b")

_PACKAGES = ("lead_pipeline", "lead_pipeline_tests")
_LIBRARIES = ("dagster", "duckdb", "hypothesis.strategies", "pandera.polars", "phonenumbers", "polars", "pyarrow",
              "pytest", "xdist", "_hypothesis_pytestplugin")  # fmt: skip
#: What tests of these rooms import, which is loaded before a fork.
_ROOMS = ("model", "normalizing", "mapping", "reading", "validating", "store", "filing", "screening", "enrolling",
          "importing")  # fmt: skip
_HELPERS = ("support", "screening", "importing", "enrolling", "store")

#: The tests by which histories are drawn and played.
_MADE_BY = ("screening", "benchmarks/mutants")

#: A change may make a query run for ever, or want all memory there is.
_BYTES = 12 * 2**30


def load_all() -> None:
    """Import libraries and the project, so that a fork need not; but no tests, which pytest imports in its own way."""
    for name in _LIBRARIES:
        importlib.import_module(name)
    for name in [*(f"lead_pipeline.{room}" for room in _ROOMS), *(f"lead_pipeline_tests.{one}" for one in _HELPERS)]:
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{name}."):
            if not found.name.rpartition(".")[2].startswith(("test_", "conftest")):
                importlib.import_module(found.name)


@cache
def importers() -> dict[str, set[str]]:
    """Return the loaded modules that import a module of ours, by its name."""
    found: dict[str, set[str]] = {}
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] not in _PACKAGES or module.__file__ is None:
            continue
        for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                for one in [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]:
                    found.setdefault(one, set()).add(name)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    found.setdefault(alias.name, set()).add(name)
    return found


def forget(changed: str) -> None:
    """Have the changed module imported again, and all that import it or one of these."""
    stale, open_ones = set(), [changed]
    while open_ones:
        one = open_ones.pop()
        if one not in stale:
            stale.add(one)
            open_ones += importers().get(one, ())
    for name in stale & set(sys.modules):
        above, _, own = name.rpartition(".")
        del sys.modules[name]
        if hasattr(sys.modules.get(above), own):
            delattr(sys.modules[above], own)


def judge(asked: dict[str, Any], histories: Path) -> tuple[int, str]:
    """Take steps of histories, and run tests until one fails."""
    from lead_pipeline_tests.benchmarks.mutants.steps_of_histories import differs, plan_quickly

    heard, connect = io.StringIO(), duckdb.connect
    with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
        plan_quickly()
        for step in asked["steps"]:
            try:
                differing = differs(step, histories, asked["migration"])
            except Exception as error:  # noqa: BLE001  # whatever a change brings about
                found = f"{type(error).__name__} {error}"
                return (INVALID if _INVALID.search(found) else CAUGHT), f"step {step}: {found[:100]}"
            if differing:
                return CAUGHT, f"step {step}"
        duckdb.connect = connect
        return _run_tests(asked["tests"], heard) if asked["tests"] else (SURVIVED, "")


def _run_tests(tests: list[str], heard: io.StringIO) -> tuple[int, str]:
    import pytest

    arguments = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-p", "no:randomly", "-W", "ignore", "--tb=short"]
    code = pytest.main([*arguments, *tests])
    said = heard.getvalue()
    gone = {test for test in tests if f"not found: {Path.cwd() / test}" in said}
    if gone:  # a test that has another name since is not one that failed
        left = [test for test in tests if test not in gone]
        heard.truncate(heard.seek(0))
        return _run_tests(left, heard) if left else (SURVIVED, "")
    if code == pytest.ExitCode.OK:
        return SURVIVED, ""
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+(?:\[.*?\])?)", said, re.MULTILINE)
    return (INVALID if _INVALID.search(said) else CAUGHT), " ".join(failed) or said[-300:]


def in_fork(work: Any, seconds: int) -> tuple[int, str]:
    """Do something in a fork; return its exit status and what it said."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        signal.alarm(seconds)
        resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
        try:
            code, by = work()
        except BaseException as error:  # noqa: BLE001  # a fork ends here, whatever happens in it
            code, by = CAUGHT, "".join(traceback.format_exception(error))[-1_500:]
        os.write(write, by.replace("\n", " ").encode()[:2_000])
        os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        by = pipe.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return CAUGHT, f"no end within {seconds} s" if os.WTERMSIG(status) == signal.SIGALRM else "a crash"
    return os.WEXITSTATUS(status), by


def answer(asked: dict[str, Any], histories: Path) -> tuple[str, str]:
    """Judge one change in a fork."""

    def work() -> tuple[int, str]:
        forget(asked["module"])
        return judge(asked, histories)

    code, by = in_fork(work, asked["seconds"])
    return _WORDS.get(code, "caught"), by


def cut(histories: Path) -> tuple[int, str]:
    """Cut histories into steps, and write beside them which functions each step runs."""
    from lead_pipeline_tests.benchmarks.mutants.steps_of_histories import cut_histories

    shutil.rmtree(histories, ignore_errors=True)
    found = dict(cut_histories(histories))
    (histories / "functions.json").write_text(json.dumps(found), encoding="utf-8")
    (histories / "code.txt").write_text(_code(), encoding="utf-8")
    return SURVIVED, ""


def _code() -> str:
    """Return what tells histories of today's code from those of another: what was cut by that is of no use."""
    root = Path(__file__).parents[3]
    files = [file for file in (root / "lead_pipeline").rglob("*") if file.suffix in (".py", ".sql")]
    files += [file for name in _MADE_BY for file in (root / "lead_pipeline_tests" / name).rglob("*.py")]
    told = (file.read_bytes() for file in sorted(files) if not file.name.startswith("test_"))
    return hashlib.sha256(b"".join(told)).hexdigest()


def is_of_today(histories: Path) -> bool:
    """Return whether histories were cut by today's code."""
    code = histories / "code.txt"
    return code.exists() and code.read_text(encoding="utf-8") == _code()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(Path.cwd()))
    load_all()
    importers()
    kept = Path(sys.argv[1])
    # DuckDB's threads do not outlive a fork, so there are none of it here.
    print(json.dumps((SURVIVED, "") if is_of_today(kept) else in_fork(lambda: cut(kept), 1_800)), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), kept)), flush=True)
