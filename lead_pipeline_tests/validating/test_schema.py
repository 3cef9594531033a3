"""The profile's rules as pandera sees them: named by the reason they give."""

import pytest
from pandera.errors import SchemaErrors

from lead_pipeline.model.reasons import Reason
from lead_pipeline.validating import compile_schema
from lead_pipeline_tests.validating.test_rows import normalized, profile


def checks(field: str, **rules) -> list[str]:
    return [check.name for check in compile_schema(profile(**rules)).columns[field].checks]


@pytest.mark.parametrize(
    ("field", "rule", "names"),
    [
        ("city", {"type": "text"}, []),
        ("city", {"type": "text", "required": True}, ["required_missing"]),
        ("city", {"type": "text", "max_length": 3}, ["value_too_long"]),
        ("email", {"type": "email", "required": True}, ["email_missing"]),
        ("phone", {"type": "phone", "required": True}, ["phone_missing"]),
        ("expires_in", {"type": "integer", "min": 0}, ["number_out_of_range"]),
        ("expires_in", {"type": "decimal", "min": 0, "max": 9}, ["number_out_of_range"] * 2),
        ("city", {"type": "boolean"}, []),
    ],
    ids=str,
)
def test_each_limit_is_a_check_named_by_the_reason_it_gives(field, rule, names):
    assert checks(field, **{field: rule}) == names


def test_every_check_name_is_a_registered_reason():
    named = {check.name for column in compile_schema(profile()).columns.values() for check in column.checks}
    assert named <= set(Reason)


def test_a_schema_is_compiled_once_per_profile():
    assert compile_schema(profile()) is compile_schema(profile())
    assert compile_schema(profile()) is not compile_schema(profile(city={"type": "text"}))


def test_pandera_finds_every_failing_row_and_not_only_the_first():
    batch = normalized({"expires_in": -1}, {}, {"expires_in": -2}).drop("reasons")
    with pytest.raises(SchemaErrors) as broken:
        compile_schema(profile()).validate(batch, lazy=True)
    assert broken.value.failure_cases.select("check", "index").rows() == [
        ("number_out_of_range", 0),
        ("number_out_of_range", 2),
    ]
