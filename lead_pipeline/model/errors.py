"""Problems with a whole file, profile or store, as sentences for people. A bad row is never an exception.

Every message says what is wrong, what was found and how to fix it, and carries no value of any row:
it is written to logs, to the Dagster event log and next to quarantined files.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar

from lead_pipeline.model.reasons import Reason


class LeadPipelineError(Exception):
    """Base of all errors that a user can fix; `reason` is set when a file is at fault."""

    reason: ClassVar[Reason | None] = None


class FileRefusedError(LeadPipelineError):
    """The dropped file cannot be imported as it is: it is quarantined and not retried."""

    reason: ClassVar[Reason | None] = Reason.FILE_UNREADABLE


class FileUnreadableError(FileRefusedError):
    """The file is missing, may not be read, is damaged, or was read with a row count that does not add up."""


class FileTypeUnsupportedError(FileRefusedError):
    """The content is not a kind of file that can be read, whatever its name says."""

    reason = Reason.FILE_TYPE_UNSUPPORTED


class FileEmptyError(FileRefusedError):
    """The file has no bytes, or no row below its header."""

    reason = Reason.FILE_EMPTY


class FileEncryptedError(FileRefusedError):
    """The file is protected by a password."""

    reason = Reason.FILE_ENCRYPTED


class HeaderMissingError(FileRefusedError):
    """No line of the file can serve as its header."""

    reason = Reason.HEADER_MISSING


class RequiredColumnUnmappedError(FileRefusedError):
    """No column of the file supplies a field that the profile requires."""

    reason = Reason.REQUIRED_COLUMN_UNMAPPED


class ColumnsUnknownError(RequiredColumnUnmappedError):
    """No column of the file says who its leads are: none supplies an identifier, a name or a company."""

    reason = Reason.FILE_COLUMNS_UNKNOWN


class ProfileError(LeadPipelineError):
    """A profile is not usable: unknown name, wrong key, wrong value."""


class ProfileNotFoundError(ProfileError):
    """No profile of that name is known."""


class UsageError(LeadPipelineError):
    """A command was called with something that does not exist or does not fit."""


class ImportNotFoundError(LeadPipelineError):
    """No import with that id is known."""


class UploadNotFoundError(LeadPipelineError):
    """No upload with that id is kept."""


class UploadTooLargeError(LeadPipelineError):
    """More was sent than is taken."""


class RunFailedError(LeadPipelineError):
    """A run ended without finishing its import; the file stays staged, and running it again is safe."""


class StoppedError(KeyboardInterrupt):
    """Somebody stopped a run (Ctrl-C); the text says what holds now. A KeyboardInterrupt, so that loops end, too."""


class ListRefusedError(RunFailedError):
    """A suppression list or a drop of call activity names nobody, or too much of it cannot be read: nothing of it was
    loaded. The file is at fault, not the run.
    """


class DiskError(LeadPipelineError):
    """The disk is full or failing: no file is at fault, and what was not finished can be tried again."""


class StoreError(LeadPipelineError):
    """The lead store cannot be used as it is; the file that was being imported is not at fault."""


class StoreLockedError(StoreError):
    """Another process holds the store for longer than we are willing to wait."""


class ConnectionLostError(StoreError):
    """The connection to a store on PostgreSQL was lost, or could not be made."""


class StoreVersionError(StoreError):
    """The store was written by a newer release."""


class StoreFullError(StoreError):
    """The disk is full; nothing of the import was kept."""


class StoreMemoryError(StoreError):
    """The memory that the store may use was not enough; nothing of the import was kept."""


class ScreeningError(LeadPipelineError):
    """Screening cannot be trusted (a suppression list is missing or shrank), so nothing is imported."""


class DestinationsError(ScreeningError):
    """A file of destinations is wrong: nobody knows when and how often leads may be called, so nothing is imported."""


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?` for the nearest of `known`, or nothing when none is near."""
    options = {name.casefold(): name for name in known}
    near = get_close_matches(wrong.casefold(), list(options), n=1, cutoff=0.6)
    return f" Did you mean '{options[near[0]]}'?" if near else ""


def counted(number: int, noun: str) -> str:
    """Return `1 row`, `2,000 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(names: Iterable[str], limit: int = 12) -> str:
    """Return names for a sentence: `a, b, c`, shortened to `limit` of them (and how many more there are)."""
    every = list(names)
    shown = ", ".join(every[:limit]) or "none"
    return shown if len(every) <= limit else f"{shown} and {len(every) - limit} more"
