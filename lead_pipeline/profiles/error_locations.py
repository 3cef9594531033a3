"""Where in a profile an error of pydantic is, and which keys its group of keys knows.

Pydantic's locations name more than the keys that people write: the kind of rule or the member of a union that it tried
(`fields.phone.phone`), and that a key is meant and not its value (`[key]`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.lead_management.management_keys import LeadDefaults, LeadManagement, Requirements
from lead_pipeline.model.lead_management.on_match import ExpireByToken, OnMatch
from lead_pipeline.model.policies import AliasRule, AutoBelow, Notify, RejectRate, SecondaryContacts
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.profile_keys.consent import Consent
from lead_pipeline.model.reading_options import ReadingOptions
from lead_pipeline.model.row_rules import ROW_RULES
from lead_pipeline.model.rules import RULE_CLASSES
from lead_pipeline.model.scrub.scrub_rules import Converted, DoNotCall, ExistingLead, Scrub, ScrubRules
from lead_pipeline.profiles.document import KeyPath, key_name

#: The key that names another profile, from which keys are inherited that the profile does not set itself.
EXTENDS = "extends"

#: Every class of rules about values, by the word that `type:` has.
_VALUE_RULES = {str(rule.model_fields["type"].default): rule for rule in RULE_CLASSES}

#: Groups of keys that the model knows by name.
_GROUPS: dict[KeyPath, type[BaseModel]] = {
    (): ImportProfile,
    ("destination",): Destination,
    ("reading",): ReadingOptions,
    ("secondary_contacts",): SecondaryContacts,
    ("approval",): AutoBelow,
    ("notify",): Notify,
    ("reject_rate",): RejectRate,
    ("scrub",): Scrub,
    ("consent",): Consent,
    ("lead_management",): LeadManagement,
    ("lead_management", "defaults"): LeadDefaults,
    ("lead_management", "require"): Requirements,
    ("lead_management", "on_match"): OnMatch,
    ("lead_management", "on_match", "expire_existing"): ExpireByToken,
    ("scrub", "rules"): ScrubRules,
    ("scrub", "rules", "existing_lead"): ExistingLead,
    ("scrub", "rules", "converted"): Converted,
    ("scrub", "rules", "do_not_call"): DoNotCall,
}
#: Groups and lists whose entries are of several kinds, each kind by the word behind its `type:` or `rule:`.
_KINDS: dict[KeyPath, Mapping[str, type[BaseModel]]] = {
    ("fields",): _VALUE_RULES,
    ("attributes",): _VALUE_RULES,
    ("secondary_contacts", "variables"): _VALUE_RULES,
    ("row_rules",): ROW_RULES,
}
#: Keys whose value may be one of several forms: a number or a text, a word or a group of keys.
_UNIONS: tuple[KeyPath, ...] = (
    ("approval",),
    ("reading", "sheet"),
    ("scrub", "rules", "existing_lead"),
    ("scrub", "rules", "converted"),
    ("scrub", "rules", "do_not_call"),
    ("lead_management", "on_match", "expire_existing"),
)
_LISTS = ("row_rules", "formats")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: what people call one, and its groups of keys."""

    name: str
    groups: Mapping[KeyPath, type[BaseModel]]


#: What a document is unless it is said to be another.
PROFILE = Kind("profile", _GROUPS)


@dataclass(frozen=True, slots=True)
class Location:
    """A key, or an entry of a list, in a profile."""

    path: KeyPath
    #: The kind of rule, or the form of a value, that pydantic tried.
    tried: str | None = None
    #: Whether the key itself is meant, not its value.
    is_key: bool = False
    #: The kind of document.
    kind: Kind = PROFILE

    @property
    def name(self) -> str:
        """Return what people call it: `fields.phone.column`, `row_rules #2.fields`."""
        return key_name(self.path)

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of the group that the last key is in; empty where any name may be."""
        group = self.path[:-1]
        model = AliasRule if group[:-1] == ("aliases",) else self.kind.groups.get(without_positions(group))
        return keys_of(_KINDS[group[:-1]].get(self.tried or "") if group[:-1] in _KINDS else model)

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words behind `type:` or `rule:` that there are, or the group of keys that may replace a word."""
        if self.path in _UNIONS and self.path in _GROUPS:
            return (f"{{{', '.join(f'{key}: ...' for key in keys_of(_GROUPS[self.path]))}}}",)
        return tuple(_KINDS.get(self.path[:-1], ()))

    @property
    def is_alternative(self) -> bool:
        """Return whether pydantic says the same of every form that the value may have."""
        return self.tried is not None and self.path in _UNIONS

    @property
    def tried_group(self) -> bool | None:
        """Return whether pydantic tried the value as a group of keys; None where it cannot be one."""
        choices = (path for length in range(1, len(self.path) + 1) if (path := self.path[:length]) in _UNIONS)
        group = next((_GROUPS.get(path) for path in choices), None)
        return None if group is None or self.tried is None else self.tried == group.__name__


def locate(location: Iterable[str | int], *further: str, kind: Kind = PROFILE) -> Location:
    """Return where pydantic's location leads, and the `further` keys that the error itself names."""
    path: KeyPath = ()
    tried: str | None = None
    is_key = False
    for part in location:
        if part == "[key]":
            is_key = True
        elif tried is None and (path[:-1] in _KINDS or path in _UNIONS):
            tried = str(part)
        else:
            path = (*path, part)
    for key in further:
        path = (*path, int(key) if path and path[-1] in _LISTS else key)
    return Location(path, tried, is_key, kind)


def without_positions(path: KeyPath) -> KeyPath:
    """Return the keys of a path; all entries of a list have the same."""
    return tuple(part for part in path if not isinstance(part, int))


def keys_of(model: type[BaseModel] | None) -> tuple[str, ...]:
    """Return the keys that a model knows, as profiles write them; none without a model."""
    if model is None:
        return ()
    own = tuple(field.alias or name for name, field in model.model_fields.items())
    return (*own, EXTENDS) if model is ImportProfile else own
