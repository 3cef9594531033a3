"""Where imports stand, from the moment in which their files were staged: read from manifests, decisions, locks,
receipts and results, never from the store, so that no answer waits for an import.
"""

import contextlib
import os
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lead_pipeline.filing.decisions import state_of
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.import_id import short_of
from lead_pipeline.filing.json_files import readable_json
from lead_pipeline.filing.life_cycle import is_finished
from lead_pipeline.filing.locks import is_locked
from lead_pipeline.filing.manifests import Manifest, manifest_path, pending_manifests
from lead_pipeline.filing.receipts import Receipt, find_receipt, receipt_path
from lead_pipeline.importing.concluding import earlier_result
from lead_pipeline.importing.handed_in.kept_progress import find_progress
from lead_pipeline.model.errors import ImportNotFoundError, did_you_mean
from lead_pipeline.model.handed_in.import_state import ImportState
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus
from lead_pipeline.model.results import ImportResult

#: Among how many ids the nearest to an unknown one is looked for.
_IDS_COMPARED = 1000


def state_of_import(home: Home, import_id: str) -> ImportState:
    """Return where an import stands; raises ImportNotFoundError when nothing was staged under that id."""
    found = _find(home, import_id) or _find(home, import_id)  # a manifest becomes a receipt between two looks
    if found is None:
        raise ImportNotFoundError(
            f"No import has the id '{import_id}'.{did_you_mean(import_id, _known(home))} "
            "`lead-pipeline history` lists all imports."
        )
    return found


def list_states(home: Home, *, limit: int, offset: int = 0) -> tuple[tuple[ImportState, ...], int]:
    """Return where imports stand, newest first, and how many there are: those that something is left to do for come
    before those that are over.
    """
    if not home.staging.is_dir():
        return (), 0
    pending = sorted(pending_manifests(home), key=lambda one: one.staged_at, reverse=True)
    unfinished = {short_of(one.identity) for one in pending}
    over = [name for name in _receipts(home) if name not in unfinished]
    waiting = [_pending_state(home, one) for one in pending[offset : offset + limit]]
    start = max(offset - len(pending), 0)
    rest = islice(over, start, None)
    found = waiting + list(islice(filter(None, (_state_of_receipt(home, name) for name in rest)), limit - len(waiting)))
    return tuple(found), len(pending) + len(over)


def _find(home: Home, import_id: str) -> ImportState | None:
    manifest = readable_json(manifest_path(home, import_id), Manifest)
    if manifest is not None and manifest.import_id == import_id and not is_finished(home, import_id):
        return _pending_state(home, manifest)
    receipt = find_receipt(home, import_id)
    if receipt is not None and receipt.manifest.import_id == import_id:
        return _ended_state(home, receipt)
    return None


def _pending_state(home: Home, manifest: Manifest) -> ImportState:
    """Return where an import stands that something is left to do for."""
    decided = state_of(home, manifest)
    is_at_work = is_locked(home, manifest.import_id)
    progress = find_progress(home, manifest.import_id) if is_at_work else None
    status = ImportStatus.PROCESSING if is_at_work else ImportStatus.QUEUED
    result, waits_for = None, manifest.waits_for
    if decided == "awaited":
        status, result = ImportStatus.AWAITING_APPROVAL, _result_of(home, manifest)
        waits_for = result.message if result else "A person has to approve it."
    return _state(
        manifest,
        status=status,
        step=progress.step if progress else "",
        progress=progress.progress if progress else None,
        waits_for=waits_for,
        result=result,
    )


def _ended_state(home: Home, receipt: Receipt) -> ImportState:
    manifest, result = receipt.manifest, _result_of(home, receipt.manifest)
    # What is done about an import later, such as undoing it, stands in its result.
    status = result.status if result is not None and receipt.status in COMMITTED else receipt.status
    progress = result.progress if result else None
    return _state(manifest, status=status, ended_at=receipt.at, progress=progress, result=result)


def _state(manifest: Manifest, **known: Any) -> ImportState:  # noqa: ANN401  # as many kinds as the model has fields
    """Return a state with what is known of the file that was staged."""
    return ImportState(
        import_id=manifest.import_id,
        profile=manifest.profile.name,
        destination=str(manifest.profile.destination),
        file_name=manifest.file_name,
        file_bytes=manifest.file_bytes,
        submitted_at=manifest.staged_at,
        **known,
    )


def _result_of(home: Home, manifest: Manifest) -> ImportResult | None:
    with contextlib.suppress(ImportNotFoundError):
        return earlier_result(home, manifest.import_id).model_copy(update={"already_imported": False})
    return None


def _receipts(home: Home) -> list[str]:
    """Return the names of the receipts, newest first; none of a store that is gone."""
    if not home.has_leads:
        return []
    with os.scandir(home.staging / "receipts") as entries:
        timed = [(entry.stat().st_mtime_ns, entry.name) for entry in entries if not entry.name.startswith(".")]
    return [name.removesuffix(".json") for _, name in sorted(timed, reverse=True)]


def _state_of_receipt(home: Home, name: str) -> ImportState | None:
    receipt = readable_json(receipt_path(home, name), Receipt)
    return _ended_state(home, receipt) if receipt is not None else None


def _known(home: Home) -> Iterator[str]:
    if home.staging.is_dir():
        yield from (one.import_id for one in pending_manifests(home))
        with os.scandir(home.reports) as entries:
            yield from islice((entry.name for entry in entries), _IDS_COMPARED)
