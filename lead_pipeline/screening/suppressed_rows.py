"""Finds the rows of people who may not be contacted, and the codes that say why. What outcome follows does not belong
here.
"""

from collections.abc import Sequence

from lead_pipeline.model.errors import ScreeningError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.suppression_kinds import REASON_OF_SUPPRESSION, SUPPRESSIONS_OF_PEOPLE
from lead_pipeline.screening.candidates import KEY_OF, VALUE_OF
from lead_pipeline.store.workspace import Workspace

_OF_PEOPLE = {"of_people": list(SUPPRESSIONS_OF_PEOPLE)}


def require_all_suppressions(workspace: Workspace) -> None:
    """Raise ScreeningError unless every suppression that was ever loaded is still there."""
    totals = workspace.suppression_totals()
    if totals.held != totals.loaded:
        raise ScreeningError(
            f"The store holds {totals.held} suppressions but {totals.loaded} were loaded: the lists cannot be trusted, "
            "so nothing is imported. Restore the store from a backup, or load the lists again into a new one."
        )


def mark_suppressed(workspace: Workspace, profile: ImportProfile, parts: Sequence[str], *, aliases: bool) -> None:
    """Fill `suppressed`: the good rows that a suppression hits, and the codes of all that do.

    A row is on a list by any identifier in it, a field or an alias. An opt-out or a block is of a person, not of a
    number: it also holds for rows that name its contact by another identifier, and for those that would change a lead
    whose phone or email is listed, for else an import could undo it by writing another number over the listed one.
    """
    workspace.run("create or replace temp table suppression_hits (row_number bigint, kind varchar, hint varchar)")
    listed = {kind for (kind,) in workspace.rows("select distinct identifier_kind from base.suppressions")}
    if listed:
        for kind in sorted(listed & KEY_OF.keys() & profile.fields.keys()):
            _hit_by_field(workspace, kind, parts)
        if aliases:
            _hit_by_alias(workspace)
        _hit_by_contact(workspace)
        if profile.when_known in ("update", "fill"):
            _hit_by_lead(workspace, sorted(listed & {"phone", "email"}))
    workspace.run(
        """
        create or replace temp table suppressed as
        select row_number,
               list_transform(list_sort(list(distinct list_position($kinds, kind))), lambda nth: $codes[nth]) as codes,
               case when not bool_or(hint is null) then min(hint) end as hint
        from suppression_hits group by row_number
        """,
        {"kinds": list(REASON_OF_SUPPRESSION), "codes": [code.value for code in REASON_OF_SUPPRESSION.values()]},
    )


def _hit_by_field(workspace: Workspace, kind: str, parts: Sequence[str]) -> None:
    workspace.run(
        f"""
        insert into suppression_hits by name
        select p.row_number, s.kind
        from read_parquet($parts) p
        join base.suppressions s
          on s.identifier_kind = $kind and s.key = {KEY_OF[kind].format(value="p." + kind)}
          and s.value = {VALUE_OF[kind].format(value="p." + kind)}
        where len(p.reasons) = 0
        """,  # noqa: S608  # names and expressions of ours
        {"kind": kind, "parts": list(parts)},
    )


def _hit_by_alias(workspace: Workspace) -> None:
    workspace.run(
        """
        insert into suppression_hits by name
        select h.row_number, s.kind
        from held_identifiers h
        join base.suppressions s
          on s.identifier_kind = h.kind and s.key = h.key and (h.value is null or s.value = h.value)
        where h.is_alias
        """
    )


def _hit_by_contact(workspace: Workspace) -> None:
    workspace.run(
        """
        insert into suppression_hits by name
        select m.row_number, s.kind, 'The list has another identifier of contact ' || m.contact_id || '.' as hint
        from matched_contacts m
        join base.identifiers i using (contact_id)
        join base.suppressions s
          on s.identifier_kind = i.kind and s.key = i.key and (i.value is null or s.value = i.value)
        where list_contains($of_people, s.kind)
        """,
        _OF_PEOPLE,
    )


def _hit_by_lead(workspace: Workspace, kinds: Sequence[str]) -> None:
    for kind in kinds:
        workspace.run(
            f"""
            insert into suppression_hits by name
            select m.row_number, s.kind, 'The list has the {kind} of lead ' || l.lead_id || '.' as hint
            from matched_contacts m
            join leads_here h using (contact_id)
            join base.leads l using (lead_id)
            join base.suppressions s
              on s.identifier_kind = $kind and s.key = {KEY_OF[kind].format(value="l." + kind)}
              and s.value = {VALUE_OF[kind].format(value="l." + kind)}
            where list_contains($of_people, s.kind)
            """,  # noqa: S608  # names and expressions of ours
            {"kind": kind} | _OF_PEOPLE,
        )
