"""Notes what gave way where a row and the lead that is there both had a value: the lead's, which was overwritten, or
the row's, which was not taken. Warns where the two seem to be different people. Which value is kept others decide.
"""

from collections.abc import Sequence
from typing import Any

from lead_pipeline.model.fields import CONSENT_FIELDS, DERIVED_COLUMNS
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.screening.lead_columns import LeadColumn, RowSource, is_default, lead_columns
from lead_pipeline.screening.updates.updating import Change, rule_of
from lead_pipeline.store.workspace import Workspace

#: When a lead expires, and what is derived from its phone, follow from other values; tags are only added; consents that
#: give way are kept whole, elsewhere.
_NOT_COMPARED = {"expires_at", "tags", *DERIVED_COLUMNS, *CONSENT_FIELDS}

#: The rules by which a lead keeps a value that it has.
_LEADS_KEEP = ("never", "if_existing_empty")

#: The names of a person, in the order in which they are compared; a family name alone may change with marriage.
_GIVEN_NAMES, _NAMES = ("first_name", "full_name"), ("first_name", "last_name", "full_name")

#: Below this similarity (Jaro-Winkler, 0 to 1) two first words are different names, and not one misspelled: `Jhon` and
#: `John` have 0.93, `Ann` and `Anne` 0.94, `Ana` and `Bea` 0.56.
_SIMILAR = 0.85

_WORDS = "list_filter(string_split_regex(lower(strip_accents({it})), '[^\\p{{L}}\\p{{N}}]+'), lambda word: word <> '')"

_DIFFERENT_PEOPLE = f"""
    create or replace temp table rows_of_others as
    with names as (
        select row_number,
               {_WORDS.format(it="string_agg(lead_value, ' ' order by list_position($names, field))")} as known,
               {_WORDS.format(it="string_agg(row_value, ' ' order by list_position($names, field))")} as said
        from found_differences where list_contains($names, field) and row_value is not null
        group by row_number having bool_or(list_contains($telling, field))
    ), others as (
        select row_number from names
        where len(known) > 0 and len(said) > 0 and not list_has_all(known, said) and not list_has_all(said, known)
          and not starts_with(known[1], said[1]) and not starts_with(said[1], known[1])
          and jaro_winkler_similarity(known[1], said[1]) < {_SIMILAR}
    )
    select row_number,
           'Lead ' || any_value(lead_id) || ' had other values: '
           || string_agg(format('{{}} ''{{}}'' (this row: ''{{}}''; kept: the {{}}''s)', field, lead_value,
                                coalesce(row_value, ''), kept), ', ' order by field) || '.' as hint
    from found_differences semi join others using (row_number)
    where field not in ('attributes', 'secondary_contacts') group by row_number
"""  # noqa: S608  # expressions of ours

#: The rows `p` that met a lead `l`.
_MET = """
    from decided_rows d join base.leads l on l.lead_id = d.known_lead join {rows} p on p.row_number = d.row_number
    where d.outcome in ('updated', 'unchanged')
"""

_ATTRIBUTES_NOT_TAKEN = """
    insert into found_differences by name
    with met as (
        select d.row_number, l.lead_id, l.attributes as of_lead, p.attributes as of_row
        {met} and l.attributes <> p.attributes and not json_contains(l.attributes, p.attributes)
    ), members as (
        select row_number, lead_id, name, json_extract_string(of_lead, pointer) as lead_value,
               json_extract_string(of_row, pointer) as row_value
        from (select *, '/' || replace(replace(name, '~', '~0'), '/', '~1') as pointer
              from (select *, unnest(json_keys(of_row)) as name from met))
    )
    select row_number, lead_id, 'attribute.' || name as field, lead_value, row_value, 'lead' as kept
    from members
    where lead_value <> row_value and lead_value <> '' and row_value <> '' and ($fills or list_contains($kept, name))
      and not list_contains($defaults, name || ': ' || row_value)
"""


def find_differing_values(
    workspace: Workspace, profile: ImportProfile, rows: RowSource, changes: Sequence[Change], supplied: frozenset[str]
) -> None:
    """Fill `found_differences` from `updates` and the rows, and warn in `decided_rows` of rows of other people."""
    workspace.run(
        "create or replace temp table found_differences (row_number bigint, lead_id bigint, field varchar,"
        " lead_value varchar, row_value varchar, kept varchar)"
    )
    for change in changes:
        if change.name not in _NOT_COMPARED:
            workspace.run(_overwritten(change.name))
    _add_fields_not_taken(workspace, profile, rows, supplied)
    _add_attributes_not_taken(workspace, profile, rows, supplied)
    _warn_of_other_people(workspace, supplied)


def write_differing_values(workspace: Workspace, import_no: int) -> None:
    """Keep what was found, in the order of the file."""
    workspace.run(
        "insert into base.differing_values by name select $import_no as import_no, * from found_differences"
        " order by row_number",
        {"import_no": import_no},
    )


def _overwritten(name: str) -> str:
    field, was, new = name, f"was_{name}", name
    loses = f"{was} is not null and {was} is distinct from {new}"
    if name == "attributes":
        loses = f"{was} is not null and ({new} is null or not json_contains({new}, {was}))"
    elif name == "secondaries":
        field, new = "secondary_contacts", "new_secondaries"
        loses = f"not list_has_all({new}, {was})"
        was, new = f"to_json({was})", f"to_json({new})"
    return f"""
        insert into found_differences by name
        select import_row as row_number, lead_id, '{field}' as field, {was}::varchar as lead_value,
               {new}::varchar as row_value, 'row' as kept
        from updates where {loses}
    """  # noqa: S608  # names of ours


def _add_fields_not_taken(
    workspace: Workspace, profile: ImportProfile, rows: RowSource, supplied: frozenset[str]
) -> None:
    """Add the values of fields that rows have and their leads do not take, because they have another one."""
    differs, selected, bound = [], [], dict[str, Any]()
    for name, column in _kept_by_leads(profile, supplied).items():
        default = profile.fields[name].default
        condition = f"l.{column.name} <> {column.value}"
        if default is not None:
            condition += f" and ({is_default(name, profile)}) is not true"
            bound[f"default_{name}"] = default
        differs.append(f"({condition})")
        selected.append(f"case when {condition} then l.{column.name}::varchar end as lead_{column.name}")
        selected.append(f"{column.value}::varchar as row_{column.name}")
    if not differs:
        return
    workspace.run(
        f"create or replace temp table rows_beside_leads as select d.row_number, l.lead_id, {', '.join(selected)}"
        f" {_MET.format(rows=rows.sql)} and ({' or '.join(differs)})",
        rows.params | bound,
    )
    for column in _kept_by_leads(profile, supplied).values():
        workspace.run(
            f"insert into found_differences by name select row_number, lead_id, '{column.name}' as field,"  # noqa: S608
            f" lead_{column.name} as lead_value, row_{column.name} as row_value, 'lead' as kept"
            f" from rows_beside_leads where lead_{column.name} is not null"
        )


def _kept_by_leads(profile: ImportProfile, supplied: frozenset[str]) -> dict[str, LeadColumn]:
    """Return the columns in which a lead keeps the value that it has, by field."""
    return {
        name: column
        for name, column in lead_columns(profile).items()
        if name in supplied and column.name not in _NOT_COMPARED and rule_of(profile, name) in _LEADS_KEEP
    }


def _add_attributes_not_taken(
    workspace: Workspace, profile: ImportProfile, rows: RowSource, supplied: frozenset[str]
) -> None:
    """Add the attributes that rows have and their leads do not take, because they have another value."""
    fills = profile.when_known == "fill"
    kept = [name for name, rule in profile.attributes.items() if rule.update_rule in _LEADS_KEEP]
    if not any(name.startswith("attribute") for name in supplied) or not (fills or kept):
        return
    defaults = {name: rule.default for name, rule in profile.attributes.items() if rule.default is not None}
    defaults |= profile.attribute_defaults
    workspace.run(
        _ATTRIBUTES_NOT_TAKEN.format(met=_MET.format(rows=rows.sql)),
        rows.params
        | {"fills": fills, "kept": ["", *kept]}
        | {"defaults": ["", *(f"{name}: {value}" for name, value in defaults.items())]},
    )


def _warn_of_other_people(workspace: Workspace, supplied: frozenset[str]) -> None:
    telling = [name for name in _GIVEN_NAMES if name in supplied] or ["last_name"]
    workspace.run(_DIFFERENT_PEOPLE, {"names": list(_NAMES), "telling": telling})
    if not workspace.rows("select 1 from rows_of_others limit 1"):
        return
    # Made again in order: leads are numbered in the order of this table.
    workspace.run(
        """
        create or replace temp table decided_rows as
        select d.* replace (
            case when o.row_number is null then d.warning_codes
                 else list_append(coalesce(d.warning_codes, []), $code) end as warning_codes,
            nullif(concat_ws(' ', d.hints, o.hint), '') as hints)
        from decided_rows d left join rows_of_others o using (row_number)
        order by d.row_number
        """,
        {"code": Reason.MATCH_NAME_DIFFERS.value},
    )
