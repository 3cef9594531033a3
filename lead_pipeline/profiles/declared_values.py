"""Values that a profile itself names, as a default, a constant or in a rule about rows: whether they are any that its
columns can have. They go the way of the values of rows, and nothing is decided here.
"""

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from lead_pipeline.model.field_types import plain_number, type_of
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.row_rules import RequiredIfRule
from lead_pipeline.model.rules import FieldRule
from lead_pipeline.normalizing.columns import normalize_column
from lead_pipeline.validating.value_limits import limit_column


class ValueFault(NamedTuple):
    """A value that cannot be meant: the keys that lead to it in the profile, and a sentence."""

    key: tuple[str | int, ...]
    sentence: str


def value_faults(profile: ImportProfile) -> Iterator[ValueFault]:
    """Yield defaults and constants that their own rule refuses, and values of `required_if` that no row can have.

    Raises:
        UsageError: a rule declares a locale, format, zone or unit that there is not; check these first.
    """
    for path, name, rule in _rules(profile):
        for key, text in (("default", rule.default), ("constant", rule.constant)):
            reason = None if text is None else _verdict(text, name, rule, profile)[1]
            if reason is not None:
                said = REASONS[Reason(reason)].title.lower()
                yield ValueFault((*path, key), f"its own rule refuses this value ({said}); write one that it accepts.")
    for index, row_rule in enumerate(profile.row_rules):
        if isinstance(row_rule, RequiredIfRule):
            name = profile.rule_column(row_rule.when) or row_rule.when
            for number, text in enumerate(row_rule.values):
                sentence = _never_equal(text, name, row_rule.when, profile)
                if sentence is not None:
                    yield ValueFault(("row_rules", index, "values", number), sentence)


def _rules(profile: ImportProfile) -> Iterator[tuple[tuple[str, ...], str, FieldRule]]:
    """Yield where each rule is written, a column that it is for, and the rule; an empty value is no fault here."""
    groups: list[tuple[tuple[str, ...], str, dict[str, FieldRule]]] = [
        (("fields",), "{}", dict(profile.fields)),
        (("attributes",), "attribute.{}", dict(profile.attributes)),
    ]
    if profile.secondary_contacts is not None:
        variables = dict(profile.secondary_contacts.variables)
        groups.append((("secondary_contacts", "variables"), "secondary.1.variable.{}", variables))
    for path, column, rules in groups:
        for name, rule in rules.items():
            yield (*path, name), column.format(name), rule.model_copy(update={"required": False})


def _verdict(text: str, name: str, rule: FieldRule, profile: ImportProfile) -> tuple[object, str | None]:
    cell = pl.Series([text], dtype=pl.String)
    verdicts = normalize_column(cell, name, rule, profile, None).verdicts
    value, reason = limit_column(verdicts, name, rule, profile).row(0)
    return value, reason


def _never_equal(text: str, name: str, called: str, profile: ImportProfile) -> str | None:
    """Return why no value of the column can be this one, which is compared (case-insensitive) with what is kept."""
    rule = profile.rules[name].model_copy(update={"required": False})
    kind = type_of(rule)
    if text.strip().casefold() in kind.aliases:
        return None
    if kind.is_number and plain_number(text) is None:
        return f"'{called}' is a number; write a plain one, such as 48 or 1234.5."
    if kind.is_number:
        return None
    value, reason = _verdict(text, name, rule, profile)
    if reason is not None or value is None:
        said = REASONS[Reason(reason)].title.lower() if reason else "value is missing"
        return f"no row can have this {called} ({said}); write a value as it is kept."
    kept = kind.as_text(value)
    if kept.casefold() == text.strip().casefold():
        return None
    return f"{called} is kept as '{kept}', and compared with that; write it so."
