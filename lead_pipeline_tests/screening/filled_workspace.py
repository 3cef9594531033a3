"""A second store for tests: it keeps its rows elsewhere, fills a workspace in memory with the rows that the keys of a
transaction touch and no others, and puts the rows back that were written. What screening needs beyond the keys fails.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from lead_pipeline.model.fields import SECONDARY_CONTACTS, SECONDARY_PHONES
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.duckdb.migrating import migrate
from lead_pipeline.store.records import ImportKeys, Keys, SuppressionTotals
from lead_pipeline.store.workspace import Workspace

#: What of each table an import can touch, given `keys` (kind, value: the identifiers in the file) and `touched`, the
#: contacts known by them. Tables that are not named here are small and come whole.
_TOUCHED = {
    "identifiers": "contact_id in (select contact_id from touched)",
    "contacts": "contact_id in (select contact_id from touched)",
    "leads": "contact_id in (select contact_id from touched)",
    "secondary_contacts": "lead_id in (select lead_id from there.base.leads semi join touched using (contact_id))",
    "suppressions": "value in (select value from keys union all select coalesce(value, '+' || key) from"
    " there.base.identifiers semi join touched using (contact_id) union all select unnest([phone, lower(email)])"
    " from there.base.leads semi join touched using (contact_id)) or identifier_kind in ('domain', 'prefix')"
    " or list_no in (select list_no from there.base.suppression_lists semi join lists using (name))",
    "enrollments": "false",
    "row_outcomes": "import_no in (select import_no from alike)",
    "rejected_rows": "import_no in (select import_no from alike)",
    "sequel_rows": "import_no in (select import_no from alike)",
}


@dataclass
class FilledStore:
    """What a commit uses of LeadStore, on top of a store that does the keeping."""

    kept: DuckdbLeadStore

    @property
    def workspace(self) -> Workspace:
        """Return what tests look at: the rows that are kept."""
        return self.kept.workspace

    @property
    def folder(self) -> Path:
        """Return where the store is."""
        return self.kept.home

    @contextlib.contextmanager
    def writing(self, keys: Keys, doing: str) -> Iterator[Workspace]:
        """Give a filled workspace, and put back what was written in it."""
        totals = self.workspace.suppression_totals()
        self.kept.close()
        try:
            with _connected(":memory:") as con:
                migrate(con)
                con.execute(f"attach '{self.kept.path(self.folder)}' as there")
                _fill(con, keys)
                workspace = _WithTotals(con, totals)
                with workspace.transaction(doing):
                    yield workspace
                _put_back(con)
        finally:
            self.kept = DuckdbLeadStore(_connected(str(self.kept.path(self.folder))), self.folder)


class _WithTotals(Workspace):
    """A workspace that holds only some of the suppressions, and knows how many there are."""

    def __init__(self, con: duckdb.DuckDBPyConnection, totals: SuppressionTotals) -> None:
        super().__init__(con)
        self._totals = totals

    def suppression_totals(self) -> SuppressionTotals:
        return self._totals


def _connected(path: str) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(path)
    con.execute("set TimeZone = 'UTC'")
    return con


def _tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    sql = "select table_name from duckdb_tables() where schema_name = 'base' and database_name = 'there'"
    return [table for (table,) in con.execute(sql).fetchall()]


def _fill(con: duckdb.DuckDBPyConnection, keys: Keys) -> None:
    con.execute("create temp table keys (kind varchar, value varchar)")
    con.execute("create temp table lists as select ? as name", [getattr(keys, "list_name", None)])
    con.execute(
        "create temp table alike as select import_no from there.base.imports where profile = ? and header_key = ?",
        [getattr(keys, "profile", None), getattr(keys, "header_key", None)],
    )
    if isinstance(keys, ImportKeys):
        for kind in keys.kinds:
            value = "lower(email)" if kind == "email" else kind
            con.execute(f"insert into keys select '{kind}', {value} from read_parquet(?)", [list(keys.parts)])
        if keys.has_aliases:
            con.execute(
                "insert into keys select one.kind, case one.kind when 'email' then lower(one.value) else one.value end"
                " from (select unnest(aliases) as one from read_parquet(?))",
                [list(keys.parts)],
            )
        _add_phones_of_others(con, keys)
    else:
        con.execute("insert into keys select 'phone', unnest(?)", [keys.values.to_list()])
    number = "base.same_number_key(try_cast({phone} as ubigint))"
    phones = f"select {number.format(phone='value')} from keys where kind in ('phone', 'further')"
    con.execute(
        "create temp table touched as select distinct contact_id from there.base.identifiers i"
        " semi join keys k on k.kind = i.kind and k.value = coalesce(i.value, '+' || i.key)"
        " union select contact_id from there.base.identifiers where kind = 'phone'"
        f" and base.same_number_key(key) in ({phones})"
        f" union select contact_id from there.base.leads where {number.format(phone='phone')} in ({phones})"
    )
    for table in _tables(con):
        con.execute(f"delete from base.{table}")
        con.execute(f"insert into base.{table} by name from there.base.{table} where {_TOUCHED.get(table, 'true')}")
        con.execute(f"create temp table was_{table} as from base.{table}")
    con.execute("drop table keys")
    con.execute("drop table lists")
    con.execute("drop table alike")


def _add_phones_of_others(con: duckdb.DuckDBPyConnection, keys: ImportKeys) -> None:
    """Add further phones as keys of suppressions alone: no contact is known by the kind that they get."""
    parts = list(keys.parts)
    columns = {name for name, *_ in con.execute("describe from read_parquet(?)", [parts]).fetchall()}
    found = {SECONDARY_PHONES: "unnest(secondary_phones)", SECONDARY_CONTACTS: "unnest(secondary_contacts).phone"}
    for column in columns & found.keys():
        con.execute(f"insert into keys select 'further', {found[column]} from read_parquet(?)", [parts])
    for name in keys.phone_attributes if "attributes" in columns else ():
        con.execute("insert into keys select 'further', attributes ->> ? from read_parquet(?)", [f'$."{name}"', parts])


def _put_back(con: duckdb.DuckDBPyConnection) -> None:
    """Send the rows that are new, and take out those that are gone, in one transaction."""
    con.execute("begin")
    for table in _tables(con):
        columns = [name for name, *_ in con.execute(f"describe base.{table}").fetchall()]
        same = " and ".join(f"t.{name} is not distinct from g.{name}" for name in columns)
        con.execute(f"create temp table gone as from was_{table} except all from base.{table}")
        con.execute(f"delete from there.base.{table} t using gone g where {same}")
        con.execute(f"insert into there.base.{table} by name (from base.{table} except all from was_{table})")
        con.execute("drop table gone")
    con.execute("commit")
    con.execute("detach there")
