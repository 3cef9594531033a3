"""A field type is one object: every rule has one, every room takes it from there, and none is forgotten."""

import dataclasses
import json
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from lead_pipeline.drafting.examples import Examples
from lead_pipeline.model.field_types import FIELD_TYPES, MISSING, FieldType, type_of
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import REASONS
from lead_pipeline.model.rules import RULE_CLASSES, FieldRule
from lead_pipeline_tests.rooms import judged_rows, limited_cells, profile_of

#: What a rule cannot do without.
NEEDED: dict[str, dict[str, Any]] = {"option": {"options": ["New", "Lost"]}}

every_rule = pytest.mark.parametrize("rule", RULE_CLASSES, ids=lambda rule: rule.__name__)
every_type = pytest.mark.parametrize("kind", FIELD_TYPES, ids=lambda kind: kind.rule.__name__)


def rule_of(kind: FieldType[Any], **keys: Any) -> FieldRule:
    return kind.rule(**NEEDED.get(kind.rule.model_fields["type"].default, {}), **keys)


def test_every_rule_of_the_union_has_one_type_and_every_type_a_rule_of_the_union():
    assert sorted(rule.__name__ for rule in RULE_CLASSES) == sorted(kind.rule.__name__ for kind in FIELD_TYPES)


@every_rule
def test_a_rule_is_named_by_one_word_that_no_other_has(rule):
    words = [one.model_fields["type"].default for one in RULE_CLASSES]
    assert words.count(rule.model_fields["type"].default) == 1


def test_a_type_that_lacks_something_cannot_be_made():
    kind = FIELD_TYPES[0]
    parts = {one.name: getattr(kind, one.name) for one in dataclasses.fields(kind)}
    for name in parts:
        with pytest.raises(TypeError, match=name):
            FieldType(**{key: part for key, part in parts.items() if key != name})


@every_type
def test_a_rule_without_a_type_is_no_text_but_an_error(kind):
    class FaxRule(kind.rule):  # type: ignore[name-defined, misc]
        pass

    with pytest.raises(KeyError, match="FaxRule"):
        type_of(FaxRule(**NEEDED.get(kind.rule.model_fields["type"].default, {})))


@every_type
def test_each_type_reads_its_own_examples_into_its_own_dtype(kind):
    rule = rule_of(kind)
    found = limited_cells(list(kind.examples(rule)), rule)
    assert found
    assert all(value is not None and reason is None for value, reason in found)
    assert pl.Series([value for value, _ in found], dtype=kind.dtype).dtype == kind.dtype


@every_type
def test_each_type_has_texts_for_a_sample_file(kind):
    texts = Examples(profile_of()).of("attribute.x", rule_of(kind), 0)
    assert texts
    assert limited_cells(texts, rule_of(kind))[0][1] is None


@every_type
def test_each_type_names_its_missing_value_by_a_registered_reason_that_is_never_blanked(kind):
    assert kind.missing in MISSING
    assert kind.missing in REASONS


@every_type
def test_an_attribute_of_each_type_passes_the_rooms_and_is_kept_as_json(kind):
    rule = rule_of(kind)
    text = next(iter(kind.examples(rule)))
    by = profile_of(attributes={"x": rule})
    row = judged_rows(by, {"phone": ["2015550199"], "x": [text]}).row(0, named=True)
    assert row["reasons"] == []
    (kept,) = json.loads(row["attributes"]).values()
    value = limited_cells([text], rule)[0][0]
    assert kept == value or kind.as_text(value) == kept


@every_type
def test_rules_about_rows_know_the_values_of_each_type(kind):
    rule = rule_of(kind)
    text = next(iter(kind.examples(rule)))
    written = kind.as_text(limited_cells([text], rule)[0][0])
    demand = {"rule": "required_if", "field": "email", "when": "x", "values": [written]}
    by = profile_of(fields={"email": {"type": "email"}}, attributes={"x": rule}, row_rules=[demand])
    rows = judged_rows(by, {"phone": ["2015550199"] * 2, "x": [text, None]})
    assert rows["reasons"].to_list() == [["required_if_missing"], []]


@every_type
def test_each_type_can_be_compared_with_itself_or_says_that_it_cannot(kind):
    rule = rule_of(kind)
    compare = {"rule": "compare", "field": "x", "is": "equal", "than": "y"}
    text = next(iter(kind.examples(rule)))

    def made() -> ImportProfile:
        return profile_of(attributes={"x": rule, "y": rule}, row_rules=[compare])

    if kind.comparable is None:
        with pytest.raises(ValidationError, match="have no order"):
            made()
    else:
        rows = judged_rows(made(), {"phone": ["2015550199"], "x": [text], "y": [text]})
        assert rows["reasons"].to_list() == [[]]
