"""Makes the next rows of a result while the last ones are used: PostgreSQL, its driver and DuckDB each do a part of the
way of a row, and none of them has to wait for the others. Where rows come from or go to does not belong here.
"""

import contextlib
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa

#: A batch with fewer rows is the only one of its result, or the last: no thread is begun for it.
_WORTH_IT = 4_096


@dataclass(slots=True)
class Ahead:
    """A reader of the same batches; `has_failed` says whether the next one could not be made."""

    reader: pa.RecordBatchReader
    has_failed: bool = False


@contextlib.contextmanager
def read_ahead(rows: pa.RecordBatchReader) -> Iterator[Ahead]:
    """Give the same rows, of which the next batch is made by a thread while one is used. When the block ends, nobody
    reads `rows` any more.
    """
    batches = _ahead(rows)
    ahead = Ahead(rows)

    def noting_failures() -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except (OSError, pa.ArrowException):
            ahead.has_failed = True
            raise

    ahead.reader = pa.RecordBatchReader.from_batches(rows.schema, noting_failures())
    with contextlib.closing(batches):
        yield ahead


def _ahead(rows: pa.RecordBatchReader) -> Generator[pa.RecordBatch]:
    """Yield the batches; a thread is begun at the first that is followed by others."""
    for batch in rows:
        yield batch
        if batch.num_rows >= _WORTH_IT:
            break
    else:
        return
    with ThreadPoolExecutor(1) as thread:
        following = thread.submit(next, rows, None)
        while (batch := following.result()) is not None:
            following = thread.submit(next, rows, None)
            yield batch
