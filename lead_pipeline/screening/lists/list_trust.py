"""Notes in the store what says whether a list can be relied on: that its content was delivered again, that a delivery
was refused, that a person accepted it as it is. What follows for imports does not belong here.
"""

from datetime import datetime

from lead_pipeline.model.errors import UsageError, did_you_mean, listed
from lead_pipeline.store.records import ListRecord, ListRefusal
from lead_pipeline.store.workspace import Workspace


def note_delivery(workspace: Workspace, record: ListRecord) -> None:
    """Note that the content of a version was delivered again: the list is as new as that delivery."""
    workspace.run(
        """
        update base.suppression_lists set delivered_at = $staged_at
        where list_no = (select max(list_no) from base.suppression_lists where name = $name and identity = $identity)
          and delivered_at < $staged_at
        """,
        {"name": record.list_name, "identity": record.identity, "staged_at": record.staged_at},
    )


def last_delivery(workspace: Workspace, name: str) -> datetime | None:
    """Return when a list was delivered last, None for one that never was."""
    found = workspace.one("select max(delivered_at) from base.suppression_lists where name = ?", [name])
    return found if isinstance(found, datetime) else None


def note_refused_list(workspace: Workspace, refused: ListRefusal, at: datetime) -> None:
    """Note that a delivery was refused: until another is loaded, nobody can rely on the list. Noted once."""
    workspace.run(
        """
        insert into base.refused_lists by name
        select * from (select $list_id as list_id, $name as name, $kind as kind, $destination as destination,
                              $file_name as file_name, $file_sha256 as file_sha256, $message as message,
                              $staged_at as staged_at, $at as refused_at) r
        anti join base.refused_lists known using (list_id, staged_at)
        """,
        {
            "list_id": refused.list_id,
            "name": refused.name,
            "kind": refused.kind,
            "destination": None if refused.destination is None else str(refused.destination),
            "file_name": refused.file_name,
            "file_sha256": refused.file_sha256,
            "message": refused.message,
            "staged_at": refused.staged_at,
            "at": at,
        },
    )


def accept_list(workspace: Workspace, name: str, version: int, note: str, at: datetime) -> None:
    """Note that a person relies on a list as it is in that version, its last: what it lost, and deliveries that were
    refused until now, stop no import any more. It does not make the list any newer.

    Raises: UsageError when there is no such list, or a later version of it.
    """
    names = [one for (one,) in workspace.rows("select distinct name from base.suppression_lists order by name")]
    if name not in names:
        raise UsageError(f"There is no list '{name}'.{did_you_mean(name, names)} The lists are {listed(names)}.")
    ((list_no, last, trusted, after),) = workspace.rows(
        "select list_no, version, entries_trusted, entries_after from base.suppression_lists where name = ?"
        " order by list_no desc limit 1",
        [name],
    )
    if version != last:
        raise UsageError(
            f"The last version of the list '{name}' is {last}, not {version}. Look at it again with `lead-pipeline "
            "lists`, and accept that one."
        )
    workspace.run(
        "insert into base.accepted_lists by name select $name as name, $list_no as list_no,"
        " $trusted as entries_trusted, $after as entries_after, $note as note, $at as accepted_at",
        {"name": name, "list_no": list_no, "trusted": trusted, "after": after, "note": note, "at": at},
    )
    workspace.run("update base.suppression_lists set entries_trusted = ? where list_no = ?", [after, list_no])
