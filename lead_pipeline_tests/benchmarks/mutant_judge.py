"""Says of changes of the program, one after another, whether any test sees them: a process that has loaded everything
that no change touches, and forks for each change. Started by `screening_mutants` in a copy of the project.

It is asked by lines of JSON on standard input, once the changed module is in its place; it answers with a word and with
what saw the change.
"""

import contextlib
import importlib
import io
import json
import os
import pkgutil
import re
import resource
import signal
import sys
import warnings
from pathlib import Path

SURVIVED, CAUGHT, INVALID = 0, 1, 3
_WORDS = {SURVIVED: "survived", CAUGHT: "caught", INVALID: "invalid"}
_INVALID = re.compile(r"\b(Parser|Binder|Catalog|Syntax|Conversion)Exception|SyntaxError|Parser Error|Binder Error")

#: Rooms that import none of the modules that are changed.
_UNTOUCHED = ("model", "normalizing", "mapping", "reading", "validating")
_LIBRARIES = ("dagster", "duckdb", "hypothesis.strategies", "pandera.polars", "phonenumbers", "polars", "pyarrow",
              "pytest", "xdist", "_hypothesis_pytestplugin")  # fmt: skip

#: A change may make a query run for ever, or want all memory there is.
_SECONDS, _BYTES = 900, 12 * 2**30

#: Histories that are played before any test: most changes are seen by these. Seeds, circles and steps.
_SEEDS, _CIRCLES, _STEPS = range(1, 4), 200, 9


def load_what_is_untouched() -> None:
    """Import what no change can touch, so that a fork need not."""
    for name in _LIBRARIES:
        importlib.import_module(name)
    for room in _UNTOUCHED:
        package = importlib.import_module(f"lead_pipeline.{room}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)


def forget(changed: str) -> None:
    """Have the modules imported again that import the changed one, as far as they are loaded."""
    if changed.split(".")[1] in _UNTOUCHED:
        for name in [one for one in sys.modules if one.split(".")[0] == "lead_pipeline"]:
            del sys.modules[name]


def judge(suites: list[list[str]]) -> tuple[int, str]:
    """Play histories, and run the tests until one fails."""
    heard = io.StringIO()
    with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
        try:
            played = _play()
        except Exception as error:  # noqa: BLE001  # whatever a change brings about
            found = f"{type(error).__name__} {error}"
            return (INVALID if _INVALID.search(found) else CAUGHT), f"histories: {found[:100]}"
        if played:
            return CAUGHT, played
        import pytest

        for tests in suites:
            arguments = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-W", "ignore"]
            if pytest.main([*arguments, *tests]) != pytest.ExitCode.OK:
                failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", heard.getvalue(), re.MULTILINE)
                is_invalid = _INVALID.search(heard.getvalue())
                return (INVALID if is_invalid else CAUGHT), " ".join(failed) or heard.getvalue()[-300:]
    return SURVIVED, ""


def _play() -> str:
    from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
    from lead_pipeline.store.settings import StoreSettings
    from lead_pipeline_tests.screening.histories.playing import Play
    from lead_pipeline_tests.screening.written import Written, empty
    from lead_pipeline_tests.support import quick_folder

    with quick_folder() as folder, DuckdbLeadStore.open(folder, settings=StoreSettings(threads=1)) as store:
        for seed in _SEEDS:
            if Play(Written(empty(store), folder), seed, _CIRCLES).run(_STEPS).differing:
                return f"histories: seed {seed}"
    return ""


def answer(line: str) -> tuple[str, str]:
    """Judge one change in a fork."""
    asked = json.loads(line)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        signal.alarm(_SECONDS)
        resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
        forget(asked["module"])
        code, by = judge(asked["suites"])
        os.write(write, by.replace("\n", " ").encode()[:2_000])
        os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        by = pipe.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "caught", f"signal {os.WTERMSIG(status)}"
    return _WORDS.get(os.WEXITSTATUS(status), "caught"), by


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(Path.cwd()))
    load_what_is_untouched()
    print(json.dumps(["ready", ""]), flush=True)
    for question in sys.stdin:
        print(json.dumps(answer(question)), flush=True)
