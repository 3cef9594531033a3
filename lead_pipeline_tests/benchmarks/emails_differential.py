"""Compare our verdicts on random email spellings, on mixtures of letters beyond ASCII, and with `--code-points` on each
code point in front and inside, with email-validator's; exit 1 at a difference.

    python -m lead_pipeline_tests.benchmarks.emails_differential --spellings 1000000 --seed 1 [--mix typical]

With `--mix` the spellings are the emails of lists of that mix (`mixes.py`); the library's forms of them can be kept in
a folder (`--verdicts`).
"""

import argparse
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path

import polars as pl
from email_validator import EmailNotValidError, validate_email

from lead_pipeline.normalizing.emails import normalize_emails
from lead_pipeline_tests.benchmarks.mixes import MIXES
from lead_pipeline_tests.benchmarks.mixes_differential import Comparison
from lead_pipeline_tests.normalizing.emails.email_spellings import EmailSpeller, mixtures


def by_library(spelling: str, *, allow_display_name: bool = False) -> str | None:
    """Return the library's normalized form, None where it refuses."""
    try:
        found = validate_email(spelling, check_deliverability=False, allow_display_name=allow_display_name)
    except EmailNotValidError:
        return None
    return found.normalized


def differences(spellings: list[str], *, allow_display_name: bool = False) -> list[tuple[str, str | None, str | None]]:
    """Return (spelling, ours, the library's) where they differ in verdict or form, or our reason contradicts."""
    ours = normalize_emails(pl.Series(spellings, dtype=pl.String), allow_display_name=allow_display_name)
    judged = zip(spellings, *ours.get_columns(), strict=True)
    return [
        (spelling, email, expected)
        for spelling, email, reason in judged
        if (expected := by_library(spelling, allow_display_name=allow_display_name)) != email
        or (reason is None) != (email is not None)
    ]


def code_points() -> Iterator[str]:
    """Yield addresses with each code point but surrogates, in front and inside."""
    for point in chain(range(0x80, 0xD800), range(0xE000, sys.maxunicode + 1)):
        yield f"{chr(point)}a@example.com"
        yield f"a{chr(point)}.b{chr(point)}@example.com"


def _forms(raw: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"raw": raw, "expected": pl.Series([by_library(one) for one in raw], dtype=pl.String)})


def _differing(expected: pl.DataFrame) -> pl.DataFrame:
    """Return the rows on which our form differs, or our reason contradicts."""
    both = pl.concat([expected, normalize_emails(expected["raw"])], how="horizontal")
    contradicts = pl.col("reason").is_null() != pl.col("email").is_not_null()
    return both.filter(pl.col("email").ne_missing(pl.col("expected")) | contradicts)


_OF_MIXES = Comparison("emails", "email", "email-validator", _forms, _differing)


def main() -> int:
    """Run the comparison and print its figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--spellings", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--code-points", action="store_true")
    options.add_argument("--mix", choices=MIXES)
    options.add_argument("--verdicts", type=Path, help="folder in which the library's forms are kept")
    chosen = options.parse_args()
    if chosen.mix:
        return 1 if _OF_MIXES.of_mix(chosen.mix, chosen.spellings, chosen.seed, chosen.verdicts) else 0
    started, wrong, count = time.perf_counter(), 0, 0
    half = chosen.spellings // 2
    spelled = chain(EmailSpeller(chosen.seed).spellings(half), mixtures(chosen.seed, half))
    every = chain(spelled, code_points() if chosen.code_points else ())
    while some := list(islice(every, 50_000)):
        found = differences(some)
        wrong, count = wrong + len(found), count + len(some)
        for difference in found[:3]:
            print(difference, flush=True)
    print(
        f"email-validator {version('email-validator')}, polars {pl.__version__}, seed {chosen.seed}: "
        f"{count:,} spellings, {wrong} mismatches ({time.perf_counter() - started:.0f} s)"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
