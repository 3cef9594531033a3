"""Whether an import waits for approval, and the sentences that say why."""

from collections.abc import Sequence

from lead_pipeline.model.policies import AutoBelow
from lead_pipeline.model.profile import ImportProfile


def may_ever_wait(profile: ImportProfile) -> bool:
    """Return whether the profile itself can have an import wait for a person, whatever is in the file."""
    return profile.approval != "auto" or profile.on_layout_change == "hold"


def may_wait(profile: ImportProfile, layout_changes: Sequence[str], unclear_consent: Sequence[str] = ()) -> bool:
    """Return whether an import needs a dry run first, because it might have to wait for a person."""
    return profile.approval != "auto" or _holds(profile, layout_changes) or bool(unclear_consent)


def why_it_waits(
    profile: ImportProfile, reject_rate: float, layout_changes: Sequence[str], unclear_consent: Sequence[str] = ()
) -> str:
    """Return why an import waits for approval, as sentences; empty when it does not.

    Args:
        profile: says what a person has to approve.
        reject_rate: share of the rows that would be rejected.
        layout_changes: how the columns differ from those of the profile's last files, as sentences.
        unclear_consent: what the file says of who may not be contacted, and nobody can tell, as sentences.
    """
    sentences = list(unclear_consent)
    if profile.needs_approval(reject_rate):
        sentences.append(_why_approval(profile, reject_rate))
    if _holds(profile, layout_changes):
        sentences.append(
            f"The columns differ from those of the previous files, and the profile '{profile.name}' then requires "
            "approval (on_layout_change: hold)."
        )
        sentences.extend(layout_changes)
    return " ".join(sentences)


def _holds(profile: ImportProfile, layout_changes: Sequence[str]) -> bool:
    return profile.on_layout_change == "hold" and bool(layout_changes)


def _why_approval(profile: ImportProfile, reject_rate: float) -> str:
    if isinstance(profile.approval, AutoBelow):
        return (
            f"{reject_rate:.1%} of the rows would be rejected, and the profile '{profile.name}' only imports without "
            f"approval below {profile.approval.auto_below:.1%} (approval: auto_below)."
        )
    return f"The profile '{profile.name}' requires approval of every import (approval: manual)."
