"""Takes from the lists the entries that anything in the rows of an import, or of their contacts, could match: lists may
be far longer than a file. Which rows an entry hits does not belong here.
"""

from datetime import datetime

from lead_pipeline.model.scrub.scrub_rules import ScrubRules
from lead_pipeline.model.suppression_kinds import WARNING_OF_LET_THROUGH
from lead_pipeline.screening.lists.matching import key_of_all_forms
from lead_pipeline.screening.phone_equivalence import may_have_old_form, old_form
from lead_pipeline.store.workspace import Workspace

#: Whether an entry `s` counts for a row: entries of another destination do where the row would change a lead there.
COUNTS_FOR_ROW = (
    "({elsewhere} is null or ({row_number}, {elsewhere}) in (select (row_number, destination_id) from rows_elsewhere))"
)

#: Entries that name many: they are few, and matched by their values.
_OF_MANY = ("domain", "prefix")

#: The key of every identifier in the rows, in their further phones, of their contacts, and of all leads of these; as
#: often as it occurs.
_SOUGHT = "select key from row_values union all select key from contact_values"

#: Entries keep the digits that the list has: they are looked for under both forms that they may have.
_SOUGHT_KEYS = f"""
    create or replace temp table sought_keys as
    with sought as ({_SOUGHT})
    select key from sought
    union all
    select {old_form("key")} from sought where {may_have_old_form("key")}
"""  # noqa: S608  # expressions of ours

#: Instead of the kind of an entry whose rule is off stands the code of the warning.
_ENTRIES = """
    select case when {is_off} then list_extract($warnings, list_position($kinds, kind)) else kind end as kind,
           identifier_kind, value, {any_form} as key, rowid as entry_id, list_no, listed_on,
           expires_at, nullif(destination_id, $destination_id) as elsewhere
    from base.suppressions {of_rows}
    where {counts} {of_many}
"""


#: As one condition: of several DuckDB expects so few entries to be left that it would look for the rows' keys in these,
#: and not for these in the keys, which are fewer.
_COUNTS = """
    coalesce(ended_by is null and (expires_at is null or expires_at > $at)
             and (destination_id is null or destination_id = $destination_id
                  or list_contains((select list(destination_id) from rows_elsewhere), destination_id)), false)
"""


def find_rows_elsewhere(workspace: Workspace, destination_id: int, *, updates: bool) -> None:
    """Fill `rows_elsewhere`: the rows that would change a lead of another destination, and which one that is."""
    workspace.run(
        """
        create or replace temp table rows_elsewhere as
        select m.row_number, l.destination_id
        from matched_contacts m join leads_here h using (contact_id) join contact_leads l using (lead_id)
        where $updates and l.destination_id <> $destination_id
        """,
        {"updates": updates, "destination_id": destination_id},
    )


def find_entries_of_rows(workspace: Workspace, rules: ScrubRules, destination_id: int, at: datetime) -> None:
    """Fill `suppressed_people`: the entries in force here that could match anything of the rows or their contacts; and
    those of the destinations in `rows_elsewhere`, which count for these rows alone (see `COUNTS_FOR_ROW`).

    An entry without a country is of every country: what country its number has is not asked. Whoever joins the table
    with a further source of identifiers has to name that source in `_SOUGHT`: what is not sought is not found.
    """
    off, only = list(rules.switched_off), rules.do_not_call_countries
    is_off = "list_contains($off, kind)"
    if only is not None:
        is_off += " or (kind = 'do_not_call' and country is not null and not list_contains($only, country))"
    workspace.run(_SOUGHT_KEYS)
    any_form = key_of_all_forms("key")
    of_rows = _ENTRIES.format(
        is_off=is_off, any_form=any_form, of_rows="semi join sought_keys using (key)", of_many="", counts=_COUNTS
    )
    of_many = _ENTRIES.format(
        is_off=is_off, any_form=any_form, of_rows="", of_many=f"and identifier_kind in {_OF_MANY}", counts=_COUNTS
    )
    workspace.run(
        f"create or replace temp table suppressed_people as {of_rows} union all {of_many}",
        {
            "destination_id": destination_id,
            "at": at,
            "off": off or [""],
            "kinds": list(WARNING_OF_LET_THROUGH),
            "warnings": [code.value for code in WARNING_OF_LET_THROUGH.values()],
            **({} if only is None else {"only": list(only)}),
        },
    )
