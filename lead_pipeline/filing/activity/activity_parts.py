"""What travels between reading a drop of call activity and loading it: Parquet parts in a folder, one of each table per
batch of the file. What the rows mean is not known here.
"""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from lead_pipeline.filing.home import Home


@dataclass(frozen=True, slots=True)
class ActivityParts:
    """The work in progress of one drop, whose lock the caller holds."""

    home: Home
    drop_id: str

    @property
    def folder(self) -> Path:
        """Return the folder below which the parts lie."""
        return self.home.staging / "parts" / self.drop_id

    @contextlib.contextmanager
    def fresh(self) -> Iterator[None]:
        """Begin without parts, whatever an interrupted attempt left, and leave none."""
        self.clear()
        self.folder.mkdir(parents=True, mode=0o700)
        try:
            yield
        finally:
            self.clear()

    def write(self, table: str, number: int, batch: pl.DataFrame) -> None:
        """Write a batch as part `number` of `table`, whole or not at all."""
        path = self._path(table, number)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        batch.write_parquet(path, compression="zstd", compression_level=1, statistics=False)

    def read(self, table: str, number: int) -> pl.DataFrame:
        """Return part `number` of `table`."""
        return pl.read_parquet(self._path(table, number), glob=False, memory_map=False)

    def paths(self, table: str) -> list[str]:
        """Return the parts of `table` in order."""
        return [str(path) for path in sorted((self.folder / table).glob("part-*.parquet"))]

    def clear(self) -> None:
        """Remove everything."""
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self.folder)

    def _path(self, table: str, number: int) -> Path:
        return self.folder / table / f"part-{number:06d}.parquet"
