"""Whatever lists, calls and files come in whatever order: the program and an importer by hand agree on every row and on
its reasons, on every lead, and on who is reached in the end.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lead_pipeline_tests.screening.histories.playing import Play, Tally


def require_agreement(played):
    assert played.differing == []
    assert (played.suppressed_imported, played.suppressed_callable) == (0, 0)


def test_histories_of_many_people_in_one_store(fresh):
    """More at once: `python -m lead_pipeline_tests.benchmarks.suppression_histories`."""
    seen = Tally()
    for seed in range(1, 9):
        played = Play(fresh(), seed, circles=40).run(steps=9)
        require_agreement(played)
        seen.add(played)
    # What never happens in them is not tested by them.
    assert set(seen.outcomes) == {
        "created", "updated", "unchanged", "duplicate", "suppressed", "rejected", "skipped"
    }  # fmt: skip
    assert set(seen.reasons) >= {
        "opted_out", "complaint", "do_not_call", "reassigned", "prior_dialed", "prior_connected", "prior_converted",
        "prior_disposition", "prior_attempts", "area_code_listed", "match_ambiguous", "match_missing",
        "duplicate_existing", "duplicate_existing_refused", "duplicate_in_file", "duplicate_merged",
        "duplicate_in_file_refused",
    }  # fmt: skip
    assert seen.callable > 0


@given(random=st.randoms(use_true_random=False), circles=st.integers(1, 2), steps=st.integers(1, 6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_history(fresh, random, circles, steps):
    require_agreement(Play(fresh(), random, circles).run(steps))
