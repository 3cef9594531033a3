"""What happens to an import between its drop and its end: registered, requested, finished, forgotten. Each step is one
small file that appears or goes, so that it survives whatever process dies.
"""

import os
import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from lead_pipeline.filing.atomic import Lasting, flush_folder
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.import_id import short_of
from lead_pipeline.filing.json_files import read_json, readable_json, write_json
from lead_pipeline.filing.manifests import Manifest, manifest_path
from lead_pipeline.filing.receipts import Receipt, find_receipt, receipt_path
from lead_pipeline.model.errors import ImportNotFoundError
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus


def register_manifest(home: Home, manifest: Manifest) -> Manifest:
    """Write the manifest of a file that is to be imported, and return it as it holds from now on.

    The first name under which a content came stays in its import id, whatever the file is called later. Content that
    is imported already gets no new manifest: there is nothing to do.
    """
    receipt = find_receipt(home, manifest.identity)
    if receipt is not None:
        manifest = manifest.model_copy(update={"import_id": receipt.manifest.import_id})
        if receipt.status in COMMITTED:
            forget(home, manifest)  # left by a process that died between writing the receipt and this
            return manifest
    path = manifest_path(home, manifest.identity)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex}.tmp")
    write_json(fresh, manifest, Lasting.WHOLE)  # its name goes at once
    try:
        os.link(fresh, path)
    except FileExistsError:
        manifest = _merged(readable_json(path, Manifest), manifest)
        write_json(path, manifest)
    finally:
        fresh.unlink(missing_ok=True)
    if not manifest.dropped:  # what is dropped is found in the inbox again; of all else only this is known
        flush_folder(path.parent)
    receipt_path(home, manifest.identity).unlink(missing_ok=True)  # of an earlier attempt that was refused
    return manifest


def as_it_would_be(home: Home, manifest: Manifest) -> Manifest:
    """Return the manifest that `register_manifest` would, without writing anything."""
    waiting = readable_json(manifest_path(home, manifest.identity), Manifest)
    if waiting is not None:
        return _merged(waiting, manifest)
    receipt = find_receipt(home, manifest.identity)
    return manifest.model_copy(update={"import_id": receipt.manifest.import_id}) if receipt else manifest


def _merged(first: Manifest | None, again: Manifest) -> Manifest:
    """Return what holds for content that waits already: its first name and attempts stay."""
    if first is None:
        return again
    # The name as well: an import that runs while its content comes again must not appear under two names.
    kept = {
        "import_id": first.import_id,
        "file_name": first.file_name,
        "folder": first.folder,
        "attempts": first.attempts,
        "begun": first.begun,
        "requested_at": first.requested_at,
        "commanded_by": first.commanded_by,
        "handed_in": first.handed_in or again.handed_in,
    }
    dropped = tuple(dict.fromkeys((*first.dropped, *again.dropped)))
    return again.model_copy(update=kept | {"staged_at": first.staged_at, "dropped": dropped})


def find_manifest(home: Home, import_id: str) -> Manifest | None:
    """Return the manifest of an import, waiting or finished, given its id or identity."""
    waiting = read_json(manifest_path(home, import_id), Manifest)
    if waiting is not None:
        return waiting
    receipt = read_json(receipt_path(home, import_id), Receipt)
    return receipt.manifest if receipt else None


def load_manifest(home: Home, import_id: str) -> Manifest:
    """Return the manifest of an import; raises ImportNotFoundError when nothing was staged under that id."""
    manifest = find_manifest(home, import_id)
    if manifest is None:
        raise ImportNotFoundError(
            f"No file is staged as '{import_id}' under {home.root}. Drop the file into the inbox, or use "
            "`lead-pipeline import FILE`; `lead-pipeline history` lists past imports."
        )
    return manifest


def is_finished(home: Home, import_id: str) -> bool:
    """Return whether nothing is left to do for an import: it was imported, or refused and not dropped again."""
    receipt = find_receipt(home, import_id)
    return receipt is not None and (receipt.status in COMMITTED or not manifest_path(home, import_id).exists())


def note_request(home: Home, manifest: Manifest, at: datetime, *, commanded_by: str = "") -> Manifest:
    """Count one more attempt to import a staged file, perhaps by a command, whose caller waits for what comes of it."""
    asked = {"attempts": manifest.attempts + 1, "requested_at": at}
    noted = manifest.model_copy(update=asked | ({"commanded_by": commanded_by} if commanded_by else {}))
    write_json(manifest_path(home, manifest.identity), noted, Lasting.WHOLE)  # an attempt that no power ended counts
    return noted


def count_run(home: Home, manifest: Manifest, by: int = 1) -> None:
    """Count a run that begins with a file, unless it is the first: that costs the others nothing. With -1, have the run
    that ends now not count: the store was not to be had.

    A run that was asked for and never began says nothing about its file: nobody was there to take it up.
    """
    current = readable_json(manifest_path(home, manifest.identity), Manifest)
    if current is not None and current.attempts > 1:
        noted = current.model_copy(update={"begun": max(current.begun + by, 0)})
        write_json(manifest_path(home, manifest.identity), noted, Lasting.WHOLE)


def note_waiting(home: Home, manifest: Manifest, why: str) -> None:
    """Note that an import cannot be screened now; such an attempt does not count, so that it is never given up."""
    path = manifest_path(home, manifest.identity)
    current = readable_json(path, Manifest)
    if current is not None:
        counted = {"attempts": max(current.attempts - 1, 0), "begun": max(current.begun - 1, 0)}
        write_json(path, current.model_copy(update={"waits_for": why} | counted))


def wake_waiting(home: Home, manifests: Iterable[Manifest]) -> None:
    """Let the imports that wait for a list be tried at once, for one has come."""
    for manifest in manifests:
        if manifest.waits_for:
            awake = manifest.model_copy(update={"waits_for": "", "requested_at": None})
            write_json(manifest_path(home, manifest.identity), awake)


def finish(home: Home, manifest: Manifest, status: ImportStatus, at: datetime) -> None:
    """Write the receipt and forget the manifest: the last step of every import."""
    write_json(receipt_path(home, manifest.identity), Receipt(manifest=manifest, status=status, at=at))
    forget(home, manifest)


def forget(home: Home, manifest: Manifest) -> None:
    """Remove the manifest of an import for which nothing is left to do, and what was decided about it."""
    manifest_path(home, manifest.identity).unlink(missing_ok=True)
    decision_path(home, manifest.identity).unlink(missing_ok=True)


def decision_path(home: Home, identity_or_id: str) -> Path:
    """Return where the decision about an import lies, while it waits for one or is carried out."""
    return home.staging / "decisions" / f"{short_of(identity_or_id)}.json"
