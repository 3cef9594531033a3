"""Compare our verdicts on random email spellings with email-validator's; exit 1 at a difference.

python -m lead_pipeline_tests.benchmarks.emails_differential --spellings 1000000 --seed 1
"""

import argparse
import sys
import time
from importlib.metadata import version

import polars as pl
from email_validator import EmailNotValidError, validate_email

from lead_pipeline.normalizing.emails import normalize_emails
from lead_pipeline_tests.normalizing.email_spellings import EmailSpeller


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


def main() -> int:
    """Run the comparison and print its figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--spellings", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    started, speller, wrong = time.perf_counter(), EmailSpeller(chosen.seed), 0
    for _ in range(0, chosen.spellings, 50_000):
        found = differences(list(speller.spellings(50_000)))
        wrong += len(found)
        for difference in found[:3]:
            print(difference, flush=True)
    print(
        f"email-validator {version('email-validator')}, polars {pl.__version__}, seed {chosen.seed}: "
        f"{chosen.spellings:,} random spellings, {wrong} mismatches ({time.perf_counter() - started:.0f} s)"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
