"""Tells programs of imports: what is due goes into the outbox with the result, and out of it after the receipt. What
cannot be delivered never fails an import.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import httpx

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.results import ImportResult
from lead_pipeline.model.webhooks.webhook_settings import Webhook, WebhookAttempt, WebhookSettings
from lead_pipeline.notifying.outbox import due_messages, key_of_event
from lead_pipeline.notifying.webhooks.webhook_outbox import (
    GIVE_UP_AFTER,
    WebhookMessage,
    discard_webhook,
    note_accepted,
    note_refused,
    pending_webhooks,
    put_webhook,
)
from lead_pipeline.notifying.webhooks.webhook_payload import payload_of, trial_payload
from lead_pipeline.notifying.webhooks.webhook_signature import WebhookError, secret_of, signed_headers

_LOCK = "webhooks"

#: An address that does not answer must not hold up an import, and neither may many of them.
_TIMEOUT_SECONDS = 10.0
_SECONDS = 15.0


class _GoneError(WebhookError):
    """The address says that it does not want to be told any more."""


def post_webhooks(home: Home, settings: WebhookSettings, manifest: Manifest, result: ImportResult) -> None:
    """Put what addresses are to be told of an import into the outbox; doing so again leaves it once."""
    waits = result.status == ImportStatus.AWAITING_APPROVAL
    for hook in settings.webhooks:
        if not waits:
            discard_webhook(home, _key(manifest, hook, waits=True))  # not sent yet, and no longer true
        if hook.wants(result.status, result.profile):
            message = WebhookMessage(
                key=_key(manifest, hook, waits=waits),
                import_id=manifest.import_id,
                hook=hook.name,
                body=payload_of(result, settings.links),
                written_at=result.ended_at,
            )
            put_webhook(home, message)


def _key(manifest: Manifest, hook: Webhook, *, waits: bool) -> str:
    return f"{key_of_event(manifest, waits=waits)}-{hook.name}"


def deliver_webhooks(
    home: Home,
    settings: WebhookSettings,
    now: datetime,
    environment: Mapping[str, str],
    log: Callable[[str], object],
    own_imports: Collection[str] = (),
) -> int:
    """Send what is due and return how much was accepted; problems go to `log`, and are never raised.

    What is about an import that another process is still working on is left to that process; `own_imports` are the
    imports of this process. Two processes never send at the same time.
    """
    with due_messages(home, _LOCK, pending_webhooks, now, own_imports) as due:
        return _send_due(home, settings, due, now, environment, log) if due else 0


def _send_due(
    home: Home,
    settings: WebhookSettings,
    due: Sequence[WebhookMessage],
    now: datetime,
    environment: Mapping[str, str],
    log: Callable[[str], object],
) -> int:
    hooks, accepted, until = {hook.name: hook for hook in settings.webhooks}, 0, time.monotonic() + _SECONDS
    with _client() as client:
        for message in due:
            if time.monotonic() >= until:
                break
            hook = hooks.get(message.hook)
            if hook is None:  # nobody wants it any more
                discard_webhook(home, message.key)
                continue
            try:
                send_to(client, hook, message.key, message.body, secret_of(hook, home.root, environment), now)
            except WebhookError as error:
                _keep_for_later(home, message, error, now, log)
            else:
                note_accepted(home, message, now)
                accepted += 1
    return accepted


def try_webhook(home: Home, hook: Webhook, now: datetime, environment: Mapping[str, str]) -> WebhookAttempt:
    """Send something to an address now, and return what came of it."""
    try:
        with _client() as client:
            secret = secret_of(hook, home.root, environment)
            send_to(client, hook, f"test-{int(now.timestamp())}", trial_payload(now), secret, now)
    except WebhookError as error:
        return WebhookAttempt(name=hook.name, url=hook.url, trouble=str(error))
    return WebhookAttempt(name=hook.name, url=hook.url, trouble="")


def send_to(client: httpx.Client, hook: Webhook, key: str, body: str, secret: bytes, at: datetime) -> None:
    """Send a body to an address; raises WebhookError unless it is accepted. What is answered is not read."""
    content = body.encode()
    headers = {"content-type": "application/json", **signed_headers(key, content, secret, at)}
    try:
        with client.stream("POST", hook.url, content=content, headers=headers) as answer:
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        what = type(error).__name__
    else:
        if answer.is_success:
            return
        what = f"it answered {status}"
        if answer.is_redirect:
            what += ", a redirect, which is not followed: set its new address"
        if status == 410:
            raise _GoneError(f"The webhook {hook.name} answered 410: it does not want to be told any more. Remove it.")
    raise WebhookError(f"The webhook {hook.name} did not accept what was sent: {what}. Check its address and receiver.")


def _client() -> httpx.Client:
    return httpx.Client(timeout=_TIMEOUT_SECONDS, follow_redirects=False)


def _keep_for_later(
    home: Home, message: WebhookMessage, error: WebhookError, now: datetime, log: Callable[[str], object]
) -> None:
    """Keep the message for later and log the reason once; log when it is given up."""
    trouble = str(error)
    if not note_refused(home, message, trouble, now, for_good=isinstance(error, _GoneError)):
        log(f"Gave up telling the webhook {message.hook} of {message.import_id}. {trouble}")
    elif trouble != message.trouble:
        days = GIVE_UP_AFTER.days
        log(f"{trouble} What it was to be told of {message.import_id} is tried again, for {days} days.")
