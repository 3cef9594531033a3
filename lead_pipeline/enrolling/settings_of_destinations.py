"""Keeps in the store what the files of destinations say, so that its views know windows, actions and limits. Reading
the files does not belong here.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from lead_pipeline.enrolling.time_zone_sets import number_of_time_zone
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.lead_management.destination_settings import WEEKDAYS, DestinationSettings
from lead_pipeline.store.ledger import destination_id
from lead_pipeline.store.workspace import Workspace


def keep_settings(workspace: Workspace, settings: Sequence[DestinationSettings], at: datetime) -> None:
    """Keep what all files of destinations say, inside a transaction of the caller's; a destination of which none says
    anything any more has the defaults again. Nothing is written where nothing changed.
    """
    found = workspace.rows(
        "select d.kind || ':' || d.name, s.destination_id, s.fingerprint"
        " from base.destination_settings s join base.destinations d using (destination_id)"
    )
    # By key: the file and whoever used the destination first may spell its name otherwise.
    kept = {Destination.parse(name).key: (number, fingerprint) for name, number, fingerprint in found}
    given = {one.destination.key: one for one in settings}
    for key, (number, fingerprint) in kept.items():
        if key not in given or fingerprint_of(given[key]) != fingerprint:
            workspace.run("delete from base.destination_settings where destination_id = ?", [number])
    for key, one in given.items():
        if kept.get(key, (0, ""))[1] != fingerprint_of(one):
            _keep(workspace, one, at)


def fingerprint_of(settings: DestinationSettings) -> str:
    """Return what is the same for settings that say the same."""
    return hashlib.sha256(settings.model_dump_json().encode()).hexdigest()


def _keep(workspace: Workspace, settings: DestinationSettings, at: datetime) -> None:
    window, zone = settings.calling_window, settings.unknown_time_zone
    actions = [{"do": one.do, "after_seconds": int(one.after.total_seconds())} for one in settings.actions]
    workspace.run(
        "insert into base.destination_settings by name select $destination as destination_id, $opens as opens,"
        " $closes as closes, $days as days, $zones as assumed_zone_set, $max_attempts as max_attempts,"
        ' $actions::struct("do" varchar, after_seconds bigint)[] as actions, $completed_by as completed_by,'
        " $fingerprint as fingerprint, $at as set_at",
        {
            "destination": destination_id(workspace, settings.destination),
            "opens": window.opens,
            "closes": window.closes,
            "days": sorted(WEEKDAYS.index(day) + 1 for day in window.days),
            "zones": None if zone == "fail_closed" else number_of_time_zone(workspace, zone),
            "max_attempts": settings.max_attempts,
            "actions": actions,
            "completed_by": list(settings.completed_by),
            "fingerprint": fingerprint_of(settings),
            "at": at,
        },
    )
