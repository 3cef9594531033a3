"""A home in which the tests of one system import files, step by step through the functions that the assets call, with a
real store; and what of it they ask for.
"""

import contextlib
import csv
import io
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lead_pipeline.filing.home import Home
from lead_pipeline.importing.dry_running import dry_run
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import ImportResult
from lead_pipeline.profiles import load_profile
from lead_pipeline.store.settings import StoreSettings
from lead_pipeline_tests.support import Stages, quick_folder, staging

Codes = tuple[str, ...]


@dataclass
class System:
    """A home, and the bundled profile whose behaviour is tested in it."""

    stages: Stages
    name: str
    _files: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def root(self) -> Path:
        return self.stages.home.root

    def profile(self, said: str = "") -> ImportProfile:
        """Return the bundled profile, or one of one's own that extends it and says something else."""
        if not said:
            return load_profile(self.name, folder=None)
        own = f"own_{next(self._files)}"
        path = self.stages.home.profiles / f"{own}.yaml"
        path.write_text(f"name: {own}\nextends: {self.name}\n{said}\n", encoding="utf-8")
        return load_profile(own, folder=self.stages.home.profiles)

    def aimed(self, where: str, said: str = "") -> ImportProfile:
        """Return the profile, loading into a destination of the test's own."""
        kind = load_profile(self.name, folder=None).destination.kind
        return self.profile(f"destination: {{kind: {kind}, name: {where}}}\n{said}")

    def csv(self, header: Sequence[str] | None, *rows: Sequence[str], name: str = "", dialect: str = "excel") -> Path:
        """Write a file of these cells; without a header, it has none."""
        text = io.StringIO()
        csv.writer(text, dialect).writerows([header, *rows] if header else rows)
        return self.text(text.getvalue(), name)

    def text(self, text: str, name: str = "") -> Path:
        """Write a file with this text."""
        path = self.root.parent / (name or f"list {next(self._files)}.csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def imported(self, profile: ImportProfile, header: Sequence[str] | None, *rows: Sequence[str]) -> ImportResult:
        """Write a file and import it."""
        return self.stages.file(self.csv(header, *rows), profile)

    def verdicts(self, result: ImportResult) -> list[tuple[str, Codes]]:
        """Return the outcome of each row, with the codes of its reasons and warnings."""
        rows = self.stages.rows(
            "select outcome, list_concat(reason_codes, warning_codes) from row_outcomes where import_id = ?"
            " order by row_number",
            result.import_id,
        )
        return [(outcome, tuple(codes)) for outcome, codes in rows]

    def hints(self, result: ImportResult) -> list[str | None]:
        """Return what is told of each row beyond its reasons."""
        told = "select hints from row_outcomes where import_id = ? order by row_number"
        return [hint for (hint,) in self.stages.rows(told, result.import_id)]

    def leads(self, profile: ImportProfile, *columns: str) -> list[tuple[Any, ...]]:
        """Return these columns of the leads that the profile's destination has, in the order of their numbers."""
        aim = profile.destination
        return self.stages.rows(
            f"select {', '.join(columns)} from leads where destination_kind = ? and destination_name = ?"
            " order by lead_id",
            aim.kind,
            aim.name,
        )

    def attributes(self, profile: ImportProfile) -> list[dict[str, Any]]:
        """Return the attributes of the destination's leads."""
        return [json.loads(text or "{}") for (text,) in self.leads(profile, "attributes")]

    def rejected_file(self, result: ImportResult) -> list[dict[str, str]]:
        """Return the rows of the rejected file, as a spreadsheet would show them."""
        assert result.rejected_file is not None
        with (self.root / result.rejected_file).open(newline="", encoding="utf-8-sig") as lines:
            return list(csv.DictReader(lines))


@contextlib.contextmanager
def home_of(name: str, environment: Mapping[str, str] | None = None) -> Iterator[System]:
    """Prepare a home for the tests of one system."""
    with quick_folder() as folder, staging(folder / "home") as stages:
        yield System(Stages(stages.home, stages.store, environment or {}), name)


def dry_run_of(home: Home, file: Path, profile: ImportProfile, *, again: bool = False) -> ImportResult:
    """Say what an import would do. It opens the store itself, so that nobody else may have it open."""
    return dry_run(
        home,
        file,
        profile,
        identity_name=profile.name,
        again=again,
        settings=StoreSettings(),
        on_wait=lambda _waited, _holder: None,
        listener=lambda _step, _rows, _progress: None,
    )


def counts(result: ImportResult) -> dict[str, int]:
    """Return the rows by outcome, those that there are."""
    return {outcome: rows for outcome, rows in result.counts.model_dump().items() if rows}


def now() -> datetime:
    return datetime.now(UTC)
