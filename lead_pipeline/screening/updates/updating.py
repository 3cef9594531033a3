"""Writes rows over the leads that are there already: works out the new values of each by the rules of the profile, and
replaces those that change by new versions. Which rows do so is decided elsewhere.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lead_pipeline.model.errors import StoreError
from lead_pipeline.model.fields import CONSENT_FIELDS, DERIVED_COLUMNS
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import reasons_causing
from lead_pipeline.model.rules import UpdateRule
from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.screening.lead_columns import (
    LeadColumn,
    RowSource,
    is_default,
    lead_columns,
    new_tags,
    secondary_contacts,
)
from lead_pipeline.screening.updates.attribute_merge import attributes_differ, overlaid_attributes
from lead_pipeline.screening.updates.newest_consent import consents_after_update
from lead_pipeline.store.workspace import Workspace

#: A warning with one of these codes says that a value was bad and dropped.
_DROPPED = [reason.value for reason in reasons_causing(Outcome.REJECTED)]


@dataclass(frozen=True, slots=True)
class Change:
    """A value that an update may change: before and after, as SQL over lead `l`, row `p` and earlier values."""

    name: str
    before: str
    after: str

    @property
    def differs(self) -> str:
        """Return the condition under which it changes."""
        was, new = f"was_{self.name}", f"new_{self.name}"
        return attributes_differ(was, new) if self.name == "attributes" else f"{was} is distinct from {new}"


def find_updates(
    workspace: Workspace,
    profile: ImportProfile,
    rows: RowSource,
    *,
    supplied: frozenset[str],
    at: datetime,
) -> list[Change]:
    """Fill `updates` with the leads that change, and make `unchanged` of the outcomes of the others.

    Returns what may have changed in them. A lead is read once, and whole: unpacking it costs most of an update.
    """
    changes, params = _changes(profile, rows, supplied, at)
    _load_known_secondaries(workspace)
    statement = _updates(changes, _columns_in_use(workspace, {one.name for one in changes}), rows)
    if "$dropped" in statement:
        params["dropped"] = _DROPPED
    workspace.run(statement, rows.params | params)
    workspace.run(
        "update decided_rows set outcome = 'unchanged' where outcome = 'updated'"
        " and not exists (select 1 from updates u where u.import_row = decided_rows.row_number)"
    )
    return changes


def _updates(changes: list[Change], columns: list[str], rows: RowSource) -> str:
    """Return the statement that fills `updates`: each lead as it was beside its new values, where these differ."""
    images = "".join(f", {one.before} as was_{one.name}, {one.after} as new_{one.name}" for one in changes)
    blanked = "list_has_any(warnings, $dropped)" if "blanked" in images else "false"
    changed = {one.name for one in changes}
    kept = [f"new_{name} as {name}" if name in changed else name for name in columns]
    kept += ["new_secondaries"] if "secondaries" in changed else []
    kept += [f"was_{one.name}" for one in changes]
    return f"""
        create or replace temp table updates as
        with images as (
            select d.row_number as import_row, {", ".join(f"l.{name}" for name in columns)},
                   i.row_number is not null as has_new_identifier {images}
            from decided_rows d
            join base.leads l on l.lead_id = d.known_lead
            join (select *, {blanked} as blanked from {rows.sql}) p on p.row_number = d.row_number
            left join known_secondaries s on s.lead_id = d.known_lead
            left join (select distinct row_number from new_identifiers) i on i.row_number = d.row_number
            where d.outcome = 'updated'
        )
        select import_row, {", ".join(kept)} from images
        where {" or ".join([*(one.differs for one in changes), "has_new_identifier"])}
    """  # noqa: S608  # names and expressions of ours


def _columns_in_use(workspace: Workspace, changed: set[str]) -> list[str]:
    """Return the columns of base.leads that may change, and those that any lead has a value in.

    The others stay null; to read and write them would be a third of the work. That they are empty DuckDB knows from its
    statistics, without looking.
    """
    described = [(name, nullable == "YES") for name, _type, nullable, *_ in workspace.rows("describe base.leads")]
    asked = [name for name, is_optional in described if is_optional and name not in changed]
    has_any = "".join(f", exists(select 1 from base.leads where {name} is not null)" for name in asked)  # noqa: S608
    found = workspace.rows(f"select true {has_any}")[0][1:]
    unused = {name for name, is_used in zip(asked, found, strict=True) if not is_used}
    return [name for name, _is_optional in described if name not in unused]


def _load_known_secondaries(workspace: Workspace) -> None:
    workspace.run(
        """
        create or replace temp table known_secondaries as
        select lead_id, list(struct_pack(phone := phone, attributes := attributes) order by position) as contacts
        from base.secondary_contacts
        semi join (select known_lead as lead_id from decided_rows where outcome = 'updated') touched using (lead_id)
        group by lead_id
        """
    )


def _changes(
    profile: ImportProfile, rows: RowSource, supplied: frozenset[str], at: datetime
) -> tuple[list[Change], dict[str, Any]]:
    """Return what an update may change, and the values that it binds; nothing that the file does not supply."""
    changes: list[Change] = []
    params: dict[str, Any] = {}
    for name, column in lead_columns(profile).items():
        rule = rule_of(profile, name)
        if name not in supplied or rule == "never" or name in CONSENT_FIELDS:
            continue
        default = profile.fields[name].default
        if default is not None and rule == "if_new_not_empty":
            params[f"default_{name}"] = default
        after = _after_tags(rule) if name == "tags" else _after(name, column, rule, profile)
        changes.append(Change(column.name, f"l.{column.name}", after))
        if name == "expires_in":
            params["at"] = at
        if name == "phone":
            changes += [_derived(fact, rows) for fact in DERIVED_COLUMNS]
    if any(name in supplied for name in CONSENT_FIELDS):
        changes += [Change(name, f"l.{name}", after) for name, after in consents_after_update(profile).items()]
    if any(name == "attributes" or name.startswith("attribute.") for name in supplied):
        after, bound = overlaid_attributes(profile, supplied)
        changes.append(Change("attributes", "l.attributes", after))
        params |= bound
    further = secondary_contacts(rows.columns)
    if further and any(name == "phone" or name.startswith("secondary.") for name in supplied):
        keeps = "len(was_secondaries) > 0" if profile.when_known == "fill" else f"len({further}) = 0"
        after = f"case when {keeps} then was_secondaries else {further} end"
        changes.append(Change("secondaries", "coalesce(s.contacts, [])", after))
    return changes, params


def rule_of(profile: ImportProfile, name: str) -> UpdateRule:
    """Return the rule of a field; `fill` fills what is empty, but not what is never to be updated."""
    rule = profile.fields[name].update_rule
    return "if_existing_empty" if profile.when_known == "fill" and rule != "never" else rule


def _after(name: str, column: LeadColumn, rule: UpdateRule, profile: ImportProfile) -> str:
    row, lead = column.value, f"l.{column.name}"
    if rule == "if_existing_empty":
        return f"coalesce({lead}, {row})"
    if rule == "always":
        # A row of which a bad value was dropped clears nothing: its empty value may be the one that was there.
        return f"case when blanked then coalesce({row}, {lead}) else {row} end"
    if profile.fields[name].default is None:
        return f"coalesce({row}, {lead})"
    # A default says what an empty cell means, and an empty cell overwrites nothing: it fills.
    return f"case when {is_default(name, profile)} then coalesce({lead}, {row}) else coalesce({row}, {lead}) end"


def _after_tags(rule: UpdateRule) -> str:
    new = new_tags("p.tags", "l.tags")
    added = f"case when p.tags is null then l.tags else list_concat(coalesce(l.tags, []), {new}) end"
    return f"case when len(l.tags) > 0 then l.tags else {added} end" if rule == "if_existing_empty" else added


def _derived(fact: str, rows: RowSource) -> Change:
    """What is derived from a phone goes with it: a new number takes its own facts along, the old one keeps its."""
    of_row = f"p.{fact}" if fact in rows.columns else "null"
    after = f"""case when new_phone is not distinct from p.phone
        then case when new_phone is distinct from was_phone then {of_row} else coalesce({of_row}, l.{fact}) end
        else l.{fact} end"""
    return Change(fact, f"l.{fact}", after)


def write_updates(workspace: Workspace, changes: list[Change], import_no: int, at: datetime) -> None:
    """Remove the old versions of the changed leads and insert the new ones.

    Writing whole rows again is what a column store does best: the old versions are only marked as gone, where an UPDATE
    would rewrite the columns of every row group that one of them lies in.
    """
    removed = workspace.rows("delete from base.leads using updates u where leads.lead_id = u.lead_id")
    copied = workspace.columns("base.leads").keys() - {"updated_by", "updated_at", "phone_key", "time_zone_set"}
    columns = [name for name in workspace.columns("updates") if name in copied]
    if "phone" in columns:
        columns.append(f"{KEY_OF['phone'].format(value='phone')} as phone_key")
    written = workspace.rows(
        f"insert into base.leads by name select {', '.join(columns)}, $import_no as updated_by, $at as updated_at"  # noqa: S608
        " from updates",
        {"import_no": import_no, "at": at},
    )
    expected = workspace.rows("select count(*) from updates")
    if not removed == written == expected:
        raise StoreError(
            f"{expected[0][0]} leads change, {removed[0][0]} were removed and {written[0][0]} written; nothing was "
            "kept. Please report this."
        )
    if any(one.name == "secondaries" for one in changes):
        _replace_secondary_contacts(workspace, import_no)


def _replace_secondary_contacts(workspace: Workspace, import_no: int) -> None:
    workspace.run(
        """
        create or replace temp table replaced_secondaries as
        select u.lead_id, u.new_secondaries as contacts
        from updates u left join known_secondaries s using (lead_id)
        where u.new_secondaries is distinct from coalesce(s.contacts, [])
        """
    )
    workspace.run(
        "delete from base.secondary_contacts using replaced_secondaries r where secondary_contacts.lead_id = r.lead_id"
    )
    workspace.run(
        """
        insert into base.secondary_contacts by name
        select lead_id, position, contact.phone, contact.attributes, $import_no as import_no
        from (select lead_id, unnest(contacts) as contact, generate_subscripts(contacts, 1) as position
              from replaced_secondaries)
        """,
        {"import_no": import_no},
    )
