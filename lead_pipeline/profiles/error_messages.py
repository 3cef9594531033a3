"""Sentences for what pydantic finds wrong with a profile: the key, what was found, and the fix."""

import re
from collections.abc import Iterable, Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lead_pipeline.model.destination import DESTINATION_KINDS
from lead_pipeline.model.errors import did_you_mean, listed
from lead_pipeline.model.fields import STANDARD_FIELDS, RuleError
from lead_pipeline.profiles.document import Document, KeyPath, Problem, key_name
from lead_pipeline.profiles.error_locations import PROFILE, Kind, Location, locate

_QUOTED = re.compile(r"'([^']*)'")
_NAME_RULE = "use at most 40 lower-case letters, digits and underscores, starting with a letter"
_REGION_RULE = "write an ISO country code of two capital letters, such as US"
_MAX_LISTED = 30

#: pydantic's error type: how the sentence goes on after `'<key>' is <found>`.
_FIXES = {
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "float_parsing": "write a number",
    "float_type": "write a number",
    "finite_number": "write a number",
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "string_type": "write a single text",
    "model_type": "write `key: value` lines below it",
    "model_attributes_type": "write `key: value` lines below it",
    "tuple_type": "write a list, such as [one, two]",
    "dict_type": "write `key: value` lines below it",
    "string_too_short": "write at least one character",
    "date_type": "write a date, such as 2026-01-31",
    "datetime_type": "write a date and time, such as 2026-01-31T08:00",
}
#: Prefixes of pydantic's many error types for a date or time that cannot be read.
_MOMENTS = {"datetime": _FIXES["datetime_type"], "date": _FIXES["date_type"], "timezone": _FIXES["datetime_type"]}


def problems_of(error: ValidationError, document: Document, kind: Kind = PROFILE) -> Iterator[Problem]:
    """Yield one problem for each error, at the line of its key."""
    found = [(details, _location(details, kind)) for details in error.errors(include_url=False)]
    seen: set[str] = set()
    for details, location in found:
        if _is_echo(details, location, found) or (location.is_alternative and location.name in seen):
            continue
        seen.add(location.name)
        yield Problem(document.line_of(location.path), _sentence(details, location), location.path)


def _location(details: ErrorDetails, kind: Kind) -> Location:
    culprit = details.get("ctx", {}).get("error")
    return locate(details["loc"], *(culprit.key if isinstance(culprit, RuleError) else _tag_key(details)), kind=kind)


def _tag_key(details: ErrorDetails) -> tuple[str, ...]:
    """Return the key whose value is an unknown kind of rule; where the key is missing, the group is meant."""
    is_wrong_word = details["type"] == "union_tag_invalid"
    return (_discriminator(details),) if is_wrong_word else ()


def _discriminator(details: ErrorDetails) -> str:
    return str(details["ctx"]["discriminator"]).strip("'")


def _is_echo(details: ErrorDetails, location: Location, found: Iterable[tuple[ErrorDetails, Location]]) -> bool:
    """Return whether an error only follows from another: a list too short because some of its entries are invalid, or,
    where a value may be a word or a group of keys, the error about the form that was not written.
    """
    if details["type"] == "too_short":
        return any(len(other.path) > len(location.path) and _starts(other, location) for _, other in found)
    if location.tried_group is True:
        return details["type"] == "model_type"
    return location.tried_group is False and isinstance(details["input"], dict)


def _starts(other: Location, location: Location) -> bool:
    return other.path[: len(location.path)] == location.path


def _sentence(details: ErrorDetails, location: Location) -> str:
    match details["type"]:
        case "extra_forbidden":
            return _unknown_key(location, location.keys)
        case "missing":
            return f"The key '{location.name}' is missing: {_example(location)}."
        case "value_error":
            about = f"'{location.name}': " if location.name else ""
            return f"{about}{details['ctx']['error']}."
        case "union_tag_not_found":
            key = _discriminator(details)
            return f"'{location.name}' does not say its {key}: add `{key}:` with one of {listed(location.words)}."
        case "union_tag_invalid":
            return _no_option(location.name, details["ctx"]["tag"], _quoted(details, "expected_tags"))
        case "literal_error" if location.is_key:
            return _unknown_key(location, _quoted(details, "expected"))
        case "literal_error":
            return _no_option(location.name, details["input"], (*_quoted(details, "expected"), *location.words))
        case _:
            return f"'{location.name}' is {_found(details['input'])}; {_fix(details, location)}."


def _unknown_key(location: Location, known: Iterable[str]) -> str:
    *above, key = location.path
    where = f"below '{key_name(tuple(above))}'" if above else f"of a {location.kind.name}"
    keys = list(known)
    return (
        f"'{key}' is not a key {where}.{did_you_mean(str(key), keys)} The keys are {listed(keys, limit=_MAX_LISTED)}."
    )


def _quoted(details: ErrorDetails, name: str) -> tuple[str, ...]:
    """Return the words that a key accepts, out of pydantic's `'exact' or 'auto'`."""
    return tuple(_QUOTED.findall(str(details.get("ctx", {}).get(name, ""))))


def _no_option(key: str, found: object, options: Iterable[str]) -> str:
    known = list(options)
    near = did_you_mean(found, known) if isinstance(found, str) else ""
    words = listed((option or repr(option) for option in known), limit=_MAX_LISTED)
    return f"'{key}' is {_found(found)}.{near} Use one of {words}."


def _example(location: Location) -> str:
    examples: dict[KeyPath, str] = {
        ("name",): "add `name:` with the name of the file, without .yaml",
        ("destination",): "add `destination: {kind: schedule, name: solar}`",
        ("destination", "kind"): f"add `kind:` with one of {listed(DESTINATION_KINDS)}",
        ("destination", "name"): "add `name:` with the name of the schedule, offer or list",
        ("fields",): f"add `fields:` with one or more of {listed(STANDARD_FIELDS, limit=_MAX_LISTED)}",
        ("notify", "email"): "add `email:` with a list of addresses, such as [imports@example.com]",
        ("approval", "auto_below"): "add `auto_below:` with a share of rejected rows, such as 0.05",
    }
    return examples.get(location.path, f"add `{location.path[-1]}:`")


def _fix(details: ErrorDetails, location: Location) -> str:
    limits = details.get("ctx", {})
    match details["type"]:
        case "greater_than_equal":
            return f"write a number that is at least {limits['ge']:g}"
        case "less_than_equal":
            return f"write a number that is at most {limits['le']:g}"
        case "greater_than":
            return f"write a number above {limits['gt']:g}"
        case "string_too_long":
            return f"write at most {_counted(limits['max_length'], 'character')}"
        case "too_short":
            return f"write at least {_counted(limits['min_length'], 'entry', 'entries')} below it"
        case "bool_type" | "bool_parsing" if location.words:
            return f"write true, false or {location.words[0]}"
        case "string_pattern_mismatch":
            return _NAME_RULE if location.path == ("name",) else _REGION_RULE
        case kind if kind not in _FIXES and kind.partition("_")[0] in _MOMENTS:
            return _MOMENTS[kind.partition("_")[0]]
        case kind:
            return _FIXES.get(kind, details["msg"])


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _found(value: object) -> str:
    match value:
        case None:
            return "empty"
        case {}:
            return "a group of keys"
        case list() | tuple():
            return "a list"
        case str() if len(value) > 60:
            return f"'{value[:60]}…'"
        case _:
            return f"'{value}'"
