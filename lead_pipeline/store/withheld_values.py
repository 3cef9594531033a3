"""Keeps row values out of what DuckDB says: its exceptions quote them, and ours end up in logs."""

import contextlib
import re
from collections.abc import Iterator

import duckdb

from lead_pipeline.model.errors import StoreError, StoreFullError, StoreLockedError, StoreMemoryError

#: What DuckDB says when another process has the file open.
LOCKED = "Could not set lock on file"

_FULL = re.compile(r"no space left|file too large|disk quota|could not write all bytes|max_temp_directory_size", re.I)


@contextlib.contextmanager
def errors_without_values(doing: str) -> Iterator[None]:
    """Turn DuckDB's exceptions, which quote row values, into a StoreError without any.

    Raises: StoreFullError when the disk or quota is exhausted, StoreMemoryError when the memory is that the store may
    use, StoreError for everything else DuckDB refuses.
    """
    try:
        yield
    except duckdb.Error as error:
        full, kind = bool(_FULL.search(str(error))), type(error).__name__
        held, is_memory = LOCKED in str(error), isinstance(error, duckdb.OutOfMemoryException)
    else:
        return
    # `from None`: inside a generator the caught exception is still the context here, and tracebacks would quote it.
    if held:
        raise StoreLockedError(
            f"The lead store is held by another process ({doing}); close it and try again."
        ) from None
    if full:
        raise StoreFullError(
            f"The disk is full ({doing}): nothing of this import was kept, and the store is as it was before. "
            "Free some space; the import is then tried again, or drop the file again."
        ) from None
    if is_memory:
        raise StoreMemoryError(
            f"The memory that the store may use was not enough for {doing}; nothing was kept. "
            "Free memory on the machine, or let the store use more with LEAD_PIPELINE_STORE_MEMORY, such as 8GB; then "
            "try again."
        ) from None
    raise StoreError(
        f"DuckDB refused {doing} with {kind}; nothing was kept. The details are withheld: they quote rows."
    ) from None
