"""Phones a second, ours and phonenumbers' on the same values in the same run, with the peak of memory.

    python -m lead_pipeline_tests.benchmarks.phones_throughput --numbers 10000000 [--mix worst|typical|...]

The realistic mix is 60 % US numbers, 12 other countries, 8 formats, 3 % junk; the worst mix is national spellings of 60
regions, each row read under its own. All spellings are distinct but for words. The others are the phones of lists as
people have them (`mixes.py`). Where rphonenumbers is installed, a port of the library to Rust, it is asked about the
same sample: whether a number is valid, and how it is written.
"""

import argparse
import importlib
import os
import random
import resource
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from types import ModuleType

import phonenumbers
import polars as pl

from lead_pipeline.normalizing.phones.library import library_verdict
from lead_pipeline.normalizing.phones.normalizer import normalize_phones
from lead_pipeline.normalizing.phones.plan.metadata_verdicts import verdicts_on_spellings
from lead_pipeline_tests.benchmarks.mixes import MIXES, cells_of

AREAS = (
    "201",
    "206",
    "212",
    "213",
    "303",
    "305",
    "310",
    "312",
    "404",
    "415",
    "512",
    "602",
    "617",
    "702",
    "714",
    "818",
    "951",
)
COUNTRIES = ("GB", "DE", "FR", "ES", "IT", "BR", "MX", "IN", "AU", "NL", "PL", "CA")
JUNK = ("n/a", "none", "unknown", "call me", "12", "951", "ask later", "???", "555-1212")
RIVAL_SAMPLE, CHUNK = 50_000, 200_000
BATCH = 100_000


def _formats(code: str, number: str) -> tuple[Callable[[], str], ...]:
    a, b, c = number[:3], number[3:6], number[6:]
    return (
        lambda: f"({a}) {b}-{c}",
        lambda: f"{a}-{b}-{c}",
        lambda: f"+{code} {a} {b} {c}",
        lambda: f"{a}.{b}.{c}",
        lambda: f"+{code}{number}",
        lambda: number,
        lambda: f"{code} {number}",
        lambda: f"{a}-{b}-{c} x{number[-3:]}",
    )


def _example(region: str) -> tuple[str, str]:
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    return str(number.country_code), phonenumbers.national_significant_number(number)


def realistic(count: int, source: random.Random) -> Iterator[tuple[str, str]]:
    """Yield (spelling, default region)."""
    examples = [_example(region) for region in COUNTRIES]
    for _ in range(count):
        if source.random() < 0.03:
            yield source.choice(JUNK) + (str(source.randrange(10**7)) if source.random() < 0.5 else ""), "US"
        elif source.random() < 0.62:
            number = f"{source.choice(AREAS)}{source.randrange(200, 1000)}{source.randrange(10**4):04}"
            yield source.choice(_formats("1", number))(), "US"
        else:
            code, number = source.choice(examples)
            number = number[:-7] + f"{source.randrange(10**7):07}"
            yield (
                source.choice((f"+{code}{number}", f"+{code} {number[:2]} {number[2:]}", f"011 {code} {number}")),
                "US",
            )


def worst(count: int, source: random.Random) -> Iterator[tuple[str, str]]:
    """Yield (national spelling, its region) of 60 regions."""
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)[::4][:60]
    patterns = [
        (region, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))
        for region in regions
        if (number := phonenumbers.example_number(region))
    ]
    for _ in range(count):
        region, spelling = source.choice(patterns)
        tail = "".join(str(source.randrange(10)) if one.isdigit() else one for one in spelling[-6:])
        yield spelling[:-6] + tail, region


def generated(mix: Callable[[int, random.Random], Iterator[tuple[str, str]]], count: int) -> pl.DataFrame:
    """Return `raw` and `region`, made in chunks so that making them does not set the peak of memory."""
    source, chunks = random.Random(1), []
    for start in range(0, count, CHUNK):
        rows = list(mix(min(CHUNK, count - start), source))
        chunks.append(pl.DataFrame(rows, schema={"raw": pl.String, "region": pl.String}, orient="row"))
    return pl.concat(chunks)


def rust_port() -> ModuleType | None:
    """Return rphonenumbers where it is installed."""
    try:
        return importlib.import_module("rphonenumbers")
    except ImportError:
        return None


def measure_list(mix: str, count: int) -> None:
    """Read the phones of a list of a mix, and a sample of them with the rivals; print the figures."""
    raw = cells_of(mix, "caller_id", count)
    normalize_phones(raw.head(BATCH), "US")
    started, spent = time.perf_counter(), time.process_time()
    phones = normalize_phones(raw, "US")
    seconds, spent = time.perf_counter() - started, time.process_time() - spent
    sample = raw.drop_nulls().sample(min(RIVAL_SAMPLE, count), seed=1, with_replacement=True)
    began, rival_spent = time.perf_counter(), time.process_time()
    verdicts = [library_verdict(one, "US") for one in sample]
    rival, rival_spent = sample.len() / (time.perf_counter() - began), time.process_time() - rival_spent
    expected, again = [one.e164 for one in verdicts], normalize_phones(sample, "US")["e164"]
    per_value, per_rival = spent / count, rival_spent / sample.len()
    print(f"{mix} mix, {count:,} values, {phones['valid'].mean():.1%} valid")
    print(f"  {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; phonenumbers {version('phonenumbers')}")
    print(f"  ours          {count / seconds / 1e6:8.2f} M/s   ({per_value * 1e9:.0f} ns of processor a value)")
    print(
        f"  phonenumbers  {rival / 1e6:8.3f} M/s   ({per_rival * 1e9:.0f} ns, on {sample.len():,} of the same values)"
    )
    print(f"  {per_rival / per_value:.0f} times as fast by processor time; E.164 of the sample differs in "
          f"{sum(a != b for a, b in zip(expected, again, strict=True))} values")  # fmt: skip
    rust = rust_port()
    if rust is None:
        print("  rphonenumbers is not installed; skipped")
        return
    began, rust_spent = time.perf_counter(), time.process_time()
    for one in sample:
        try:
            number = rust.parse(one, "US")
        except rust.NumberParseException:
            continue
        rust.is_valid_number(number)
        rust.format_number(number, rust.PhoneNumberFormat.E164)
    rate, rust_spent = sample.len() / (time.perf_counter() - began), time.process_time() - rust_spent
    print(f"  rphonenumbers {rate / 1e6:8.3f} M/s   ({rust_spent / sample.len() * 1e9:.0f} ns)")


def main() -> None:
    """Run both and print the figures side by side."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--numbers", type=int, default=10_000_000)
    options.add_argument("--mix", choices=("realistic", "worst", *MIXES), default="realistic")
    chosen = options.parse_args()
    if chosen.mix in MIXES:
        measure_list(chosen.mix, chosen.numbers)
        return
    rows = generated(realistic if chosen.mix == "realistic" else worst, chosen.numbers)
    sample = rows.sample(min(RIVAL_SAMPLE, rows.height), seed=1)
    regions = "US" if chosen.mix == "realistic" else rows["region"]
    raw = rows["raw"]
    del rows  # a list under one region has no column of them

    started = time.perf_counter()
    normalize_phones(raw.head(1_000), "US")
    compiling = time.perf_counter() - started
    started, spent = time.perf_counter(), time.process_time()
    phones = normalize_phones(raw, regions)
    seconds, spent = time.perf_counter() - started, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6

    started = time.perf_counter()
    verdicts = [library_verdict(raw, region) for raw, region in sample.iter_rows()]
    rival = sample.height / (time.perf_counter() - started)
    ours = raw.len() / seconds
    left = [
        verdicts_on_spellings(group.select("raw").with_row_index("row"), region).uncovered.height
        for (region,), group in sample.partition_by("region", as_dict=True).items()
    ]
    versions = f"polars {pl.__version__}, phonenumbers {version('phonenumbers')}"
    valid, distinct = phones["valid"].mean(), raw.n_unique()
    print(f"{chosen.mix} mix, {raw.len():,} values, {distinct:,} distinct, {valid:.1%} valid")
    print(f"  {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {versions}")
    print(f"  ours          {ours / 1e6:8.2f} M/s   ({spent / raw.len() * 1e9:.0f} ns of processor a value)")
    print(f"  phonenumbers  {rival / 1e6:8.3f} M/s   (on {sample.height:,} of the same values)")
    print(f"  {ours / rival:.0f} times as fast; {sum(left) / sample.height:.2%} left to the library")
    print(f"  peak memory {peak:.2f} GB, the values included; first 1,000 values {compiling:.2f} s")
    same = [verdict.e164 for verdict in verdicts]
    again = normalize_phones(sample["raw"], "US" if chosen.mix == "realistic" else sample["region"])["e164"].to_list()
    print(f"  E.164 of the sample differs in {sum(a != b for a, b in zip(same, again, strict=True))} values")


if __name__ == "__main__":
    main()
