"""What LeadPipeline can be asked about files and leads that are handed in; a part of it, kept apart for its length.
Nothing is decided here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from lead_pipeline.filing.home import followed, written_for_the_owner
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.handed_in.import_state import ImportState
from lead_pipeline.model.handed_in.judged_leads import JudgedLeads
from lead_pipeline.model.handed_in.uploads import Submitted, Upload
from lead_pipeline.model.profile import ImportProfile

if TYPE_CHECKING:
    from lead_pipeline.filing.decisions import Answer
    from lead_pipeline.filing.home import Home
    from lead_pipeline.filing.uploads.uploaded_files import Receiving
    from lead_pipeline.orchestration.launching import Launcher
    from lead_pipeline.store.settings import OnWait, StoreSettings


class HandingIn(ABC):
    """The calls of LeadPipeline about what is handed in: imported by whoever watches the inbox, or at once."""

    home: Home
    _on_wait: OnWait

    @abstractmethod
    def _launcher(self) -> AbstractContextManager[Launcher]: ...

    @abstractmethod
    def _store_settings(self) -> StoreSettings: ...

    @abstractmethod
    def profile(self, profile: str | ImportProfile) -> ImportProfile:
        """Return the profile of that name."""

    def receive_upload(self, name: str, *, most_bytes: int | None = None) -> Receiving:
        """Return what receives a file piece by piece (`write`, then `finish`), for a `with` block.

        Args:
            name: what the file is called; it never becomes a path.
            most_bytes: how long it may become; 2 GB by default.

        Raises: UsageError when the home cannot be written, DiskError; `write` UploadTooLargeError as well.
        """
        from lead_pipeline.filing.uploads.uploaded_files import MOST_BYTES, Receiving, sweep_uploads
        from lead_pipeline.importing.clock import utc_now

        self.home.prepare()
        sweep_uploads(self.home, utc_now())
        return Receiving(self.home, name, MOST_BYTES if most_bytes is None else most_bytes)

    def keep_upload(self, name: str, chunks: Iterable[bytes], *, most_bytes: int | None = None) -> Upload:
        """Keep a file for a week under an id that nobody can guess; arguments and errors as of `receive_upload`."""
        from lead_pipeline.importing.clock import utc_now

        with self.receive_upload(name, most_bytes=most_bytes) as receiving:
            for chunk in chunks:
                receiving.write(chunk)
            return receiving.finish(utc_now())

    def uploads(self) -> tuple[Upload, ...]:
        """Return the uploads that are kept, newest first."""
        from lead_pipeline.filing.uploads.uploaded_files import list_uploads
        from lead_pipeline.importing.clock import utc_now

        return tuple(list_uploads(self.home, utc_now()))

    def upload(self, file_id: str) -> Upload:
        """Return an upload; raises UploadNotFoundError when there is none of that id, or its time is over."""
        from lead_pipeline.filing.uploads.uploaded_files import find_upload
        from lead_pipeline.importing.clock import utc_now

        return find_upload(self.home, file_id, utc_now())

    def upload_path(self, file_id: str) -> Path:
        """Return where the content of an upload lies, to be read only; raises UploadNotFoundError."""
        from lead_pipeline.filing.uploads.uploaded_files import upload_path
        from lead_pipeline.importing.clock import utc_now

        return upload_path(self.home, file_id, utc_now())

    def submit(
        self,
        file: str | Path,
        *,
        profile: str | ImportProfile,
        destination: str | Destination | None = None,
        file_name: str | None = None,
    ) -> Submitted:
        """Hand a file over to whoever watches the inbox, who asks for its run at once; no run starts in this process.

        Content that was imported before under the profile is left alone. A profile that was changed by the caller makes
        another import of it.

        Args:
            file: the `file_id` of an upload, or a Path; a file of one's own stays where it is.
            profile: how it is read: a profile's name, or a profile itself.
            destination: what the leads are loaded into, `kind:name`, when not what the profile says.
            file_name: what people are told that the file is called; by default what the upload or file is called.

        Raises:
            UploadNotFoundError, FileUnreadableError: there is no such upload or file, or it may not be read.
            ProfileError: there is no such profile, or it or a file of destinations is wrong.
            UsageError: the destination is not one, or the home cannot be written.
            DiskError: it could not be copied; nothing was handed over.
        """
        from lead_pipeline.importing.handed_in.handing_over import hand_over

        self.home.prepare()
        path = followed(file)
        if isinstance(file, str):
            path, file_name = self.upload_path(file), file_name or self.upload(file).file_name
        wanted = Destination.parse(destination) if isinstance(destination, str) else destination
        with written_for_the_owner():
            return hand_over(self.home, path, self.profile(profile), wanted, file_name=file_name)

    def answer(self, import_id: str, answer: Answer) -> ImportState:
        """Record that a waiting import is `approved` or `cancelled`, which whoever watches the inbox carries out.

        Raises: ImportNotFoundError, UsageError when it does not wait (any more), LeadPipelineError.
        """
        from lead_pipeline.filing.decisions import decide
        from lead_pipeline.filing.uploads.handed_over import leave_word
        from lead_pipeline.importing.clock import utc_now

        decide(self.home, import_id, answer, utc_now())
        leave_word(self.home)
        return self.state_of_import(import_id)

    def state_of_import(self, import_id: str) -> ImportState:
        """Return where an import stands, from files alone; raises ImportNotFoundError with the nearest id."""
        from lead_pipeline.importing.handed_in.states_of_imports import state_of_import

        return state_of_import(self.home, import_id)

    def states_of_imports(self, *, limit: int = 50, offset: int = 0) -> tuple[tuple[ImportState, ...], int]:
        """Return where imports stand, from files alone, and how many there are: those that something is left to do for,
        then those that are over, each newest first.
        """
        from lead_pipeline.importing.handed_in.states_of_imports import list_states

        return list_states(self.home, limit=limit, offset=offset)

    def import_leads(
        self,
        leads: Sequence[Mapping[str, str | int | float | bool | None]],
        *,
        profile: str | ImportProfile,
        destination: str | Destination | None = None,
    ) -> JudgedLeads:
        """Import up to 1,000 leads in a recorded run of this process, and return what became of each: the same
        judgement as of the rows of a file.

        Args:
            leads: the values of each under the names that the columns of a file would have.
            profile: how they are read: a profile's name, or a profile itself.
            destination: as of `submit`.

        Raises: UsageError for none, too many, or what is no lead; otherwise as `import_file`.
        """
        from lead_pipeline.importing.handed_in.leads_at_once import judged_leads, leads_file, read_as_written

        self.home.prepare()
        chosen = read_as_written(self.profile(profile))
        wanted = Destination.parse(destination) if isinstance(destination, str) else destination
        with leads_file(self.home, leads) as file, self._launcher() as launcher:
            staged = launcher.stage(file, chosen, wanted, known_as="leads.csv")
            result = launcher.import_staged(staged, _unheard)
        return judged_leads(self.home, result, len(leads), settings=self._store_settings(), on_wait=self._on_wait)


def _unheard(*_: object) -> None:
    return None
