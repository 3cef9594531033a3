"""Notes which row chose which lead, so that a dry run can say row by row what would become of leads that are there."""

from lead_pipeline.store.workspace import Workspace

_NOTHING_CHOSEN = """
    create or replace temp table chosen_rows (row_number bigint, lead_id bigint);
    create or replace temp table managed_rows (row_number bigint, lead_id bigint);
    create or replace temp table managed_leads (lead_id bigint);
"""


def begin_choosing(workspace: Workspace) -> None:
    """Make the tables of this module empty; `chosen_rows` has all leads that rows of an import choose for a change."""
    workspace.run_all(_NOTHING_CHOSEN)


def choose_leads(workspace: Workspace) -> int:
    """Fill `managed_leads` with the leads in `managed_rows` (row_number, lead_id), each once, and note the rows; return
    how many leads these are.
    """
    workspace.run("insert into chosen_rows select row_number, lead_id from managed_rows")
    workspace.run("create or replace temp table managed_leads as select distinct lead_id from managed_rows")
    return int(workspace.one("select count(*) from managed_leads"))


def list_rows_of_changes(workspace: Workspace) -> None:
    """Fill `rows_of_changes`: which rows chose the leads whose changes `enrollment_changes` has, and what these are. A
    copy is told of the lead that it is a copy of.
    """
    workspace.run(
        """
        create or replace temp table rows_of_changes as
        with made as (
            select case when c.change = 'copied' then coalesce(l.copied_from, c.lead_id) else c.lead_id end as lead_id,
                   c.change, c.destination_id as there,
                   coalesce(c."before".destination_id, o.destination_id, l.destination_id) as here
            from enrollment_changes c join base.leads l using (lead_id)
            left join base.leads o on o.lead_id = l.copied_from
        )
        select distinct r.row_number, m.lead_id, m.change, h.kind || ':' || h.name as destination,
               case when m.there <> m.here then t.kind || ':' || t.name end as "to"
        from chosen_rows r join made m using (lead_id)
        join base.destinations h on h.destination_id = m.here join base.destinations t on t.destination_id = m.there
        """
    )
