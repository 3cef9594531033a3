"""People on a suppression list whom the profile lets through, because it switches the rule off: their rows are warned
of, and nobody is to be enrolled for the leads that come of these. Whom a rule lets through does not belong here.
"""

from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.suppression_kinds import WARNING_OF_LET_THROUGH
from lead_pipeline.store.workspace import Workspace

#: The rows `d` of which something gets into a lead, whether it is the row that stands for the person or not.
_IMPORTED = "(d.outcome in ('created', 'updated', 'unchanged') or list_contains(d.reason_codes, $merged))"


def warn_of_let_through(workspace: Workspace) -> None:
    """Add to `decided_rows` a warning for each kind of suppression that an imported row was let through by."""
    if not workspace.rows("select 1 from let_through limit 1"):
        return
    # Made again in order: leads are numbered in the order of this table.
    workspace.run(
        f"""
        create or replace temp table decided_rows as
        select d.* replace (
            case when t.row_number is not null and {_IMPORTED}
                 then list_concat(coalesce(d.warning_codes, []), t.codes) else d.warning_codes end as warning_codes,
            case when t.row_number is not null and {_IMPORTED}
                 then nullif(concat_ws(' ', d.hints, t.hint), '') else d.hints end as hints)
        from decided_rows d left join let_through t using (row_number)
        order by d.row_number
        """,  # noqa: S608  # a condition of ours
        {"merged": Reason.DUPLICATE_MERGED.value},
    )


def find_uncallable_leads(workspace: Workspace) -> None:
    """Fill `uncallable_leads` (lead_id, kind): the leads, new or known, that such rows become, change or are merged
    into. Enrolling reads it.
    """
    if not workspace.rows("select 1 from let_through limit 1"):
        workspace.run("create or replace temp table uncallable_leads (lead_id bigint, kind varchar)")
        return
    workspace.run(
        f"""
        create or replace temp table uncallable_leads as
        select distinct lead_id, list_extract($kinds, list_position($warnings, code)) as kind
        from (select coalesce(d.known_lead, n.lead_id) as lead_id, unnest(t.codes) as code
              from decided_rows d join let_through t using (row_number)
              left join new_leads n on n.row_number = d.lead_row
              where {_IMPORTED})
        """,  # noqa: S608  # a condition of ours
        {
            "merged": Reason.DUPLICATE_MERGED.value,
            "kinds": list(WARNING_OF_LET_THROUGH),
            "warnings": [code.value for code in WARNING_OF_LET_THROUGH.values()],
        },
    )
