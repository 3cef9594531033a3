"""Sends what waits for the addresses that a home's webhooks.yaml names. What is sent, and how, does not belong here."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from lead_pipeline.filing.home import Home
from lead_pipeline.model.errors import ProfileError, UsageError, did_you_mean, listed
from lead_pipeline.model.webhooks.webhook_settings import WebhookAttempt
from lead_pipeline.notifying.webhooks.webhook_delivery import deliver_webhooks, try_webhook
from lead_pipeline.notifying.webhooks.webhook_outbox import pending_webhooks
from lead_pipeline.profiles.webhooks.webhook_file import load_webhooks


def send_webhooks(
    home: Home,
    now: datetime,
    environment: Mapping[str, str],
    log: Callable[[str], object],
    own_imports: Collection[str] = (),
) -> int:
    """Send what is due and return how much was accepted; a file that is wrong is said to `log`, and what waits goes on
    waiting.
    """
    if next(pending_webhooks(home), None) is None:
        return 0
    try:
        settings = load_webhooks(home.root)
    except ProfileError as error:
        log(f"What waits for webhooks goes on waiting. {error}")
        return 0
    return deliver_webhooks(home, settings, now, environment, log, own_imports)


def try_webhooks(
    home: Home, name: str | None, now: datetime, environment: Mapping[str, str]
) -> tuple[WebhookAttempt, ...]:
    """Send something to one address, or to all, and return what came of it; raises ProfileError, UsageError."""
    hooks = load_webhooks(home.root).webhooks
    chosen = [hook for hook in hooks if name in (None, hook.name)]
    if not chosen:
        names = [hook.name for hook in hooks]
        near = did_you_mean(name or "", names)
        raise UsageError(
            f"There is no webhook '{name}'.{near} The webhooks are {listed(names)}."
            if names
            else "There is no webhook to try: the home has no webhooks.yaml that names one."
        )
    return tuple(try_webhook(home, hook, now, environment) for hook in chosen)
