"""Whom rules leave out is shown step by step: the steps add up, and the matrix says which rules hit the same rows."""

from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.model.results import RowCounts
from lead_pipeline.model.scrub.waterfall import Waterfall
from lead_pipeline.reporting.report import report_as_html
from lead_pipeline.reporting.summary import markdown_summary, metadata_numbers
from lead_pipeline.reporting.waterfall_wording import (
    overlap_matrix,
    steps,
    steps_sentence,
    title_of_rule,
    usable_rows,
    waterfall_tables,
)
from lead_pipeline_tests.reporting.results import finished

CODES = ["duplicate_existing", "opted_out", "prior_dialed", "area_code_listed"]
RULES = ["existing_lead", "opted_out", "dialed", "area_codes"]
FOUND = Waterfall.of_codes(
    [(["prior_dialed"], 5), (["prior_dialed", "opted_out"], 3), (["opted_out"], 1), (["area_code_listed"], 2)]
)


def of_rules(**changes):
    counts = RowCounts(created=89, suppressed=11, rejected=4, skipped=2)
    return finished(rows_read=106, counts=counts, waterfall=FOUND, **changes)


def test_each_step_says_how_many_rows_are_left_after_it():
    assert [tuple(step) for step in steps(FOUND, 100)] == [
        ("opted_out", "Has opted out", 4, 4, 1, 96),
        ("dialed", "Was dialed before", 8, 5, 5, 91),
        ("area_codes", "Number begins with a listed area code or prefix", 2, 2, 2, 89),
    ]
    assert steps_sentence(FOUND, 100) == "Rules leave out 11 of 100 usable rows; 89 are left."


def test_the_matrix_has_all_rows_of_a_rule_on_its_diagonal_and_those_of_both_elsewhere():
    assert [(line.rule, line.cells) for line in overlap_matrix(FOUND)] == [
        ("opted_out", (4, 3, 0)), ("dialed", (3, 8, 0)), ("area_codes", (0, 0, 2))
    ]  # fmt: skip


def test_there_is_no_matrix_where_no_two_rules_hit_the_same_row():
    assert overlap_matrix(Waterfall.of_codes([(["opted_out"], 3), (["prior_dialed"], 1)])) == []
    assert waterfall_tables(Waterfall(), 7) == []


def test_every_rule_has_a_title():
    assert [title_of_rule(rule) for rule in RULES] == [
        "Lead already exists", "Has opted out", "Was dialed before", "Number begins with a listed area code or prefix"
    ]  # fmt: skip


def test_rejected_and_blank_rows_are_not_asked_about():
    assert usable_rows(of_rules()) == 100


def test_report_summary_and_numbers_of_the_run_show_it():
    page, summary, numbers = report_as_html(of_rules()), markdown_summary(of_rules()), metadata_numbers(of_rules())
    for text in (page, summary):
        assert "Rules leave out 11 of 100 usable rows; 89 are left." in text
    assert "| Has opted out (`opted_out`) | 4 | 4 | 1 | 96 |" in summary
    assert "| `dialed` | 3 | 8 | 0 |" in summary
    assert "Rows that two rules hit" in page
    left_out = {name: number for name, number in numbers.items() if name.startswith("left_out_")}
    assert left_out == {"left_out_opted_out": 4, "left_out_dialed": 8, "left_out_area_codes": 2}
    nobody = finished(rows_read=5, counts=RowCounts(created=5))
    assert "Left out by rule" not in report_as_html(nobody)


@given(st.dictionaries(st.frozensets(st.sampled_from(CODES), min_size=1), st.integers(1, 9)), st.integers(0, 50))
def test_steps_and_matrix_agree_with_counting_row_by_row(counted, others):
    rows = [{RULES[CODES.index(code)] for code in codes} for codes, n in counted.items() for _ in range(n)]
    found = Waterfall.of_codes((sorted(codes), n) for codes, n in counted.items())
    left = [set(row) for row in rows]
    for step in steps(found, len(rows) + others):
        left = [row for row in left if step.rule not in row]
        assert step.left == len(left) + others
    for line in overlap_matrix(found):
        names = [one.rule for one in found.rules]
        assert line.cells == tuple(sum({line.rule, other} <= row for row in rows) for other in names)
