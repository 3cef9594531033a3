"""What the watch of the inbox asks of a scheduler, answered by Dagster: which imports runs are at work on, the order of
the partitions, and its run requests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dagster as dg

from lead_pipeline.importing.drops.run_requests import RunRequest
from lead_pipeline.importing.homes import Home
from lead_pipeline.orchestration.defining.naming import Naming
from lead_pipeline.orchestration.jobs import import_leads, load_suppressions
from lead_pipeline.orchestration.liveness import FIRST, LAST, active_imports
from lead_pipeline.orchestration.partitions import imports_partitions, suppression_lists_partitions


@dataclass(frozen=True, slots=True)
class DagsterScheduler:
    """The runs of one instance over the imports of one home."""

    home: Home
    instance: dg.DagsterInstance
    naming: Naming

    def active_imports(self, suspects: Mapping[str, float], now: float) -> tuple[set[str], dict[str, float]]:
        """Return the imports that runs are at work on, and the runs that seem dead, since when; fail those that are."""
        return active_imports(self.home, self.instance, self.naming, suspects, now)

    def in_run_order(self, import_ids: Sequence[str]) -> Sequence[str]:
        """Register imports as partitions, and return all partitions in the order in which Dagster keeps them."""
        name = self.naming.partitions_name(imports_partitions)
        known = set(self.instance.get_dynamic_partitions(name))
        self.instance.add_dynamic_partitions(name, [one for one in import_ids if one not in known])
        return self.instance.get_dynamic_partitions(name)

    def run_of(self, request: RunRequest) -> dg.RunRequest:
        """Return a run request: over one partition, or over a range of them."""
        if request.is_list:
            lists = self.naming.partitions_name(suppression_lists_partitions)
            self.instance.add_dynamic_partitions(lists, [request.first])
        job = self.naming.name((load_suppressions if request.is_list else import_leads).name)
        if request.files == 1:
            return dg.RunRequest(request.key, job_name=job, partition_key=request.first, tags=request.tags)
        ends = {FIRST: request.first, LAST: request.last}
        return dg.RunRequest(request.key, job_name=job, tags={**request.tags, **ends})
