"""LeadPipeline, the Python API: one home, and everything that can be asked of it. The command line is a caller of it.

Each call imports the rooms that it needs, so that a look at the history starts at once and only what is a recorded run
loads Dagster. Nothing is decided here: imports belong in importing/, runs in orchestration/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lead_pipeline.correcting import Correcting
from lead_pipeline.filing.disk_trouble import DiskTroubleNamed
from lead_pipeline.filing.home import Home, followed, shown_name, written_for_the_owner
from lead_pipeline.handing_in import HandingIn
from lead_pipeline.importing.withheld import ValuesWithheld
from lead_pipeline.looking import Looking
from lead_pipeline.managing import LeadManagement
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.listings import ImportRecord, ListResult, QueryResult, ShownImport
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import ImportResult, Progress
from lead_pipeline.model.story import PersonStory
from lead_pipeline.model.suppression_kinds import SuppressionKind
from lead_pipeline.preparing import Preparing
from lead_pipeline.profile_calls import ProfileCalls
from lead_pipeline.program_calls import ProgramCalls
from lead_pipeline.scrubbing import Scrubbing

if TYPE_CHECKING:
    from lead_pipeline.filing.decisions import Answer
    from lead_pipeline.importing.import_preview import ImportPreview
    from lead_pipeline.orchestration.launching import Launcher
    from lead_pipeline.store.settings import StoreSettings

__all__ = [
    "DEFAULT_PROFILE",
    "DiskTroubleNamed",
    "LeadPipeline",
    "OnProgress",
    "OnWait",
    "ValuesWithheld",
    "shown_name",
]

#: Called with the step at work, the rows that it has done so far, and how far the import is.
OnProgress = Callable[[str, int, Progress], None]

#: Called again and again while another process holds the store: with the seconds waited so far, and who holds it.
OnWait = Callable[[float, str], None]

#: What files are imported as when nobody says otherwise.
DEFAULT_PROFILE = "call_schedule"


class LeadPipeline(ProfileCalls, Scrubbing, LeadManagement, HandingIn, Looking, ProgramCalls, Correcting, Preparing):
    """One home: the folder below which everything lies, the lead store and the history of runs included.

    ```python
    with LeadPipeline("data") as leads:
        result = leads.import_file("leads.csv", profile="call_schedule")
    ```

    Making one reads and writes nothing. Every call stands alone; inside a `with` block those that are recorded runs
    (`import_file`, `approve`, `cancel`, `suppress`, `load_activity`) share one Dagster instance, which takes a second
    or two to open. These five load Dagster; no other does.

    What comes back is frozen. Trouble that a person can fix is a LeadPipelineError whose message says how; a file that
    was read and refused is a result instead, with the status `quarantined`, as are rows that were rejected.
    """

    def __init__(
        self,
        home: str | Path,
        *,
        store_wait: float = 60.0,
        on_wait: OnWait | None = None,
        on_notice: Callable[[str], None] | None = None,
    ) -> None:
        """Choose the home; it need not exist.

        Args:
            home: the folder; relative to where the process is now, wherever it goes later.
            store_wait: how many seconds a call waits for the store while another process holds it, before it raises
                StoreLockedError.
            on_wait: called while it waits.
            on_notice: called with a sentence when runs are recorded elsewhere than in the home's own history: where a
                Dagster of somebody's own has this home.
        """
        self.home = Home(Path(home).absolute())
        self._store_wait = store_wait
        self._on_wait = on_wait or _ignore
        self._on_notice = on_notice or _ignore
        self._shared: ExitStack | None = None  # what the `with` block closes
        self._shared_launcher: Launcher | None = None

    def __repr__(self) -> str:
        return f"LeadPipeline({str(self.home.root)!r})"

    def __enter__(self) -> Self:
        if self._shared is not None:
            raise UsageError(f"{self!r} is open already: use the one of the outer `with`, or make another.")
        self._shared = ExitStack()
        return self

    def __exit__(self, *_: object) -> None:
        shared, self._shared, self._shared_launcher = self._shared, None, None
        if shared is not None:
            shared.close()

    # Recorded runs: the only calls that load Dagster.

    def import_file(
        self,
        file: str | Path,
        *,
        profile: str | ImportProfile = DEFAULT_PROFILE,
        destination: str | Destination | None = None,
        again: bool = False,
        on_progress: OnProgress | None = None,
    ) -> ImportResult:
        """Import a file in a recorded run; one that was imported before is left alone (`already_imported`).

        Args:
            file: the file, or a link to it; it stays where it is.
            profile: how it is read: a profile's name, or a profile itself.
            destination: what the leads are loaded into, `kind:name`, when not what the profile says.
            again: judge again, by the profile as it is now, those rows alone that became no lead when the same content
                was imported; an import of its own, which `judged_again` of the first one's result names.
            on_progress: called as the import goes on.

        Raises:
            FileUnreadableError: there is no such file, or it may not be read.
            ProfileError: there is no such profile, or it or a file of destinations is wrong.
            UsageError: the destination is not one, the home cannot be written, or there is nothing to judge again.
            StoreLockedError, RunFailedError: nothing was imported; the file stays staged, and can be imported again.
        """
        from lead_pipeline.profiles.destinations.destination_files import load_destinations

        self.home.prepare()
        chosen, wanted = self.profile(profile), _destination(destination)
        load_destinations(self.home.destinations)
        with self._launcher() as launcher:
            staged = launcher.stage(followed(file), chosen, wanted, again=again)
            launcher.record_refusals()
            return launcher.import_staged(staged, on_progress or _ignore)

    def approve(self, import_id: str, *, on_progress: OnProgress | None = None) -> ImportResult:
        """Import what waits for approval; it is read and screened again first.

        Raises:
            ImportNotFoundError: no import has that id; names the nearest one that waits.
            UsageError: it does not wait, or was cancelled.
            StoreLockedError, RunFailedError: the answer is kept, and nothing was imported; approve it again.
        """
        return self._answer(import_id, "approved", on_progress)

    def cancel(self, import_id: str, *, on_progress: OnProgress | None = None) -> ImportResult:
        """Import nothing of what waits for approval: its file goes to quarantine/, and may be dropped again.

        Raises: as `approve`.
        """
        return self._answer(import_id, "cancelled", on_progress)

    def suppress(
        self, file: str | Path, *, kind: SuppressionKind, region: str | None = "US", **said: object
    ) -> ListResult:
        """Load a list of people who must not be contacted, by phone, email or another identifier.

        The enrollments of those who were imported already end in the same transaction.

        Args:
            file: the list, or a link to it, with or without a header.
            kind: what being on it means.
            region: country (ISO code) of numbers that are written without +; None when there are none.
            said: what else holds for the list, see `ListSettings`: `name`, `mode` (add, replace, remove),
                `destination`, `identifier`, `country`, `source`, `listed_on`, `expires`.

        Raises:
            UsageError: there is no such kind, region or setting, or the home cannot be written.
            FileUnreadableError: there is no such file, or it may not be read.
            ListRefusedError: it names nobody, is empty, too much of it cannot be read (more than 3 rows and 1 %), or
                the list of that name is of another kind; nothing of it was loaded.
            StoreLockedError, RunFailedError: nothing of it was loaded.
        """
        from lead_pipeline.importing.lists.list_settings_given import settings_given
        from lead_pipeline.importing.submitting import list_result

        settings = settings_given(kind, region, said)
        self.home.prepare()
        with self._launcher() as launcher:
            manifest = launcher.stage_list(followed(file), settings)
            return list_result(manifest, launcher.load_list(manifest))

    def _answer(self, import_id: str, answer: Answer, on_progress: OnProgress | None) -> ImportResult:
        from lead_pipeline.filing.decisions import decide
        from lead_pipeline.importing.clock import utc_now

        manifest = decide(self.home, import_id, answer, utc_now())
        with self._launcher() as launcher:
            return launcher.carry_out(manifest, on_progress or _ignore)

    @contextmanager
    def _launcher(self) -> Iterator[Launcher]:
        """Give what runs jobs: that of the `with` block, opened by the first who asks, else one for this call alone."""
        from lead_pipeline.importing.progress import waiting_reported

        with written_for_the_owner(), waiting_reported(self._on_wait), ExitStack() as alone:
            from lead_pipeline.orchestration.launching import opened_launcher

            opened = opened_launcher(self.home, self._store_wait, self._on_notice)
            if self._shared is None:
                yield alone.enter_context(opened)
                return
            if self._shared_launcher is None:
                self._shared_launcher = self._shared.enter_context(opened)
            yield self._shared_launcher

    @staticmethod
    def dagster_settings() -> str:
        """Return the lines that imports need in the dagster.yaml of a Dagster of one's own."""
        from importlib import resources

        file = resources.files("lead_pipeline.orchestration.instances") / "needed_settings.yaml"
        return file.read_text(encoding="utf-8")

    # Looking at files before they are imported.

    def preview(
        self, file: str | Path, *, profile: str | ImportProfile = DEFAULT_PROFILE, file_name: str | None = None
    ) -> ImportPreview:
        """Return how a file would be read and what the profile makes of its columns, with sample rows; writes nothing.

        `file_name` is what people know the file by, where that is not its own name.

        Raises: FileRefusedError or a subclass when it cannot be read, ProfileError.
        """
        from lead_pipeline.importing.import_preview import preview_import

        return preview_import(Path(file), self.profile(profile), file_name=file_name)

    def dry_run(
        self,
        file: str | Path,
        *,
        profile: str | ImportProfile = DEFAULT_PROFILE,
        destination: str | Destination | None = None,
        again: bool = False,
        file_name: str | None = None,
        as_submitted: bool = False,
        on_progress: OnProgress | None = None,
    ) -> ImportResult:
        """Return what an import would come to, against the store as it is; nothing is kept but `dry_run_file`.

        Arguments as of `import_file`, and what people know the file by; `as_submitted`, where it would be handed in by
        `submit`, which takes a profile that was changed by the caller for another import. No run is recorded.

        Raises: FileUnreadableError, ProfileError, UsageError, StoreLockedError; LeadPipelineError when it crashes.
        """
        from lead_pipeline.filing.import_id import aimed_at
        from lead_pipeline.importing.dry_running import dry_run
        from lead_pipeline.importing.handed_in.handing_over import identified

        self.home.prepare()
        chosen, wanted = self.profile(profile), _destination(destination)
        chosen, identity_name = identified(self.home, chosen, wanted) if as_submitted else aimed_at(chosen, wanted)
        with written_for_the_owner():
            return dry_run(
                self.home,
                followed(file),
                chosen,
                identity_name=identity_name,
                again=again,
                known_as=file_name,
                settings=self._store_settings(),
                on_wait=self._on_wait,
                listener=on_progress or _ignore,
            )

    # What was imported.

    def history(
        self, *, limit: int = 50, status: ImportStatus | None = None, profile: str | None = None
    ) -> tuple[ImportRecord, ...]:
        """Return past imports from the ledger, newest first; none of a home that has no store yet.

        Args:
            limit: at most so many.
            status: only imports that have this status.
            profile: only imports under the profile of this name.

        Raises: StoreError, StoreLockedError.
        """
        from lead_pipeline.store.queries import list_imports

        found = list_imports(
            self.home.root,
            limit=limit,
            status=status.value if status else None,
            profile=profile,
            settings=self._store_settings(),
            on_wait=self._on_wait,
        )
        return tuple(ImportRecord.model_validate(line) for line in found)

    def news(self) -> tuple[str, ...]:
        """Return, once, what became of imports that commands did not see to their end, and of files that grew."""
        from lead_pipeline.importing.clock import utc_now
        from lead_pipeline.importing.drops.news import news_of

        return tuple(news_of(self.home, utc_now()))

    def find_import_id(self, meant: str) -> str:
        """Return the id of the import that is meant: by the id, a beginning that no other has, the name of a file (the
        newest import of it), or `last`; what was given when nothing is known by it.

        Raises: UsageError when several ids begin so; StoreError, StoreLockedError.
        """
        from lead_pipeline.store.queries import find_import_id

        # The result of an import outlives a store that was moved away.
        is_name = "@" in meant and "/" not in meant
        if is_name and (self.home.reports / meant / "result.json").exists():
            return meant
        return find_import_id(self.home.root, meant, settings=self._store_settings(), on_wait=self._on_wait)

    def show(self, import_id: str) -> ImportResult | ShownImport:
        """Return what came of an import; only what the store has of it when its result was removed.

        Raises: ImportNotFoundError with the nearest id, StoreError, StoreLockedError.
        """
        from lead_pipeline.importing.concluding import earlier_result
        from lead_pipeline.store.queries import find_import

        is_name = "@" in import_id and "/" not in import_id  # as every id is; anything else must not become a path
        if is_name and (self.home.reports / import_id / "result.json").exists():
            return earlier_result(self.home, import_id).model_copy(update={"already_imported": False})
        return ShownImport.model_validate(
            find_import(self.home.root, import_id, settings=self._store_settings(), on_wait=self._on_wait)
        )

    def query(self, sql: str, *, limit: int = 200) -> QueryResult:
        """Return the first rows of one reading statement about the store, such as `select count(*) from leads`.

        Raises: UsageError for anything else, and for mistakes in it; StoreError, StoreLockedError.
        """
        from lead_pipeline.store.queries import ask

        frame, has_more = ask(self.home.root, sql, limit=limit, settings=self._store_settings(), on_wait=self._on_wait)
        return QueryResult(frame, has_more)

    def explain(self, identifier: str, *, region: str | None = "US") -> PersonStory:
        """Return the whole story of a person, by a phone in any spelling, an email, or another identifier.

        Args:
            identifier: of the person, of a lead of theirs, or of somebody's secondary contact.
            region: country (ISO code) of a number that is written without +.

        Raises: UsageError when there is no such region; StoreError, StoreLockedError.
        """
        from lead_pipeline.importing.explaining import explain_person

        settings = self._store_settings()
        return explain_person(self.home.root, identifier, region, settings=settings, on_wait=self._on_wait)

    def copy_store(self, *, into_postgres: bool) -> dict[str, int]:
        """Copy the home's store into the database that LEAD_PIPELINE_STORE names, or back; return the rows by table.

        Raises: UsageError when no database is named; StoreError when a store is there already, or the copy differs.
        """
        from lead_pipeline.store.opening import copy_store

        settings = self._store_settings()
        return copy_store(self.home.root, into_postgres=into_postgres, settings=settings, on_wait=self._on_wait)

    def _store_settings(self) -> StoreSettings:
        from lead_pipeline.store.settings import StoreSettings

        return StoreSettings(wait_seconds=self._store_wait)


def _destination(given: str | Destination | None) -> Destination | None:
    return Destination.parse(given) if isinstance(given, str) else given


def _ignore(*_: object) -> None:
    return None
