"""Compare compiled verdicts on random spellings with phonenumbers', for every default region; exit 1 at a difference.

    python -m lead_pipeline_tests.benchmarks.phones_differential --spellings 10000000 --seed 1 [--mix typical]

With `--mix` the spellings are the phones of lists of that mix (`mixes.py`), and what is compared is what
`normalize_phones` says of them under the United States. The library's verdicts on them can be kept in a folder
(`--verdicts`), for they take most of the time and are the same until the library changes.
"""

import argparse
import sys
import time
from importlib.metadata import version
from pathlib import Path

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.phones.library import PHONE_SCHEMA, library_verdicts
from lead_pipeline.normalizing.phones.normalizer import normalize_phones
from lead_pipeline.normalizing.phones.plan.metadata_verdicts import verdicts_on_spellings
from lead_pipeline.normalizing.phones.plan.one_by_one import verdict_on_plain
from lead_pipeline_tests.benchmarks.mixes import MIXES
from lead_pipeline_tests.benchmarks.mixes_differential import Comparison
from lead_pipeline_tests.normalizing.phones.phone_spellings import REGIONS, Speller

#: Rows on which a verdict is not the one that is expected.
_WRONG = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_expected")) for name in PHONE_SCHEMA)


def differences(spellings: list[str], region: str | None) -> tuple[pl.DataFrame, int]:
    """Return the rows on which the compiled verdict, or that on plain spellings one by one, is not the library's, and
    how many spellings are not covered by the compiled metadata.
    """
    frame = pl.DataFrame({"raw": pl.Series(spellings, dtype=pl.String)}).with_row_index("row")
    numbers, refused, uncovered = verdicts_on_spellings(frame, region)
    judged = pl.concat([numbers, refused], how="diagonal")
    judged = judged.with_columns(pl.col("possible", "valid").fill_null(value=False))
    if sorted([*judged["row"], *uncovered["row"]]) != list(range(frame.height)):
        raise AssertionError(f"rows were lost or doubled under {region}")
    both = frame.join(judged.cast({pl.Enum: pl.String}), on="row")
    expected = library_verdicts(both["raw"], region).select(pl.all().name.suffix("_expected"))
    both = pl.concat([both, expected], how="horizontal")
    singly = [verdict_on_plain(raw, region) for raw in both["raw"]]
    one_by_one = both.filter(pl.Series([one is not None for one in singly], dtype=pl.Boolean)).with_columns(
        pl.DataFrame([one for one in singly if one is not None], schema=PHONE_SCHEMA, orient="row")
    )
    return pl.concat([both, one_by_one]).filter(_WRONG), uncovered.height


def _answers(raw: pl.Series) -> pl.DataFrame:
    return library_verdicts(raw, "US").select(pl.all().name.suffix("_expected")).insert_column(0, raw)


def _differing(expected: pl.DataFrame) -> pl.DataFrame:
    # That a word such as `n/a` says that there is no phone is our own rule.
    ours = normalize_phones(expected["raw"], "US").with_columns(
        pl.col("reason").replace(Reason.PHONE_MISSING.value, Reason.PHONE_NOT_A_NUMBER.value)
    )
    return pl.concat([expected, ours], how="horizontal").filter(_WRONG)


_OF_MIXES = Comparison("phones", "caller_id", "phonenumbers", _answers, _differing)


def main() -> int:
    """Run the comparison and print its figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--spellings", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--mix", choices=MIXES)
    options.add_argument("--verdicts", type=Path, help="folder in which the library's verdicts are kept")
    chosen = options.parse_args()
    if chosen.mix:
        return 1 if _OF_MIXES.of_mix(chosen.mix, chosen.spellings, chosen.seed, chosen.verdicts) else 0
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
