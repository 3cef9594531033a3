"""A number is looked for under each form that it has: what all forms share, and the old one, say the same in both
directions.
"""

import duckdb
from hypothesis import example, given
from hypothesis import strategies as st

from lead_pipeline.screening.phone_equivalence import old_form, same_number_key

#: Digits of E.164 numbers, most of them at and around the edges of the plans that changed.
EDGES = st.sampled_from(
    [520000000000, 529999999999, 5210000000000, 5219999999999, 540000000000, 5490000000000, 5499999999999, 550000000000,
     551159999999, 551160000000, 559999999999, 5500000000000, 5511959999999, 5511960000000, 5599999999999]
)  # fmt: skip
NUMBERS = st.one_of(
    st.builds(lambda edge, by: edge + by, EDGES, st.integers(-2, 2)),
    st.integers(52 * 10**10, 56 * 10**11),
    st.integers(10**6, 10**15 - 1),
)


def ask(expression, number):
    return duckdb.execute(f"select {expression.format(key='n')} from (select ?::ubigint as n)", [number]).fetchone()[0]


@given(NUMBERS)
@example(5215512345678)
@example(5491123456789)
@example(551187654321)
def test_every_number_is_one_of_the_forms_of_what_it_is_matched_by(number):
    shared = ask(same_number_key("n"), number)
    assert number in (shared, ask(old_form("n"), shared))


@given(NUMBERS)
def test_an_old_form_is_matched_by_the_number_it_is_of(number):
    shared = ask(same_number_key("n"), number)
    old = ask(old_form("n"), shared)
    assert old is None or (old != shared and ask(same_number_key("n"), old) == shared)


def test_the_old_forms_of_today():
    """By the plans: Mexico's +52 1, Argentina's 9 of mobiles, Brazil's mobiles of eight digits."""
    forms = {525512345678: 5215512345678, 541123456789: 5491123456789, 5511987654321: 551187654321}
    assert {shared: ask(old_form("n"), shared) for shared in forms} == forms
    assert ask(old_form("n"), 12125550101) is None
    assert ask(old_form("n"), 551123456789) is None  # a fixed line
