import re
import xml.etree.ElementTree as ET
from base64 import b64decode

import pytest

from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ReasonCount, RowCounts
from lead_pipeline.reporting.charts import (
    MAX_REASONS,
    OUTCOME_COLOURS,
    Bar,
    as_data_uri,
    bar_chart,
    column_chart,
    outcome_chart,
    reason_chart,
)
from lead_pipeline_tests.reporting.results import clean, finished, refused

SVG = "{http://www.w3.org/2000/svg}"


def bars_of(svg):
    """Return (label, width, colour, count) of each bar, from the top down."""
    found, tops = [], []
    for bar in ET.fromstring(svg).iterfind(f"{SVG}g[@class='bar']"):
        label, count = (text.text for text in bar.iterfind(f"{SVG}text"))
        shape = bar.find(f"{SVG}rect")
        tops.append(float(shape.get("y")))
        found.append((label, float(shape.get("width")), shape.get("fill"), count))
    assert tops == sorted(tops)
    return found


def test_the_outcomes_that_occur_are_drawn_in_their_order_and_colour():
    found = bars_of(outcome_chart(finished()))
    assert [(label, colour, count) for label, _, colour, count in found] == [
        ("Created", OUTCOME_COLOURS["created"], "240"),
        ("Duplicate", OUTCOME_COLOURS["duplicate"], "29"),
        ("Suppressed", OUTCOME_COLOURS["suppressed"], "12"),
        ("Rejected", OUTCOME_COLOURS["rejected"], "34"),
        ("Skipped", OUTCOME_COLOURS["skipped"], "6"),
    ]


def test_reasons_are_drawn_most_frequent_first_with_their_titles():
    found = bars_of(reason_chart(finished()))
    assert [(label, count) for label, _, _, count in found] == [
        (REASONS[Reason.DUPLICATE_EXISTING].title, "29"),
        (REASONS[Reason.PHONE_MISSING].title, "20"),
        (REASONS[Reason.PHONE_TOO_SHORT].title, "14"),
        (REASONS[Reason.BLOCKED].title, "12"),
        (REASONS[Reason.ROW_BLANK].title, "6"),
        (REASONS[Reason.EMAIL_INVALID].title + " (warning)", "5"),
    ]


def test_bars_are_as_long_as_their_counts_and_the_longest_leaves_room_for_its_count():
    found = bars_of(bar_chart("x", [Bar("a", 1000, "red"), Bar("b", 250, "red"), Bar("c", 0, "red")]))
    (_, longest, _, _), (_, quarter, _, _), (_, none, _, _) = found
    assert quarter == pytest.approx(longest / 4, abs=0.1)
    assert none == 0
    assert 0 < longest < 720 - 8 - 7 - 8 * len("1,000")


@pytest.mark.parametrize("rows", [0, 1, 2, 9, 10, 99, 12_345, 999_999_999_999])
def test_any_count_can_be_drawn(rows):
    ((_, _, _, count),) = bars_of(bar_chart("x", [Bar("a", rows, "red")]))
    assert count == f"{rows:,}"


def test_one_code_that_rejects_some_rows_and_warns_on_others_is_two_bars():
    reasons = (
        ReasonCount(code="email_invalid", outcome="rejected", count=2),
        ReasonCount(code="email_invalid", outcome="warning", count=1),
    )
    title = REASONS[Reason.EMAIL_INVALID].title
    assert [bar[0] for bar in bars_of(reason_chart(finished(reasons=reasons)))] == [title, f"{title} (warning)"]


def test_only_the_most_frequent_reasons_are_drawn():
    codes = [reason for reason in Reason if REASONS[reason].effect == Outcome.REJECTED]
    assert len(codes) > MAX_REASONS
    reasons = tuple(
        ReasonCount(code=code, outcome="rejected", count=count) for count, code in enumerate(codes, start=1)
    )
    assert len(bars_of(reason_chart(finished(reasons=reasons)))) == MAX_REASONS


def test_nothing_to_draw_is_no_chart():
    assert outcome_chart(refused()) == ""
    assert outcome_chart(finished(rows_read=0, counts=RowCounts())) == ""
    assert reason_chart(clean()) == ""
    assert reason_chart(refused()) == "", "what is wrong with the file as a whole is no number of rows"


@pytest.mark.parametrize("chart", [outcome_chart, reason_chart])
def test_a_chart_is_small_the_same_every_time_self_contained_and_named(chart):
    svg = chart(finished())
    assert svg == chart(finished())
    assert len(svg) < 15_000
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text.startswith("Rows by ")
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    assert not any(root.iter(f"{SVG}script"))


def test_the_accessible_name_says_all_that_is_drawn():
    root = ET.fromstring(bar_chart("Rows by outcome", [Bar("Created", 1240, "red"), Bar("Rejected", 34, "red")]))
    assert root.get("aria-label") == "Rows by outcome: Created 1,240, Rejected 34"


def test_alone_text_stands_out_from_the_background_whichever_the_reader_prefers():
    style = ET.fromstring(outcome_chart(finished())).find(f"{SVG}style").text
    light, dark = style.split("@media (prefers-color-scheme:dark)")
    for rules in (light, dark):
        card, text = (re.search(rf"{name}{{fill:(#\w+)}}", rules).group(1) for name in (r"\.card", "text"))
        assert contrast(card.replace("#fff", "#ffffff"), text) >= 7


def test_a_label_is_text_whatever_it_holds():
    svg = bar_chart("<b>&", [Bar("<script>alert(1)</script>", 1, "red")])
    assert "<script" not in svg
    assert bars_of(svg)[0][0] == "<script>alert(1)</script>"


def test_a_data_address_holds_the_same_chart():
    svg = outcome_chart(finished())
    head, data = as_data_uri(svg).split(",")
    assert head == "data:image/svg+xml;base64"
    assert b64decode(data).decode() == svg


def luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """WCAG 2.2, definition of contrast ratio."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("background", ["#ffffff", "#1d2127"])
@pytest.mark.parametrize("outcome", [*Outcome, "warning"])
def test_every_outcome_has_a_colour_that_stands_out_on_light_and_dark(outcome, background):
    assert contrast(OUTCOME_COLOURS[outcome], background) >= 3


def test_columns_are_drawn_by_how_often_they_reject_rows():
    reasons = (
        ReasonCount(code="number_invalid", outcome="rejected", count=5, columns={"hours": 3, "zip": 2}),
        ReasonCount(code="value_too_long", outcome="rejected", count=4, columns={"zip": 4}),
        ReasonCount(code="email_invalid", outcome="warning", count=9, columns={"mail": 9}),
    )
    drawn = bars_of(column_chart(finished(reasons=reasons)))
    assert [(label, count) for label, _, _, count in drawn] == [("zip", "6"), ("hours", "3")]


def test_a_single_column_needs_no_chart():
    reasons = (ReasonCount(code="number_invalid", outcome="rejected", count=5, columns={"hours": 5}),)
    assert column_chart(finished(reasons=reasons)) == ""
