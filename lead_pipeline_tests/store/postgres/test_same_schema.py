"""Tables and views of both stores, held against one another."""

import duckdb
import pytest

from lead_pipeline.store.duckdb.migrating import migrate
from lead_pipeline.store.duckdb.migrating import migrations as embedded_migrations
from lead_pipeline.store.postgres import stored_tables
from lead_pipeline.store.postgres.postgres_connection import Connection
from lead_pipeline.store.postgres.postgres_migrating import migrations
from lead_pipeline.store.postgres.stored_tables import GROUPS, columns_of
from lead_pipeline_tests.postgres_server import database

#: Types of the embedded store, and what holds the same there.
_TYPES = {
    "VARCHAR": "text",
    "VARCHAR[]": "text[]",
    "INTEGER[]": "integer[]",
    "UBIGINT": "bigint",
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "DOUBLE": "double precision",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
}

_COLUMNS = """
    select c.relname, a.attname, format_type(a.atttypid, null), a.attnotnull
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = '{schema}'::regnamespace and c.relkind in ({kinds}) and a.attnum > 0 and not a.attisdropped
    order by c.relname, a.attnum
"""

#: What only PostgreSQL needs: how a commit ended whose connection was lost, and which store it is.
_OWN = {"commits", "stores"}

#: Migrations of what the embedded store had before there was another one, or does without: it has no indexes.
_OWN_VERSIONS = {32, 33}


@pytest.fixture(scope="module")
def embedded():
    con = duckdb.connect()
    migrate(con)
    yield con
    con.close()


@pytest.fixture(scope="module")
def there():
    with database() as address:
        con = Connection(address)
        yield con
        con.close()


def tables_there(there, schema="base", kinds="'r'") -> dict[str, list[tuple[str, str, bool]]]:
    found: dict[str, list[tuple[str, str, bool]]] = {}
    with there.reading("a test"):
        for table, *column in there.rows(_COLUMNS.format(schema=schema, kinds=kinds)):
            found.setdefault(table, []).append(tuple(column))
    return found


def test_both_stores_have_the_same_tables_with_the_same_columns(embedded, there):
    sql = "select is_nullable from duckdb_columns() where schema_name = 'base' and table_name = ? order by column_index"
    here = {}
    for table, columns in columns_of(embedded).items():
        nullable = [is_null for (is_null,) in embedded.execute(sql, [table]).fetchall()]
        kinds = ["json" if one.is_nested else _TYPES.get(one.type, "text") for one in columns]
        here[table] = [(one.name, kind, not null) for one, kind, null in zip(columns, kinds, nullable, strict=True)]
    found = {table: columns for table, columns in tables_there(there).items() if table not in _OWN}
    counted = {table: columns[:-1] for table, columns in found.items()}
    assert {columns[-1][0] for columns in found.values()} == {"stored_no"}
    assert counted == here


def test_both_stores_have_the_same_views_with_the_same_columns_in_the_default_schema(embedded, there):
    sql = """
        select c.table_name, c.column_name, c.data_type from duckdb_columns() c join duckdb_views() v
        on v.view_name = c.table_name and v.schema_name = c.schema_name
        where v.schema_name = 'main' and not v.internal order by c.table_name, c.column_index
    """
    here: dict[str, list[tuple[str, str]]] = {}
    for view, name, kind in embedded.execute(sql).fetchall():
        is_nested = stored_tables.Column(name, kind).is_nested
        here.setdefault(view, []).append((name, "json" if is_nested else _TYPES[kind]))
    views = tables_there(there, "public", "'v'")
    assert {view: [column[:2] for column in columns] for view, columns in views.items()} == here


def test_a_type_that_is_no_enum_is_named(embedded):
    kinds = {one.type for columns in columns_of(embedded).values() for one in columns}
    assert {kind for kind in kinds if kind not in _TYPES and not kind.startswith(("STRUCT(", "ENUM("))} == set()


def test_every_table_says_how_its_rows_are_told_apart(embedded):
    columns = columns_of(embedded)
    assert GROUPS.keys() == columns.keys()
    sql = "select column_name from duckdb_columns() where schema_name = 'base' and table_name = ? and not is_nullable"
    for table, names in GROUPS.items():
        assert set(names) <= {name for (name,) in embedded.execute(sql, [table]).fetchall()}, table


def test_both_stores_have_the_same_functions_for_people_with_the_same_columns(embedded, there):
    """The embedded store calls them macros."""
    sql = """
        select function_name, parameters from duckdb_functions()
        where schema_name = 'main' and function_type = 'table_macro' and not internal
    """
    here = {}
    for name, parameters in embedded.execute(sql).fetchall():
        columns = embedded.execute(f"describe from main.{name}([1])").fetchall()
        here[name] = (parameters, [(column, _TYPES[kind]) for column, kind, *_ in columns])
    assert len(here) == 3
    sql = """
        select p.proname, p.proargnames, a.attname, format_type(a.atttypid, null)
        from pg_proc p join pg_type t on t.oid = p.prorettype join pg_attribute a on a.attrelid = t.typrelid
        where p.pronamespace = 'public'::regnamespace and a.attnum > 0 order by p.proname, a.attnum
    """
    found: dict[str, tuple[list[str], list[tuple[str, str]]]] = {}
    with there.reading("a test"):
        for name, parameters, *column in there.rows(sql):
            found.setdefault(name, (parameters, []))[1].append(tuple(column))
    assert found == here


def test_every_migration_of_the_embedded_store_since_there_is_another_store_has_one_there():
    theirs = {version for version, _name, _sql in migrations()}
    here = {version for version, _name, _sql in embedded_migrations()}
    assert {version for version in here if version >= min(theirs)} == theirs - _OWN_VERSIONS


KEYS = [0, 1, 2**63 - 1, 2**63, 2**64 - 1]


def test_keys_without_a_sign_come_back_as_they_were_sent(embedded):
    column = stored_tables.Column("key", "UBIGINT")
    sent = [embedded.execute(f"select {column.sent} from (select ?::ubigint as key)", [key]).fetchone() for key in KEYS]
    assert [one for (one,) in sent] == [0, 1, 2**63 - 1, -(2**63), -1]
    back = [
        embedded.execute(f"select {column.received} from (select ?::bigint as key)", one).fetchone() for one in sent
    ]
    assert [one for (one,) in back] == KEYS


def test_counters_begin_alike(embedded, there):
    with there.reading("a test"):
        counters = there.rows("select name, value from base.counters order by name")
    assert counters == embedded.execute("select name, value from base.counters order by name").fetchall()
