"""Adds people to the suppression list of a kind, or takes them off, because somebody decided so and not because a list
was delivered. Who the people are does not belong here.
"""

import hashlib
from datetime import datetime

import polars as pl

from lead_pipeline.importing.lists.written_version import WrittenVersion, write_version
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.suppression_kinds import ListMode, SuppressionKind, default_list_name
from lead_pipeline.screening.lists.list_trust import last_delivery
from lead_pipeline.store.records import ListRecord
from lead_pipeline.store.workspace import Workspace


def write_decided_version(
    workspace: Workspace,
    kind: SuppressionKind,
    mode: ListMode,
    entries: pl.DataFrame,
    *,
    decided_by: str,
    at: datetime,
    name: str | None = None,
    destination: Destination | None = None,
) -> tuple[str, WrittenVersion]:
    """Write a version of a list that no file has, with all that follows for leads; return the name of the list too.

    A list is not made any newer by it: a delivery that was refused stays one, and a list that is too old does.

    Args:
        workspace: of a transaction of the caller's.
        kind: of the list.
        mode: add or remove.
        entries: `identifier_kind`, `value`, `reason`.
        decided_by: id of the command or import that decided so; the version is named after it.
        at: when.
        name: of the list; by default the one of its kind and destination.
        destination: the only one that the list holds for.
    """
    list_name = name or default_list_name(kind, destination)
    identity = hashlib.sha256(f"{decided_by}\n{list_name}\n{mode}\n{at.isoformat()}".encode()).hexdigest()
    record = ListRecord(
        decided_by,
        identity,
        kind,
        file_name=decided_by,
        file_sha256=identity,
        name=list_name,
        mode=mode,
        destination=destination,
        staged_at=last_delivery(workspace, list_name) or at,
    )
    return list_name, write_version(workspace, record, kind, entries, rows_read=entries.height, at=at)
