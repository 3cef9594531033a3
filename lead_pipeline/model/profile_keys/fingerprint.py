"""The fingerprint of a profile, which says whether two import alike. An upgrade must not change it: a key that is new,
and that nobody has set, counts as little as one that does not exist.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel


class AddedLater:
    """Marks a key, of a profile or of anything in one, that the first release did not have; its type is
    `Annotated[..., AddedLater()]`.

    Its default has to mean what was done before there was the key.
    """


def fingerprint_of(profile: BaseModel) -> str:
    """Return the SHA-256 of everything in a profile but keys that were added later and are at their default."""
    return hashlib.sha256(profile.model_dump_json(exclude=_unset(profile)).encode()).hexdigest()


def _unset(value: object) -> dict[Any, Any]:
    """Return what is left out of a value, as pydantic's `exclude` has it."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        inner = {name: getattr(value, name) for name in fields}
        later = [name for name, field in fields.items() if any(isinstance(one, AddedLater) for one in field.metadata)]
        at_default = [name for name in later if inner[name] == fields[name].get_default(call_default_factory=True)]
        return _filled(inner.items()) | dict.fromkeys(at_default, True)
    if isinstance(value, Mapping):
        return _filled(value.items())
    return _filled(enumerate(value)) if isinstance(value, tuple) else {}


def _filled(members: Iterable[tuple[Any, object]]) -> dict[Any, Any]:
    return {key: inner for key, value in members if (inner := _unset(value))}
