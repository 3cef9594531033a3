"""Measures the mapping on headers that the table of synonyms was not made from, by language, and times the evidence on
a file of a million rows. Run it by hand: `python -m lead_pipeline_tests.benchmarks.mapping_headers [--rows N]`.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import polars as pl

from lead_pipeline.drafting.draft import draft_profile
from lead_pipeline.mapping.headers import HeaderMeaning, meaning_by, meaning_of
from lead_pipeline.mapping.proposing import propose_mapping
from lead_pipeline.mapping.synonyms import indexed, rows_of
from lead_pipeline_tests.mapping.header_corpus import CORPUS, Labelled, held_out, verdict

LEAST_RIGHT, MOST_WRONG, LONGEST_SECONDS = 0.60, 0.01, 0.5


def counted(headers: list[Labelled], mapped: Callable[[str], HeaderMeaning]) -> Counter[tuple[bool, str]]:
    """Return how often (is a field of ours, verdict) was found."""
    return Counter((one.is_field, verdict(mapped(one.header), one.meant)) for one in headers)


def line(title: str, found: Counter[tuple[bool, str]]) -> str:
    fields = sum(count for (is_field, _), count in found.items() if is_field)
    every = found.total()
    wrong = sum(count for (_, what), count in found.items() if what == "wrong")
    shares = "  ".join(
        f"{what} {found[True, what] / fields:6.1%}" if fields else f"{what}      -"
        for what in ("right", "asked", "missed")
    )
    return f"{title:<34} {every:5} headers, {fields:4} fields:  {shares}  wrong, of all {wrong / every:6.2%}"


def print_headers() -> bool:
    headers = held_out()
    known = indexed(
        (row for row in rows_of("synonyms.csv") if row[3] != "common"),
        (row for row in rows_of("words.csv") if row[3] != "common"),
    )
    whole = counted(headers, meaning_of)
    print("Held-out half of ../shared/corpora/headers-synonyms, header by header, without values:")
    print(line("whole table", whole))
    print(line("rows seen in the training half only", counted(headers, lambda header: meaning_by(known, header))))
    by_language: dict[str, list[Labelled]] = defaultdict(list)
    for one in headers:
        for language in one.languages:
            by_language[language].append(one)
    for language in sorted(by_language, key=lambda name: -len(by_language[name])):
        print(line(f"  {language}", counted(by_language[language], meaning_of)))
    fields = sum(count for (is_field, _), count in whole.items() if is_field)
    wrong = whole[True, "wrong"] + whole[False, "wrong"]
    good = whole[True, "right"] / fields >= LEAST_RIGHT and wrong / whole.total() < MOST_WRONG
    print(f"Bars: right >= {LEAST_RIGHT:.0%}, wrong < {MOST_WRONG:.0%}: {'met' if good else 'MISSED'}")
    return good


def made_up(rows: int) -> pl.DataFrame:
    """Return a file of 20 columns, five of them phones in as many notations."""
    chance = random.Random(7)
    numbers = pl.Series([chance.randrange(10**10) for _ in range(10_000)]).sample(rows, with_replacement=True, seed=7)
    digits = (2_000_000_000 + numbers % 8_000_000_000).cast(pl.String)
    dashed = digits.str.slice(0, 3) + "-" + digits.str.slice(3, 3) + "-" + digits.str.slice(6)
    count = pl.int_range(rows, eager=True).cast(pl.String)
    return pl.DataFrame(
        {"First Name": pl.repeat("Ana", rows, eager=True), "E-mail Address": "a" + count + "@example.org", "id": count}
        | {f"Phone {place}": dashed for place in range(1, 4)}
        | {"Mobile": digits, "Fax": "+1" + digits}
        | {f"c{place}": digits.str.slice(0, place) for place in range(1, 13)}
    )


def print_times(rows: int) -> bool:
    file = made_up(rows)
    shape = f"{rows:,} rows x {file.width} columns"
    cold = timed(lambda: propose_mapping(file.columns, file, "US"))
    warm = min(timed(lambda: propose_mapping(file.columns, file, "US")) for _ in range(3))
    print(f"\nMapping with evidence, {shape}: {cold:.2f} s the first time, {warm:.2f} s after")
    print(f"  {propose_mapping(file.columns, file, 'US').of('Mobile').evidence}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        file.write_csv(path)
        print(f"profiles suggest on the same file as CSV: {timed(lambda: draft_profile(path, region='US')):.2f} s")
    print(f"Bar: {LONGEST_SECONDS} s: {'met' if cold < LONGEST_SECONDS else 'MISSED'}")
    return cold < LONGEST_SECONDS


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the file whose values are looked at")
    rows: int = parser.parse_args().rows
    if not CORPUS.exists():
        print(f"The headers are not at {CORPUS.resolve()}; nothing to measure.", file=sys.stderr)
        return 2
    fast = print_times(rows)
    return 0 if print_headers() and fast else 1


if __name__ == "__main__":
    sys.exit(main())
