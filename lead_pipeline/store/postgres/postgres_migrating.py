"""Brings the schema on PostgreSQL up to date from the numbered SQL files in migrations/, all in one transaction. What
the tables are for belongs in those files.
"""

import re
from functools import cache
from importlib import resources

from lead_pipeline.model.errors import StoreError, StoreVersionError
from lead_pipeline.store.postgres.postgres_connection import Connection
from lead_pipeline.store.settings import StoreSettings, wait_silently

_FILE = re.compile(r"^(\d{4})_(\w+)\.sql$")

_VERSIONS = """
    create table if not exists public.schema_versions (
        version integer primary key, name text not null, applied_at timestamptz not null default now())
"""


@cache
def migrations() -> tuple[tuple[int, str, str], ...]:
    """Return (version, name, SQL) of every migration, oldest first; numbers are those of the embedded store."""
    found = []
    for entry in (resources.files("lead_pipeline.store.postgres") / "migrations").iterdir():
        match = _FILE.match(entry.name)
        if match:
            found.append((int(match[1]), match[2], entry.read_text(encoding="utf-8")))
    return tuple(sorted(found))


def versions_of(con: Connection) -> set[int]:
    """Return the migrations that the database has; none where it has no store. Within a transaction of the caller's."""
    if not con.rows("select 1 from pg_tables where schemaname = 'public' and tablename = 'schema_versions'"):
        return set()
    return {int(version) for (version,) in con.rows("select version from public.schema_versions")}


def bring_up_to_date(con: Connection, settings: StoreSettings, *, read_only: bool) -> None:
    """Create the store, or apply what is missing, unless `read_only`.

    Raises: StoreVersionError when a newer release wrote it, or an older one and it is only read; StoreError when there
    is none and it is only read.
    """
    with con.reading("looking at the version of the store"):
        held = versions_of(con)
    known = {version for version, _name, _sql in migrations()}
    if max(held, default=0) > max(known):
        raise StoreVersionError(
            f"The lead store has schema version {max(held)}, and this release of lead-pipeline knows versions up to "
            f"{max(known)}: a newer release wrote it. Upgrade lead-pipeline; the store was not touched."
        )
    if known <= held:
        return
    if read_only and not held:
        raise StoreError(
            "There is no lead store in this database yet. Import a file first, or check LEAD_PIPELINE_STORE."
        )
    if read_only:
        raise StoreVersionError(
            f"The lead store has schema version {max(held)} and this release reads version {max(known)}. "
            "Any import upgrades it in place; run one, then ask again."
        )
    _migrate(con, settings)


def _migrate(con: Connection, settings: StoreSettings) -> None:
    with con.upgrading("upgrading the store", settings, wait_silently):
        con.run(_VERSIONS)
        held = versions_of(con)
        for version, name, sql in migrations():
            if version not in held:
                con.run(sql)
                con.run(f"insert into public.schema_versions (version, name) values ({version}, '{name}')")  # noqa: S608
