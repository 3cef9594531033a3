"""What the home's webhooks.yaml says: which addresses are told of which events, and where their secrets are. Reading
the file, and sending, does not belong here.
"""

import ipaddress
from typing import Annotated, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from lead_pipeline.model.fields import FrozenModel, RuleError
from lead_pipeline.model.outcomes import ImportStatus

#: What a program can be told of an import.
WebhookEvent = Literal["completed", "awaiting_approval", "quarantined", "cancelled", "failed", "reverted"]
WEBHOOK_EVENTS: tuple[WebhookEvent, ...] = get_args(WebhookEvent)

_OF_STATUS: dict[ImportStatus, WebhookEvent] = {
    ImportStatus.COMPLETED: "completed",
    ImportStatus.COMPLETED_WITH_REJECTS: "completed",
    ImportStatus.AWAITING_APPROVAL: "awaiting_approval",
    ImportStatus.QUARANTINED: "quarantined",
    ImportStatus.CANCELLED: "cancelled",
    ImportStatus.FAILED: "failed",
    ImportStatus.REVERTED: "reverted",
}


def event_of(status: ImportStatus) -> WebhookEvent | None:
    """Return the event that an import with that status is; None while it goes on."""
    return _OF_STATUS.get(status)


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write the whole address, such as https://crm.example.com/hooks/leads")
    if parts.username or parts.password:
        raise ValueError("an address with a password in it ends up in logs; remove it: the signature says who sends")
    if parts.scheme == "http" and not _is_here(parts.hostname):
        raise ValueError("write https://, for what is sent over http can be read and changed on its way")
    return text


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


#: An address that something is sent to, or that links begin with: https, or on this machine.
Address = Annotated[str, AfterValidator(_address)]


class Webhook(FrozenModel):
    """One address, and what it is told."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")] = Field(description="Its name here.")
    url: Address = Field(description="Where it is sent to, by POST.")
    events: tuple[WebhookEvent, ...] = Field(default=WEBHOOK_EVENTS, min_length=1, description="Of what it is told.")
    profiles: tuple[str, ...] = Field(default=(), description="Of imports under these profiles only.")
    secret_environment: str | None = Field(default=None, min_length=1, description="Variable that has its secret.")
    secret_file: str | None = Field(default=None, min_length=1, description="File, below the home, that has it.")

    @model_validator(mode="after")
    def _has_one_secret(self) -> Self:
        if (self.secret_environment is None) == (self.secret_file is None):
            raise RuleError("say where its secret is: either secret_environment or secret_file", "secret_environment")
        return self

    def wants(self, status: ImportStatus, profile: str) -> bool:
        """Return whether it is told of an import that has this status."""
        return event_of(status) in self.events and (not self.profiles or profile in self.profiles)


class WebhookSettings(FrozenModel):
    """Everything that webhooks.yaml says."""

    links: Address | None = Field(default=None, description="Address at which the pages are served, for links.")
    webhooks: tuple[Webhook, ...] = Field(default=(), description="Whom to tell.")

    @model_validator(mode="after")
    def _names_are_different(self) -> Self:
        names = [hook.name for hook in self.webhooks]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise RuleError(f"two of them are named {name}; rename one", "webhooks")
        return self


class WebhookAttempt(FrozenModel):
    """What came of sending to an address once; `trouble` is empty where it was accepted."""

    name: str
    url: str
    trouble: str
