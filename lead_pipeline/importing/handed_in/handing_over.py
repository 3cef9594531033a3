"""Hands a file over to whoever watches the inbox: one path for everything that is imported, whoever brings it. Running
the import does not belong here.
"""

from pathlib import Path

from lead_pipeline.filing.archive import discard_copy
from lead_pipeline.filing.cleanup import sweep
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.import_id import aimed_at
from lead_pipeline.filing.receipts import is_imported
from lead_pipeline.filing.staging import stage_import
from lead_pipeline.filing.uploads.handed_over import leave_word
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import ProfileError
from lead_pipeline.model.handed_in.uploads import Submitted
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.profiles.destinations.destination_files import load_destinations
from lead_pipeline.profiles.loader import load_profile


def hand_over(
    home: Home,
    file: Path,
    profile: ImportProfile,
    destination: Destination | None = None,
    *,
    file_name: str | None = None,
) -> Submitted:
    """Stage a file so that its run is asked for at once; content that was imported before is left alone.

    Raises: FileUnreadableError, FileChangedError, DiskError; ProfileError for a wrong file of destinations.
    """
    now = utc_now()
    sweep(home, now.timestamp())
    load_destinations(home.destinations)
    aimed, identity_name = identified(home, profile, destination)
    manifest = stage_import(home, file, aimed, now=now, identity_name=identity_name, known_as=file_name, handed_in=True)
    if is_imported(home, manifest.identity):
        discard_copy(home, manifest)
        return Submitted(import_id=manifest.import_id, already_imported=True)
    leave_word(home)
    return Submitted(import_id=manifest.import_id, already_imported=False)


def identified(home: Home, profile: ImportProfile, destination: Destination | None) -> tuple[ImportProfile, str]:
    """Return the profile aimed at the destination, and the name that the identity of its imports has. A profile that is
    not the one of its name, because somebody mapped the columns by hand, makes another import of the same content.
    """
    aimed, identity_name = aimed_at(profile, destination)
    if _is_the_named_one(home, profile):
        return aimed, identity_name
    return aimed, f"{identity_name} as {profile.fingerprint}"


def _is_the_named_one(home: Home, profile: ImportProfile) -> bool:
    try:
        return load_profile(profile.name, folder=home.profiles).fingerprint == profile.fingerprint
    except ProfileError:
        return False
