"""Finds the rows of people who may not be contacted. Loading the lists belongs in suppressing.py; what a suppressed row
comes out as, in verdicts.py.
"""

from collections.abc import Sequence

from lead_pipeline.model.errors import ScreeningError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.screening.candidates import KEY_OF, VALUE_OF
from lead_pipeline.store.duckdb.lead_store import LeadStore


def require_whole_suppressions(store: LeadStore) -> None:
    """Raise ScreeningError unless every suppression that was ever loaded is still there."""
    there, recorded = store.rows(
        "select (select count(*) from base.suppressions),"
        " (select coalesce(sum(rows_added), 0) from base.suppression_lists)"
    )[0]
    if there != recorded:
        raise ScreeningError(
            f"The store holds {there} suppressions but {recorded} were loaded: the lists cannot be trusted, so nothing "
            "is imported. Restore the store from a backup, or load the lists again into a new one."
        )


def mark_suppressed(store: LeadStore, profile: ImportProfile, parts: Sequence[str], *, aliases: bool) -> None:
    """Fill `suppressed`: row_number, opted_out, blocked, dnc, hint, of the good rows that a list forbids.

    A row is on a list by any identifier in it, a field or an alias. An opt-out or a block is of a person, not of a
    number: it also holds for rows that name its contact by another identifier, and for those that would change a lead
    whose phone or email is listed, for else an import could undo it by writing another number over the listed one.
    """
    store.run("create or replace temp table hits (row_number bigint, kind varchar, hint varchar)")
    listed = {kind for (kind,) in store.rows("select distinct identifier_kind from base.suppressions")}
    if listed:
        for kind in sorted(listed & KEY_OF.keys() & profile.fields.keys()):
            _hit_by_field(store, kind, parts)
        if aliases:
            _hit_by_alias(store)
        _hit_by_contact(store)
        if profile.when_known in ("update", "fill"):
            _hit_by_lead(store, sorted(listed & {"phone", "email"}))
    store.run(
        """
        create or replace temp table suppressed as
        select row_number, bool_or(kind = 'opted_out') as opted_out, bool_or(kind = 'blocked') as blocked,
               bool_or(kind = 'do_not_call') as dnc,
               case when not bool_or(hint is null) then min(hint) end as hint
        from hits group by row_number
        """
    )


def _hit_by_field(store: LeadStore, kind: str, parts: Sequence[str]) -> None:
    store.run(
        f"""
        insert into hits by name
        select p.row_number, s.kind
        from read_parquet($parts) p
        join base.suppressions s
          on s.identifier_kind = $kind and s.key = {KEY_OF[kind].format(value="p." + kind)}
          and s.value = {VALUE_OF[kind].format(value="p." + kind)}
        where len(p.reasons) = 0
        """,  # noqa: S608  # names and expressions of ours
        {"kind": kind, "parts": list(parts)},
    )


def _hit_by_alias(store: LeadStore) -> None:
    store.run(
        """
        insert into hits by name
        select h.row_number, s.kind
        from held h
        join base.suppressions s
          on s.identifier_kind = h.kind and s.key = h.key and (h.value is null or s.value = h.value)
        where h.is_alias
        """
    )


def _hit_by_contact(store: LeadStore) -> None:
    store.run(
        """
        insert into hits by name
        select m.row_number, s.kind, 'The list has another identifier of contact ' || m.contact_id || '.' as hint
        from matched m
        join base.identifiers i using (contact_id)
        join base.suppressions s
          on s.identifier_kind = i.kind and s.key = i.key and (i.value is null or s.value = i.value)
        where s.kind in ('opted_out', 'blocked')
        """
    )


def _hit_by_lead(store: LeadStore, kinds: Sequence[str]) -> None:
    for kind in kinds:
        store.run(
            f"""
            insert into hits by name
            select m.row_number, s.kind, 'The list has the {kind} of lead ' || l.lead_id || '.' as hint
            from matched m
            join leads_here h using (contact_id)
            join base.leads l using (lead_id)
            join base.suppressions s
              on s.identifier_kind = $kind and s.key = {KEY_OF[kind].format(value="l." + kind)}
              and s.value = {VALUE_OF[kind].format(value="l." + kind)}
            where s.kind in ('opted_out', 'blocked')
            """,  # noqa: S608  # names and expressions of ours
            {"kind": kind},
        )
