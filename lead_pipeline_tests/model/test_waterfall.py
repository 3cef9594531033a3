"""The waterfall says of each rule whom it left out first, alone and with others, and adds up."""

from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.model.scrub.waterfall import Waterfall

CODES = ["duplicate_existing", "opted_out", "do_not_call", "prior_dialed", "prior_disposition", "area_code_listed"]
RULES = ["existing_lead", "opted_out", "do_not_call", "dialed", "dispositions", "area_codes"]


def numbers(waterfall):
    return [(one.rule, one.rows, one.first, one.only) for one in waterfall.rules]


def test_each_rule_has_the_rows_it_hits_first_and_alone():
    found = Waterfall.of_codes(
        [(["prior_dialed"], 5), (["prior_dialed", "opted_out"], 3), (["opted_out"], 1), (["area_code_listed"], 2)]
    )
    assert found.rows == 11
    assert numbers(found) == [("opted_out", 4, 4, 1), ("dialed", 8, 5, 5), ("area_codes", 2, 2, 2)]
    assert [(one.rules, one.rows) for one in found.overlaps] == [(("opted_out", "dialed"), 3)]


def test_without_a_rule_the_others_still_leave_out_what_they_hit():
    found = Waterfall.of_codes([(["prior_dialed"], 5), (["prior_dialed", "opted_out"], 3), (["opted_out"], 1)])
    assert numbers(found.without(["dialed"])) == [("opted_out", 4, 4, 4)]
    assert found.without(["dialed", "opted_out"]).rows == 0


def test_whom_rules_that_are_off_let_through_is_counted_beside_it_and_left_out_by_none():
    warned = [("do_not_call_let_through", 2), ("opted_out_let_through", 7)]
    found = Waterfall.of_codes([(["prior_dialed"], 5)], warned)
    assert [(one.rule, one.rows) for one in found.let_through] == [("opted_out", 7), ("do_not_call", 2)]
    assert found.rows == 5
    assert found.without(["dialed"]).let_through == found.let_through
    assert found.as_dict()["let_through"] == [{"rule": "opted_out", "rows": 7}, {"rule": "do_not_call", "rows": 2}]


def test_a_waterfall_of_nobody_is_empty():
    assert (Waterfall().rows, Waterfall().rules, Waterfall().overlaps) == (0, (), ())


@given(st.dictionaries(st.frozensets(st.sampled_from(CODES), min_size=1), st.integers(1, 9)))
def test_it_agrees_with_counting_row_by_row(counted):
    rows = [
        [RULES[CODES.index(code)] for code in CODES if code in codes] for codes, n in counted.items() for _ in range(n)
    ]
    found = Waterfall.of_codes((sorted(codes), n) for codes, n in counted.items())
    expected = [
        (
            rule,
            sum(rule in row for row in rows),
            sum(row[0] == rule for row in rows),
            sum(row == [rule] for row in rows),
        )
        for rule in RULES
        if any(rule in row for row in rows)
    ]
    assert numbers(found) == expected
    assert sum(one.first for one in found.rules) == found.rows == len(rows)
    for one in found.overlaps:
        assert one.rows == sum(set(one.rules) <= set(row) for row in rows)
