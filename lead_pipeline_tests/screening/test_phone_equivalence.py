"""A number is looked for under each form that it has: what all forms share, and the old one, say the same in both
directions.
"""

import duckdb
from hypothesis import example, given
from hypothesis import strategies as st

from lead_pipeline.screening.phone_equivalence import old_form, same_number_key

#: Digits of E.164 numbers, most of them at and around the edges of the plans that changed.
EDGES = st.sampled_from(
    [22500000000, 22540000000, 22599999999, 2250107000000, 2250507000000, 2250747000000, 22920000000, 2290120000000,
     24101000000, 24107999999, 24111000000, 24162000000, 24177000000, 5710000000, 5789999999, 576010000000,
     576089999999, 520000000000, 529999999999, 5210000000000, 5219999999999, 540000000000, 5490000000000,
     5499999999999, 550000000000,
     551159999999, 551160000000, 559999999999, 5500000000000, 5511959999999, 5511960000000, 5599999999999]
)  # fmt: skip
NUMBERS = st.one_of(
    st.builds(lambda edge, by: edge + by, EDGES, st.integers(-2, 2)),
    st.integers(52 * 10**10, 56 * 10**11),
    st.builds(
        lambda plan, digits: int(f"{plan}{digits:08}"),
        st.sampled_from(["225", "22501", "22505", "22507", "229", "22901", "241", "57", "5760"]),
        st.integers(0, 10**8 - 1),
    ),
    st.integers(10**6, 10**15 - 1),
)


def ask(expression, number):
    return duckdb.execute(f"select {expression.format(key='n')} from (select ?::ubigint as n)", [number]).fetchone()[0]


@given(NUMBERS)
@example(5215512345678)
@example(5491123456789)
@example(551187654321)
@example(22547123456)
@example(22561123456)
@example(24106123456)
@example(5714123456)
def test_every_number_is_one_of_the_forms_of_what_it_is_matched_by(number):
    shared = ask(same_number_key("n"), number)
    assert number in (shared, ask(old_form("n"), shared))


@given(NUMBERS)
def test_an_old_form_is_matched_by_the_number_it_is_of(number):
    shared = ask(same_number_key("n"), number)
    old = ask(old_form("n"), shared)
    assert old is None or (old != shared and ask(same_number_key("n"), old) == shared)


def test_the_old_forms_of_today():
    """By the plans: Mexico's +52 1, Argentina's 9 of mobiles, mobiles of eight digits of Brazil, Benin, Ivory Coast."""
    forms = {525512345678: 5215512345678, 541123456789: 5491123456789, 5511987654321: 551187654321,
             2290197123456: 22997123456, 2250747123456: 22547123456, 2250504123456: 22504123456,
             24166123456: 24106123456, 576014123456: 5714123456}  # fmt: skip
    assert {shared: ask(old_form("n"), shared) for shared in forms} == forms
    assert ask(old_form("n"), 12125550101) is None
    assert ask(old_form("n"), 551123456789) is None  # a fixed line
