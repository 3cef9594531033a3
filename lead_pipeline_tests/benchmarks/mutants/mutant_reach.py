"""Notes which functions each test runs, and for how long: a plugin of pytest, with which `screening_mutants` finds out
what could see a change. It writes JSON to the file that `LEAD_PIPELINE_REACH` names.
"""

import cProfile
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

import lead_pipeline

PACKAGE = str(Path(lead_pipeline.__file__).parent) + os.sep
#: Rooms whose functions are noted.
ROOMS = ("screening", "enrolling", "importing", "store", "model")


class Reach(cProfile.Profile):
    """What is run within it: functions, by file and name."""

    def functions(self) -> list[str]:
        """Return the functions of ours, as `screening/merging.py:merge_rows`."""
        found = set()
        for entry in self.getstats():
            code = entry.code
            if isinstance(code, CodeType) and code.co_filename.startswith(PACKAGE):
                found.add(f"{code.co_filename.removeprefix(PACKAGE)}:{code.co_name}")
        return sorted(name for name in found if name.startswith(ROOMS))


_found: dict[str, tuple[float, list[str]]] = {}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Note what a test runs, with what its fixtures do for it."""
    started = time.process_time()
    with Reach() as reach:
        yield
    _found[item.nodeid] = time.process_time() - started, reach.functions()


def pytest_sessionfinish() -> None:
    """Write what was noted."""
    Path(os.environ["LEAD_PIPELINE_REACH"]).write_text(json.dumps(_found), encoding="utf-8")
