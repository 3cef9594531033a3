"""Opens Dagster instances for runs in this process: the home's own, whose settings are here, before anything else does;
and that of somebody who has the home in a Dagster of theirs.
"""

import time
from importlib import resources
from pathlib import Path

import dagster as dg
from dagster_shared.check import CheckError
from sqlalchemy.exc import SQLAlchemyError
from yaml import YAMLError

from lead_pipeline.importing.homes import Home, locked, write_once
from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.orchestration.dagster_internals import errors_of_storages, output_left_alone, tables_missing
from lead_pipeline.orchestration.sqlite import speed_up_sqlite

#: The name of the lock that is held while the instance is opened.
_OPENING = "instance"

#: A run in this process takes no slot of the store's pool; it waits at the store itself. A process that is killed keeps
#: its slot until a daemon frees it (dagster issue 32560), and where none runs the next import would wait forever, at
#: full load (`interval_to_next_pending_claim_check` never sleeps). Granularity `run` is about queued runs only.
_NO_SLOTS = {"concurrency": {"pools": {"granularity": "run"}}}

#: So many seconds another process may take to make the tables of a new history.
_MAKING_TABLES = 10.0

#: What opening an instance raises whose settings, packages or database are not as they should be.
_CANNOT_BE_OPENED = (dg.DagsterError, CheckError, SQLAlchemyError, YAMLError, OSError, ImportError)


def open_instance(home: Home) -> dg.DagsterInstance:
    """Return the instance of this home for runs in this process; settings are written once and never overwritten.

    Opened under a lock: services that open a fresh SQLite instance at the same moment corrupt it for good
    (dagster issue 27390, open in 1.13). Raises: LeadPipelineError, UsageError.
    """
    home.prepare()
    speed_up_sqlite(home.root)
    with locked(home, _OPENING):
        write_once(home.dagster / "dagster.yaml", instance_settings())
        try:
            instance = _opened(home.dagster)
            _wait_for_tables(instance)
        except _CANNOT_BE_OPENED + errors_of_storages() as error:
            why = type(error).__name__  # its text may quote a connection's password
        else:
            return instance
    raise LeadPipelineError(
        f"The home's Dagster cannot be opened ({why}), so nothing was done. Its settings are in "
        f"{home.dagster / 'dagster.yaml'}: check that this folder can be written to, that the environment variables "
        "that they name are set, that what they need is installed (for several hosts: lead-pipeline[celery]) and that "
        "the database answers."
    )


def open_other_instance(dagster_home: Path) -> dg.DagsterInstance:
    """Return the instance of a Dagster that is not the home's own, for runs in this process.

    Its settings hold, but for those that are about queued runs and about output. Raises: LeadPipelineError.
    """
    try:
        return _opened(dagster_home)
    except _CANNOT_BE_OPENED + errors_of_storages() as error:
        why = type(error).__name__  # its text may quote a connection's password
    raise LeadPipelineError(
        f"The Dagster at {dagster_home}, which has this home, cannot be opened from here ({why}), so nothing was done. "
        "Run the command where Dagster's own commands work: same environment variables, same packages. Or set "
        "LEAD_PIPELINE_DAGSTER_HOME=own to have it recorded in the home's own history."
    )


def _wait_for_tables(instance: dg.DagsterInstance) -> None:
    """Wait until all tables of the history are there: a worker of Celery, which knows nothing of our lock, makes them
    too when it starts first. Whoever finds some missing later is told by Dagster to migrate.
    """
    until = time.monotonic() + _MAKING_TABLES
    while tables_missing(instance) and time.monotonic() < until:
        time.sleep(0.1)


def _opened(dagster_home: Path) -> dg.DagsterInstance:
    left_alone = output_left_alone()
    try:  # for all its name, it opens what is there, and alone takes overrides
        return dg.DagsterInstance.local_temp(str(dagster_home), overrides=_NO_SLOTS | left_alone)
    except dg.DagsterInvalidConfigError:  # limits the queue in the older way, beside which none of `concurrency` may be
        return dg.DagsterInstance.local_temp(str(dagster_home), overrides=left_alone)


def instance_settings() -> str:
    """Return the text of the settings that a new home starts with."""
    return (resources.files("lead_pipeline.orchestration") / "dagster.yaml").read_text(encoding="utf-8")
