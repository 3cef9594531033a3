"""Runs the jobs in this process, against the same instance that the UI shows."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import dagster as dg

from lead_pipeline.importing.homes import Home, masked_name, waiting_command
from lead_pipeline.importing.progress import Listener, listening
from lead_pipeline.importing.submitting import (
    ActivityManifest,
    ListManifest,
    Manifest,
    begin_attempt,
    earlier_result,
    finished_result,
    submit_activity,
    submit_file,
    submit_list,
    unrecorded_refusals,
)
from lead_pipeline.importing.waiting import may_ever_wait
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import ListRefusedError, RunFailedError, StoppedError
from lead_pipeline.model.lists.list_settings import ListSettings
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import ImportResult
from lead_pipeline.orchestration.activity.activity_asset import (
    call_activity,
    call_activity_partitions,
    load_call_activity,
)
from lead_pipeline.orchestration.assets import mapped_leads, normalized_leads, raw_leads
from lead_pipeline.orchestration.boundary import REFUSED
from lead_pipeline.orchestration.building import build_definitions
from lead_pipeline.orchestration.dagster_internals import WithoutLogFailures
from lead_pipeline.orchestration.dagster_scheduler import DagsterScheduler
from lead_pipeline.orchestration.defining.naming import Naming
from lead_pipeline.orchestration.defining.recipes import HOME_RESOURCE
from lead_pipeline.orchestration.instance import open_instance, open_other_instance
from lead_pipeline.orchestration.instances.chosen_instance import choose_instance
from lead_pipeline.orchestration.jobs import import_leads, load_suppressions
from lead_pipeline.orchestration.liveness import FIRST, LAST
from lead_pipeline.orchestration.partitions import imports_partitions, suppression_lists_partitions
from lead_pipeline.orchestration.resources import HomeResource
from lead_pipeline.orchestration.sqlite import release_sqlite
from lead_pipeline.orchestration.suppression_asset import suppressions

#: The terminal shows our own progress; the run's log is in the UI.
_QUIET: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


#: The steps of an import before anything of it is written.
_BEFORE_THE_COMMIT = (raw_leads.name, mapped_leads.name, normalized_leads.name)


class Launcher:
    """The jobs of one home, built once and run as often as needed."""

    def __init__(
        self,
        home: Home,
        instance: dg.DagsterInstance,
        *,
        store_wait_seconds: float = 60.0,
        key_prefix: tuple[str, ...] = (),
    ) -> None:
        self.home = home
        self.instance = instance
        self._naming = Naming(home.root, key_prefix)
        resource = HomeResource(root=str(home.root), key_prefix=key_prefix, store_wait_seconds=store_wait_seconds)
        replaced = {self._naming.name(HOME_RESOURCE): resource}
        self._definitions = build_definitions(home.root, key_prefix=key_prefix, resources=replaced)

    def stage(
        self,
        file: Path,
        profile: ImportProfile,
        destination: Destination | None = None,
        *,
        again: bool = False,
        known_as: str | None = None,
    ) -> Manifest:
        """Stage a file; one aimed at another destination than its profile's is an import of its own.

        With `again`, stage those rows alone that became no lead; raises UsageError when there are none. `known_as` is
        what people know the file by.
        """
        return submit_file(self.home, file, profile, destination, again=again, known_as=known_as)

    def stage_list(self, file: Path, settings: ListSettings, *, known_as: str | None = None) -> ListManifest:
        """Stage a suppression list; raises FileUnreadableError."""
        return submit_list(self.home, file, settings, known_as=known_as)

    def import_staged(self, manifest: Manifest, listener: Listener) -> ImportResult:
        """Import a staged file in a recorded run, unless it was imported before; raises RunFailedError."""
        with waiting_command(self.home) as command, listening(listener):
            imported = begin_attempt(self.home, manifest, command)
            if imported is not None:
                return imported
            self._import(manifest)
        return self._ended(manifest.import_id)

    def import_together(self, manifests: Sequence[Manifest]) -> list[ImportResult | RunFailedError]:
        """Import staged files in as few recorded runs as can be, unless they were imported before; return what came of
        each, or why its run ended without it.
        """
        with waiting_command(self.home) as command:
            each = {manifest.import_id: manifest for manifest in manifests}
            known = {import_id: begin_attempt(self.home, one, command) for import_id, one in each.items()}
            failed: dict[str, RunFailedError] = {}
            for group in self._groups([each[import_id] for import_id, result in known.items() if result is None]):
                try:
                    self._import_group(group)
                except RunFailedError as error:  # which may concern only one of them
                    failed |= {
                        manifest.import_id: error for manifest in group if not finished_result(self.home, manifest)
                    }
        return [
            failed.get(one) or known[one] or self._ended(one) for one in (manifest.import_id for manifest in manifests)
        ]

    def _ended(self, import_id: str) -> ImportResult:
        return earlier_result(self.home, import_id).model_copy(update={"already_imported": False})

    def _groups(self, manifests: Sequence[Manifest]) -> list[list[Manifest]]:
        """Return which files share a run: neighbours among the partitions that never wait for a person."""
        scheduler = DagsterScheduler(self.home, self.instance, self._naming)
        together = {one.import_id: one for one in manifests if not may_ever_wait(one.profile)}
        order = scheduler.in_run_order(list(together))
        groups = [[one] for one in manifests if one.import_id not in together]
        for wanted, ids in groupby(order, together.__contains__):
            if wanted:
                groups.append([together[import_id] for import_id in ids])
        return groups

    def _import_group(self, group: Sequence[Manifest]) -> None:
        if len(group) == 1:
            self._import(group[0])
            return
        ends = {FIRST: group[0].import_id, LAST: group[-1].import_id}
        result = self._run(import_leads.name, ends | {"lead_pipeline/files": str(len(group))})
        if not result.success and not _is_refused(result):
            raise RunFailedError(_why(result))

    def record_refusals(self) -> None:
        """Record, in runs, the imports that are refused without being read and that nobody has recorded yet."""
        for manifest in unrecorded_refusals(self.home):
            # Whoever comes next tries again.
            with contextlib.suppress(RunFailedError), waiting_command(self.home) as command:
                begin_attempt(self.home, manifest, command)
                self._import(manifest)

    def _import(self, manifest: Manifest) -> None:
        tags = {"lead_pipeline/profile": manifest.profile.name, "lead_pipeline/file": masked_name(manifest.file_name)}
        result = self._run_of(import_leads.name, imports_partitions, manifest.import_id, tags)
        if not result.success and not _is_refused(result):  # what was refused has a result, as what was imported
            raise RunFailedError(_why(result))

    def carry_out(self, manifest: Manifest, listener: Listener) -> ImportResult:
        """Do what was decided about an import, in a recorded run, unless it is done already; raises RunFailedError."""
        return finished_result(self.home, manifest) or self.import_staged(manifest, listener)

    def load_list(self, manifest: ListManifest) -> dict[str, Any]:
        """Load a staged suppression list in a recorded run and return its counts.

        Raises: ListRefusedError when nothing of it was loaded because of what is in it, else RunFailedError.
        """
        tags = {"lead_pipeline/kind": manifest.kind, "lead_pipeline/file": masked_name(manifest.file_name)}
        result = _loaded(self._run_of(load_suppressions.name, suppression_lists_partitions, manifest.list_id, tags))
        metadata = result.asset_materializations_for_node(self._naming.name(suppressions.name))[0].metadata
        return {name: value.value for name, value in metadata.items() if not name.startswith("dagster/")}

    def stage_activity(self, file: Path, said: Mapping[str, object]) -> ActivityManifest:
        """Stage a drop of call activity; raises UsageError for a region or time zone that does not exist."""
        return submit_activity(self.home, file, said)

    def load_activity(self, manifest: ActivityManifest) -> dict[str, Any]:
        """Load a staged drop of call activity in a recorded run and return its counts; raises as `load_list`."""
        tags = {"lead_pipeline/file": masked_name(manifest.file_name)}
        result = _loaded(self._run_of(load_call_activity.name, call_activity_partitions, manifest.drop_id, tags))
        metadata = result.asset_materializations_for_node(self._naming.name(call_activity.name))[0].metadata
        return {name: value.value for name, value in metadata.items() if not name.startswith("dagster/")}

    def _run_of(
        self, job: str, partitions: dg.DynamicPartitionsDefinition, key: str, tags: dict[str, str]
    ) -> dg.ExecuteInProcessResult:
        self.instance.add_dynamic_partitions(self._naming.partitions_name(partitions), [key])
        return self._run(job, tags, key)

    def _run(self, job: str, tags: dict[str, str], key: str | None = None) -> dg.ExecuteInProcessResult:
        """Run a job over a partition, or over the range that the tags name."""
        with contextlib.redirect_stderr(WithoutLogFailures(sys.stderr)):
            result = self._definitions.resolve_job_def(self._naming.name(job)).execute_in_process(
                instance=self.instance, partition_key=key, tags=tags, run_config=_QUIET, raise_on_error=False
            )
        if not result.success and _is_stopped(result):
            raise StoppedError(self._what_holds(job, result)) from None
        return result

    def _what_holds(self, job: str, result: dg.ExecuteInProcessResult) -> str:
        """Return what is so after a run was stopped: whether rows may be written is known by the steps that ended."""
        if job != import_leads.name:
            return "Stopped. Run the same command again to finish; nothing is loaded twice."
        done = {event.step_key for event in result.all_events if event.is_step_success}
        if not done >= set(map(self._naming.name, _BEFORE_THE_COMMIT)):
            return (
                "Stopped. Nothing of this file was imported; run the same command again to continue. A running UI "
                "imports it by itself, for it is staged."
            )
        return (
            "Stopped while the rows were being written: either all of them are imported, or none. Run the same command "
            "again to see which and to finish; nothing is imported twice. A running UI does so by itself."
        )


def _loaded(result: dg.ExecuteInProcessResult) -> dg.ExecuteInProcessResult:
    """Return a run that loaded something; raises as `load_list`."""
    if not result.success:
        raise (ListRefusedError if _is_refused(result) else RunFailedError)(_why(result))
    return result


#: How Dagster names an interrupt that comes while a step is at work, and between steps.
_INTERRUPTS = frozenset({"DagsterExecutionInterruptedError", "KeyboardInterrupt"})


def _is_stopped(result: dg.ExecuteInProcessResult) -> bool:
    """Return whether an interrupt ended the run, which Dagster makes a failure of."""
    errors = (getattr(event.event_specific_data, "error", None) for event in result.all_events if event.is_failure)
    return any(error is not None and error.cls_name in _INTERRUPTS for error in errors)


def _is_refused(result: dg.ExecuteInProcessResult) -> bool:
    for event in result.all_events:
        failure = event.event_specific_data if event.is_step_failure else None
        metadata = getattr(getattr(failure, "user_failure_data", None), "metadata", {})
        if REFUSED in metadata and metadata[REFUSED].value:
            return True
    return False


def _why(result: dg.ExecuteInProcessResult) -> str:
    """Return the sentence of the step that failed, or where to look for it."""
    for event in result.all_events:
        failure = event.event_specific_data if event.is_step_failure else None
        description = getattr(getattr(failure, "user_failure_data", None), "description", None)
        if description:
            return str(description)
    kinds: Sequence[str] = [
        str(event.event_specific_data.error.cls_name)  # type: ignore[union-attr]
        for event in result.all_events
        if event.is_step_failure and getattr(event.event_specific_data, "error", None)
    ]
    return (
        f"The run {result.run_id} crashed ({', '.join(kinds) or 'no step says why'}). Nothing was imported twice and "
        "nothing is lost: the file stays staged. The run's log in the UI names the lines of code; please report it."
    )


@contextlib.contextmanager
def opened_launcher(home: Home, store_wait: float, on_notice: Callable[[str], None]) -> Iterator[Launcher]:
    """Give what runs the jobs of a home, with the instance that has its history open for as long as the block lasts.

    `on_notice` is called with a sentence when that is not the home's own. Raises: UsageError, LeadPipelineError.
    """
    chosen = choose_instance(home)
    other = chosen.dagster_home
    instance = open_instance(home) if other is None else open_other_instance(other)
    if chosen.sentence:
        on_notice(chosen.sentence)
    try:
        yield Launcher(home, instance, store_wait_seconds=store_wait, key_prefix=chosen.key_prefix)
    finally:
        instance.dispose()
        release_sqlite()
