"""Brings a store's schema up to date from the numbered SQL files in migrations/, one transaction each.
What the tables are for belongs in those files.
"""

import re
from functools import cache
from importlib import resources

import duckdb

from lead_pipeline.model.errors import StoreVersionError

_FILE = re.compile(r"^(\d{4})_(\w+)\.sql$")


@cache
def migrations() -> tuple[tuple[int, str, str], ...]:
    """Return (version, name, SQL) of every migration, oldest first."""
    found = []
    for entry in (resources.files("lead_pipeline.store.duckdb") / "migrations").iterdir():
        match = _FILE.match(entry.name)
        if match:
            found.append((int(match[1]), match[2], entry.read_text(encoding="utf-8")))
    return tuple(sorted(found))


def newest_version() -> int:
    """Return the schema version that this release writes."""
    return migrations()[-1][0]


def version_of(con: duckdb.DuckDBPyConnection) -> int:
    """Return the schema version of the open store; 0 for a store without any table."""
    return max(_versions_of(con), default=0)


def _versions_of(con: duckdb.DuckDBPyConnection) -> set[int]:
    """Return the migrations that the open store has."""
    known = con.execute(
        "select count(*) from duckdb_tables() where schema_name = 'main' and table_name = 'schema_versions'"
    ).fetchall()
    if not known[0][0]:
        return set()
    return {int(version) for (version,) in con.execute("select version from main.schema_versions").fetchall()}


def require_known_version(con: duckdb.DuckDBPyConnection, *, upgradable: bool) -> None:
    """Refuse a store that this release cannot read.

    Raises: StoreVersionError when the store is newer, or older and `upgradable` is false.
    """
    found, newest = version_of(con), newest_version()
    if found > newest:
        raise StoreVersionError(
            f"The lead store has schema version {found}, and this release of lead-pipeline knows versions up to "
            f"{newest}: a newer release wrote it. Upgrade lead-pipeline; the store was not touched."
        )
    is_older = {version for version, _name, _sql in migrations()} - _versions_of(con)
    if is_older and not upgradable:
        raise StoreVersionError(
            f"The lead store has schema version {found} and this release reads version {newest}. "
            "Any import upgrades it in place; run one, then ask again."
        )


def migrate(con: duckdb.DuckDBPyConnection) -> int:
    """Apply what is missing, each migration in a transaction of its own; return how many were applied.

    Numbers may have gaps, and one that fills a gap later is applied then: what counts is which ones the store has.
    """
    known, applied = _versions_of(con), 0
    for version, name, sql in migrations():
        if version in known:
            continue
        con.execute("begin transaction")
        _apply(con, version, name, sql)
        con.execute("commit")
        applied += 1
    return applied


def create_schema(con: duckdb.DuckDBPyConnection) -> None:
    """Apply all migrations to an empty file that nobody has yet, in one transaction: each is flushed to the disk."""
    con.execute("begin transaction")
    for version, name, sql in migrations():
        _apply(con, version, name, sql)
    con.execute("commit")


def _apply(con: duckdb.DuckDBPyConnection, version: int, name: str, sql: str) -> None:
    con.execute(
        "create table if not exists main.schema_versions (version integer, name varchar, applied_at timestamptz)"
    )
    for statement in duckdb.extract_statements(sql):
        con.execute(statement)
    con.execute("insert into main.schema_versions values (?, ?, now())", [version, name])
