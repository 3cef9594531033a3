"""How much memory the store may use: what it is opened for needs, and no more than a share of what is free. What it
does with it does not belong here.
"""

import contextlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from lead_pipeline.model.errors import StoreError

#: The environment variable that says how much memory the store may use, as DuckDB spells sizes: `4GB`.
MEMORY = "LEAD_PIPELINE_STORE_MEMORY"

#: What it may always use, for that is little; and what a row that is written needs besides: updates of a transaction
#: stay in memory until it ends (DuckDB 2.0), all else can be spilled.
_LEAST, _EACH_ROW = 800_000_000, 300

#: What an import is tried with first: so much and so much more for each thread, for a thread that writes has a group of
#: rows in memory; for each row beyond a million, and at most. All else is spilled, temporary tables that nothing reads
#: any more before others.
_FRUGAL, _EACH_THREAD, _EACH_ROW_BEYOND, _FRUGAL_MOST = 100_000_000, 50_000_000, 100, 800_000_000
_FEW_ROWS = 1_000_000

#: More rows than these are not tried with little: ten million were seen to fit, and a try that fails costs as much as
#: the import.
_MOST_ROWS_TRIED = 10_000_000

#: What may be used of that which is free: the rows of other imports are read and normalized at the same time.
_SHARE = 0.5

_SIZE = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})? ?([KMGT]i?B)", re.IGNORECASE)


def memory_limit(rows: int, environment: Mapping[str, str], free: int | None) -> str:
    """Return how much memory the store may use, as DuckDB spells sizes.

    Args:
        rows: how many rows are to be written.
        environment: where somebody may have said how much.
        free: the bytes that are free, see `free_memory`; None where nobody knows.

    Raises: StoreError for what is no size.
    """
    wanted = _LEAST + rows * _EACH_ROW
    return _said(environment) or f"{max(_LEAST, min(wanted, int((free or 0) * _SHARE))) // 1_000_000}MB"


def frugal_limit(rows: int, environment: Mapping[str, str], free: int | None, threads: int) -> str:
    """Return as `memory_limit` how much an import of so many rows is tried with first, by the store's threads."""
    if rows > _MOST_ROWS_TRIED:
        return memory_limit(rows, environment, free)
    least = _FRUGAL + threads * _EACH_THREAD
    wanted = min(least + max(0, rows - _FEW_ROWS) * _EACH_ROW_BEYOND, _FRUGAL_MOST)
    return (
        _said(environment) or f"{max(min(least, _FRUGAL_MOST), min(wanted, int((free or 0) * _SHARE))) // 1_000_000}MB"
    )


def limits_to_try(rows: int, environment: Mapping[str, str], free: int | None, threads: int) -> list[str]:
    """Return with how much memory an import of so many rows is tried, one after another while it is not enough: with
    little, with what its rows need, and with all that may be used, for an import may have to change more than its own
    rows (the time zones of all leads that have none yet). One size where somebody said how much.
    """
    everything = max(_LEAST, int((free or 0) * _SHARE)) // 1_000_000
    tried = [frugal_limit(rows, environment, free, threads), memory_limit(rows, environment, free)]
    return list(dict.fromkeys(tried if _said(environment) else [*tried, f"{everything}MB"]))


def _said(environment: Mapping[str, str]) -> str:
    said = environment.get(MEMORY, "").strip()
    if said and not _SIZE.fullmatch(said):
        raise StoreError(f"{MEMORY} is '{said[:20]}', which is not a size. Write one such as 4GB, or remove it.")
    return said


def free_memory(root: Path = Path("/")) -> int | None:
    """Return the bytes that processes may still take, by the machine and by the limits of a container (cgroups 1 and
    2); None where the system does not say. `root` is where its files are.
    """
    found = [bytes_ for bytes_ in (_of_machine(root), *_of_container(root)) if bytes_ is not None]
    return max(0, min(found)) if found else None


def _of_machine(root: Path) -> int | None:
    found = re.search(r"^MemAvailable:\s+(\d+) kB", _text(root / "proc/meminfo"), re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def _of_container(root: Path) -> list[int | None]:
    own = re.search(r"^0::(/.*)$", _text(root / "proc/self/cgroup"), re.MULTILINE)
    groups = root / "sys/fs/cgroup"
    second = groups / (own[1].strip("/") if own else "")
    return [
        _left(second / "memory.max", second / "memory.current"),
        _left(groups / "memory.max", groups / "memory.current"),
        _left(groups / "memory/memory.limit_in_bytes", groups / "memory/memory.usage_in_bytes"),
    ]


def _left(limit: Path, used: Path) -> int | None:
    """Return what a limit leaves; None without one, which is `max`, or a number that no machine has."""
    most, taken = _text(limit).strip(), _text(used).strip()
    return int(most) - int(taken) if most.isdigit() and taken.isdigit() and int(most) < 1 << 60 else None


def _text(path: Path) -> str:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return path.read_text()
    return ""


def limit_now(rows: int) -> str:
    """Return how much memory the store may use on this machine, now; raises StoreError as `memory_limit`."""
    return memory_limit(rows, os.environ, free_memory())


def limits_to_try_now(rows: int) -> list[str]:
    """Return the same of an import of so many rows, as `limits_to_try`."""
    return limits_to_try(rows, os.environ, free_memory(), os.cpu_count() or 1)
