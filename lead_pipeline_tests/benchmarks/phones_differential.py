"""Compare compiled verdicts on random spellings with phonenumbers', for every default region; exit 1 at a difference.

python -m lead_pipeline_tests.benchmarks.phones_differential --spellings 10000000 --seed 1
"""

import argparse
import sys
import time
from importlib.metadata import version

import polars as pl

from lead_pipeline.normalizing.phones.library import PHONE_SCHEMA, library_verdicts
from lead_pipeline.normalizing.phones.plan.metadata_verdicts import verdicts_on_spellings
from lead_pipeline_tests.normalizing.phones.phone_spellings import REGIONS, Speller


def differences(spellings: list[str], region: str | None) -> tuple[pl.DataFrame, int]:
    """Return the rows on which the compiled verdict is not the library's, and how many spellings it did not cover."""
    frame = pl.DataFrame({"raw": pl.Series(spellings, dtype=pl.String)}).with_row_index("row")
    numbers, refused, uncovered = verdicts_on_spellings(frame, region)
    judged = pl.concat([numbers, refused], how="diagonal")
    judged = judged.with_columns(pl.col("possible", "valid").fill_null(value=False))
    if sorted([*judged["row"], *uncovered["row"]]) != list(range(frame.height)):
        raise AssertionError(f"rows were lost or doubled under {region}")
    both = frame.join(judged.cast({pl.Enum: pl.String}), on="row")
    expected = library_verdicts(both["raw"], region).select(pl.all().name.suffix("_expected"))
    wrong = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_expected")) for name in PHONE_SCHEMA)
    return pl.concat([both, expected], how="horizontal").filter(wrong), uncovered.height


def main() -> int:
    """Run the comparison and print its figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--spellings", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    per_region, started = -(-chosen.spellings // len(REGIONS)), time.perf_counter()
    wrong = uncovered = total = 0
    for region in REGIONS:
        found, left = differences(list(Speller(region, chosen.seed).spellings(per_region)), region)
        wrong, uncovered, total = wrong + found.height, uncovered + left, total + per_region
        if found.height:
            print(region, found.head(3).to_dicts(), flush=True)
    versions = f"phonenumbers {version('phonenumbers')}, polars {pl.__version__}, seed {chosen.seed}"
    print(
        f"{versions}: {total:,} random spellings under {len(REGIONS)} default regions, {total - uncovered:,} judged by "
        f"the compiled metadata, {uncovered:,} left to the library; {wrong} mismatches "
        f"({time.perf_counter() - started:.0f} s)"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
