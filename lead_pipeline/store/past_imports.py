"""What the ledger says of past imports to people and to later imports, as SQL over a workspace. What became of single
people does not belong here.
"""

from datetime import datetime
from typing import Any

from lead_pipeline.model.errors import ImportNotFoundError, did_you_mean
from lead_pipeline.store.ledger import count_lead_changes
from lead_pipeline.store.workspace import Workspace

#: Among how many of the newest imports the nearest id is looked for.
_IDS_COMPARED = 500


def find_last_layouts(workspace: Workspace, profile: str, limit: int, before: str) -> list[str]:
    """Return the layouts of the profile's last committed imports, newest first, up to the import `before`."""
    found = workspace.rows(
        "select layout from base.imports where profile = $profile and layout <> ''"
        " and status in ('completed', 'completed_with_rejects')"
        " and import_no < coalesce((select min(import_no) from base.imports where identity = $before"
        "   and status in ('completed', 'completed_with_rejects')), 9e18)"
        " order by import_no desc limit $limit",
        {"profile": profile, "limit": limit, "before": before},
    )
    return [layout for (layout,) in found]


def find_imports(
    workspace: Workspace, limit: int, status: str | None = None, profile: str | None = None
) -> list[dict[str, Any]]:
    """Return the newest imports first, one dictionary per line of the ledger."""
    sql = """
        select * from main.imports
        where status = coalesce($status, status) and profile = coalesce($profile, profile)
        order by committed_at desc, import_id limit $limit
    """
    chosen = {"status": status, "profile": profile, "limit": limit}
    return [_plain(row) for row in workspace.frame(sql, chosen).to_dicts()]


def find_import_ids(workspace: Workspace, meant: str) -> list[str]:
    """Return the ids that a person may mean, newest first."""
    found = workspace.rows(
        """
        with known as (
            select import_id, committed_at, file_name = $meant as of_file, import_id = $meant as exactly
            from main.imports
            where $meant = 'last' or import_id = $meant or file_name = $meant or starts_with(import_id, $meant)
        )
        select import_id from known
        where $meant = 'last' or exactly
           or not exists (from known where exactly) and (of_file or not exists (from known where of_file))
        order by committed_at desc, import_id
        limit case when $meant = 'last' or exists (from known where of_file) then 1 else $most end
        """,
        {"meant": meant, "most": _IDS_COMPARED},
    )
    return [import_id for (import_id,) in found]


def find_line(workspace: Workspace, import_id: str) -> dict[str, Any]:
    """Return the ledger's line of one import; raises ImportNotFoundError with the nearest id."""
    found = workspace.frame("select * from main.imports where import_id = ?", [import_id]).to_dicts()
    if found:
        number = int(workspace.one("select import_no from base.imports where import_id = ?", [import_id]))
        changed = [one.model_dump() for one in count_lead_changes(workspace, number)]
        return _plain(found[0]) | {"lead_changes": changed}
    newest = workspace.rows("select import_id from main.imports order by committed_at desc limit ?", [_IDS_COMPARED])
    near = did_you_mean(import_id, [known for (known,) in newest])
    raise ImportNotFoundError(f"No import has the id '{import_id}'.{near} `lead-pipeline history` lists all.")


def find_rows(workspace: Workspace, import_id: str) -> list[dict[str, Any]]:
    """Return what became of each row of an import, in file order."""
    sql = """
        select o.row_number, o.outcome, o.reason_codes, o.warning_codes, o.reason_columns, o.lead_id
        from base.row_outcomes o join base.imports i using (import_no) where i.import_id = ? order by o.row_number
    """
    return workspace.frame(sql, [import_id]).to_dicts()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
