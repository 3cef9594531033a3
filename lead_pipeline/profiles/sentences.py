"""What pydantic finds wrong with a profile, told as sentences that name the key, what was found and the fix.
Nothing is decided here; the rules are those of the model.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lead_pipeline.model.destination import DESTINATION_KINDS, Destination
from lead_pipeline.model.errors import did_you_mean, listed
from lead_pipeline.model.fields import STANDARD_FIELDS
from lead_pipeline.model.policies import RejectRate, RuleError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reading_options import ReadingOptions
from lead_pipeline.model.rules import RULES
from lead_pipeline.profiles.document import Document, KeyPath, Problem

#: The key that names another profile, whose keys are taken over where the profile has none of its own.
EXTENDS = "extends"

_QUOTED = re.compile(r"'([^']*)'")
_NAME_RULE = "write lower-case letters, digits and underscores, a letter first, at most 40 characters"
_REGION_RULE = "write an ISO country code of two capital letters, such as US"

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
    "string_type": "write one text",
    "model_type": "write `key: value` lines below it",
    "model_attributes_type": "write `key: value` lines below it",
    "tuple_type": "write a list, such as [one, two]",
    "dict_type": "write `key: value` lines below it",
    "string_too_short": "write at least one character",
    "too_short": "write at least one entry below it",
}


def problems_of(error: ValidationError, document: Document) -> Iterator[Problem]:
    """Yield one problem for each error of the model, at the line of its key."""
    for details in error.errors(include_url=False):
        path = _key_path(details)
        yield Problem(document.line_of(path), _sentence(details, path))


def _key_path(details: ErrorDetails) -> KeyPath:
    """Return where the key stands in the document: pydantic's location names the type of a field's rule as well."""
    parts = tuple(str(part) for part in details["loc"] if part != "[key]")
    path = (*parts[:2], *parts[3:]) if parts[:1] == ("fields",) else parts
    path = path[:2] if parts[:1] == ("reading",) else path  # behind it, pydantic names the types that it tried
    if details["type"] == "union_tag_invalid":
        return (*path, "type")
    culprit = details.get("ctx", {}).get("error")
    return (*path, *culprit.key) if isinstance(culprit, RuleError) else path


def _sentence(details: ErrorDetails, path: KeyPath) -> str:
    key = ".".join(path)
    match details["type"]:
        case "extra_forbidden":
            return _unknown_key(path, _keys_at(details))
        case "missing":
            return f"The key '{key}' is missing: {_example(path)}."
        case "value_error":
            return f"'{key}': {details['ctx']['error']}."
        case "union_tag_not_found":
            return f"'{key}' does not say its type: add `type:` with one of {listed(RULES)}."
        case "union_tag_invalid":
            return _no_option(key, details["ctx"]["tag"], RULES)
        case "literal_error":
            return _no_option(key, details["input"], _options(details))
        case _:
            return f"'{key}' is {_found(details['input'])}; {_fix(details, path)}."


def _unknown_key(path: KeyPath, known: Mapping[str, Any]) -> str:
    where = f"below '{'.'.join(path[:-1])}'" if len(path) > 1 else "of a profile"
    return f"'{path[-1]}' is not a key {where}.{did_you_mean(path[-1], known)} The keys are {listed(known)}."


def _keys_at(details: ErrorDetails) -> Mapping[str, Any]:
    match details["loc"]:
        case ("fields", _, str(kind), *_):
            return RULES[kind].model_fields
        case ("destination", _):
            return Destination.model_fields
        case ("reject_rate", _):
            return RejectRate.model_fields
        case ("reading", _):
            return ReadingOptions.model_fields
        case _:
            return {**ImportProfile.model_fields, EXTENDS: None}


def _options(details: ErrorDetails) -> tuple[str, ...]:
    """Return the words that a key with a closed list of them takes, out of pydantic's `'exact' or 'auto'`."""
    return tuple(_QUOTED.findall(str(details.get("ctx", {}).get("expected", ""))))


def _no_option(key: str, found: object, options: Mapping[str, Any] | tuple[str, ...]) -> str:
    near = did_you_mean(found, options) if isinstance(found, str) else ""
    return f"'{key}' is {_found(found)}.{near} Write one of {listed(option or repr(option) for option in options)}."


def _example(path: KeyPath) -> str:
    examples = {
        ("name",): "add `name:` with the name of the file, without .yaml",
        ("destination",): "add `destination: {kind: schedule, name: solar}`",
        ("destination", "kind"): f"add `kind:` with one of {listed(DESTINATION_KINDS)}",
        ("destination", "name"): "add `name:` with the name of the schedule, offer or list",
        ("fields",): f"add `fields:` with one or more of {listed(STANDARD_FIELDS, limit=30)}",
    }
    return examples.get(path, f"add `{path[-1]}:`")


def _fix(details: ErrorDetails, path: KeyPath) -> str:
    limits = details.get("ctx", {})
    match details["type"]:
        case "greater_than_equal":
            return f"write a number that is at least {limits['ge']:g}"
        case "less_than_equal":
            return f"write a number that is at most {limits['le']:g}"
        case "greater_than":
            return f"write a number above {limits['gt']:g}"
        case "string_too_long":
            return f"write at most {limits['max_length']} characters"
        case "string_pattern_mismatch":
            return _NAME_RULE if path == ("name",) else _REGION_RULE
        case kind:
            return _FIXES.get(kind, details["msg"])


def _found(value: object) -> str:
    match value:
        case None:
            return "empty"
        case dict():
            return "a group of keys"
        case list() | tuple():
            return "a list"
        case str() if len(value) > 60:
            return f"'{value[:60]}…'"
        case _:
            return f"'{value}'"
