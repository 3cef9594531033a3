"""Signs what is sent as the Standard Webhooks specification says (standardwebhooks.com, version 1.0.0)."""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.model.webhooks.webhook_settings import Webhook

_PREFIX = "whsec_"

#: Bytes that a secret has, by the specification.
_SHORTEST, _LONGEST = 24, 64


class WebhookError(LeadPipelineError):
    """Something could not be sent to an address: what happened, and what to look at."""


def secret_of(hook: Webhook, root: Path, environment: Mapping[str, str]) -> bytes:
    """Return the secret of an address; raises WebhookError where there is none or it is none, without saying it."""
    if hook.secret_environment is not None:
        where, text = f"the variable {hook.secret_environment}", environment.get(hook.secret_environment, "")
    else:
        where, text = f"the file {hook.secret_file}", _text_of(root / str(hook.secret_file))
    if not text.strip():
        raise WebhookError(f"The secret of the webhook {hook.name} is missing: {where} is empty or not there.")
    try:
        secret = base64.b64decode(text.strip().removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not _SHORTEST <= len(secret) <= _LONGEST:
        raise WebhookError(
            f"What {where} has is not a secret of a webhook. `lead-pipeline webhooks secret` makes one: {_PREFIX} and "
            f"{_SHORTEST} to {_LONGEST} random bytes in base64."
        )
    return secret


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def signed_headers(key: str, body: bytes, secret: bytes, at: datetime) -> dict[str, str]:
    """Return the headers by which a receiver knows who sent the body, and that it was not sent before."""
    message_id, timestamp = f"msg_{key}", str(int(at.timestamp()))
    signed = b".".join([message_id.encode(), timestamp.encode(), body])
    signature = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{signature}"}


def new_secret() -> str:
    """Return a secret that nobody has."""
    return _PREFIX + base64.b64encode(os.urandom(32)).decode()
