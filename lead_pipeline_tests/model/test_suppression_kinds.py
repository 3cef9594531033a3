"""Every kind of suppression gives its own reason, in the order in which reasons are shown."""

from typing import get_args

from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reasons import REASONS, in_registry_order
from lead_pipeline.model.suppression_kinds import (
    REASON_OF_SUPPRESSION,
    SUPPRESSION_KINDS,
    SUPPRESSIONS_OF_PEOPLE,
    SuppressionKind,
)


def test_each_kind_has_a_reason_that_suppresses():
    assert set(REASON_OF_SUPPRESSION) == set(SUPPRESSION_KINDS) == set(get_args(SuppressionKind))
    assert set(SUPPRESSIONS_OF_PEOPLE) < set(SUPPRESSION_KINDS)
    assert {REASONS[reason].effect for reason in REASON_OF_SUPPRESSION.values()} == {Outcome.SUPPRESSED}


def test_the_reasons_are_in_the_order_of_the_registry():
    codes = [reason.value for reason in REASON_OF_SUPPRESSION.values()]
    assert codes == list(in_registry_order(codes))
