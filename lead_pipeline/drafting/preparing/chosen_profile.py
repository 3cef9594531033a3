"""Writes the profile that somebody's choices make, on top of the one that they started from: what they chose and
nothing else, so that it can be saved, read and changed as any other. Whether it is valid is for the room of profiles to
say.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from lead_pipeline.model.fields import STANDARD_FIELDS, folded_header
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.workbench.import_drafts import KEEP, SKIP, ImportChoices

#: The rules of fields that a profile does not have, where plain text would not do.
_RULES_OF_FIELDS: dict[str, dict[str, Any]] = {
    "phone": {"type": "phone", "on_invalid": "blank"},
    "email": {"type": "email", "on_invalid": "blank"},
    "expires_in": {"type": "integer", "min": 0},
    "lead_score": {"type": "decimal"},
    "deal_value": {"type": "decimal"},
    "tags": {"type": "tags"},
    "consent_at": {"type": "datetime"},
}

#: A value that removes what the parent says under a key.
_REMOVED = None


def chosen_profile(name: str, base: ImportProfile, choices: ImportChoices, *, extends: str | None) -> str:
    """Return the YAML of the profile.

    Args:
        name: of the new profile.
        base: the profile that the choices started from.
        choices: what was chosen.
        extends: the name of `base` where it can be extended; None where the profile has to stand alone.
    """
    said = {
        **_aim(base, choices),
        **_reading(choices),
        **_columns(base, choices),
        **_screening(choices),
        **_managing(base, choices),
    }
    if extends is None:
        whole = base.model_dump(mode="json", exclude_unset=True) | {"name": name}
        return _written(_merged(whole, said))
    return _written({"name": name, "extends": extends, **said})


def _written(data: Mapping[str, Any]) -> str:
    return yaml.dump(dict(data), sort_keys=False, allow_unicode=True, width=120)


def _merged(whole: dict[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole with what was said over it, group by group, as `extends:` would."""
    merged = dict(whole)
    for key, value in said.items():
        if value is _REMOVED:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merged(merged[key], value)
        else:
            merged[key] = value
    return merged


def _aim(base: ImportProfile, choices: ImportChoices) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if choices.destination_kind or choices.destination_name:
        said["destination"] = {
            "kind": choices.destination_kind or base.destination.kind,
            "name": choices.destination_name or base.destination.name,
        }
    if choices.default_region:
        said["default_region"] = choices.default_region.upper()
    if choices.on_duplicate:
        said["on_duplicate"] = choices.on_duplicate
    if choices.approval:
        said["approval"] = choices.approval
    return said


def _reading(choices: ImportChoices) -> dict[str, Any]:
    reading = choices.reading.model_dump(mode="json", exclude_none=True)
    return {"reading": reading} if reading else {}


def _columns(base: ImportProfile, choices: ImportChoices) -> dict[str, Any]:
    """Return the keys that say which column becomes what, and the identifier that goes with them."""
    fields, attributes, aliases = _named(base, choices)
    if choices.identify_by and choices.identify_by != base.identify_by:
        for kind, rule in _identified(base, choices.identify_by).items():
            if kind == choices.identify_by or fields.get(kind, {}) is not _REMOVED:
                fields[kind] = (fields.get(kind) or {}) | rule
    if choices.phone_format:
        fields["phone"] = (fields.get("phone") or {}) | {
            "format": None if choices.phone_format == "any" else choices.phone_format
        }
    said: dict[str, Any] = {}
    if choices.columns and base.mapping == "auto":
        said["mapping"] = "exact"
    if choices.identify_by:
        said["identify_by"] = choices.identify_by
    said |= {
        key: rules for key, rules in (("fields", fields), ("attributes", attributes), ("aliases", aliases)) if rules
    }
    skipped = [column for column, target in choices.columns.items() if target == SKIP]
    if skipped and base.other_columns == "attributes":
        said["ignore_columns"] = skipped
    if choices.secondary_contacts is not None and base.secondary_contacts is not None:
        said["secondary_contacts"] = {"max": choices.secondary_contacts}
    return said


def _named(base: ImportProfile, choices: ImportChoices) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return fields, attributes and aliases with the columns that they were given; those that lost theirs, removed."""
    chosen = {target: column for column, target in choices.columns.items() if target not in (KEEP, SKIP)}
    groups: dict[str, dict[str, Any]] = {"field": {}, "attribute": {}, "alias": {}}
    for target, column in chosen.items():
        kind, _, name = target.partition(":")
        groups[kind][name] = _rule(kind, name, column, base)
    headers = {folded_header(column) for column in choices.columns}
    known: dict[str, Mapping[Any, object]] = {"field": base.fields, "attribute": base.attributes, "alias": base.aliases}
    for kind, rules in known.items():
        for name, rule in rules.items():
            default = {"alias": f"_alias_{'cookie' if name == 'cookie_id' else name}"}.get(kind, name)
            named = getattr(rule, "headers", None) or (getattr(rule, "column", None) or default,)
            if f"{kind}:{name}" not in chosen and headers & {folded_header(header) for header in named}:
                groups[kind][name] = _REMOVED
    if base.other_columns == "ignore":
        kept = [column for column, target in choices.columns.items() if target == KEEP]
        groups["attribute"] |= {column: {"type": "text", "column": column} for column in kept}
    return groups["field"], groups["attribute"], groups["alias"]


def _rule(kind: str, name: str, column: str, base: ImportProfile) -> dict[str, Any]:
    if kind == "field" and name not in base.fields and name in STANDARD_FIELDS:
        return {**_RULES_OF_FIELDS.get(name, {"type": "text"}), "column": column}
    return {"column": column}


def _identified(base: ImportProfile, kind: str) -> dict[str, dict[str, Any]]:
    """Return what changes for the identifiers: a bad one of the new kind rejects its row, one of the old is dropped."""
    said: dict[str, dict[str, Any]] = {kind: {"on_invalid": "reject"}}
    if kind not in base.fields:
        said[kind] = {**_RULES_OF_FIELDS.get(kind, {"type": "text"}), "on_invalid": "reject"}
    if base.identify_by in base.fields:
        said[base.identify_by] = {"on_invalid": "blank", "required": False}
    return said


def _screening(choices: ImportChoices) -> dict[str, Any]:
    scrub: dict[str, Any] = {}
    if choices.scrub_scope:
        scrub["scope"] = choices.scrub_scope
    if choices.lookback_days:
        scrub["lookback_days"] = choices.lookback_days
    if choices.scrub_rules:
        scrub["rules"] = dict(choices.scrub_rules)
    return {"scrub": scrub} if scrub else {}


def _managing(base: ImportProfile, choices: ImportChoices) -> dict[str, Any]:
    managed: dict[str, Any] = {}
    if choices.enroll is not None and choices.enroll != base.lead_management.enroll:
        managed["enroll"] = choices.enroll
    if choices.restart_matches:
        managed["on_match"] = {"schedule": choices.restart_matches}
    if choices.expires_after:
        managed["expires_after"] = choices.expires_after
    if choices.max_attempts:
        managed["max_attempts"] = choices.max_attempts
    defaults = {name: text for name, text in choices.defaults.items() if text}
    said: dict[str, Any] = {"lead_management": managed} if managed else {}
    return said | ({"default_attributes": defaults} if defaults else {})
