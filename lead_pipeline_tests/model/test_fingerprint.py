"""Fingerprints outlive upgrades: what imports as it did before has the fingerprint that it had.

The fingerprints below are those that the first release (commit a1c30b3) gave the same texts.
"""

from typing import Annotated, Any

import pytest
from pydantic import Field

from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.profile_keys.fingerprint import AddedLater, fingerprint_of
from lead_pipeline.model.row_rules import ROW_RULES
from lead_pipeline.model.rules import RULE_CLASSES
from lead_pipeline.profiles import load_profile, profile_names

RELEASED = {
    "call_schedule": "e415d50e0cc39c5452c64ce7f8c3268c7402db470d9015b8b9108ef009a36c76",
    "crm_workspace": "d9a571460236304f34f2c7099b9115789f7ae9b8606f2611962c4ac01dd32748",
    "flow_batch": "6a9a95d30b258fec148f29620fa5222394c018415361ff84d920600a97eb5cb2",
    "identity_upsert": "1fb25114a13a1af87b036274a47662b7f78075e9831907e1fafe6776d353c43c",
    "voice_campaign": "afa0fd6d884266aa48ff497bb85579deec71685d84a14ee3f2f46bcb9dbd2157",
}

#: Every group of keys that the release had, and every type of value.
WHOLE: dict[str, Any] = {
    "name": "whole",
    "destination": {"kind": "list", "name": "x"},
    "fields": {
        "phone": {"type": "phone"}, "email": {"type": "email"}, "notes": {"type": "text"},
        "expires_in": {"type": "integer"}, "lead_score": {"type": "decimal"}, "tags": {"type": "tags"},
    },
    "attributes": {
        "yes": {"type": "boolean"}, "one": {"type": "option", "options": ["a"]}, "day": {"type": "date"},
        "time": {"type": "datetime"},
    },
    "row_rules": [
        {"rule": "one_of", "fields": ["notes", "email"]},
        {"rule": "together", "fields": ["notes", "email"]},
        {"rule": "required_if", "field": "notes", "when": "email"},
        {"rule": "compare", "field": "lead_score", "is": "less", "than": "expires_in"},
    ],
    "aliases": {"email": {}},
    "secondary_contacts": {"variables": {"name": {"type": "text"}}},
    "approval": {"auto_below": 0.5},
    "notify": {"email": ["imports@example.com"]},
    "reject_rate": {"warn": 0.2},
}  # fmt: skip
RELEASED_WHOLE = "9dfb93a037e1cddb1a22a8f8966867c329dd792bed159bc5455ae90cb398b8cb"


@pytest.mark.parametrize("name", RELEASED)
def test_a_bundled_profile_has_the_fingerprint_that_the_release_gave_it(name):
    assert load_profile(name, folder=None).fingerprint == RELEASED[name]


def test_no_bundled_profile_is_forgotten_here():
    assert {one.name for one in profile_names(None)} == RELEASED.keys()


def test_the_whole_profile_has_every_kind_of_rule():
    whole = ImportProfile.model_validate(WHOLE)
    variables = whole.secondary_contacts.variables if whole.secondary_contacts else {}
    used = {type(rule) for rule in (*whole.fields.values(), *whole.attributes.values(), *variables.values())}
    assert used == set(RULE_CLASSES)
    assert {type(rule) for rule in whole.row_rules} == set(ROW_RULES.values())


def test_no_group_of_keys_changed_what_it_says_of_a_profile_that_sets_nothing_new():
    assert ImportProfile.model_validate(WHOLE).fingerprint == RELEASED_WHOLE


@pytest.mark.parametrize(
    "changes",
    [
        {"scrub": {"scope": "company"}},
        {"scrub": {"rules": {"dialed": True}}},
        {"required_lists": [{"name": "dnc"}]},
    ],
    ids=str,
)
def test_a_key_that_was_added_later_counts_when_it_is_set(changes):
    assert ImportProfile.model_validate(WHOLE | changes).fingerprint != RELEASED_WHOLE


@pytest.mark.parametrize("changes", [{"scrub": {}}, {"scrub": {"rules": {"dialed": False}}}], ids=str)
def test_a_key_that_was_added_later_counts_for_nothing_when_it_says_what_holds_anyway(changes):
    assert ImportProfile.model_validate(WHOLE | changes).fingerprint == RELEASED_WHOLE


class _Inner(FrozenModel):
    old: int = 1
    new: Annotated[int, AddedLater()] = 2


class _Outer(FrozenModel):
    one: _Inner = _Inner()
    many: tuple[_Inner, ...] = ()
    named: dict[str, _Inner] = Field(default_factory=dict)


OUTER = _Outer(many=(_Inner(old=7), _Inner()), named={"a": _Inner()})


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"one": {"old": 3}}, False),
        ({"one": {"new": 3}}, False),
        ({"many": [{"old": 7, "new": 3}, {}]}, False),
        ({"many": [{"old": 7}, {"new": 2}]}, True),
        ({"many": [{"old": 8}, {}]}, False),
        ({"named": {"a": {"new": 3}}}, False),
        ({"named": {"a": {"new": 2}}}, True),
        ({"named": {"b": {}}}, False),
    ],
    ids=str,
)
def test_keys_of_groups_in_groups_lists_and_tables_count_when_they_are_set(changes, same):
    changed = _Outer.model_validate(OUTER.model_dump() | changes)
    assert (fingerprint_of(changed) == fingerprint_of(OUTER)) == same


class _Before(FrozenModel):
    one: dict[str, int] = {"old": 1}  # noqa: RUF012  # never changed
    many: tuple[dict[str, int], ...] = ({"old": 7}, {"old": 1})
    named: dict[str, dict[str, int]] = {"a": {"old": 1}}  # noqa: RUF012


def test_a_fingerprint_is_that_of_the_model_before_the_key_was_added():
    assert fingerprint_of(OUTER) == fingerprint_of(_Before())
