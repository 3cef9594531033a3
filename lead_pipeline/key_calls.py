"""What LeadPipeline can be asked about the keys of programs; a part of it, kept apart for its length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lead_pipeline.model.access.api_keys import ApiKey, MadeKey

if TYPE_CHECKING:
    from lead_pipeline.filing.home import Home


class KeyCalls:
    """The calls of LeadPipeline about the keys of programs."""

    home: Home

    def make_key(self, name: str, scopes: Sequence[str]) -> MadeKey:
        """Make a key for a program; its text is known this once.

        Raises: UsageError for a name that another key has, and scopes that there are not.
        """
        from lead_pipeline.filing.keys.api_keys import make_key
        from lead_pipeline.importing.clock import utc_now

        self.home.prepare()
        return make_key(self.home, name, tuple(scopes), utc_now())

    def find_key(self, text: str) -> ApiKey | None:
        """Return the key that has this text, and note that it was used; None where there is none."""
        from lead_pipeline.filing.keys.api_keys import find_key
        from lead_pipeline.importing.clock import utc_now

        return find_key(self.home, text, utc_now())

    def keys(self) -> tuple[ApiKey, ...]:
        """Return the keys, oldest first."""
        from lead_pipeline.filing.keys.api_keys import list_keys

        return tuple(list_keys(self.home))

    def revoke_key(self, meant: str) -> ApiKey:
        """Have a key, by its name or id, hold no longer; raises UsageError when there is none."""
        from lead_pipeline.filing.keys.api_keys import revoke_key

        return revoke_key(self.home, meant)
