"""`extends:`: what a profile inherits from another one.

A profile's own keys win over those of its parent; groups of keys are merged key by key, lists and texts are replaced. A
key without a value removes the parent's. A rule of a different type than the parent's replaces it as a whole.
"""

import yaml

from lead_pipeline.profiles.document import Document, KeyPath, Plain
from lead_pipeline.profiles.error_locations import EXTENDS

#: A profile has its own name, whatever it extends.
_OWN = ("name",)
#: Groups of rules, each rule with its own `type:`. Elsewhere `type` is a name like any other.
_RULES: tuple[KeyPath, ...] = (("fields",), ("attributes",), ("secondary_contacts", "variables"))


def extended(child: Document, parent: Document) -> Document:
    """Return the document of a profile with what it inherits; errors in inherited keys are at `extends:`."""
    inherited = {key: value for key, value in _group(parent.data).items() if key not in _OWN}
    own = {key: value for key, value in _group(child.data).items() if key != EXTENDS}
    where = child.lines.get((EXTENDS,), 1)
    named = {key: own.pop(key) for key in _OWN if key in own}
    replaced: list[KeyPath] = []
    merged = _merged(inherited, own, (), replaced)
    left = (path for path in parent.lines if not any(path[: len(gone)] == gone for gone in replaced))
    return Document(data=named | merged, lines=dict.fromkeys(left, where) | child.lines)


def written(document: Document) -> str:
    """Return the data of a document as YAML that reads back as the same data."""
    return yaml.dump(document.data, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=120)


def _merged(
    parent: dict[str, Plain], child: dict[str, Plain], path: KeyPath, replaced: list[KeyPath]
) -> dict[str, Plain]:
    """Return the merged data, and add to `replaced` the keys of the parent of which nothing is left."""
    merged: dict[str, Plain] = {}
    for key in (*parent, *(key for key in child if key not in parent)):
        ours, theirs = child.get(key), parent.get(key)
        if key in child and ours is None:
            continue
        if key not in child:
            merged[key] = theirs
        elif isinstance(ours, dict) and isinstance(theirs, dict) and not _is_new_rule(theirs, ours, path):
            merged[key] = _merged(theirs, ours, (*path, key), replaced)
        else:
            merged[key] = ours
            replaced.append((*path, key))
    return merged


def _is_new_rule(parent: dict[str, Plain], child: dict[str, Plain], around: KeyPath) -> bool:
    return around in _RULES and "type" in child and child["type"] != parent.get("type")


def _group(data: Plain) -> dict[str, Plain]:
    return data if isinstance(data, dict) else {}


class _PlainDumper(yaml.SafeDumper):
    """Writes texts without quotes wherever our reader, for which every scalar is text, reads them back unchanged."""

    yaml_implicit_resolvers = {  # noqa: RUF012 PyYAML's own way to say what needs quotes
        first: [(tag, form) for tag, form in resolvers if tag == "tag:yaml.org,2002:null"]
        for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }
