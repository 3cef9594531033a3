"""Manifests and receipts: small JSON files that say what was staged, and for what nothing is left to do.
Copying and moving the dropped files themselves belongs in staging.py and shelving.py.
"""

import contextlib
import os
import uuid
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from lead_pipeline.filing.atomic import published
from lead_pipeline.filing.home import Home
from lead_pipeline.model.errors import ImportNotFoundError, LeadPipelineError
from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.suppression_kinds import SuppressionKind

_Model = TypeVar("_Model", bound=BaseModel)


class DroppedFile(FrozenModel):
    """Where a staged file lay, so that exactly that file and no later one under its name is cleared away."""

    path_hex: str  # the bytes of the path: a name need not be text
    size: int
    mtime_ns: int
    inode: int


def path_hex(path: Path) -> str:
    """Return an absolute path as a text, whatever bytes it has."""
    return os.fsencode(path.absolute()).hex()


class Manifest(FrozenModel):
    """What an import is made of, fixed when its file is staged: content, name and the profile as it was then."""

    import_id: str
    identity: str
    profile: ImportProfile
    file_name: str
    folder: str = ""  # name of the folder that the file lay in
    file_sha256: str
    file_bytes: int
    staged_at: datetime
    dropped: tuple[DroppedFile, ...] = ()  # where it lies in the inbox; the same content may lie there twice
    attempts: int = 0
    requested_at: datetime | None = None

    def staged_file(self, home: Home) -> Path:
        """Return the immutable copy that everything reads."""
        return home.staging / self.identity


class ListManifest(FrozenModel):
    """What a suppression list is made of, fixed when its file is staged."""

    list_id: str
    identity: str
    kind: SuppressionKind
    region: str | None
    file_name: str
    file_sha256: str
    file_bytes: int
    staged_at: datetime

    def staged_file(self, home: Home) -> Path:
        """Return the immutable copy that everything reads."""
        return home.staging / self.identity


class Receipt(FrozenModel):
    """Says that nothing is left to do for an import: what the sensor knows of the ledger without opening the store."""

    manifest: Manifest
    status: ImportStatus
    at: datetime


def write_json(path: Path, model: BaseModel) -> None:
    """Write a model so that readers see all of it or nothing."""
    with published(path) as file:
        file.write(model.model_dump_json(indent=1).encode())


def read_json(path: Path, model: type[_Model]) -> _Model | None:
    """Return what `write_json` wrote, None when there is no such file; raises LeadPipelineError when it is damaged."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return model.model_validate_json(text)
    except ValidationError:
        pass
    raise LeadPipelineError(
        f"{path} was not written by this release, or is damaged. Remove it; the file is then staged anew when dropped."
    )


def readable_json(path: Path, model: type[_Model]) -> _Model | None:
    """Return what `write_json` wrote, None when it is missing or damaged: what it was about is then done anew."""
    try:
        return read_json(path, model)
    except LeadPipelineError:
        return None


def short_of(identity_or_id: str) -> str:
    """Return the 12 hex digits that an identity and its import id share."""
    return identity_or_id.rpartition("@")[2][:12]


def manifest_path(home: Home, identity_or_id: str) -> Path:
    """Return where the manifest of an import lies."""
    return home.staging / "manifests" / f"{short_of(identity_or_id)}.json"


def decision_path(home: Home, identity_or_id: str) -> Path:
    """Return where the decision about an import lies, while it waits for one or is carried out."""
    return home.staging / "decisions" / f"{short_of(identity_or_id)}.json"


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


def list_manifest_path(home: Home, list_id: str) -> Path:
    """Return where the manifest of a suppression list lies."""
    return home.staging / "lists" / f"{short_of(list_id)}.json"


def load_list_manifest(home: Home, list_id: str) -> ListManifest:
    """Return the manifest of a suppression list; raises ImportNotFoundError when there is none."""
    manifest = read_json(list_manifest_path(home, list_id), ListManifest)
    if manifest is None:
        raise ImportNotFoundError(f"No suppression list is staged as '{list_id}'. Use `lead-pipeline suppress FILE`.")
    return manifest


def claim_manifest(home: Home, manifest: Manifest) -> Manifest:
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
    write_json(fresh, manifest)
    try:
        os.link(fresh, path)
    except FileExistsError:
        manifest = _merged(readable_json(path, Manifest), manifest)
        write_json(path, manifest)
    finally:
        fresh.unlink(missing_ok=True)
    receipt_path(home, manifest.identity).unlink(missing_ok=True)  # of an earlier attempt that was refused
    return manifest


def as_it_would_be(home: Home, manifest: Manifest) -> Manifest:
    """Return the manifest that `claim_manifest` would, without writing anything."""
    waiting = readable_json(manifest_path(home, manifest.identity), Manifest)
    if waiting is not None:
        return _merged(waiting, manifest)
    receipt = find_receipt(home, manifest.identity)
    return manifest.model_copy(update={"import_id": receipt.manifest.import_id}) if receipt else manifest


def _merged(first: Manifest | None, again: Manifest) -> Manifest:
    """Return what holds for content that waits already: its first name and attempts stay."""
    if first is None:
        return again
    # The name as well: an import that runs while its content comes again must not be told under two names.
    kept = {
        "import_id": first.import_id,
        "file_name": first.file_name,
        "folder": first.folder,
        "attempts": first.attempts,
        "requested_at": first.requested_at,
    }
    dropped = tuple(dict.fromkeys((*first.dropped, *again.dropped)))
    return again.model_copy(update=kept | {"staged_at": first.staged_at, "dropped": dropped})


def pending_manifests(home: Home) -> Iterator[Manifest]:
    """Yield the manifests of imports for which something is left to do, oldest first."""
    waiting = []
    with os.scandir(home.staging / "manifests") as entries:
        for entry in entries:
            if not entry.name.startswith("."):
                with contextlib.suppress(FileNotFoundError):  # finished since the folder was listed
                    facts = entry.stat()
                    waiting.append(_read_once(Path(entry.path), facts.st_ino, facts.st_mtime_ns))
    yield from sorted((found for found in waiting if found is not None), key=lambda manifest: manifest.staged_at)


@lru_cache(maxsize=4096)
def _read_once(path: Path, inode: int, mtime_ns: int) -> Manifest | None:  # noqa: ARG001  # each version is another file
    """Read a manifest; a thousand waiting ones are looked at many times a minute."""
    return readable_json(path, Manifest)


def waiting_drops(home: Home) -> frozenset[DroppedFile]:
    """Return the files in the inbox that are staged already, and lie there until their import is finished."""
    return frozenset(dropped for manifest in pending_manifests(home) for dropped in manifest.dropped)


def is_finished(home: Home, import_id: str) -> bool:
    """Tell whether nothing is left to do for an import: it was imported, or refused and not dropped again."""
    receipt = find_receipt(home, import_id)
    return receipt is not None and (receipt.status in COMMITTED or not manifest_path(home, import_id).exists())


def note_request(home: Home, manifest: Manifest, at: datetime) -> Manifest:
    """Count one more attempt to import a staged file."""
    noted = manifest.model_copy(update={"attempts": manifest.attempts + 1, "requested_at": at})
    write_json(manifest_path(home, manifest.identity), noted)
    return noted


def finish(home: Home, manifest: Manifest, status: ImportStatus, at: datetime) -> None:
    """Write the receipt and forget the manifest: the last step of every import."""
    write_json(receipt_path(home, manifest.identity), Receipt(manifest=manifest, status=status, at=at))
    forget(home, manifest)


def forget(home: Home, manifest: Manifest) -> None:
    """Remove the manifest of an import for which nothing is left to do, and what was decided about it."""
    manifest_path(home, manifest.identity).unlink(missing_ok=True)
    decision_path(home, manifest.identity).unlink(missing_ok=True)


def receipt_path(home: Home, identity_or_id: str) -> Path:
    """Return where the receipt of an import lies."""
    return home.staging / "receipts" / f"{short_of(identity_or_id)}.json"


def find_receipt(home: Home, identity_or_id: str) -> Receipt | None:
    """Return the receipt of an import; none counts when the store itself is gone."""
    if not home.store.exists():
        return None
    return readable_json(receipt_path(home, identity_or_id), Receipt)


def is_imported(home: Home, identity_or_id: str) -> bool:
    """Tell whether that content was imported under that profile, exports and all."""
    receipt = find_receipt(home, identity_or_id)
    return receipt is not None and receipt.status in COMMITTED
