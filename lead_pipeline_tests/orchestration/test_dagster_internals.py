"""The private name of Dagster that we replace: what that does, and that nothing breaks once it has moved. That the runs
of the real services are forked indeed is asserted in the tour of test_services.
"""

import logging
import multiprocessing
import subprocess
import sys

import pytest
from dagster._grpc import server

from lead_pipeline.orchestration.dagster_internals import CODE_SERVER, fork_runs

CODE = f"""
import multiprocessing
from lead_pipeline.orchestration.dagster_internals import fork_runs
print(fork_runs([]))
import {CODE_SERVER} as server
print(server.multiprocessing.get_context("spawn").get_start_method())
print(server.multiprocessing.Process is multiprocessing.Process)
"""


@pytest.mark.skipif("forkserver" not in multiprocessing.get_all_start_methods(), reason="no fork server here")
def test_the_code_server_forks_whatever_it_asks_for_and_gets_everything_else_of_multiprocessing():
    ended = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
    assert (ended.stdout.split(), ended.stderr) == (["True", "forkserver", "True"], "")


@pytest.mark.parametrize("missing", ["name", "module", "another object under the name"])
def test_once_the_name_has_moved_runs_are_spawned_as_ever_and_one_line_says_so(monkeypatch, caplog, missing):
    if missing == "name":
        monkeypatch.delattr(server, "multiprocessing")
    elif missing == "module":
        monkeypatch.setitem(sys.modules, CODE_SERVER, None)
    else:
        monkeypatch.setattr(server, "multiprocessing", multiprocessing.get_context("spawn"))
    found = getattr(server, "multiprocessing", None)
    assert fork_runs([]) is False
    (line,) = caplog.records
    assert line.levelno == logging.WARNING
    assert "starts slower" in line.message
    assert getattr(server, "multiprocessing", None) is found


def test_a_system_that_cannot_fork_spawns_as_ever(monkeypatch, caplog):
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    assert fork_runs([]) is False
    assert not caplog.records
