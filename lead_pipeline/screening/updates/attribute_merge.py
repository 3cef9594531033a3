"""How the attributes of a row are put over those of its lead, key by key, as SQL over JSON objects. Fields with columns
of their own do not belong here.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from lead_pipeline.model.fields import attribute_column, member_pointer
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import UpdateRule

#: Attributes hold no empty values by contract; in the few texts where one might be, the members that are null or "" are
#: left out member by member.
_WITHOUT_EMPTY = """(case when contains({it}, 'null') or contains({it}, '""') then
    coalesce(to_json(map_from_entries(list_filter(map_entries(try_cast({it}::json as map(varchar, json))),
        lambda member: member.value is not null and member.value::varchar <> '""')))::varchar, {it})
    else {it} end)"""

#: Two objects are equal whatever the order of their members. Only objects that contain each other can be: that is
#: quick to check, and taking them apart is not.
_DIFFER = """(case when {a} is not distinct from {b} then false
                   when {a} is null or {b} is null then true
                   when json_contains({a}, {b}) and json_contains({b}, {a})
                   then list_sort(map_entries(try_cast({a}::json as map(varchar, json))))
                        is distinct from list_sort(map_entries(try_cast({b}::json as map(varchar, json))))
                   else true end)"""


@dataclass
class _Overlay:
    """Collects, as SQL, the members that a row or its lead loses before the one is put over the other."""

    row_loses: list[str] = field(default_factory=list)
    lead_loses: list[str] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)

    def follow(self, attribute: str, rule: UpdateRule, default: str | None) -> None:
        """Have an attribute follow its update rule; the plain case, that a value replaces another, needs nothing."""
        if rule == "never":
            self._lose(self.row_loses, attribute, "true")
        elif rule == "always":
            of_row = self._value("p", attribute)
            self._lose(self.lead_loses, attribute, f"not blanked and coalesce({of_row}, '') = ''")
        elif rule == "if_existing_empty":
            self._lose(self.row_loses, attribute, f"{self._value('l', attribute)} <> ''")
        elif default is not None:
            # A default says what an empty cell means, and an empty cell overwrites nothing: it fills.
            self.lose_default(attribute, default, f"{self._value('l', attribute)} <> ''")

    def lose_default(self, attribute: str, default: str, condition: str = "true") -> None:
        """Leave out of the row what is only the attribute's default."""
        is_default = f"{self._value('p', attribute)} = {self._bound('default', default)}"
        self._lose(self.row_loses, attribute, f"{is_default} and {condition}")

    def _value(self, whose: str, attribute: str) -> str:
        # JSON Pointer (RFC 6901 section 3): every name can be written as one.
        pointer = member_pointer(attribute)
        return f"json_extract_string({whose}.attributes, {self._bound('at', pointer)})"

    def _lose(self, members: list[str], attribute: str, condition: str) -> None:
        member = self._bound("member", json.dumps(attribute, ensure_ascii=False) + ":null")
        members.append(f"case when {condition} then {member} end")

    def _bound(self, what: str, value: str) -> str:
        name = f"{what}_{len(self.params)}"
        self.params[name] = value
        return f"${name}"


def overlaid_attributes(profile: ImportProfile, supplied: frozenset[str]) -> tuple[str, dict[str, Any]]:
    """Return the attributes of lead `l` after an update by row `p`, and the values that the expression binds.

    The expression also reads `blanked`: whether one of the row's values was dropped; such a row clears nothing.
    """
    overlay, fills = _Overlay(), profile.when_known == "fill"
    for name, rule in profile.attributes.items():
        kept: UpdateRule = rule.update_rule if attribute_column(name) in supplied else "never"
        if kept == "never" or not fills:
            overlay.follow(name, kept, rule.default)
    for name, default in profile.attribute_defaults.items():
        if not fills:
            overlay.follow(name, "if_new_not_empty", default)
    row = _without(f"coalesce({_WITHOUT_EMPTY.format(it='p.attributes')}, '{{}}')", overlay.row_loses)
    lead = _without("coalesce(l.attributes, '{}')", overlay.lead_loses)
    under, over = (row, lead) if fills else (lead, row)
    merged = f"json_merge_patch({under}, {over})"
    merged = f"nullif({merged}::varchar, '{{}}')"
    if overlay.lead_loses:
        return merged, overlay.params
    nothing_new = "p.attributes is null or p.attributes = l.attributes"
    return f"(case when {nothing_new} then l.attributes else {merged} end)", overlay.params


def merged_attributes(profile: ImportProfile) -> tuple[str, dict[str, Any]]:
    """Return the attributes of the rows `p` of one person put together, and the values that the expression binds:
    later ones win, and a default only stands where no row has anything else.
    """
    overlay = _Overlay()
    defaults = {name: rule.default for name, rule in profile.attributes.items()} | profile.attribute_defaults
    for name, default in defaults.items():
        if default is not None:
            overlay.lose_default(name, default)
    row = _without(_WITHOUT_EMPTY.format(it="p.attributes"), overlay.row_loses)
    layers = [
        f"list_reduce(list({one}::json order by p.row_number) filter (p.attributes is not null),"
        " lambda under, over: json_merge_patch(under, over))"
        for one in (("p.attributes", row) if overlay.row_loses else (row,))
    ]
    merged = f"json_merge_patch({', '.join(layers)})" if len(layers) > 1 else layers[0]
    return f"{merged}::varchar", overlay.params


def _without(json_object: str, members: list[str]) -> str:
    """Merge patch (RFC 7396) removes the members that the patch has as null."""
    if not members:
        return json_object
    return f"json_merge_patch({json_object}, '{{' || concat_ws(',', {', '.join(members)}) || '}}')"


def attributes_differ(one: str, other: str) -> str:
    """Return the expression for whether two JSON objects, either of which may be null, differ."""
    return _DIFFER.format(a=one, b=other)
