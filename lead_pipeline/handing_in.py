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
from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.model.handed_in.import_state import ImportState
from lead_pipeline.model.handed_in.judged_leads import JudgedLeads, LeadsBatch, LeadValue
from lead_pipeline.model.handed_in.mappings import HandMapping, SuggestedMapping
from lead_pipeline.model.handed_in.row_errors import RowErrors
from lead_pipeline.model.handed_in.uploads import Submitted, Upload
from lead_pipeline.model.listings import ListResult
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import ImportResult
from lead_pipeline.model.suppression_kinds import SuppressionKind

if TYPE_CHECKING:
    from lead_pipeline.filing.decisions import Answer
    from lead_pipeline.filing.home import Home
    from lead_pipeline.filing.manifests import Manifest
    from lead_pipeline.filing.uploads.uploaded_files import Receiving
    from lead_pipeline.importing.import_preview import ImportPreview
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
    def preview(
        self, file: str | Path, *, profile: str | ImportProfile = ..., file_name: str | None = None
    ) -> ImportPreview:
        """Return how a file would be read."""

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

    def forget_upload(self, file_id: str) -> None:
        """Remove an upload; raises UploadNotFoundError."""
        from lead_pipeline.filing.uploads.uploaded_files import remove_upload
        from lead_pipeline.importing.clock import utc_now

        remove_upload(self.home, file_id, utc_now())

    def suggest_mapping(self, preview: ImportPreview) -> SuggestedMapping:
        """Return what the columns of a previewed file seem to be; a question is no suggestion."""
        from lead_pipeline.importing.handed_in.mapped_by_hand import suggested_mapping

        return suggested_mapping(preview)

    def mapped_profile(self, file_id: str, mapping: HandMapping) -> ImportProfile:
        """Return the profile that imports an upload as somebody mapped its columns, on top of `identity_upsert`.

        Raises: UploadNotFoundError; UsageError for a column or field that there is not; FileRefusedError.
        """
        from lead_pipeline.importing.handed_in.mapped_by_hand import BASE_PROFILE, mapped_profile

        base, upload = self.profile(BASE_PROFILE), self.upload(file_id)
        preview = self.preview(self.upload_path(file_id), profile=base, file_name=upload.file_name)
        return mapped_profile(base, mapping, [column.header for column in preview.file.columns])

    def row_errors(
        self,
        result: ImportResult,
        *,
        outcome: Outcome | None = Outcome.REJECTED,
        code: str | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> RowErrors:
        """Return the reasons of the rows that an import left out, without any value; from files alone.

        Args:
            result: what came of the import.
            outcome: of rows with this outcome; None: of all that are no lead.
            code: this reason only.
            offset: how many to pass over.
            limit: at most so many.
        """
        from lead_pipeline.importing.handed_in.errors_of_rows import row_errors

        return row_errors(self.home, result, outcome=outcome, code=code, offset=offset, limit=limit)

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
        leads: Sequence[Mapping[str, LeadValue]],
        *,
        profile: str | ImportProfile,
        destination: str | Destination | None = None,
    ) -> JudgedLeads:
        """Import up to 1,000 leads in a recorded run of this process, and return what became of each: the same
        judgement as of the rows of a file.

        Args:
            leads: the values of each under the names that the columns of a file would have, or those of our fields.
            profile: how they are read: a profile's name, or a profile itself.
            destination: as of `submit`.

        Raises: UsageError for none, too many, or what is no lead; otherwise as `import_file`.
        """
        (judged,) = self.import_leads_together([LeadsBatch(leads, profile, destination)])
        if isinstance(judged, LeadPipelineError):
            raise judged
        return judged

    def import_leads_together(self, batches: Sequence[LeadsBatch]) -> list[JudgedLeads | LeadPipelineError]:
        """Import leads of several callers, each as an import of its own, in as few recorded runs as can be; return of
        each what became of them, or what `import_leads` would raise.

        Raises: StoreError, StoreLockedError when what became of them cannot be read; sent again, they say it.
        """
        from lead_pipeline.importing.handed_in.leads_at_once import HandedIn, judged_leads

        self.home.prepare()
        with self._launcher() as launcher:
            staged = [self._staged_leads(launcher, batch) for batch in batches]
            there = [one for one in staged if not isinstance(one, LeadPipelineError)]
            results = iter(launcher.import_together([manifest for manifest, _ in there]))
        ended: list[HandedIn | LeadPipelineError] = []
        for one, batch in zip(staged, batches, strict=True):
            if isinstance(one, LeadPipelineError):
                ended.append(one)
                continue
            result = next(results)
            ended.append(HandedIn(result, len(batch.leads), one[1]) if isinstance(result, ImportResult) else result)
        imported = [one for one in ended if isinstance(one, HandedIn)]
        judged = iter(judged_leads(self.home, imported, settings=self._store_settings(), on_wait=self._on_wait))
        return [next(judged) if isinstance(one, HandedIn) else one for one in ended]

    def _staged_leads(
        self, launcher: Launcher, batch: LeadsBatch
    ) -> tuple[Manifest, Mapping[str, str]] | LeadPipelineError:
        """Stage leads, and return what columns are called that they named otherwise; or what is wrong with them."""
        from lead_pipeline.importing.handed_in.files_of_ours import read_as_written
        from lead_pipeline.importing.handed_in.leads_at_once import leads_file, named_as_columns

        try:
            chosen = read_as_written(self.profile(batch.profile))
            given = batch.destination
            wanted = Destination.parse(given) if isinstance(given, str) else given
            named, keys = named_as_columns(batch.leads, chosen)
            with leads_file(self.home, named) as file:
                return launcher.stage(file, chosen, wanted, known_as="leads.csv"), keys
        except LeadPipelineError as error:
            return error

    def suppress_people(
        self,
        people: Sequence[Mapping[str, str]],
        *,
        kind: SuppressionKind,
        region: str | None = "US",
        **said: object,
    ) -> ListResult:
        """Add people to a list of those who must not be contacted, in a recorded run of this process.

        Args:
            people: of each the `phone`, the `email`, or both, and the `source` where that is known.
            kind: what being on the list means.
            region: country (ISO code) of numbers that are written without +.
            said: what else holds for the list, as of `suppress`.

        Raises: UsageError, ListRefusedError, StoreLockedError, RunFailedError, as `suppress`.
        """
        from lead_pipeline.importing.handed_in.leads_at_once import people_file
        from lead_pipeline.importing.lists.list_settings_given import settings_given
        from lead_pipeline.importing.submitting import list_result

        settings = settings_given(kind, region, {key: value for key, value in said.items() if value is not None})
        self.home.prepare()
        with people_file(self.home, people) as file, self._launcher() as launcher:
            manifest = launcher.stage_list(file, settings, known_as="people.csv")
            return list_result(manifest, launcher.load_list(manifest))

    def files_of_import(self, import_id: str) -> dict[str, Path]:
        """Return the files that an import left for people, by what they are: `report`, `rejected_file`,
        `rejected_workbook`, `warned_file`; raises ImportNotFoundError.
        """
        result = self.state_of_import(import_id).result
        if result is None:
            return {}
        named = {
            "report": result.report_file,
            "rejected_file": result.rejected_file,
            "rejected_workbook": result.rejected_workbook,
            "warned_file": result.warned_file,
        }
        paths = {kind: self.home.root / path for kind, path in named.items() if path}
        return {kind: path for kind, path in paths.items() if path.is_file()}


def _unheard(*_: object) -> None:
    return None
