"""Emails a second, ours and email-validator's on the same values in the same run.

    python -m lead_pipeline_tests.benchmarks.emails_throughput --emails 3000000 [--mix typical]

With `--mix` the emails are those of a list of that mix (`mixes.py`).
"""

import argparse
import os
import random
import resource
import time
from collections.abc import Iterator
from importlib.metadata import version

import polars as pl

from lead_pipeline.normalizing.emails import normalize_emails
from lead_pipeline_tests.benchmarks.emails_differential import by_library
from lead_pipeline_tests.benchmarks.mixes import MIXES, cells_of

FIRST = ("ana", "john", "maria", "peter", "olga", "wei", "fatima", "jose", "Liam", "Emma", "lucas", "chiara")
LAST = ("smith", "garcia", "mueller", "rossi", "kowalski", "Chen", "dubois", "silva", "jansen", "novak")
DOMAINS = (
    "gmail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "gmx.de",
    "orange.fr",
    "company-mail.co.uk",
    "Gmail.com",
)
JUNK = ("n/a", "none", "-", "no email", "ana@gmail", "x@@y.com", "ana gmail.com", "ana@gmail..com")
RIVAL_SAMPLE, CHUNK = 20_000, 200_000
BATCH = 100_000


def realistic(count: int, source: random.Random) -> Iterator[str]:
    """Yield addresses as lists hold them: 2 % junk, some capitals, a few international ones."""
    for _ in range(count):
        if source.random() < 0.02:
            yield source.choice(JUNK)
        else:
            name = f"{source.choice(FIRST)}{source.choice('._-')}{source.choice(LAST)}{source.randrange(10**6)}"
            domain = "m\u00fcnchen.de" if source.random() < 0.001 else source.choice(DOMAINS)
            yield f"{name}@{domain}"


def measure_list(mix: str, count: int) -> None:
    """Read the emails of a list of a mix, and a sample of them with the library; print the figures."""
    raw = cells_of(mix, "email", count)
    normalize_emails(raw.head(BATCH))
    started, spent = time.perf_counter(), time.process_time()
    emails = normalize_emails(raw)
    seconds, spent = time.perf_counter() - started, time.process_time() - spent
    accepted = emails["email"].count() / count
    sample = raw.sample(min(RIVAL_SAMPLE, count), seed=1)
    began, rival_spent = time.perf_counter(), time.process_time()
    expected = [by_library(one) for one in sample]
    rival, rival_spent = sample.len() / (time.perf_counter() - began), time.process_time() - rival_spent
    different = sum(a != b for a, b in zip(expected, normalize_emails(sample)["email"], strict=True))
    per_value, per_rival = spent / count, rival_spent / sample.len()
    print(f"{mix} mix, {count:,} values, {accepted:.1%} accepted")
    print(f"  {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; email-validator {version('email-validator')}")
    print(f"  ours             {count / seconds / 1e6:8.2f} M/s   ({per_value * 1e9:.0f} ns of processor a value)")
    print(f"  email-validator  {rival / 1e6:8.3f} M/s   ({per_rival * 1e9:.0f} ns, on {sample.len():,} of the same)")
    print(f"  {per_rival / per_value:.0f} times as fast by processor time; {different} of the sample differ")


def main() -> None:
    """Run both and print the figures side by side."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--emails", type=int, default=3_000_000)
    options.add_argument("--mix", choices=MIXES)
    chosen = options.parse_args()
    if chosen.mix:
        measure_list(chosen.mix, chosen.emails)
        return
    count, source = chosen.emails, random.Random(1)
    chunks = (list(realistic(min(CHUNK, count - start), source)) for start in range(0, count, CHUNK))
    raw = pl.concat([pl.Series(chunk, dtype=pl.String) for chunk in chunks])
    started, spent = time.perf_counter(), time.process_time()
    emails = normalize_emails(raw)
    seconds, spent = time.perf_counter() - started, time.process_time() - spent
    sample = raw.sample(min(RIVAL_SAMPLE, count), seed=1)
    started = time.perf_counter()
    expected = [by_library(spelling) for spelling in sample]
    rival, ours = sample.len() / (time.perf_counter() - started), count / seconds
    different = sum(a != b for a, b in zip(expected, normalize_emails(sample)["email"], strict=True))
    versions = f"polars {pl.__version__}, email-validator {version('email-validator')}"
    accepted = emails["email"].count() / count
    print(f"{count:,} values, {raw.n_unique():,} distinct, {accepted:.1%} accepted")
    print(f"  {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {versions}")
    print(f"  ours             {ours / 1e6:8.2f} M/s   ({spent / count * 1e9:.0f} ns of processor a value)")
    print(f"  email-validator  {rival / 1e6:8.3f} M/s   (on {sample.len():,} of the same values)")
    print(f"  {ours / rival:.0f} times as fast; {different} of the sample differ")
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB, the values included")


if __name__ == "__main__":
    main()
