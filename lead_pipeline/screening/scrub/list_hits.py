"""Says of each row that a suppression hits which entries of which lists these are, in sentences and for keeping. Which
rows they hit does not belong here.
"""

from lead_pipeline.model.suppression_kinds import REASON_OF_SUPPRESSION, WARNING_OF_LET_THROUGH
from lead_pipeline.store.workspace import Workspace

#: An entry as people read it: of a prefix with its +, a kind with spaces.
_ENTRY = (
    "replace(identifier_kind, '_', ' ') || ' ' || case identifier_kind when 'prefix' then '+' || value else value end"
)

#: Of one list and reason, the entry that says most: one of the row itself before one of its contact or lead.
_BEST = "(contact_id is not null or lead_id is not null, identifier_kind, value, contact_id, lead_id)"

_SENTENCE = f"""
    coalesce(
        reason_code || ': the list ''' || l.name || ''' (version ' || l.version || ', loaded '
        || strftime(l.loaded_at, '%Y-%m-%d') || ') has ' || {_ENTRY}
        || case when h.lead_id is not null then ', which is that of lead ' || h.lead_id
                when h.contact_id is not null then ', another identifier of contact ' || h.contact_id else '' end
        || coalesce(', listed ' || h.listed_on, '') || coalesce(', until ' || strftime(h.expires_at, '%Y-%m-%d'), '')
        || case when h.matches > 1 then ', and ' || (h.matches - 1) || ' more of this person' else '' end || '.',
        reason_code || ': ' || h.hint)
"""


_NO_HITS = """
    create or replace temp table list_hits (row_number bigint, reason_code varchar, list_no integer,
        identifier_kind varchar, value varchar, listed_on date, expires_at timestamptz, contact_id bigint,
        lead_id bigint, matches bigint, hint varchar);
    create or replace temp table list_hints (row_number bigint, lets_through boolean, hint varchar);
"""


def find_list_hits(workspace: Workspace) -> bool:
    """Return whether any row was hit; fill `list_hits` and `list_hints` from `suppression_hits`.

    `list_hits` has a line per row, reason and list with the entry that was matched (none where a row of the file says
    that the person may not be contacted; its `hint` says which), `list_hints` the same as sentences. Entries whose rule
    the profile switches off are in both with the code of the warning; their sentences are apart (`lets_through`), for
    a row may be left out by others.
    """
    if not workspace.rows("select 1 from suppression_hits limit 1"):
        workspace.run_all(_NO_HITS)
        return False
    workspace.run(
        f"""
        create or replace temp table list_hits as
        with hits as (
            select h.row_number, $codes[list_position($kinds, h.kind)] as reason_code, s.list_no, s.identifier_kind,
                   s.value, s.listed_on, s.expires_at, h.contact_id, h.lead_id, h.entry_id, h.hint
            from suppression_hits h left join suppressed_people s using (entry_id)
        )
        select row_number, reason_code, list_no, unnest(best), matches, hint
        from (select row_number, reason_code, list_no,
                     arg_min(struct_pack(identifier_kind, value, listed_on, expires_at, contact_id, lead_id), {_BEST})
                     as best, greatest(count(distinct entry_id), 1) as matches, any_value(hint) as hint
              from hits group by row_number, reason_code, list_no)
        """,  # noqa: S608  # expressions of ours
        _codes(),
    )
    workspace.run(
        f"""
        create or replace temp table list_hints as
        select row_number, lets_through,
               string_agg(sentence, ' ' order by list_position($codes, reason_code), list_no) as hint
        from (select h.row_number, list_contains($warnings, h.reason_code) as lets_through, h.reason_code, h.list_no,
                     {_SENTENCE} as sentence
              from list_hits h left join base.suppression_lists l using (list_no))
        group by row_number, lets_through
        """,  # noqa: S608  # expressions of ours
        {"codes": _codes()["codes"], "warnings": [code.value for code in WARNING_OF_LET_THROUGH.values()]},
    )
    return True


def _codes() -> dict[str, list[str]]:
    """Return kinds as `suppression_hits` has them and their reasons or warnings, in the order of the registry."""
    reasons, warnings = REASON_OF_SUPPRESSION.values(), [code.value for code in WARNING_OF_LET_THROUGH.values()]
    return {"kinds": [*REASON_OF_SUPPRESSION, *warnings], "codes": [*(code.value for code in reasons), *warnings]}


def keep_list_hits(workspace: Workspace, import_no: int) -> None:
    """Keep what was matched on lists in the rows that are suppressed."""
    workspace.run(
        "insert into base.scrub_hits by name select $import_no as import_no, row_number, reason_code, list_no,"
        " identifier_kind as matched_kind, value as matched, listed_on, lead_id, matches"
        " from list_hits semi join (select row_number from decided_rows where outcome = 'suppressed') d"
        " using (row_number) where list_contains($reasons, reason_code) order by row_number",
        {"import_no": import_no, "reasons": [code.value for code in REASON_OF_SUPPRESSION.values()]},
    )
