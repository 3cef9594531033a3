"""What a person is asked about an import, and has answered: one small file per import, so that it survives whatever
process dies. Why an import waits belongs to its result; carrying out what was decided to its next run.
"""

import re
from datetime import datetime
from typing import Literal

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.json_files import read_json, readable_json, write_json
from lead_pipeline.filing.life_cycle import decision_path
from lead_pipeline.filing.locks import locked
from lead_pipeline.filing.manifests import Manifest, manifest_path, pending_manifests
from lead_pipeline.filing.receipts import find_receipt, receipt_path
from lead_pipeline.model.errors import ImportNotFoundError, UsageError, did_you_mean, listed
from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus

Answer = Literal["approved", "cancelled"]
State = Literal["awaited", "approved", "cancelled"]

#: How many seconds a decision waits for a run that is at work on the import.
_PATIENCE = 30.0

_IMPORT_ID = re.compile(r"[a-z0-9-]{0,18}@[0-9a-f]{12}")


class Decision(FrozenModel):
    """A question put to a person, or the answer to it.

    It holds for one staging under one profile: dropped again after the profile changed, an import starts again.
    """

    import_id: str
    staged_at: datetime
    profile_fingerprint: str
    state: State
    at: datetime


def decision_on(home: Home, manifest: Manifest) -> Decision | None:
    """Return what is asked or answered about an import, None when nothing is."""
    found = readable_json(decision_path(home, manifest.identity), Decision)
    if found is None or found.staged_at != manifest.staged_at:
        return None
    return found if found.profile_fingerprint == manifest.profile.fingerprint else None


def state_of(home: Home, manifest: Manifest) -> State | None:
    """Return whether an answer is awaited, or which one was given; None when no decision is needed."""
    decision = decision_on(home, manifest)
    return decision.state if decision else None


def started_at(home: Home, manifest: Manifest) -> datetime:
    """Return when work on the import began: when it was staged, or answered where a person was asked."""
    decision = decision_on(home, manifest)
    return manifest.staged_at if decision is None or decision.state == "awaited" else decision.at


def await_decision(home: Home, manifest: Manifest, at: datetime) -> None:
    """Have the import wait for a person: no run is requested for it before somebody decides.

    The attempts so far came to an end, so they do not count against the run that follows an approval.
    """
    current = readable_json(manifest_path(home, manifest.identity), Manifest) or manifest
    write_json(manifest_path(home, manifest.identity), current.model_copy(update={"attempts": 0, "begun": 0}))
    _write(home, manifest, "awaited", at)


def decide(home: Home, import_id: str, answer: Answer, at: datetime, patience: float = _PATIENCE) -> Manifest:
    """Record a person's answer and return the import it is about; repeating the same answer changes nothing.

    An import that is committed counts as approved, one that was cancelled as cancelled: nothing is left to do then.

    Raises:
        ImportNotFoundError: no import has that id; names the nearest one that waits.
        UsageError: the import does not wait, or the other answer was given already.
        LeadPipelineError: a run has been at work on the import for longer than `patience` seconds.
    """
    if not _IMPORT_ID.fullmatch(import_id) or not _is_known(home, import_id):
        raise _unknown(home, import_id)
    with locked(home, import_id, patience):
        waiting = read_json(manifest_path(home, import_id), Manifest)
        if waiting is None:
            return _finished(home, import_id, answer)
        if waiting.import_id != import_id:
            raise _unknown(home, import_id)
        given = state_of(home, waiting)
        if given is None:
            raise UsageError(
                f"Import {import_id} does not wait for a decision: it has not been processed yet. "
                f"Check `lead-pipeline show {import_id}`."
            )
        if given not in ("awaited", answer):
            raise UsageError(
                f"Import {import_id} was {given} before, and is being completed. "
                + ("It can no longer be cancelled." if given == "approved" else _AGAIN)
            )
        if given == "awaited":
            _write(home, waiting, answer, at)
        return waiting


_AGAIN = "Drop or import the file again to start again."


def _finished(home: Home, import_id: str, answer: Answer) -> Manifest:
    receipt = find_receipt(home, import_id)
    if receipt is None or receipt.manifest.import_id != import_id:
        raise _unknown(home, import_id)
    ended: Answer | None = None
    if receipt.status in COMMITTED:
        ended = "approved"
    elif receipt.status == ImportStatus.CANCELLED:
        ended = "cancelled"
    if ended == answer:
        return receipt.manifest
    if ended == "approved":
        raise UsageError(f"Import {import_id} is finished and its leads are imported: it can no longer be cancelled.")
    raise UsageError(f"Import {import_id} is {receipt.status.value}, so there is nothing to decide. {_AGAIN}")


def _is_known(home: Home, import_id: str) -> bool:
    return manifest_path(home, import_id).exists() or receipt_path(home, import_id).exists()


def waiting_imports(home: Home) -> list[str]:
    """Return the ids of the imports that wait for approval, oldest first; none of a home that does not exist."""
    if not home.staging.is_dir():
        return []
    return [one.import_id for one in pending_manifests(home) if state_of(home, one) == "awaited"]


def _unknown(home: Home, import_id: str) -> ImportNotFoundError:
    waiting = waiting_imports(home)
    who_waits = f"Waiting for approval: {listed(waiting)}." if waiting else "No import is waiting."
    return ImportNotFoundError(
        f"No import has the id '{import_id}'.{did_you_mean(import_id, waiting)} {who_waits} "
        "`lead-pipeline history` lists all imports."
    )


def _write(home: Home, manifest: Manifest, state: State, at: datetime) -> None:
    decision = Decision(
        import_id=manifest.import_id,
        staged_at=manifest.staged_at,
        profile_fingerprint=manifest.profile.fingerprint,
        state=state,
        at=at,
    )
    write_json(decision_path(home, manifest.identity), decision)
