"""Finds who of the people whose leads are to change may not be contacted: by an entry of a list that is in force, or
because a row of a file said so of itself.
"""

from lead_pipeline.model.errors import ScreeningError
from lead_pipeline.model.suppression_kinds import REASON_OF_SUPPRESSION
from lead_pipeline.store.workspace import Workspace

#: The reason for which a contact `{contact}` may not be called in a destination; null: they may be.
REASON_OF_CONTACT = (
    "(select any_value(s.reason order by s.position) from suppressed_managed s"
    " where s.contact_id = {contact} and (s.destination_id is null or s.destination_id = {destination}))"
)

#: The reason of a kind of suppression, an expression, and what it binds.
REASON_OF_KIND = "$reasons[list_position($kinds, {kind})]"
KINDS_WITH_REASONS = {
    "kinds": list(REASON_OF_SUPPRESSION), "reasons": [code.value for code in REASON_OF_SUPPRESSION.values()]
}  # fmt: skip

#: Lists are asked about some contacts without looking at all others: of so many at most, whatever is listed; of more
#: where each with every listed prefix makes no more pairs than this.
_FEW, _PAIRS = 10_000, 20_000_000

NOBODY_IS_SUPPRESSED = (
    "create or replace temp table suppressed_managed"
    " (contact_id bigint, destination_id integer, reason varchar, position integer)"
)


def require_all_lists(workspace: Workspace) -> None:
    """Raise ScreeningError unless every entry of a list that was ever loaded is still there."""
    totals = workspace.suppression_totals()
    if not totals.add_up:
        raise ScreeningError(
            f"The store holds {totals.held} suppressions but {totals.loaded} were loaded, and {totals.ended} ended but "
            f"lists ended {totals.ended_by_lists}: the lists cannot be trusted, so no lead is made due. Restore the "
            "store from a backup, or load the lists again into a new one."
        )


def find_suppressed_contacts(workspace: Workspace) -> None:
    """Fill `suppressed_managed` (contact_id, destination_id or null for every one, reason, position) with those of the
    contacts in the temporary table `managed_contacts` that may not be contacted.
    """
    some = "base.suppressions_among((select list(contact_id) from managed_contacts))"
    source = some if _are_few(workspace) else "base.suppressions_of_contacts"
    workspace.run(
        f"""
        create or replace temp table suppressed_managed as
        select s.contact_id, s.destination_id, {REASON_OF_KIND.format(kind="s.kind")} as reason,
               list_position($kinds, s.kind) as position
        from (select contact_id, destination_id, kind from {source}
              union
              select contact_id, null, kind from base.do_not_contact where lifted_at is null) s
        semi join managed_contacts using (contact_id)
        """,  # noqa: S608  # names of ours
        KINDS_WITH_REASONS,
    )


def _are_few(workspace: Workspace) -> bool:
    contacts = int(workspace.one("select count(*) from managed_contacts"))
    if contacts <= _FEW:
        return True
    prefixes = int(workspace.one("select count(*) from base.entries_in_force where identifier_kind = 'prefix'"))
    return contacts * (prefixes + 1) <= _PAIRS
