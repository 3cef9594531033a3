"""Values that a profile names itself: those that no row could have are told with where they are written."""

import pytest

from lead_pipeline.profiles.declared_values import value_faults
from lead_pipeline_tests.rooms import profile_of

STATUS = {"type": "option", "options": ["New", "Lost"], "value_map": {"gone": "Lost"}}
KINDS = {
    "vip": {"type": "boolean", "true_words": ["ja"]},
    "budget": {"type": "decimal", "locale": "de"},
    "born": {"type": "date", "formats": ["%d.%m.%Y"]},
    "seen": {"type": "datetime"},
    "mobile": {"type": "phone"},
    "labels": {"type": "tags"},
    "free": {"type": "text", "max_length": 5},
}


def faults(**keys) -> list[tuple[tuple[str | int, ...], str]]:
    return [(fault.key, fault.sentence) for fault in value_faults(profile_of(**keys))]


def test_what_rows_can_have_is_no_fault():
    fields = {"status": STATUS | {"default": "gone"}, "source": {"type": "text", "constant": "fair"}}
    required = {"lead_score": {"type": "integer", "required": True}}
    contacts = {"max": 1, "variables": {"role": STATUS | {"default": "new"}}}
    assert faults(fields=fields | required, secondary_contacts=contacts) == []


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"fields": {"status": STATUS | {"default": "old"}}}, ("fields", "status", "default")),
        ({"fields": {"lead_score": {"type": "integer", "constant": "many"}}}, ("fields", "lead_score", "constant")),
        ({"attributes": {"born": KINDS["born"] | {"default": "1/2/2026"}}}, ("attributes", "born", "default")),
        (
            {"secondary_contacts": {"max": 1, "variables": {"role": STATUS | {"default": "x"}}}},
            ("secondary_contacts", "variables", "role", "default"),
        ),
    ],
)
def test_a_default_or_constant_that_its_own_rule_refuses_is_told(keys, key):
    assert [found for found, _ in faults(**keys)] == [key]
    assert "its own rule refuses this value" in faults(**keys)[0][1]


@pytest.mark.parametrize(
    ("when", "value", "said"),
    [
        ("status", "new", None),
        ("status", " LOST ", None),
        ("status", "gone", "is kept as 'Lost'"),
        ("status", "other", "no row can have this status"),
        ("vip", "yes", None),
        ("vip", "true", None),
        ("vip", "ja", "is kept as 'true'"),
        ("vip", "perhaps", "no row can have"),
        ("budget", "1234.5", None),
        ("budget", "1.234,5", "write a plain one"),
        ("born", "2026-01-31", None),
        ("born", "31.1.2026", "is kept as '2026-01-31'"),
        ("seen", "2026-01-31T12:00:00Z", None),
        ("seen", "2026-01-31 12:00", "is kept as '2026-01-31T12:00:00Z'"),
        ("mobile", "+12015550123", None),
        ("mobile", "(201) 555-0123", "is kept as '+12015550123'"),
        ("labels", "vip", None),
        ("free", "Solar", None),
        ("free", "much too long", "no row can have"),
        ("free", "", "no row can have"),
    ],
)
def test_a_value_that_a_rule_waits_for_is_one_that_is_kept(when, value, said):
    rule = {"rule": "required_if", "field": "email", "when": when, "values": ["x", value]}
    found = faults(fields={"status": STATUS, "email": {"type": "email"}}, attributes=KINDS, row_rules=[rule])
    of_value = [sentence for key, sentence in found if key == ("row_rules", 0, "values", 1)]
    assert len(of_value) == (said is not None)
    assert said is None or said in of_value[0]
