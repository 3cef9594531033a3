"""What LeadPipeline can be asked about destinations, and what it does to leads that are there; a part of it, kept apart
for its length. Nothing is decided here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from lead_pipeline.model.lead_management.destination_state import DestinationCheck, DestinationState

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

    @staticmethod
    def destination_sample(name: str) -> str:
        """Return a file about a schedule of that name, with every key that there is; raises UsageError."""
        from lead_pipeline.importing.managing.looking_at_destinations import sample_of

        return sample_of(name)
