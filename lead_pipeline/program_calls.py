"""What LeadPipeline can be asked about keys and webhooks; a part of it, kept apart for its length. Nothing is decided
here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lead_pipeline.model.access.api_keys import ApiKey, MadeKey
from lead_pipeline.model.webhooks.webhook_settings import WebhookAttempt, WebhookSettings

if TYPE_CHECKING:
    from lead_pipeline.filing.home import Home


class ProgramCalls:
    """The calls of LeadPipeline about keys and webhooks."""

    home: Home

    def make_key(self, name: str, scopes: Sequence[str]) -> MadeKey:
        """Make a key for a program; its text is known this once.

        Raises: UsageError for a name that another key has, and scopes that there are not.
        """
        from lead_pipeline.filing.keys.kept_keys import make_key
        from lead_pipeline.importing.clock import utc_now

        self.home.prepare()
        return make_key(self.home, name, tuple(scopes), utc_now())

    def find_key(self, text: str) -> ApiKey | None:
        """Return the key that has this text, and note that it was used; None where there is none."""
        from lead_pipeline.filing.keys.kept_keys import find_key
        from lead_pipeline.importing.clock import utc_now

        return find_key(self.home, text, utc_now())

    def keys(self) -> tuple[ApiKey, ...]:
        """Return the keys, oldest first."""
        from lead_pipeline.filing.keys.kept_keys import list_keys

        return tuple(list_keys(self.home))

    def revoke_key(self, meant: str) -> ApiKey:
        """Have a key, by its name or id, hold no longer; raises UsageError when there is none."""
        from lead_pipeline.filing.keys.kept_keys import revoke_key

        return revoke_key(self.home, meant)

    def webhooks(self) -> WebhookSettings:
        """Return whom the home's webhooks.yaml tells of imports; raises ProfileError, a line for each problem."""
        from lead_pipeline.profiles.webhooks.webhook_file import load_webhooks

        return load_webhooks(self.home.root)

    def try_webhooks(self, name: str | None = None) -> tuple[WebhookAttempt, ...]:
        """Send something to the webhook of that name, or to all of them, and return what came of it.

        Raises: ProfileError; UsageError when there is none.
        """
        import os

        from lead_pipeline.importing.clock import utc_now
        from lead_pipeline.importing.webhooks.webhooks_of_home import try_webhooks

        return try_webhooks(self.home, name, utc_now(), os.environ)

    @staticmethod
    def new_webhook_secret() -> str:
        """Return a secret that nobody has, for a webhook to be signed with."""
        from lead_pipeline.notifying.webhooks.webhook_signature import new_secret

        return new_secret()
