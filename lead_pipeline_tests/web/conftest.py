"""One prepared home for the whole run, and a copy of it to change."""

import fcntl
import pickle
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lead_pipeline_tests.browsing import browser
from lead_pipeline_tests.web.prepared_home import Prepared, prepared


@pytest.fixture(scope="session")
def prepared_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Prepared:
    """Made by the first worker that needs it."""
    below = tmp_path_factory.getbasetemp()
    folder = (below if worker_id == "master" else below.parent) / "prepared"
    folder.mkdir(exist_ok=True)
    known = folder / "known.pickle"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not known.exists():
            known.write_bytes(pickle.dumps(prepared(folder / "home")))
    return pickle.loads(known.read_bytes())


@pytest.fixture
def copied(prepared_once: Prepared, tmp_path: Path) -> Prepared:
    """A copy to change."""
    root = tmp_path / "copied home"
    shutil.copytree(prepared_once.root, root)
    return replace(prepared_once, root=root)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found
