"""The JSON schema of a profile, for editors that complete and check YAML; generated from the model, so that it knows
what the model knows. What needs more than that (a column named twice, a key left to the parent), `profiles check` says.
"""

from typing import Any

from lead_pipeline.model.fields import STANDARD_FIELDS
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.profiles.sentences import EXTENDS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def profile_schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of the YAML of a profile, `extends:` included."""
    schema = ImportProfile.model_json_schema(mode="validation")
    properties = schema["properties"]
    needed = schema.pop("required")
    # A profile that extends another may leave keys to it, the type of a field and the kind of destination as well.
    del schema["$defs"]["Destination"]["required"]
    rules = properties["fields"].pop("additionalProperties")["oneOf"]
    rule = {"anyOf": [*rules, {"type": "null"}]}
    properties["fields"]["properties"] = {
        field: {"description": meaning, **rule} for field, meaning in STANDARD_FIELDS.items()
    }
    properties["fields"]["additionalProperties"] = False
    # Scalars are read as the text that was written (decision 0040), so a number without quotes is a text as well.
    properties["default_attributes"]["additionalProperties"] = {"type": ["string", "number", "boolean"]}
    properties[EXTENDS] = {
        "type": "string",
        "description": "Name of another profile, whose keys are taken over where this one has none of its own.",
    }
    return {
        "$schema": _DIALECT,
        **schema,
        "title": "Import profile of lead_pipeline",
        "anyOf": [{"required": needed}, {"required": ["name", EXTENDS]}],
    }
