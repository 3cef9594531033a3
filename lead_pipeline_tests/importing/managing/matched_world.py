"""A home into which small files are imported one after the other, for tests of what an import does to leads that are
there already.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from lead_pipeline.filing.staging import stage_list
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.lists.suppression_list import load_list
from lead_pipeline.model.lists.list_settings import ListSettings
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import ImportResult
from lead_pipeline.model.suppression_kinds import SuppressionKind
from lead_pipeline_tests.support import Stages, quick_folder, staging

#: Phones of people, by the last two digits.
PHONE = "+121255501{:02}"
ANA, BO, CY = (PHONE.format(number) for number in (1, 2, 3))

FIELDS: dict[str, Any] = {
    "phone": {"type": "phone", "required": True},
    "email": {"type": "email", "on_invalid": "blank"},
    "first_name": {"type": "text"},
}


def managing(
    on_match: dict[str, Any] | None = None, *, into: str = "schedule:main", management: Any = None, **changes: Any
) -> ImportProfile:
    """Return a profile of a schedule, or what else `into` names, with its `lead_management:`."""
    kind, _, name = into.partition(":")
    said: dict[str, Any] = {
        "name": "managing",
        "destination": {"kind": kind, "name": name},
        "default_region": "US",
        "fields": FIELDS,
        "lead_management": {"on_match": on_match or {}} | (management or {}),
    }
    return ImportProfile.model_validate(said | changes)


@dataclass
class MatchedWorld:
    """A home, and what its store says."""

    stages: Stages
    files: int = 0

    def bring(self, *rows: str, by: ImportProfile | None = None, header: str = "phone") -> ImportResult:
        """Import rows under a header; each call is a file of its own."""
        self.files += 1
        path = self.stages.home.root.parent / f"file-{self.files}.csv"
        path.write_text("\n".join((header, *rows, "")), encoding="utf-8")
        by = by or managing()
        return self.stages.file(path, by, identity_name=f"{by.name} {self.files}")

    def suppress(
        self, kind: SuppressionKind, *values: str, header: str = "phone", name: str = "", **said: object
    ) -> None:
        """Load a version of a list."""
        self.files += 1
        path = self.stages.home.root.parent / f"list-{self.files}.csv"
        path.write_text("\n".join((header, *values, "")), encoding="utf-8")
        settings = ListSettings.model_validate({"kind": kind, "region": "US", "name": name or None} | said)
        manifest = stage_list(self.stages.home, path, kind, "US", now=utc_now(), settings=settings)
        load_list(self.stages.store, manifest, self.stages.home, utc_now())

    def leads(self) -> list[tuple[str, str]]:
        """Return phone and destination of every lead, in the order in which they were made."""
        return self.stages.rows("select phone, destination_kind || ':' || destination_name from leads order by lead_id")

    def enrollments(self) -> list[tuple[str, str, str]]:
        """Return phone, schedule and status of every enrollment."""
        return self.stages.rows("select phone, schedule, status from enrollments order by lead_id, schedule")

    def statuses(self, schedule: str = "main") -> dict[str, str]:
        """Return the status of each phone in a schedule; of several leads the last counts."""
        return {phone: status for phone, one, status in self.enrollments() if one == schedule}

    def reachable(self) -> set[tuple[str, str]]:
        """Return phone and schedule of whoever a dialer may call, whatever the hour."""
        return set(self.stages.rows("select phone, destination_name from reachable_leads"))

    def in_force(self) -> set[tuple[str, str]]:
        """Return kind and value of every entry of a list in force."""
        return set(self.stages.rows("select kind, value from suppressions"))

    def events(self) -> list[tuple[Any, ...]]:
        """Return lead, change, status before and after, and cause of every change."""
        return self.stages.rows(
            'select lead_id, change, status_before, status_after, cause from enrollment_events order by "at", lead_id'
        )


@contextmanager
def matched_world() -> Iterator[MatchedWorld]:
    """Give a new home."""
    with quick_folder() as folder, staging(folder / "data") as stages:
        yield MatchedWorld(stages)


def changes_of(result: ImportResult) -> list[tuple[str, str, str | None, int]]:
    """Return what an import says of leads that were there."""
    return [(one.change, one.destination, one.to, one.leads) for one in result.lead_changes]
