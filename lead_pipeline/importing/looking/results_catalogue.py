"""What the results of a home's imports say, kept in this process: each is read once, and again when it was written
anew. The store is not opened.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.json_files import readable_json
from lead_pipeline.importing.looking.report_folders import is_import_id
from lead_pipeline.model.looks.import_looks import ImportLine
from lead_pipeline.model.outcomes import COMMITTED, Outcome
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ImportResult

_Made = TypeVar("_Made")

#: A file as it was read: when it was written, which it is, how large.
_Version = tuple[int, int, int]


class KnownResult(NamedTuple):
    """What lists and scorecards need of a result; ten thousand of them fit into memory."""

    line: ImportLine
    invalid_phones: int
    duplicates_of: dict[str, int]
    day: date  # on which it ended, where this computer is

    @property
    def is_committed(self) -> bool:
        """Tell whether its leads are in the store."""
        return self.line.status in COMMITTED


class KnownResults:
    """The results of a home at one moment, in the order in which they ended, and what was made of them."""

    def __init__(self, known: Iterable[KnownResult] = ()) -> None:
        self.all = tuple(sorted(known, key=lambda one: (one.line.at, one.line.import_id)))
        self._made: dict[Callable[..., object], object] = {}

    def made(self, make: Callable[[Sequence[KnownResult]], _Made]) -> _Made:
        """Return what a function makes of them; made once."""
        if make not in self._made:
            self._made[make] = make(self.all)
        return cast("_Made", self._made[make])


class ResultsCatalogue:
    """The results of one home, read as far as they changed since they were last asked for."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._versions: dict[str, _Version] = {}
        self._known: dict[str, KnownResult] = {}
        self._results = KnownResults()

    def results(self) -> KnownResults:
        """Return what is known of every import with a result."""
        with self._lock:
            if self._refreshed():
                self._results = KnownResults(self._known.values())
            return self._results

    def _refreshed(self) -> bool:
        """Read what changed, and return whether anything did."""
        found = dict(_versions_in(self._home.reports))
        gone = self._versions.keys() - found.keys()
        changed = [import_id for import_id, version in found.items() if self._versions.get(import_id) != version]
        for import_id in gone:
            self._known.pop(import_id, None)
        for import_id in changed:
            result = readable_json(self._home.reports / import_id / "result.json", ImportResult)
            if result is None:  # damaged, or removed since
                self._known.pop(import_id, None)
            else:
                self._known[import_id] = _known(result)
        self._versions = found
        return bool(gone or changed)


@lru_cache(maxsize=16)
def _catalogue_at(root: Path) -> ResultsCatalogue:
    return ResultsCatalogue(Home(root))


def catalogue_of(home: Home) -> ResultsCatalogue:
    """Return the catalogue of a home that this process keeps."""
    return _catalogue_at(home.root)


def _versions_in(reports: Path) -> Iterator[tuple[str, _Version]]:
    """Yield each import that has a result, and the version of it: a new one is always another file."""
    try:
        entries = list(os.scandir(reports))
    except FileNotFoundError:
        return
    for entry in entries:
        if is_import_id(entry.name):
            try:
                facts = os.stat(f"{entry.path}/result.json")  # noqa: PTH116  # ten thousand of them, at every look
            except OSError:
                continue
            yield entry.name, (facts.st_mtime_ns, facts.st_ino, facts.st_size)


def _known(result: ImportResult) -> KnownResult:
    phones = (one.count for one in result.reasons if one.outcome == Outcome.REJECTED and _of_phone(one.code))
    return KnownResult(_line(result), sum(phones), result.duplicates_of, result.ended_at.astimezone().date())


def _line(result: ImportResult) -> ImportLine:
    return ImportLine(
        import_id=result.import_id,
        status=result.status,
        profile=result.profile,
        source=result.source,
        destination=result.destination,
        file_name=result.file.file_name,
        rows_read=result.rows_read,
        counts=result.counts,
        reject_rate=result.reject_rate,
        rows_recovered=result.rows_recovered,
        sequel_of=result.sequel.of,
        why=result.message,
        came_at=result.started_at,
        at=result.ended_at,
    )


def _of_phone(code: str) -> bool:
    return REASONS[Reason(code)].field == "phone"
