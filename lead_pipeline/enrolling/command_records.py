"""Records commands about leads, and counts what one changed: the enrollments in `enrollment_changes`. Which leads a
command means does not belong here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lead_pipeline.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """A command as the store keeps it: which leads were meant, what else was said, and why."""

    command_no: int
    command_id: str
    command: str
    conditions: Sequence[Mapping[str, str]]
    settings: Mapping[str, Any]
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangesMade:
    """How many leads and enrollments changed, by destination, change and statuses, and the ids of the first leads."""

    leads: int
    enrollments: int
    counts: tuple[dict[str, Any], ...]
    first_leads: tuple[int, ...]


def next_command(workspace: Workspace) -> int:
    """Return the number of the next command."""
    return workspace.reserve("command_no", 1) + 1


def count_changes(workspace: Workspace, first: int) -> ChangesMade:
    """Count the changes of this transaction; `first` says of how many leads the id is returned."""
    ((leads, enrollments),) = workspace.rows("select count(distinct lead_id), count(*) from enrollment_changes")
    counts = workspace.frame(
        """
        select d.kind || ':' || d.name as destination, c.change, c.before.status as before, c.after.status as after,
               count(*) as leads
        from enrollment_changes c
        left join base.leads l on l.lead_id = c.lead_id and c.before is null
        left join base.leads o on o.lead_id = l.copied_from
        join base.destinations d
            on d.destination_id = coalesce(c.before.destination_id, o.destination_id, l.destination_id)
        group by all order by destination, c.change, before, after
        """
    ).to_dicts()
    ids = workspace.rows("select distinct lead_id from enrollment_changes order by lead_id limit ?", [first])
    return ChangesMade(int(leads), int(enrollments), tuple(counts), tuple(lead for (lead,) in ids))


def record_command(workspace: Workspace, record: CommandRecord, leads: int, enrollments: int) -> None:
    """Keep a command, and how many leads and enrollments it changed."""
    workspace.run(
        "insert into base.lead_commands by name select $command_no as command_no, $command_id as command_id,"
        " $command as command, $conditions as conditions, $settings as settings, $leads as leads,"
        " $enrollments as enrollments, $note as note, $at as at",
        {
            "command_no": record.command_no,
            "command_id": record.command_id,
            "command": record.command,
            "conditions": json.dumps(record.conditions, ensure_ascii=False),
            "settings": json.dumps(record.settings, ensure_ascii=False),
            "leads": leads,
            "enrollments": enrollments,
            "note": record.note,
            "at": record.at,
        },
    )
