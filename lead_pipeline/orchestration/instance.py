"""The project's own Dagster instance below the home: its settings, and opening it before anything else does."""

from importlib import resources

import dagster as dg

from lead_pipeline.importing.homes import Home, locked, write_once
from lead_pipeline.orchestration.dagster_internals import output_left_alone
from lead_pipeline.orchestration.sqlite import speed_up_sqlite

#: The name of the lock that is held while the instance is opened.
_OPENING = "instance"

#: A run in this process takes no slot of the store's pool; it waits at the store itself. A process that is killed keeps
#: its slot until a daemon frees it (dagster issue 32560), and where none runs the next import would wait forever, at
#: full load (`interval_to_next_pending_claim_check` never sleeps). Granularity `run` is about queued runs only.
_NO_SLOTS = {"concurrency": {"pools": {"granularity": "run"}}}


def open_instance(home: Home) -> dg.DagsterInstance:
    """Return the instance of this home for runs in this process; settings are written once and never overwritten.

    Opened under a lock: services that open a fresh SQLite instance at the same moment corrupt it for good
    (dagster issue 27390, open in 1.13).
    """
    home.prepare()
    speed_up_sqlite(home.root)
    with locked(home, _OPENING):
        write_once(home.dagster / "dagster.yaml", instance_settings())
        return dg.DagsterInstance.local_temp(str(home.dagster), overrides=_NO_SLOTS | output_left_alone())


def instance_settings() -> str:
    """Return the text of the settings that a new home starts with."""
    return (resources.files("lead_pipeline.orchestration") / "dagster.yaml").read_text(encoding="utf-8")
