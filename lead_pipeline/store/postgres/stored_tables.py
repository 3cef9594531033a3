"""What the store's tables are on the way between a workspace and PostgreSQL: how a row is told from others, and which
type a column has there. Which rows are fetched does not belong here.
"""

from dataclasses import dataclass
from typing import Any

import duckdb

#: The columns by which a row, or the rows that are replaced together, are told from others. None of them is ever null.
GROUPS: dict[str, tuple[str, ...]] = {
    "accepted_lists": ("list_no", "accepted_at"),
    "activity_drops": ("drop_no",),
    "activity_rows": ("drop_no", "row_number"),
    "call_activity": ("drop_no", "row_number"),
    "companies": ("company_id",),
    "contacts": ("contact_id",),
    "counters": ("name",),
    "destinations": ("destination_id",),
    "destination_settings": ("destination_id",),
    "differing_values": ("import_no", "row_number", "lead_id"),
    "do_not_contact": ("contact_id",),
    "enrollments": ("lead_id",),
    "enrollment_events": ("lead_id",),
    "identifiers": ("kind", "key"),
    "imports": ("import_no",),
    "leads": ("lead_id",),
    "lead_commands": ("command_no",),
    "other_consents": ("lead_id",),
    "phone_attributes": ("destination_id", "name"),
    "refused_lists": ("list_id", "staged_at"),
    "rejected_rows": ("import_no", "row_number"),
    "row_outcomes": ("import_no", "row_number"),
    "scrub_hits": ("import_no", "row_number"),
    "secondary_contacts": ("lead_id",),
    "sequel_rows": ("import_no", "row_number"),
    "suppressions": ("identifier_kind", "key"),
    "suppression_lists": ("list_no",),
    "suppression_rows": ("list_no", "row_number"),
    "tags": ("tag_id",),
    "time_zone_sets": ("time_zone_set",),
    "withheld_attributes": ("lead_id",),
}

#: The order in which rows of a table come to a workspace, where its statements, or readers, count on one: what happened
#: first, what was written first. `stored_no` is PostgreSQL's own count of the rows of a table.
ORDERS = {
    "enrollment_events": "stored_no",
    "leads": "lead_id",
    "secondary_contacts": "lead_id, position",
    "suppressions": "stored_no",
    "row_outcomes": "import_no, row_number",
    "rejected_rows": "import_no, row_number",
    "call_activity": "drop_no, row_number",
}

#: Two to the power of 64: PostgreSQL has no integers without a sign, and keeps the same 64 bits with one.
_WRAP = 18446744073709551616
_LARGEST = 9223372036854775807


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a workspace's table: `type` is DuckDB's."""

    name: str
    type: str

    @property
    def quoted(self) -> str:
        """Return the name as SQL takes it: `at` and `before` are words of it."""
        return f'"{self.name}"'

    @property
    def is_nested(self) -> bool:
        """Tell whether it goes as JSON: PostgreSQL's own composite types cannot be sent in binary form."""
        return self.type.startswith("STRUCT(")

    @property
    def sent(self) -> str:
        """Return the expression of what is sent to PostgreSQL."""
        if self.type == "UBIGINT":
            wrapped = f"({self.quoted}::hugeint - {_WRAP})::bigint"
            return f"case when {self.quoted} > {_LARGEST} then {wrapped} else {self.quoted}::bigint end"
        if self.is_nested:
            return f"case when {self.quoted} is not null then to_json({self.quoted})::varchar end"
        return f"{self.quoted}::varchar" if self.type.startswith("ENUM(") else self.quoted

    @property
    def asked(self) -> str:
        """Return the expression by which PostgreSQL is asked for it."""
        return f"{self.quoted}::text as {self.quoted}" if self.is_nested else self.quoted

    @property
    def received(self) -> str:
        """Return the expression of what came from PostgreSQL, as the workspace has it."""
        if self.type == "UBIGINT":
            wrapped = f"({self.quoted}::hugeint + {_WRAP})::ubigint"
            return f"case when {self.quoted} < 0 then {wrapped} else {self.quoted}::ubigint end"
        if self.is_nested:
            return f"{self.quoted}::json::{self.type}"
        return f"{self.quoted}::{self.type}" if self.type.startswith("ENUM(") else self.quoted


def columns_of(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[Column, ...]]:
    """Return the columns of each table of a workspace, in order."""
    found: dict[str, list[Column]] = {}
    rows: list[tuple[Any, ...]] = con.execute(
        "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'base' and table_name in"
        " (select table_name from duckdb_tables() where schema_name = 'base') order by table_name, column_index"
    ).fetchall()
    for table, name, kind in rows:
        found.setdefault(table, []).append(Column(name, kind))
    return {table: tuple(columns) for table, columns in found.items()}
