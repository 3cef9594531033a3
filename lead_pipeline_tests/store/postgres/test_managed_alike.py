"""Leads that are managed in a store on PostgreSQL: random histories of imports, lists, calls, commands and the clock,
held against what somebody would keep by hand.
"""

import pytest

from lead_pipeline_tests.enrolling.managing_at_random import RandomHistory, zones_of_people


@pytest.mark.parametrize("seed", [1, 2])
def test_leads_become_what_somebody_would_keep_by_hand(opened, seed):
    RandomHistory(opened, opened.home, seed, zones_of_people()).play(12)
