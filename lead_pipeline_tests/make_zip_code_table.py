"""Generates the table of ZIP codes from the package zipcodes: `python -m lead_pipeline_tests.make_zip_code_table`."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import zipcodes

TABLE = Path(__file__).parents[1] / "lead_pipeline" / "normalizing" / "data" / "us_zip_codes.txt"

_OPENING = """# ZIP codes of the United States by state and time zone: state, zone, codes and ranges without a gap.
# From zipcodes {version} (MIT); made by `python -m lead_pipeline_tests.make_zip_code_table`.
"""

#: The armed forces' codes are in the whole world.
_ARMED_FORCES = ("AA", "AE", "AP")
_RANGES_PER_LINE = 8


def known_codes() -> list[tuple[str, str, str]]:
    """Return code, state and zone of each ZIP code that is in a time zone."""
    return sorted(
        (entry["zip_code"], entry["state"], entry["timezone"])
        for entry in zipcodes.list_all()  # type: ignore[no-untyped-call]  # it has no types
        if entry["state"] not in _ARMED_FORCES and "/" in entry["timezone"]
    )


def table() -> str:
    """Return the text of the table."""
    codes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for code, state, zone in known_codes():
        codes[state, zone].append(int(code))
    return _OPENING.format(version=version("zipcodes")) + "".join(
        f"{state} | {zone} | {line}\n" for (state, zone), numbers in sorted(codes.items()) for line in _lines(numbers)
    )


def _lines(numbers: Sequence[int]) -> Iterator[str]:
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][-1] == number - 1:
            ranges[-1] = [ranges[-1][0], number]
        else:
            ranges.append([number])
    texts = ["-".join(f"{end:05d}" for end in ends) for ends in ranges]
    for start in range(0, len(texts), _RANGES_PER_LINE):
        yield " ".join(texts[start : start + _RANGES_PER_LINE])


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
