"""What LeadPipeline can be asked about imports that somebody prepares step by step, and about saving profiles; a part
of it, kept apart for its length. Nothing is decided here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from lead_pipeline.filing.home import written_for_the_owner
from lead_pipeline.model.handed_in.uploads import Submitted
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import ImportResult
from lead_pipeline.model.workbench.import_drafts import (
    DraftView,
    DryRunRow,
    FileToPick,
    ImportDraft,
    ProfileFile,
    SavedProfile,
)

if TYPE_CHECKING:
    from lead_pipeline.filing.home import Home
    from lead_pipeline.importing.progress import Listener
    from lead_pipeline.store.settings import OnWait, StoreSettings


class Preparing(ABC):
    """The calls of LeadPipeline about imports that are prepared, and about saving profiles."""

    home: Home
    _on_wait: OnWait

    @abstractmethod
    def _store_settings(self) -> StoreSettings: ...

    def files_to_pick(self) -> tuple[FileToPick, ...]:
        """Return the files that are here and can be imported without being sent again, newest first."""
        from lead_pipeline.importing.preparing.files_to_pick import files_to_pick

        return files_to_pick(self.home)

    def pick_file(self, file_ref: str) -> str:
        """Return the `file_id` of an upload with that file's content; raises UsageError when it is gone, DiskError."""
        from lead_pipeline.importing.preparing.files_to_pick import picked_file

        self.home.prepare()
        with written_for_the_owner():
            return picked_file(self.home, file_ref)

    def begin_import(self, file_id: str, *, profile: str, title: str = "") -> ImportDraft:
        """Begin to prepare an import of an upload under a profile, whose columns and settings can then be changed.

        Raises: UploadNotFoundError, ProfileError.
        """
        from lead_pipeline.drafting.preparing.prepared_imports import begin_draft

        self.home.prepare()
        with written_for_the_owner():
            return begin_draft(self.home, file_id, profile, title)

    def drafts(self) -> tuple[ImportDraft, ...]:
        """Return the imports that are being prepared, those that were changed last first."""
        from lead_pipeline.filing.workbench.draft_files import list_drafts
        from lead_pipeline.importing.clock import utc_now

        return tuple(list_drafts(self.home, utc_now()))

    def draft(self, draft_id: str) -> ImportDraft:
        """Return a prepared import; raises UsageError when there is none of that id."""
        from lead_pipeline.filing.workbench.draft_files import read_draft

        return read_draft(self.home, draft_id)

    def change_draft(self, draft_id: str, **changes: object) -> ImportDraft:
        """Keep what somebody chose, by the keys of ImportDraft; raises UsageError when there is no such draft."""
        from lead_pipeline.drafting.preparing.prepared_imports import change_draft

        with written_for_the_owner():
            return change_draft(self.home, draft_id, **changes)

    def look_at_draft(self, draft_id: str) -> DraftView:
        """Return a prepared import as it is now: how its file is read, its columns, the profile that the choices make,
        and what stands in the way.

        Raises: UsageError when there is no such draft, UploadNotFoundError when its file is gone, ProfileError.
        """
        from lead_pipeline.drafting.preparing.prepared_imports import look_at_draft

        return look_at_draft(self.home, draft_id)

    def draft_profile_text(self, draft_id: str, name: str) -> str:
        """Return the choices of a draft as the YAML of a profile of that name."""
        from lead_pipeline.drafting.preparing.prepared_imports import text_under_name

        return text_under_name(self.home, draft_id, name)

    def dry_run_draft(self, draft_id: str, *, on_progress: Listener | None = None) -> ImportResult:
        """Return what a prepared import would come to, as `dry_run` does.

        Raises: ProfileError with what stands in the way; StoreLockedError, DiskError.
        """
        from lead_pipeline.drafting.preparing.prepared_imports import file_of_draft
        from lead_pipeline.importing.dry_running import dry_run

        draft, profile = self.draft(draft_id), self._profile_of(draft_id)
        with written_for_the_owner():
            return dry_run(
                self.home,
                file_of_draft(self.home, draft),
                profile,
                identity_name=self._identity_name(profile),
                known_as=draft.file_name,
                settings=self._store_settings(),
                on_wait=self._on_wait,
                listener=on_progress or _unheard,
            )

    def dry_run_rows(self, result: ImportResult, *, limit: int) -> tuple[DryRunRow, ...]:
        """Return the first rows that a dry run says would not be imported."""
        from lead_pipeline.importing.preparing.rows_of_dry_runs import rows_left_out

        return rows_left_out(self.home, result, limit)

    def start_draft(self, draft_id: str) -> Submitted:
        """Hand the prepared import in, to be taken at once; the draft remembers as what.

        Raises: ProfileError with what stands in the way; as `submit`.
        """
        from lead_pipeline.drafting.preparing.prepared_imports import file_of_draft
        from lead_pipeline.importing.handed_in.handing_over import hand_over

        draft, profile = self.draft(draft_id), self._profile_of(draft_id)
        with written_for_the_owner():
            path = file_of_draft(self.home, draft)
            handed = hand_over(self.home, path, profile, file_name=draft.file_name)
        self.change_draft(draft_id, import_id=handed.import_id)
        return handed

    def profile_file(self, name: str) -> ProfileFile:
        """Return the text of a profile as it was written, with what is wrong with it; raises ProfileError for none."""
        from lead_pipeline.importing.preparing.saved_profiles import read_profile

        return read_profile(self.home, name)

    def check_profile_text(self, name: str, text: str) -> tuple[str, ...]:
        """Return what is wrong with a text as the profile of that name: sentences with line, culprit and fix."""
        from lead_pipeline.importing.preparing.saved_profiles import check_text

        return check_text(self.home, name, text)

    def save_profile(self, name: str, text: str, *, seen: str = "") -> SavedProfile:
        """Write a profile into the home; one that is there is replaced only if `seen` is its version.

        Raises: ProfileError, a line for each fault, and UsageError when another one of that name is there: nothing was
        written.
        """
        from lead_pipeline.importing.preparing.saved_profiles import save_profile

        self.home.prepare()
        with written_for_the_owner():
            return save_profile(self.home, name, text, seen=seen)

    def _profile_of(self, draft_id: str) -> ImportProfile:
        from lead_pipeline.drafting.preparing.prepared_imports import profile_of_draft

        return profile_of_draft(self.home, draft_id)

    def _identity_name(self, profile: ImportProfile) -> str:
        from lead_pipeline.importing.handed_in.handing_over import identified

        return identified(self.home, profile, None)[1]


def _unheard(*_: object) -> None:
    return None
