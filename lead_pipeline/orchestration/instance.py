"""The project's own Dagster instance below the home: its settings, and opening it once before anything else does.
What runs on it belongs in the other modules of this room.
"""

from importlib import resources

import dagster as dg

from lead_pipeline.filing.claims import claimed
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.publishing import published

#: A name for the lock; `claims` locks are named by what they protect.
_OPENING = "instance"


def open_instance(home: Home) -> dg.DagsterInstance:
    """Return the instance of this home; its settings are written on first use and never overwritten.

    Opened under a lock: services that open a fresh SQLite instance at the same moment corrupt it for good
    (dagster issue 27390, open in 1.13).
    """
    home.prepare()
    with claimed(home, _OPENING):
        settings = home.dagster / "dagster.yaml"
        if not settings.exists():
            with published(settings) as file:
                file.write(instance_settings().encode())
        return dg.DagsterInstance.from_config(str(home.dagster))


def instance_settings() -> str:
    """Return the text of the settings that a new home starts with."""
    return (resources.files("lead_pipeline.orchestration") / "dagster.yaml").read_text(encoding="utf-8")
