"""Compares what we say of a column of lists of a mix (`mixes.py`) with what a library says, for the checks of phones
and of emails. How either is asked does not belong here.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import polars as pl

from lead_pipeline_tests.benchmarks.mixes import ROWS_AT_A_TIME, drawn


@dataclass(frozen=True)
class Comparison:
    """What is compared: a column of the lists, the library, and how both are asked of the values `raw`."""

    what: str
    column: str
    library: str
    answers: Callable[[pl.Series], pl.DataFrame]
    """Gives `raw` and what the library says of it. This takes most of the time, so that it can be kept in a folder."""
    differing: Callable[[pl.DataFrame], pl.DataFrame]
    """Given the answers, gives the rows on which ours are others."""

    def of_mix(self, mix: str, count: int, seed: int, folder: Path | None) -> int:
        """Compare the values of so many rows of a mix, print how it went, return how many differ."""
        started, compared, wrong = time.perf_counter(), 0, 0
        for expected in self._answers_to(mix, count, seed, folder):
            found = self.differing(expected)
            compared, wrong = compared + expected.height, wrong + found.height
            if found.height:
                print(found.head(3).to_dicts(), flush=True)
        print(
            f"{self.library} {version(self.library)}, polars {pl.__version__}, seed {seed}: {count:,} {self.what} of "
            f"the {mix} mix, {compared:,} of them compared (each spelling of {ROWS_AT_A_TIME:,} rows once), {wrong} "
            f"mismatches ({time.perf_counter() - started:.0f} s)"
        )
        return wrong

    def _answers_to(self, mix: str, count: int, seed: int, folder: Path | None) -> Iterator[pl.DataFrame]:
        for number, cells in enumerate(drawn(mix, self.column, count, seed)):
            raw = cells.rename("raw").drop_nulls()
            file = folder / f"{self.what}-{mix}-{seed}-{count}-{number}.parquet" if folder else None
            if file is None or not file.exists():
                yield _kept(file, self.answers(raw))
                continue
            expected = pl.read_parquet(file)
            if not expected["raw"].equals(raw):
                raise SystemExit(f"{file} holds what was said of other values; remove it")
            yield expected


def _kept(file: Path | None, answers: pl.DataFrame) -> pl.DataFrame:
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        answers.write_parquet(file.with_suffix(".tmp"))
        file.with_suffix(".tmp").rename(file)
    return answers
