"""What travels between the steps of one import: Parquet parts in a folder, in batches of rows, and small JSON facts.
Never one frame of a whole file, never a pickle. What the rows mean is not known here.

Two things are done at once, on a machine of two cores: the next batch is worked on while the last one is written.
Polars releases the interpreter's lock while it computes.
"""

import contextlib
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import polars as pl
from pydantic import BaseModel

from lead_pipeline.filing.atomic import Lasting
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.json_files import read_json, write_json
from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.model.errors import LeadPipelineError

_Model = TypeVar("_Model", bound=BaseModel)
_In = TypeVar("_In")
_Out = TypeVar("_Out")


#: Rows that are gathered take no more than about so much memory, however wide they are.
BYTES_TOGETHER = 64 * 2**20


@dataclass(frozen=True, slots=True)
class WorkFolder:
    """The work in progress of one import, whose lock the caller holds."""

    home: Home
    manifest: Manifest

    @property
    def folder(self) -> Path:
        """Return the folder below which the parts lie."""
        return self.home.staging / "parts" / self.manifest.import_id

    def write_parts(self, table: str, batches: Iterable[pl.DataFrame]) -> int:
        """Write batches as the parts of `table`, replacing what an interrupted attempt left; return the rows."""
        final = self.folder / table
        fresh = self.folder / f".{table}.tmp"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)

        def write(numbered: tuple[int, pl.DataFrame]) -> int:
            number, batch = numbered
            # The lightest compression costs a tenth of making the rows, and spares most of the disk.
            path = fresh / f"part-{number:05d}.parquet"
            batch.write_parquet(path, compression="zstd", compression_level=1, statistics=False)
            return batch.height

        rows = sum(map_in_order(write, enumerate(batches)))
        shutil.rmtree(final, ignore_errors=True)
        fresh.rename(final)
        return rows

    def part_paths(self, table: str) -> list[Path]:
        """Return the parts of `table` in order; raises LeadPipelineError when the step that writes them did not run."""
        folder = self.folder / table
        if not folder.is_dir():
            raise LeadPipelineError(
                f"Import {self.manifest.import_id} has no {table} in staging: they are kept only while it runs. "
                "Run the whole import_leads job for this partition, not a single step."
            )
        return sorted(folder.glob("part-*.parquet"))

    def read_parts(self, table: str) -> Iterator[pl.DataFrame]:
        """Yield the parts of `table` as frames, one in memory at a time."""
        for path in self.part_paths(table):
            yield pl.read_parquet(path, glob=False, memory_map=False)

    def map_parts(self, table: str, function: Callable[[pl.DataFrame], pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """Yield what `function` makes of each part of `table`, in order, working on two at a time."""
        return map_in_order(function, self.read_parts(table))

    def use_up_parts(self, table: str, function: Callable[[pl.DataFrame], _Out]) -> Iterator[_Out]:
        """Yield what `map_parts` does, and remove each part once it was read: an import that is run again starts from
        the staged file. A step that is run again by itself finds no parts at all, never half of them.
        """
        self.part_paths(table)
        used = self.folder / f".{table}.used"
        shutil.rmtree(used, ignore_errors=True)
        (self.folder / table).rename(used)

        def frames() -> Iterator[pl.DataFrame]:
            for path in sorted(used.glob("part-*.parquet")):
                yield pl.read_parquet(path, glob=False, memory_map=False)
                path.unlink()

        yield from map_in_order(function, frames())
        shutil.rmtree(used, ignore_errors=True)

    def drop_parts(self, table: str) -> None:
        """Remove the parts of `table`: whatever is done from here on does not need them."""
        shutil.rmtree(self.folder / table, ignore_errors=True)

    def read_rows(self, table: str, row_numbers: pl.Series, *, together: int = 1) -> Iterator[pl.DataFrame]:
        """Yield the rows of `table` with these numbers, in order; the cells of all others are never unpacked.

        A frame has the rows of a part, or of as many parts as it takes for `together` rows, or for `BYTES_TOGETHER`.
        """
        wanted = row_numbers.sort()

        def read(path: Path) -> pl.DataFrame:
            there = pl.read_parquet(path, columns=["row_number"], glob=False, memory_map=False)["row_number"]
            if there.is_empty():
                return pl.DataFrame()
            start, end = wanted.search_sorted(there[0]), wanted.search_sorted(there[-1], side="right")
            some = wanted.slice(start, end - start)
            if some.is_empty():
                return pl.DataFrame()
            return pl.scan_parquet(path, glob=False).filter(pl.col("row_number").is_in(some.implode())).collect()

        yield from gathered((rows for rows in map_in_order(read, self.part_paths(table)) if rows.height), together)

    def put(self, name: str, model: BaseModel) -> None:
        """Keep a fact for a later step of the same run, which a loss of power ends: the next one starts from the staged
        file. Facts, parts and all that lies here are so many that flushing each would take longer than a small import.
        """
        write_json(self.folder / f"{name}.json", model, Lasting.NOTHING)

    def get(self, name: str, model: type[_Model]) -> _Model | None:
        """Return a fact kept by an earlier step, or None."""
        return read_json(self.folder / f"{name}.json", model)

    def require(self, name: str, model: type[_Model]) -> _Model:
        """Return a fact that an earlier step must have kept."""
        found = self.get(name, model)
        if found is None:
            raise LookupError(f"the fact '{name}' is missing although the step that keeps it ran")
        return found

    def published(self, table: str) -> Path:
        """Return where the rows of a committed import are published, for everybody to query."""
        return published_table(self.home, table, self.manifest.import_id)

    @property
    def dry_run_rejects(self) -> Path:
        """Return where the rows lie that an import would leave out, after a dry run; tables/ hold those of imports."""
        return self.folder / "dry_run_rejects.parquet"

    def clear(self) -> None:
        """Remove everything: the import is finished, or is to start from scratch."""
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self.folder)


def gathered(frames: Iterable[pl.DataFrame], together: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of frames, of several at once until these are `together` rows, or `BYTES_TOGETHER`."""
    some: list[pl.DataFrame] = []
    for frame in frames:
        some.append(frame)
        if sum(one.height for one in some) >= together or sum(map(_size, some)) >= BYTES_TOGETHER:
            yield pl.concat(some)
            some = []
    if some:
        yield pl.concat(some)


def _size(frame: pl.DataFrame) -> int:
    return int(frame.estimated_size())


def published_table(home: Home, table: str, import_id: str) -> Path:
    """Return where the rows of a committed import are published."""
    return home.tables / table / f"import_id={import_id}" / "part-00000.parquet"


def map_in_order(function: Callable[[_In], _Out], items: Iterable[_In], *, workers: int = 2) -> Iterator[_Out]:
    """Yield `function(item)` for each item, in their order, with at most `workers` under way and none piling up.

    A single item, all that a small file has, is worked on here: threads would take longer to start.
    """
    left = iter(items)
    ahead = deque(islice(left, 2))
    if len(ahead) < 2:
        yield from map(function, ahead)
        return
    with ThreadPoolExecutor(workers, thread_name_prefix="batches") as pool:
        under_way: deque[Future[_Out]] = deque()
        try:
            for item in _taken_from(ahead, left):
                under_way.append(pool.submit(function, item))
                if len(under_way) >= workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for waiting in under_way:
                waiting.cancel()


def _taken_from(ahead: deque[_In], left: Iterable[_In]) -> Iterator[_In]:
    """Yield all items, and keep none: each may be as large as memory allows."""
    while ahead:
        yield ahead.popleft()
    yield from left
