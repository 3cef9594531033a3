"""Who has to approve what, as sentences."""

import pytest

from lead_pipeline.importing.waiting import may_wait, why_it_waits
from lead_pipeline_tests.support import call_schedule

CHANGED = ("The column 'email' is missing.", "The column 'zip' is new.")
CASES = {
    "auto": ({}, 0.9, CHANGED, False, ()),
    "manual": ({"approval": "manual"}, 0.0, (), True, ("approval: manual",)),
    "below the limit": ({"approval": {"auto_below": 0.1}}, 0.099, (), True, ()),
    "at the limit": (
        {"approval": {"auto_below": 0.1}}, 0.1, (), True, ("10.0% of the rows", "without approval below 10.0%"),
    ),
    "never without asking": ({"approval": {"auto_below": 0.0}}, 0.0, (), True, ("0.0% of the rows",)),
    "held": ({"on_layout_change": "hold"}, 0.0, CHANGED, True, ("on_layout_change: hold", *CHANGED)),
    "nothing to hold": ({"on_layout_change": "hold"}, 0.9, (), False, ()),
    "warned only": ({"on_layout_change": "warn"}, 0.0, CHANGED, False, ()),
    "both": (
        {"approval": "manual", "on_layout_change": "hold"}, 0.0, CHANGED, True,
        ("approval: manual", "on_layout_change: hold", *CHANGED),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("keys", "rate", "changes", "may", "told"), CASES.values(), ids=CASES)
def test_an_import_waits_for_the_reasons_that_its_profile_names(keys, rate, changes, may, told):
    profile = call_schedule(**keys)
    assert may_wait(profile, changes) is may
    why = why_it_waits(profile, rate, changes)
    assert bool(why) is bool(told)
    for sentence in told:
        assert sentence in why
    assert not why or "'call_schedule'" in why
