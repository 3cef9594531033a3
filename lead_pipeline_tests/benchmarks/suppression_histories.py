"""Plays generated histories of imports, lists and calls against an importer by hand, those of many people in one store
at a time, and prints the tally. Run it by hand: `python -m lead_pipeline_tests.benchmarks.suppression_histories`.

Each store has its own seed, which is printed where anything differs: `--seed SEED --histories CIRCLES` plays it again.
"""

import argparse
import sys
import time
import warnings

from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.settings import StoreSettings
from lead_pipeline_tests.screening.histories.playing import Play, Tally
from lead_pipeline_tests.screening.written import Written, empty
from lead_pipeline_tests.support import quick_folder

#: How many of the circles that differ are told in full.
_TOLD = 3

#: The statements are small: several threads would wait for each other.
_SETTINGS = StoreSettings(threads=1)


def play(histories: int, circles: int, steps: int, seed: int) -> Tally:
    """Play so many histories, each store with the next seed; print what differs."""
    total, started = Tally(), time.monotonic()
    while total.histories < histories:
        with quick_folder() as folder, DuckdbLeadStore.open(folder, settings=_SETTINGS) as store:
            played = Play(Written(empty(store), folder), seed, min(circles, histories - total.histories)).run(steps)
        total.add(played)
        for one in played.differing[:_TOLD]:
            print(f"seed {seed}, {played.histories} circles, {steps} steps: {one}")
        seed += 1
        done, took = total.histories, time.monotonic() - started
        print(
            f"{done:,} histories, {len(total.differing)} differ, {took:,.0f} s, next seed {seed}",
            file=sys.stderr, flush=True,
        )  # fmt: skip
    return total


def tell(total: Tally, seconds: float) -> None:
    """Print what was compared."""
    rows = sum(total.outcomes.values())
    print(f"{total.histories:,} histories in {seconds:,.0f} s: {rows:,} rows, {total.entries:,} entries of lists, ")
    print(f"{total.calls:,} calls, {total.leads:,} leads, {total.callable:,} of them callable in the end.")
    for name, counter in (("Outcomes", total.outcomes), ("Reasons", total.reasons)):
        print(f"{name}: " + ", ".join(f"{code} {count:,}" for code, count in counter.most_common()))
    print(
        f"{len(total.differing):,} differ from the importer by hand; {total.suppressed_imported:,} rows that are on a "
        f"list were imported; {total.suppressed_callable:,} leads on a list are callable."
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--histories", type=int, default=20_000)
    arguments.add_argument("--circles", type=int, default=5_000, help="histories in one store")
    arguments.add_argument("--steps", type=int, default=8, help="imports, lists and drops of calls of each history")
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    warnings.simplefilter("ignore")
    begun = time.monotonic()
    result = play(given.histories, given.circles, given.steps, given.seed)
    tell(result, time.monotonic() - begun)
    sys.exit(bool(result.differing))
