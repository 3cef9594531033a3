"""Keys of programs: made, found by their text, revoked; one file each, which has the hash of the key and never the key.

A key is 256 bits from the system's source of randomness, so a plain SHA-256 of it can be neither turned back nor
guessed; slow hashes are for passwords that people choose.
"""

import contextlib
import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.json_files import readable_json, write_json
from lead_pipeline.model.access.api_keys import API_SCOPES, ApiKey, ApiScope, MadeKey
from lead_pipeline.model.errors import UsageError, did_you_mean, listed
from lead_pipeline.model.fields import FrozenModel

_TEXT = re.compile(r"lpk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_LONGEST_NAME = 60

#: What is compared where there is no such key, so that an answer takes as long.
_NOBODYS = hashlib.sha256(b"").hexdigest()

#: That a key was used is noted once in so long.
_NOTED_EVERY = timedelta(minutes=1)


class KeptKey(FrozenModel):
    """A key and the hash of its text."""

    key: ApiKey
    sha256: str


def make_key(home: Home, name: str, scopes: tuple[str, ...], now: datetime) -> MadeKey:
    """Make a key; raises UsageError for no name, a name that another has, and scopes that there are not."""
    title = " ".join(name.split())
    if not title or len(title) > _LONGEST_NAME or not title.isprintable():
        raise UsageError(f"A key needs a name of 1 to {_LONGEST_NAME} characters that says what it is for.")
    if any(one.name == title for one in list_keys(home)):
        raise UsageError(f"There is a key named '{title}' already. Revoke it first, or choose another name.")
    key = ApiKey(key_id=secrets.token_hex(6), name=title, scopes=_checked(scopes), created_at=now)
    text = f"lpk_{key.key_id}_{secrets.token_urlsafe(32)}"
    write_json(_path(home, key.key_id), KeptKey(key=key, sha256=_hash(text)))
    return MadeKey(key=key, text=text)


def find_key(home: Home, text: str, now: datetime) -> ApiKey | None:
    """Return the key that has this text, and note that it was used; None where there is none."""
    match = _TEXT.fullmatch(text)
    kept = readable_json(_path(home, match[1]), KeptKey) if match else None
    if not hmac.compare_digest(_hash(text), kept.sha256 if kept else _NOBODYS) or kept is None:
        return None
    used = kept.key.last_used_at
    if used is None or now - used >= _NOTED_EVERY:
        noted = kept.key.model_copy(update={"last_used_at": now})
        with contextlib.suppress(OSError):  # a full disk keeps nobody out
            _note(home, kept.model_copy(update={"key": noted}))
    return kept.key


def list_keys(home: Home) -> list[ApiKey]:
    """Return the keys, oldest first."""
    found = [readable_json(path, KeptKey) for path in _folder(home).glob("[!.]*.json")]
    return sorted((one.key for one in found if one is not None), key=lambda key: (key.created_at, key.name))


def revoke_key(home: Home, meant: str) -> ApiKey:
    """Remove a key by its name or id; raises UsageError when there is none."""
    keys = list_keys(home)
    found = next((one for one in keys if meant in (one.name, one.key_id)), None)
    if found is None:
        names = [one.name for one in keys]
        raise UsageError(f"There is no key '{meant}'.{did_you_mean(meant, names)} The keys are {listed(names)}.")
    _path(home, found.key_id).unlink(missing_ok=True)
    return found


def _note(home: Home, kept: KeptKey) -> None:
    """Write when a key was used, unless it was revoked meanwhile."""
    path = _path(home, kept.key.key_id)
    if path.exists():
        write_json(path, kept)


def _checked(scopes: tuple[str, ...]) -> tuple[ApiScope, ...]:
    unknown = next((one for one in scopes if one not in API_SCOPES), None)
    if unknown is not None:
        near = did_you_mean(unknown, API_SCOPES)
        raise UsageError(f"There is no scope '{unknown}'.{near} The scopes are {listed(API_SCOPES)}.")
    if not scopes:
        raise UsageError(f"A key without a scope may do nothing. Give one or more of {listed(API_SCOPES)}.")
    return tuple(scope for scope in API_SCOPES if scope in scopes)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _folder(home: Home) -> Path:
    return home.root / "keys"


def _path(home: Home, key_id: str) -> Path:
    return _folder(home) / f"{key_id}.json"
