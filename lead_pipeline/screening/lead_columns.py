"""How the values of a normalized row get into the columns of base.leads, as SQL over a row `p`. Which of them an update
changes does not belong here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lead_pipeline.model.field_types import type_of
from lead_pipeline.model.fields import SECONDARY_CONTACTS, SECONDARY_PHONES, STANDARD_FIELDS
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.store.workspace import Workspace

_NUMBERS = ("lead_score", "deal_value")


@dataclass(frozen=True, slots=True)
class LeadColumn:
    """A column of base.leads, and the expression that makes its value of a row `p`; `expires_in` binds $at."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class RowSource:
    """Where normalized rows are read from: what is behind `from`, and its bound values and columns."""

    sql: str
    params: dict[str, Any]
    columns: frozenset[str] = field(default_factory=frozenset)


def rows_of(workspace: Workspace, parts: Sequence[str]) -> RowSource:
    """Return the rows of the parts."""
    params = {"parts": list(parts)}
    columns = frozenset(workspace.columns("select * from read_parquet($parts)", params))
    return RowSource("read_parquet($parts)", params, columns)


def lead_columns(profile: ImportProfile) -> dict[str, LeadColumn]:
    """Return the columns of the profile's fields, by field, in the order of the fields there are."""
    return {name: _column(name, profile) for name in STANDARD_FIELDS if name in profile.fields}


def _column(name: str, profile: ImportProfile) -> LeadColumn:
    if name == "expires_in":
        # A lead that would live longer than the calendar goes on lives forever.
        hours = "to_hours(p.expires_in)"
        if profile.fields[name].type == "decimal":
            hours = "to_seconds(p.expires_in * 3600)"
        return LeadColumn("expires_at", f"try($at + {hours})")
    if name == "tags":
        return LeadColumn(name, new_tags("p.tags"))
    if name == "consent_at":
        return LeadColumn(name, "p.consent_at")
    return LeadColumn(name, f"p.{name}::double" if name in _NUMBERS else f"p.{name}::varchar")


def secondary_contacts(columns: frozenset[str]) -> str | None:
    """Return the expression of a row's further contacts, a list of (phone, attributes) in calling order, empty for
    none; None when the rows have no column for them. Further numbers of the phone's own cell come first.
    """
    lists = []
    if SECONDARY_PHONES in columns:
        lists.append(
            f"list_transform(coalesce(p.{SECONDARY_PHONES}, []),"
            " lambda phone: struct_pack(phone := phone, attributes := null::varchar))"
        )
    if SECONDARY_CONTACTS in columns:
        lists.append(f"coalesce(p.{SECONDARY_CONTACTS}, [])")
    return f"list_concat({', '.join(lists)})" if lists else None


def is_default(name: str, profile: ImportProfile) -> str:
    """Return the condition that a row's value is the default that its field has; it binds $default_<name>."""
    if type_of(profile.fields[name]).is_number:
        return f"p.{name} = try_cast($default_{name} as double)"
    return f"p.{name}::varchar = $default_{name}"


def new_tags(tags: str, known: str = "null::varchar[]") -> str:
    """Return the expression of the tags that are not among the known ones, compared case-insensitively; each once,
    as it is spelled first.
    """
    return f"""list_filter({tags}, lambda tag, position:
        not list_contains(list_transform(coalesce({known}, []), lambda other: lower(other)), lower(tag))
        and list_position(list_transform({tags}, lambda other: lower(other)), lower(tag)) = position)"""
