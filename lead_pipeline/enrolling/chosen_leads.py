"""Chooses the leads, and the enrollments of theirs, that conditions describe: expressions of ours over bound values.
What becomes of them does not belong here.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.fields import STANDARD_FIELDS, folded_header, member_pointer
from lead_pipeline.model.lead_management.lead_conditions import TypedCondition
from lead_pipeline.store.workspace import Workspace

#: Every lead with each of its enrollments, and where it is without being enrolled there; `status` as people see it.
_PAIRS = """
    select e.lead_id, e.destination_id, e.action, e.attempts, e.due_at,
           case when e.status in ('due', 'stopped') and l.expires_at <= base.asked_at() then 'expired'
                when e.status = 'due' and e.due_at > base.asked_at() then 'waiting' else e.status end as status
    from base.enrollments e join base.leads l using (lead_id)
    union all by name
    select l.lead_id, l.destination_id, 'none' as status
    from base.leads l anti join base.enrollments e using (lead_id, destination_id)
"""

#: Columns of our own fields, where they are called otherwise or are not the lead's.
_COLUMNS = {
    "destination": "p.destination_id",
    "status": "p.status",
    "action": "p.action",
    "attempts": "p.attempts",
    "due_at": "p.due_at",
    "import_id": "i.import_id",
    "phone": "base.same_number_key(l.phone_key)",
    "email": "lower(l.email)",
}


class ChosenLeads(NamedTuple):
    """Of one destination and status of enrollments: how many of the chosen leads there are."""

    destination: str
    status: str
    leads: int


def choose_leads(workspace: Workspace, conditions: Sequence[TypedCondition]) -> None:
    """Fill `chosen_enrollments` (lead_id, destination_id, status, is_own: the destination is the lead's own): the leads
    of which every condition holds, one row for each enrollment of which those hold that are about one.
    """
    bound: dict[str, Any] = {}
    tests = [_test(one, f"value_{number}", bound) for number, one in enumerate(conditions)]
    workspace.run(
        f"""
        create or replace temp table chosen_enrollments as
        with pairs as ({_PAIRS})
        select p.lead_id, p.destination_id, p.status, p.destination_id = l.destination_id as is_own
        from pairs p join base.leads l using (lead_id) join base.imports i on i.import_no = l.import_no
        where {" and ".join(tests) or "true"}
        """,  # noqa: S608  # expressions of ours, values bound
        bound,
    )


def attributes_meant(workspace: Workspace, conditions: Sequence[TypedCondition]) -> dict[str, str]:
    """Return the attributes that leads have under the names of fields that conditions are about and no lead has a value
    in: a profile may have no such field, and keep the column as an attribute.
    """
    columns = workspace.columns("base.leads").keys() & STANDARD_FIELDS.keys()
    fields = [field for field in dict.fromkeys(one.condition.field for one in conditions) if field in columns]
    counted = "".join(f", count({field})" for field in fields)
    counts = workspace.rows(f"select count(*) {counted} from base.leads")[0][1:]  # noqa: S608  # names of ours
    empty = {folded_header(field): field for field, count in zip(fields, counts, strict=True) if not count}
    if not empty:
        return {}
    names = workspace.rows(
        "select distinct unnest(json_keys(attributes)) as name from base.leads where attributes is not null order by 1"
    )
    return {empty[folded_header(name)]: name for (name,) in names if folded_header(name) in empty}


def manage_chosen(workspace: Workspace, destination: int | None = None) -> None:
    """Fill `managed_leads` with the chosen leads, each once; with a destination, those chosen for being there."""
    workspace.run(
        "create or replace temp table managed_leads as select distinct lead_id from chosen_enrollments"
        " where $destination is null or destination_id = $destination",
        {"destination": destination},
    )


def destinations_of_chosen(workspace: Workspace) -> list[int]:
    """Return the destinations that leads were chosen for being in, in the order in which they came up."""
    sql = "select distinct destination_id from chosen_enrollments order by 1"
    return [int(number) for (number,) in workspace.rows(sql)]


def count_chosen_leads(workspace: Workspace) -> int:
    """Return how many leads were chosen."""
    return int(workspace.one("select count(distinct lead_id) from chosen_enrollments"))


def first_chosen(workspace: Workspace, limit: int) -> list[dict[str, Any]]:
    """Return the first chosen leads, with the enrollment that each was chosen for; nothing of it is personal."""
    return workspace.frame(
        """
        select c.lead_id, d.kind || ':' || d.name as destination, c.status, e.action, e.attempts, e.due_at,
               l.expires_at, i.import_id, l.created_at
        from chosen_enrollments c join base.leads l using (lead_id)
        join base.destinations d on d.destination_id = c.destination_id
        join base.imports i on i.import_no = l.import_no
        left join base.enrollments e on e.lead_id = c.lead_id and e.destination_id = c.destination_id
        order by c.lead_id, destination limit $limit
        """,
        {"limit": limit},
    ).to_dicts()


def count_chosen(workspace: Workspace) -> tuple[ChosenLeads, ...]:
    """Return how many of the chosen leads there are, by destination and status."""
    found = workspace.rows(
        """
        select d.kind || ':' || d.name as destination, c.status, count(*) as leads
        from chosen_enrollments c join base.destinations d using (destination_id)
        group by all order by destination, c.status
        """
    )
    return tuple(ChosenLeads(*row) for row in found)


def _test(one: TypedCondition, name: str, bound: dict[str, Any]) -> str:
    """Return the expression of a condition; the values that it needs are added to `bound`.

    `!=` holds wherever `=` does not, and so where there is no value.
    """
    condition = one.condition
    column = _column(one, name, bound)
    if not one.values:
        empty = f"({column} is null or {column}::varchar in ('', '[]'))"
        return empty if condition.operator == "=" else f"not {empty}"
    equal = condition.operator in ("=", "!=")
    if one.type == "moment":
        return _moment_test(column, condition.operator, one.values, name, bound)
    bound[name] = [_bound_value(value) for value in one.values] if equal else one.values[0]
    if not equal:
        return _order_test(one, column, name, bound)
    held = _equality(one, column, name, bound)
    return held if condition.operator == "=" else f"({held}) is not true"


def _column(one: TypedCondition, name: str, bound: dict[str, Any]) -> str:
    condition = one.condition
    if condition.attribute is not None:
        bound[f"{name}_path"] = member_pointer(condition.attribute)
        return f"json_extract_string(l.attributes, ${name}_path)"
    own = condition.field if condition.field == condition.column else ""
    return _COLUMNS.get(own) or _COLUMNS_OF_LEADS.get(condition.column) or f"l.{condition.column}"


#: The same of standard fields of the lead, which may be written with `lead.` before them.
_COLUMNS_OF_LEADS = {name: _COLUMNS[name] for name in ("phone", "email")}


#: A destination as its `key` has it.
_DESTINATION_KEY = r"kind || ':' || trim(regexp_replace(lower(name), '\s+', ' ', 'g'))"


def _equality(one: TypedCondition, column: str, name: str, bound: dict[str, Any]) -> str:
    if one.type == "phone":
        return f"{column} in (select base.same_number_key(unnest(${name}::ubigint[])))"
    if one.type == "destination":
        named = f"list_contains(${name}, {_DESTINATION_KEY})"
        return f"{column} in (select destination_id from base.destinations where {named})"  # noqa: S608  # ours
    if one.type == "tags":
        return f"list_contains(list_transform({column}, lambda tag: lower(tag)), lower(${name}[1]))"
    held = f"list_contains(${name}, {column})"
    number = _number(one.values[0]) if one.condition.attribute is not None else None
    if number is None:
        return held
    bound[f"{name}_number"] = number
    is_number = f"json_type(l.attributes, ${name}_path) in ('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')"
    return f"({held} or ({is_number} and try_cast({column} as double) = ${name}_number))"


def _order_test(one: TypedCondition, column: str, name: str, bound: dict[str, Any]) -> str:
    """Return the comparison by order: numbers where the value of an attribute is one, else as text."""
    operator = one.condition.operator
    number = _number(one.values[0]) if one.condition.attribute is not None else None
    if number is None:
        return f"coalesce({column} {operator} ${name}, false)"
    bound[name] = number
    return f"coalesce(try_cast({column} as double) {operator} ${name}, false)"


def _moment_test(column: str, operator: str, values: tuple[Any, ...], name: str, bound: dict[str, Any]) -> str:
    """Return the comparison with a stretch of time, a day or a moment: before it, in it, behind it."""
    if operator in ("=", "!="):
        bound[f"{name}_from"], bound[f"{name}_to"] = values
        within = f"({column} >= ${name}_from and {column} < ${name}_to)"
        return within if operator == "=" else f"({within}) is not true"
    is_end = operator in ("<=", ">")
    bound[name] = values[1] if is_end else values[0]
    return f"coalesce({column} {'<' if operator[0] == '<' else '>='} ${name}, false)"


def _bound_value(value: object) -> object:
    return value.key if isinstance(value, Destination) else value


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None
