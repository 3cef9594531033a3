"""Reads the home's webhooks.yaml, and reports what is wrong with it as of a profile: line, key, found, and the fix."""

from pathlib import Path

from pydantic import ValidationError

from lead_pipeline.model.errors import ProfileError
from lead_pipeline.model.webhooks.webhook_settings import Webhook, WebhookSettings
from lead_pipeline.profiles.document import read_document
from lead_pipeline.profiles.error_locations import Kind
from lead_pipeline.profiles.error_messages import problems_of
from lead_pipeline.profiles.loader import error_text, read_profile_text

FILE_NAME = "webhooks.yaml"

_KIND = Kind("file of webhooks", {(): WebhookSettings, ("webhooks",): Webhook})


def load_webhooks(root: Path) -> WebhookSettings:
    """Return what a home says about webhooks; nothing where it has no such file. Raises: ProfileError, a line for each
    problem.
    """
    path = root / FILE_NAME
    if not path.exists():
        return WebhookSettings()
    return parse_webhooks(read_profile_text(path), str(path))


def parse_webhooks(text: str, source: str) -> WebhookSettings:
    """Read settings; `source` is their name in messages. Raises: ProfileError."""
    document = read_document(text)
    if document.problems:
        raise ProfileError(error_text(document.problems, source))
    if document.data is None:
        return WebhookSettings()
    if not isinstance(document.data, dict):
        raise ProfileError(f"{source}: the file has no `key: value` lines. Write `webhooks:`, and below it `- name:`.")
    try:
        return WebhookSettings.model_validate(document.data)
    except ValidationError as error:
        problems = list(problems_of(error, document, _KIND))
    raise ProfileError(error_text(problems, source))
