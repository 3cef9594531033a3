"""Where a row has phones of other people than its own: secondary contacts, further numbers of a cell, attributes that
are phones.
"""

from dataclasses import dataclass

from lead_pipeline.model.fields import SECONDARY_CONTACTS, SECONDARY_PHONES, member_pointer
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import PhoneRule


@dataclass(frozen=True, slots=True)
class FurtherPhones:
    """Expressions of further phones over a row `p`, one phone each; and the attributes that are phones: their names, by
    the name under which the JSON pointer to each is bound.
    """

    expressions: tuple[str, ...]
    attributes: dict[str, str]

    @property
    def params(self) -> dict[str, str]:
        """Return what the expressions bind: the pointers."""
        return {pointer: member_pointer(name) for pointer, name in self.attributes.items()}


def further_phones(profile: ImportProfile, columns: frozenset[str]) -> FurtherPhones:
    """Return where rows with these columns have further phones."""
    found = [f"unnest(p.{SECONDARY_PHONES})"] if SECONDARY_PHONES in columns else []
    if SECONDARY_CONTACTS in columns:
        found.append(f"unnest(list_transform(p.{SECONDARY_CONTACTS}, lambda one: one.phone))")
    names = [name for name, rule in profile.attributes.items() if isinstance(rule, PhoneRule)]
    attributes = {f"phone_at_{index}": name for index, name in enumerate(names)} if "attributes" in columns else {}
    found += [f"json_extract_string(p.attributes, ${pointer})" for pointer in attributes]
    return FurtherPhones(tuple(found), attributes)
