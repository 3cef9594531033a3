"""Keys by which programs are known, and what a key may do. Where keys are kept does not belong here."""

from datetime import datetime
from typing import Literal, get_args

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel

#: What a key may do; `admin` all of it, and what only a person should: approve and cancel.
ApiScope = Literal["read", "import", "suppress", "admin"]
API_SCOPES: tuple[ApiScope, ...] = get_args(ApiScope)


class ApiKey(FrozenModel):
    """A key as it may be shown: what makes it one is not in here."""

    key_id: str = Field(description="The part of the key that is no secret.")
    name: str = Field(description="What it is for.")
    scopes: tuple[ApiScope, ...]
    created_at: datetime
    last_used_at: datetime | None = Field(default=None, description="To the minute; null when it never was.")

    def allows(self, scope: ApiScope) -> bool:
        """Return whether the key may do that."""
        return scope in self.scopes or "admin" in self.scopes


class MadeKey(FrozenModel):
    """A key that was made just now: the only time that its text is known."""

    key: ApiKey
    text: str
