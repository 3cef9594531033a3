"""What is usual of a number that comes again: limits worked out by hand, and what must not be called unusual."""

import pytest

from lead_pipeline.importing.looking.control_limits import limits_of

MANY = 10**9  # rows, among which nothing happens by chance


def test_limits_are_three_sigma_by_the_mean_moving_range():
    # mean 0.15; every moving range 0.1; sigma 0.1 / 1.128 = 0.088652; 3 sigma = 0.265957
    limits = limits_of([0.1, 0.2] * 5, rows=MANY, is_share=True)
    assert limits == pytest.approx((0.15, 0.0, 0.415957), abs=1e-6)


def test_rows_have_limits_above_and_below():
    # mean 1010, moving ranges 20: sigma 17.730; limits 956.809 and 1063.191; chance is sqrt(1010) = 31.78, and more
    limits = limits_of([1000.0, 1020.0] * 4, rows=1000, is_share=False)
    assert limits == pytest.approx((1010, 1010 - 3 * 31.780497, 1010 + 3 * 31.780497), abs=1e-4)
    limits = limits_of([1000.0, 1200.0] * 4, rows=1000, is_share=False)
    assert limits == pytest.approx((1100, 1100 - 531.914894, 1100 + 531.914894), abs=1e-4)


@pytest.mark.parametrize("files", range(8))
def test_of_less_than_eight_files_nothing_is_usual(files):
    assert limits_of([0.1] * files, rows=MANY, is_share=True) is None
    assert limits_of([0.1] * 8, rows=MANY, is_share=True) is not None


def test_only_the_last_twenty_files_say_what_is_usual():
    assert limits_of([0.9] * 50 + [0.1] * 20, rows=MANY, is_share=True).usual == pytest.approx(0.1)
    assert limits_of([0.9] * 50 + [0.1] * 19, rows=MANY, is_share=True).usual == pytest.approx(0.14)


def test_one_bad_row_of_a_small_file_is_no_news_where_there_never_was_one():
    assert limits_of([0.0] * 20, rows=10, is_share=True).high > 1 / 10
    assert limits_of([0.0] * 20, rows=10, is_share=True).high < 5 / 10
    assert limits_of([0.0] * 20, rows=100, is_share=True).high > 1 / 100
    assert limits_of([0.0] * 20, rows=1_000, is_share=True).high < 100 / 1_000


def test_a_share_is_never_usual_below_nothing_or_above_everything():
    limits = limits_of([0.0, 1.0] * 5, rows=MANY, is_share=True)
    assert (limits.low, limits.high) == (0.0, 1.0)


def test_the_drift_of_a_source_is_seen_when_it_leaves_what_it_was():
    """2 % give or take for weeks, then 10 %."""
    steady = [0.02, 0.021, 0.019, 0.022, 0.02, 0.018, 0.021, 0.02, 0.022, 0.019]
    limits = limits_of(steady, rows=5_000, is_share=True)
    assert limits.high < 0.10
    assert limits.low <= 0.018
    assert limits.high > 0.022
