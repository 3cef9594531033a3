"""Keeps homes and stores on PostgreSQL together: receipts of a home say what is in its store, and would be wrong about
another one. Several homes may share a store.
"""

from pathlib import Path

from lead_pipeline.model.errors import StoreError
from lead_pipeline.store.postgres.postgres_connection import Connection

_FILE = "store_of_home.txt"


def belong_together(home: Path, there: Connection) -> None:
    """Note in the home which store is its own when it is used first; raises StoreError for another one later."""
    with there.reading("asking which lead store this is"):
        ((own,),) = there.rows("select store_id::text from base.stores")
    path = home / "staging" / _FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(own + "\n", encoding="utf-8")
    elif path.read_text(encoding="utf-8").strip() != own:
        raise StoreError(
            f"The home {home} was used with another lead store before, and what it says of imports is about that one. "
            f"Use a home of its own for this store, or, if it replaces the other, remove {path} and staging/receipts/."
        )
