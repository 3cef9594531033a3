"""Where in a profile something is that pydantic found wrong, and which keys there are at that place. The sentence about
it belongs in sentences.py.

Pydantic's locations name more than the keys that people write: which rule of several it tried (`fields.phone.phone`),
that a key is meant and not its value (`[key]`). The types of the model tell what is what.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.profiles.document import KeyPath, key_name

#: The key that names another profile, whose keys are taken over where the profile has none of its own.
EXTENDS = "extends"

_KEY = "[key]"


@dataclass(slots=True)
class Place:
    """A key, or an entry of a list, in a profile."""

    path: KeyPath = ()
    #: The keys that may stand where the last part of the path does; empty where any may.
    keys: tuple[str, ...] = ()
    #: Whether the key itself is meant, not what stands behind it.
    is_key: bool = False
    #: Where a value may be a word or a group of keys: whether it was tried as a group. None where there is no choice.
    tried_group: bool | None = None
    #: The words behind `type:` or `rule:` that may stand here, or the groups of keys that may stand for a word.
    kinds: tuple[str, ...] = ()
    #: What the model expects at the end of the path.
    expected: Any = ImportProfile

    @property
    def name(self) -> str:
        """Return what people call it: `fields.phone.column`, `row_rules #2.fields`."""
        return key_name(self.path)


def place_of(location: Iterable[str | int], *behind: str) -> Place:
    """Return the place that pydantic's location, and the keys `behind` it that an error names itself, lead to."""
    place = Place()
    for part in location:
        place.is_key = part == _KEY
        expected, discriminator = _unwrapped(place.expected)
        if place.is_key:
            continue
        if _is_union(expected):
            _try(place, str(part), expected, discriminator)
        else:
            _go(place, str(part), expected)
    for key in behind:
        _go(place, key, _unwrapped(place.expected)[0])
    expected, discriminator = _unwrapped(place.expected)
    if discriminator is not None:
        place.kinds = tuple(str(_tag(model, discriminator)) for model in _models_in(expected))
    return place


def keys_of(expected: Any) -> tuple[str, ...]:  # noqa: ANN401  any type of the model
    """Return the keys that a model knows, as profiles write them; none for what is no model."""
    if not _is_model(expected):
        return ()
    own = tuple(field.alias or name for name, field in expected.model_fields.items())
    return (*own, EXTENDS) if expected is ImportProfile else own


def _go(place: Place, part: str, expected: Any) -> None:  # noqa: ANN401
    """Follow a key, or the place of an entry in a list."""
    is_entry = get_origin(expected) is tuple and part.isdecimal()
    place.path = (*place.path, int(part) if is_entry else part)
    place.keys = keys_of(expected)
    if is_entry or get_origin(expected) is dict:
        place.expected = get_args(expected)[0 if is_entry else 1]
    else:
        place.expected = _behind(expected, part)


def _try(place: Place, label: str, union: Any, discriminator: str | None) -> None:  # noqa: ANN401
    """Take the kind of value that the label names; that is no key which anybody wrote."""
    models = _models_in(union)
    tried = [model for model in models if label in (model.__name__, _tag(model, discriminator))]
    place.expected = tried[0] if tried else None
    if discriminator is None:
        place.tried_group = bool(tried)
        place.kinds = tuple(f"{{{', '.join(f'{key}: ...' for key in keys_of(model))}}}" for model in models)


def _behind(expected: Any, key: str) -> Any:  # noqa: ANN401
    """Return what the model expects behind a key; None where it knows no such key."""
    fields = expected.model_fields.items() if _is_model(expected) else ()
    return next((field.annotation for name, field in fields if key in (name, field.alias)), None)


def _unwrapped(expected: Any) -> tuple[Any, str | None]:  # noqa: ANN401
    """Return the type without its annotations and None, and the key that tells its kinds apart."""
    discriminator: str | None = None
    while True:
        if get_origin(expected) is Annotated:
            expected, *notes = get_args(expected)
            found = [note.discriminator for note in notes if isinstance(note, FieldInfo)]
            discriminator = next((one for one in found if isinstance(one, str)), discriminator)
        elif _is_union(expected) and NoneType in get_args(expected):
            kinds = tuple(kind for kind in get_args(expected) if kind is not NoneType)
            expected = Union[kinds]  # noqa: UP007  of a tuple; of one type, it is that type
        else:
            return expected, discriminator


def _is_union(expected: Any) -> bool:  # noqa: ANN401
    return get_origin(expected) in (Union, UnionType)


def _is_model(expected: Any) -> bool:  # noqa: ANN401
    return isinstance(expected, type) and issubclass(expected, BaseModel)


def _models_in(union: Any) -> list[type[BaseModel]]:  # noqa: ANN401
    return [kind for kind in (_unwrapped(kind)[0] for kind in get_args(union)) if _is_model(kind)]


def _tag(model: type[BaseModel], discriminator: str | None) -> object:
    """Return the word that a profile names this kind with, such as `phone` behind `type:`."""
    return model.model_fields[discriminator].default if discriminator else None
