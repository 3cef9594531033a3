"""Hands files and answers in, and hands results out: what is done about an import before and after its run. Running it
does not belong here.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lead_pipeline.filing.activity.activity_manifests import ActivityManifest
from lead_pipeline.filing.archive import discard_copy
from lead_pipeline.filing.cleanup import sweep
from lead_pipeline.filing.decisions import Answer, decide, waiting_imports
from lead_pipeline.filing.home import Home, shown_name
from lead_pipeline.filing.import_id import aimed_at
from lead_pipeline.filing.life_cycle import is_finished, note_request
from lead_pipeline.filing.list_manifests import ListManifest
from lead_pipeline.filing.lists.refused_deliveries import note_refused_delivery
from lead_pipeline.filing.manifests import Manifest, pending_manifests
from lead_pipeline.filing.receipts import find_receipt, is_imported
from lead_pipeline.filing.staging import FileChangedError, stage_activity, stage_import, stage_list
from lead_pipeline.importing.activity.activity_settings_given import activity_settings_given, folder_activity_settings
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.concluding import earlier_result
from lead_pipeline.importing.sequels.judging_again import find_earlier, with_changed_profile
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import FileUnreadableError, UsageError, listed
from lead_pipeline.model.listings import ListResult
from lead_pipeline.model.lists.list_settings import ListSettings
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import ImportResult

__all__ = ["ActivityManifest", "Answer", "ListManifest", "Manifest", "earlier_result"]


def submit_file(
    home: Home,
    file: Path,
    profile: ImportProfile,
    destination: Destination | None = None,
    *,
    again: bool = False,
    known_as: str | None = None,
) -> Manifest:
    """Stage a file; one for another destination than its profile's is an import of its own.

    So is, with `again`, the import of those rows alone that became no lead when the same content was imported.

    Raises: FileUnreadableError, FileChangedError; UsageError when there is nothing to judge again.
    """
    sweep(home, utc_now().timestamp())
    aimed, identity_name = aimed_at(profile, destination)
    rows = None
    if again:
        rows, identity_name = find_earlier(home, file, aimed, identity_name)
    return stage_import(home, file, aimed, now=utc_now(), identity_name=identity_name, known_as=known_as, again=rows)


def submit_list(home: Home, file: Path, settings: ListSettings, *, known_as: str | None = None) -> ListManifest:
    """Stage a suppression list; raises FileUnreadableError, which those who require the list will know of."""
    now = utc_now()
    sweep(home, now.timestamp())
    try:
        return stage_list(home, file, settings.kind, settings.region, now=now, settings=settings, known_as=known_as)
    except FileChangedError:  # not refused, but to be tried again
        raise
    except FileUnreadableError as error:
        note_refused_delivery(home, shown_name(file), settings, str(error), now)
        raise


def list_result(manifest: ListManifest, metadata: Mapping[str, Any]) -> ListResult:
    """Return what came of a list, given what the run that loaded it left in the event log."""
    known = {name: value for name, value in metadata.items() if name in ListResult.model_fields}
    lines = tuple(int(line) for line in known.pop("lines_rejected").split(",") if line)
    rejected_file = known.pop("rejected_file") or None
    destination = manifest.said.destination
    return ListResult(
        list_id=manifest.list_id,
        kind=manifest.kind,
        file_name=manifest.file_name,
        destination=str(destination) if destination else None,
        lines_rejected=lines,
        rejected_file=rejected_file,
        **known,
    )


def submit_activity(home: Home, file: Path, said: Mapping[str, object]) -> ActivityManifest:
    """Stage a drop of call activity. What is not said here holds as for files in inbox/call_activity.

    Raises: UsageError for a key, region or time zone that there is not, ProfileError, FileUnreadableError.
    """
    sweep(home, utc_now().timestamp())
    given = {key: value for key, value in said.items() if value is not None}
    default = folder_activity_settings(home, "").model_dump(exclude_unset=True)
    return stage_activity(home, file, activity_settings_given(default | given), now=utc_now())


def answer_waiting(home: Home, import_id: str, answer: Answer) -> Manifest:
    """Record what a person answered about an import that waits; carrying it out is up to the next run.

    Raises: ImportNotFoundError, UsageError when it does not wait (any more) or the other answer was given,
    LeadPipelineError when a run is at work on it for too long.
    """
    receipt = find_receipt(home, import_id) if is_finished(home, import_id) else None
    if receipt is not None and receipt.manifest.import_id == import_id:
        waiting = waiting_imports(home)
        raise UsageError(
            f"Import {import_id} does not wait for approval: it is {receipt.status.value}, and nothing was done. "
            + (f"Waiting for approval: {listed(waiting)}." if waiting else "No import is waiting.")
        )
    return decide(home, import_id, answer, utc_now())


def begin_attempt(home: Home, manifest: Manifest, command: str) -> ImportResult | None:
    """Return what came of an import that was completed before; None, and the attempt of a waiting command is counted,
    when a run is due.
    """
    if is_imported(home, manifest.identity):
        discard_copy(home, manifest)
        return with_changed_profile(home, manifest, earlier_result(home, manifest.import_id))
    note_request(home, manifest, utc_now(), commanded_by=command)
    return None


def unrecorded_refusals(home: Home) -> list[Manifest]:
    """Return what was staged only to be refused, and that no run was asked for yet."""
    return [one for one in pending_manifests(home) if one.refusal is not None and not one.attempts]


def finished_result(home: Home, manifest: Manifest) -> ImportResult | None:
    """Return what came of an import for which nothing is left to do, None of any other."""
    return earlier_result(home, manifest.import_id) if is_finished(home, manifest.import_id) else None
