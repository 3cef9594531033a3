"""The process that runs are forked from: warm also where nothing but the pipeline is installed, never silently cold."""

import logging
import os
import subprocess
import sys
import warnings

import pytest

from lead_pipeline.importing import loading_ahead
from lead_pipeline.model.errors import StoreError
from lead_pipeline.orchestration.serving import warm
from lead_pipeline_tests.orchestration.installed import not_required, run_where_installed

CODE = """
import gc, sys
from lead_pipeline.orchestration.serving import preloaded
print(preloaded.is_warm, gc.get_freeze_count() > 100_000, "pandera.strategies.base_strategies" in sys.modules,
      "dagster._core.execution.execute_in_process" in sys.modules, "hypothesis" in sys.modules)
"""


def test_a_process_is_warm_where_only_the_pipeline_and_what_it_requires_are_installed(tmp_path):
    ended = run_where_installed(CODE, os.environ | {"LEAD_PIPELINE_HOME": str(tmp_path)})
    assert ended.stdout.split() == ["True", "True", "True", "True", "False"], ended.stderr


ON_POSTGRESQL = """
from lead_pipeline.store.postgres import workspaces
workspaces._make_empty_store = None  # nobody makes it here
from lead_pipeline.orchestration.serving import preloaded
print(preloaded.is_warm, workspaces._empty_store()[8:12].decode())
"""


def test_forks_have_an_empty_workspace_that_another_process_has_made(tmp_path):
    settings = {"LEAD_PIPELINE_HOME": str(tmp_path), "LEAD_PIPELINE_STORE": "postgresql://nobody@127.0.0.1:1/none"}
    command = [sys.executable, "-c", ON_POSTGRESQL]
    ended = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=False)
    assert ended.stdout.split() == ["True", "DUCK"], ended.stderr


@pytest.mark.parametrize("fails", ["the driver", "the other process"])
def test_a_workspace_that_cannot_be_made_in_advance_is_told_and_stops_nothing(monkeypatch, caplog, fails):
    def without_driver() -> bool:
        raise StoreError("the driver is not installed")

    monkeypatch.setattr(loading_ahead, "load_store_ahead", without_driver if fails == "the driver" else lambda: False)
    assert loading_ahead.load_ahead() is False
    assert len(caplog.records) == 1


def test_such_an_installation_lacks_the_tools_of_the_tests_and_nothing_that_runs_need():
    lacking = not_required("lead-pipeline")
    assert {"hypothesis", "pytest", "mypy"} <= set(lacking)
    assert not {"dagster", "dagster_webserver", "polars", "pandera", "duckdb", "lead_pipeline"} & set(lacking)


def test_what_cannot_be_loaded_in_advance_is_named_and_the_rest_is_loaded_and_tried_all_the_same(monkeypatch, caplog):
    tried = []
    monkeypatch.setattr(warm, "LATE", ("no_such_module.late", "jinja2.ext"))
    monkeypatch.setattr(warm, "_run_trial_job", lambda: tried.append(True) or True)
    assert warm.warm_up() is False
    (line,) = caplog.records
    assert line.levelno == logging.WARNING
    assert "no_such_module.late" in line.message
    assert tried


@pytest.mark.parametrize("fails", ["the run", "the disk"])
def test_a_trial_that_fails_is_told_and_stops_nothing(monkeypatch, caplog, fails):
    def full() -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(warm, "_run_trial_job", full if fails == "the disk" else lambda: False)
    with warnings.catch_warnings(action="ignore"):
        assert warm.warm_up() is False
    assert len(caplog.records) == 1
