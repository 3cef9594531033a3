"""What LeadPipeline can be asked about earlier calls and whom a profile's scrub rules leave out; a part of it, kept
apart for its length. Nothing is decided here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lead_pipeline.filing.home import followed
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.listings import ActivityResult, ScrubPreview
from lead_pipeline.model.lists.list_state import ListsFound, ListVersion, SuppressionAnswer
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.scrub.activity_settings import DateOrder

if TYPE_CHECKING:
    from lead_pipeline.filing.home import Home
    from lead_pipeline.importing.progress import Listener
    from lead_pipeline.orchestration.launching import Launcher
    from lead_pipeline.store.settings import OnWait, StoreSettings


def _unheard(_step: str, _rows: int, _progress: object) -> None:
    return None


class Scrubbing(ABC):
    """The calls of LeadPipeline about scrubbing."""

    home: Home
    _on_wait: OnWait

    @abstractmethod
    def _launcher(self) -> AbstractContextManager[Launcher]: ...

    @abstractmethod
    def _store_settings(self) -> StoreSettings: ...

    @abstractmethod
    def profile(self, profile: str | ImportProfile) -> ImportProfile:
        """Return the profile of that name."""

    def lists(self) -> ListsFound:
        """Return the suppression lists that were loaded, deliveries that were refused since, and which profiles they
        stop.

        Raises: StoreError, StoreLockedError.
        """
        from lead_pipeline.importing.clock import utc_now
        from lead_pipeline.importing.lists.looking_at_lists import find_lists

        return find_lists(self.home, utc_now(), settings=self._store_settings(), on_wait=self._on_wait)

    def list_versions(self, name: str) -> tuple[ListVersion, ...]:
        """Return the versions of a list, first to last; raises UsageError when there is none of that name."""
        from lead_pipeline.importing.lists.looking_at_lists import find_versions

        return find_versions(self.home, name, settings=self._store_settings(), on_wait=self._on_wait)

    def accept_list(self, name: str, version: int, *, note: str) -> None:
        """Record that a list is as it should be in its last version: what it lost until then, and deliveries that were
        refused, stop no import any more. It does not make the list any newer.

        Raises: UsageError when there is no such list, `version` is not its last, or `note` says nothing; StoreError.
        """
        from lead_pipeline.importing.clock import utc_now
        from lead_pipeline.importing.lists.looking_at_lists import accept

        settings = self._store_settings()
        accept(self.home, name, version, note, utc_now(), settings=settings, on_wait=self._on_wait)

    def suppressed(
        self, identifier: str, *, at: datetime | None = None, region: str | None = "US"
    ) -> SuppressionAnswer:
        """Return every entry of a list that ever named a person, and which of them were in force at a time.

        Args:
            identifier: a phone in any spelling, an email, or another identifier.
            at: the time, with a time zone; now by default. What was loaded later was not known then.
            region: country (ISO code) of a number that is written without +.

        Raises: UsageError when there is no such region; StoreError, StoreLockedError.
        """
        from lead_pipeline.importing.clock import utc_now
        from lead_pipeline.importing.lists.looking_at_lists import find_suppressions

        settings = self._store_settings()
        return find_suppressions(
            self.home, identifier, region, at or utc_now(), settings=settings, on_wait=self._on_wait
        )

    def scrub(
        self,
        file: str | Path,
        *,
        profile: str | ImportProfile = "call_schedule",
        destination: str | Destination | None = None,
        scopes: Sequence[str] = (),
        lookback_days: Sequence[str | int] = (),
        without: Sequence[str] = (),
        on_progress: Listener = _unheard,
    ) -> tuple[ScrubPreview, ...]:
        """Return whom the rules would leave out of a file, against the store as it is; nothing is imported or kept.

        Args:
            file: the file, or a link to it.
            profile: how it is read, and which scrub rules hold.
            destination: as of `import_file`.
            scopes: try these scopes instead of the profile's.
            lookback_days: try these numbers of days, or `all`; with several scopes and numbers, every pair of them.
            without: rules, or kinds of suppressions, to leave aside in what is shown.
            on_progress: called as the work goes on.

        Raises: UsageError, ProfileError, FileRefusedError, StoreLockedError.
        """
        from lead_pipeline.importing.activity.scrub_preview import preview_scrub

        self.home.prepare()
        chosen = self.profile(profile)
        wanted = Destination.parse(destination) if isinstance(destination, str) else destination
        return preview_scrub(
            self.home,
            followed(file),
            chosen if wanted is None else chosen.with_destination(wanted),
            scopes=scopes,
            lookback_days=lookback_days,
            without=without,
            settings=self._store_settings(),
            on_wait=self._on_wait,
            listener=on_progress,
        )

    def load_activity(
        self,
        file: str | Path,
        *,
        region: str | None = None,
        timezone: str | None = None,
        dates: DateOrder | None = None,
        destination: str | Destination | None = None,
        buyer: str | None = None,
        columns: Mapping[str, str | Sequence[str]] | None = None,
    ) -> ActivityResult:
        """Load records of calls in a recorded run; the scrub rules of profiles ask for them. The same content is loaded
        once. What is None is as `defaults` in the home's `call_activity.yaml` say; where these say nothing, nothing is
        assumed.

        Args:
            file: the drop, or a link to it; with or without a header.
            region: country (ISO code) of numbers without +, which also says whether days or months come first.
            timezone: IANA time zone of times that name none.
            dates: `month_first` or `day_first`, where the region does not say so.
            destination: of calls that name none, `kind:name`; without it these count for every destination.
            buyer: of calls that name none.
            columns: headers of columns that are not found by themselves, such as `{"happened_at": "Wann"}`.

        Raises:
            UsageError: there is no such region, time zone or destination, or the home cannot be written.
            ProfileError: `call_activity.yaml` cannot be used.
            FileUnreadableError: there is no such file, or it may not be read.
            ListRefusedError: it has no calls, or too many rows cannot be used (more than 3 rows and 1 %): nothing of it
                was loaded.
            StoreLockedError, RunFailedError: nothing of it was loaded.
        """
        from lead_pipeline.importing.activity.activity_results import activity_result_of

        self.home.prepare()
        said = {
            "region": region,
            "timezone": timezone,
            "dates": dates,
            "destination": Destination.parse(destination) if isinstance(destination, str) else destination,
            "buyer": buyer,
            "columns": dict(columns) if columns else None,
        }
        with self._launcher() as launcher:
            manifest = launcher.stage_activity(followed(file), said)
            return activity_result_of(manifest, launcher.load_activity(manifest))
