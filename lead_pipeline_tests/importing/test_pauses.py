"""Pauses between attempts double, and end at the longest."""

from datetime import timedelta

import pytest

from lead_pipeline.importing.drops.pauses import pause_after


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 10), (1, 10), (2, 20), (3, 40), (6, 320), (7, 600), (8, 600), (1_000_000, 600)]
)
def test_a_pause_doubles_with_each_attempt_until_it_is_the_longest(attempts, seconds):
    assert pause_after(attempts, timedelta(seconds=10), timedelta(minutes=10)) == timedelta(seconds=seconds)
