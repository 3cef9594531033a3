"""What LeadPipeline can be asked about destinations, and what it does to leads that are there; a part of it, kept apart
for its length. Nothing is decided here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.lead_management.command_results import (
    LeadCommandResult,
    LeadsFound,
    LeadVerb,
    checked_verb,
)
from lead_pipeline.model.lead_management.destination_state import DestinationCheck, DestinationState
from lead_pipeline.model.lead_management.lead_conditions import LeadCondition

if TYPE_CHECKING:
    from lead_pipeline.filing.home import Home
    from lead_pipeline.store.settings import OnWait, StoreSettings


class LeadManagement(ABC):
    """The calls of LeadPipeline about destinations and about leads that are there."""

    home: Home
    _on_wait: OnWait

    @abstractmethod
    def _store_settings(self) -> StoreSettings: ...

    def check_destinations(self) -> tuple[DestinationCheck, ...]:
        """Return what is wrong with each file of the home's `destinations/`; none where there are none."""
        from lead_pipeline.importing.managing.looking_at_destinations import check_files

        return check_files(self.home)

    def destinations(self) -> tuple[DestinationState, ...]:
        """Return every destination that has a file or leads, in alphabetical order.

        Raises: ProfileError, a line for each fault, when a file cannot be used; StoreError, StoreLockedError.
        """
        from lead_pipeline.importing.managing.looking_at_destinations import find_destinations

        return find_destinations(self.home, settings=self._store_settings(), on_wait=self._on_wait)

    def destination(self, name: str) -> DestinationState:
        """Return one destination: by `kind:name`, its name alone, or the name of its file.

        Raises: ProfileError when there is none, several have that name, or a file cannot be used; StoreError,
        StoreLockedError.
        """
        from lead_pipeline.importing.managing.looking_at_destinations import find_destination_state

        settings = self._store_settings()
        return find_destination_state(self.home, name, settings=settings, on_wait=self._on_wait)

    def manage_leads(
        self,
        command: LeadVerb,
        where: Sequence[str | LeadCondition] = (),
        *,
        everything: bool = False,
        to: str | Destination | None = None,
        note: str = "",
        dry_run: bool = False,
        region: str | None = "US",
    ) -> LeadCommandResult:
        """Do something to leads that are there, all in one transaction, and record it; nobody who may not be contacted
        becomes callable by it.

        Args:
            command: stop, start, restart, expire, move, add, copy, block, unblock, opt-out or opt-in.
            where: conditions such as `status=due`, of which all have to hold.
            everything: every lead is meant; needed without conditions.
            to: of move, add and copy: the destination, `kind:name`.
            note: why; kept with the command.
            dry_run: only say what would become of whom.
            region: country (ISO code) of phones in conditions that are written without +.

        Raises: UsageError when a condition cannot be understood, or the command does not fit; ProfileError when a file
        of destinations cannot be used; ScreeningError when entries of lists are missing; StoreError, StoreLockedError.
        Nothing is changed then.
        """
        from lead_pipeline.importing.clock import utc_now
        from lead_pipeline.importing.managing.managing_leads import LeadCommand, manage_leads
        from lead_pipeline.importing.managing.reading_conditions import read_conditions

        conditions = read_conditions(where, everything=everything, region=region)
        wanted = Destination.parse(to) if isinstance(to, str) else to
        return manage_leads(
            self.home,
            LeadCommand(checked_verb(command), conditions, wanted, note.strip()),
            utc_now(),
            dry_run=dry_run,
            settings=self._store_settings(),
            on_wait=self._on_wait,
        )

    def find_leads(
        self,
        where: Sequence[str | LeadCondition] = (),
        *,
        everything: bool = False,
        limit: int = 50,
        region: str | None = "US",
    ) -> LeadsFound:
        """Return the first leads of which all conditions hold, with their enrollments, and how many there are.

        Arguments as of `manage_leads`. Raises: UsageError; StoreError, StoreLockedError.
        """
        from lead_pipeline.importing.managing.finding_leads import find_leads
        from lead_pipeline.importing.managing.reading_conditions import read_conditions

        conditions = read_conditions(where, everything=everything, region=region)
        settings = self._store_settings()
        return find_leads(self.home, conditions, limit, settings=settings, on_wait=self._on_wait)

    @staticmethod
    def destination_sample(name: str) -> str:
        """Return a file about a schedule of that name, with every key that there is; raises UsageError."""
        from lead_pipeline.importing.managing.looking_at_destinations import sample_of

        return sample_of(name)
