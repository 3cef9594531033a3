"""What the definitions of one home are called in a Dagster, which may have those of other homes and teams as well."""

import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from lead_pipeline.model.errors import UsageError

#: The tag by which the runs of a home are known wherever else is run in the same Dagster.
HOME = "lead_pipeline/home"

_PART = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Naming:
    """The names for one home. Whatever Dagster keeps one of for each name has the key prefix before it: assets and
    their ops, jobs, sensors, resources and dynamic partitions.
    """

    home: Path
    key_prefix: tuple[str, ...] = ()
    #: Jobs and sensors that were defined for the home, so that a sensor and the list of jobs have the same job.
    defined: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def name(self, name: str) -> str:
        """Return what a job, op, sensor, resource or set of partitions is called: `crm__import_leads`."""
        return "__".join((*self.key_prefix, name))

    def asset_key(self, table: str) -> dg.AssetKey:
        """Return the key of one of our assets: `crm/imported_leads`."""
        return dg.AssetKey([*self.key_prefix, table])

    def partitions(self, partitions: dg.PartitionsDefinition) -> dg.DynamicPartitionsDefinition:
        """Return our partitions under the name that they have here."""
        return dg.DynamicPartitionsDefinition(name=self.partitions_name(partitions))

    def partitions_name(self, partitions: dg.PartitionsDefinition) -> str:
        """Return under which name Dagster keeps the keys of our partitions."""
        if not isinstance(partitions, dg.DynamicPartitionsDefinition):
            raise TypeError("Ours are all dynamic.")
        return self.name(str(partitions.name))

    def deps(self, deps: Iterable[dg.AssetDep]) -> list[dg.AssetDep]:
        """Return what an asset depends on, by the keys that our assets have here."""
        return [dg.AssetDep(self.asset_key(one.asset_key.path[-1]), partition_mapping=one.partition_mapping)
                for one in deps]  # fmt: skip

    @property
    def run_tags(self) -> dict[str, str]:
        """Return the tags that every run of our jobs has: the home by its name, and a hash of where it is, which is
        short enough for the list of runs.
        """
        where = self.home.resolve()
        return {HOME: f"{where.name}@{hashlib.sha256(os.fsencode(where)).hexdigest()[:8]}"}


def parsed_key_prefix(given: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return a key prefix as its parts, given as `crm`, `crm/leads` or a list of parts.

    Raises: UsageError for a part that cannot be in the name of an op of Dagster's.
    """
    parts = tuple(given.split("/") if isinstance(given, str) else given or ())
    for part in parts:
        if not _PART.fullmatch(part) or "__" in part:
            raise UsageError(
                f"key_prefix has the part '{part}': it begins with a letter and has letters, digits and single "
                "underscores only. Write crm, or crm/leads."
            )
    return parts
