"""The JSON schema of a profile, for editors that complete and check YAML. It is generated from the model; what the
model cannot express (a column named twice, a locale that does not exist) is checked by `profiles check`.
"""

from typing import Any, TypeAlias

from lead_pipeline.model.fields import STANDARD_FIELDS
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.row_rules import ROW_RULES
from lead_pipeline.profiles.error_locations import EXTENDS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: Groups that a profile may leave partly to its parent.
_LEFT_TO_PARENT = ("Destination", "Notify")
#: Keys that every profile has, so that they cannot be removed.
_NEEDED = {"name", "destination", "fields"}

_Schema: TypeAlias = dict[str, Any]


def profile_schema() -> _Schema:
    """Return the JSON schema (draft 2020-12) of the YAML of a profile, `extends:` included."""
    schema = _as_text(ImportProfile.model_json_schema(mode="validation"))
    definitions, properties, needed = schema["$defs"], schema["properties"], schema.pop("required")
    for name in _LEFT_TO_PARENT:
        del definitions[name]["required"]
    for kind in ROW_RULES.values():  # `rule:` has a default in the model, and distinguishes the rules in YAML
        definitions[kind.__name__]["required"].insert(0, "rule")
    for owner, key in ((properties, "attributes"), (definitions["SecondaryContacts"]["properties"], "variables")):
        owner[key]["additionalProperties"] = _rule(owner[key]["additionalProperties"])
    fields = properties["fields"]
    rule = _rule(fields.pop("additionalProperties"))
    fields["properties"] = {field: {"description": meaning, **rule} for field, meaning in STANDARD_FIELDS.items()}
    fields["additionalProperties"] = False
    for key in properties.keys() - _NEEDED:
        properties[key] = _or_nothing(properties[key])
    properties[EXTENDS] = {
        "type": "string",
        "description": "Name of another profile, from which this one inherits every key that it does not set itself.",
    }
    return {
        "$schema": _DIALECT,
        **schema,
        "title": "Import profile of lead_pipeline",
        "anyOf": [{"required": needed}, {"required": ["name", EXTENDS]}],
    }


def _rule(union: _Schema) -> _Schema:
    """Return what a rule may be: its type may be left to the parent, and an empty value removes the parent's rule."""
    return {"anyOf": [*union["oneOf"], {"type": "null"}]}


def _or_nothing(schema: _Schema) -> _Schema:
    """Allow a key without a value, which removes the parent's; annotations of the key stay outside."""
    annotations = {key: schema.pop(key) for key in ("description", "title", "default") if key in schema}
    kinds = schema["anyOf"] if set(schema) == {"anyOf"} else [schema]
    return annotations | {"anyOf": [kind for kind in kinds if kind != {"type": "null"}] + [{"type": "null"}]}


def _as_text(schema: Any) -> Any:  # noqa: ANN401  a schema, or any part of one
    """Return the schema with every free text open to numbers and booleans, which are texts without quotes: every scalar
    is read as it was written (decision 0040). For the same reason a number may be in quotes.
    """
    if isinstance(schema, list):
        return [_as_text(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: part if key == "default" else _as_text(part) for key, part in schema.items()}
    closed = {"enum", "const", "pattern", "format"} & parts.keys()
    if parts.get("type") == "string" and not closed:
        return parts | {"type": ["string", "number", "boolean"]}
    if parts.get("type") in ("integer", "number"):
        return parts | {"type": [parts["type"], "string"]}
    return parts
