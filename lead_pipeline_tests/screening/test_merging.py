"""A merge loses no value silently: what gave way to the value of another row is with its row, and both are findable."""

import pytest

from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.written import Written, profile

BY = profile("phone", duplicates_in_file="merge", default_attributes={"src": "none"})
PHONE = "+12125550101"
START = "Dropped when rows of one person were merged: "


def row(attributes: dict[str, str] | None = None, **values: object) -> Row:
    return Row({"phone": PHONE} | values, attributes=attributes or {})


def noted(written: Written, *rows: Row, by=BY) -> list[tuple[bool, str | None]]:
    """Return of each row whether it is warned, and its hint."""
    entry = written.add(list(rows), by)
    codes = written.store.workspace.rows(
        "select warning_codes from base.row_outcomes where import_no = ? order by row_number", [entry.import_no]
    )
    warned = ["duplicate_value_dropped" in (found or []) for (found,) in codes]
    return list(zip(warned, written.hints(entry), strict=True))


def test_of_two_people_on_one_phone_both_names_and_emails_stay_findable(written):
    ann, bea = row(first_name="Ann", email="ann@example.com"), row(first_name="Bea", email="bea@example.com")
    dropped = (
        f"{START}email 'ann@example.com' of row 1 (kept: 'bea@example.com'), first_name 'Ann' of row 1 (kept: 'Bea')."
    )
    assert noted(written, ann, bea) == [(True, dropped), (True, dropped)]
    assert written.leads()[1]["email"] == "bea@example.com"


@pytest.mark.parametrize(
    "second",
    [
        row(),
        row(city="Rome"),
        row(first_name="ANN"),
        row(first_name="Ann", status="new"),
        row(city="unknown", attributes={"src": "none"}),
    ],
    ids=["nothing", "adds", "case", "same", "default"],
)
def test_a_row_that_only_adds_drops_nothing(written, second):
    first = row(first_name="Ann", attributes={"src": "fair"})
    assert noted(written, first, second) == [(False, None), (False, None)]


def test_attributes_and_numbers_that_give_way_are_noted_too(written):
    rows = row({"pet/cat": "Tom", "src": "fair"}, lead_score=1), row({"pet/cat": "Ina"}, lead_score=2), row()
    hint = f"{START}attribute pet/cat 'Tom' of row 1 (kept: 'Ina'), lead_score '1' of row 1 (kept: '2')."
    assert noted(written, *rows) == [(True, hint), (False, None), (True, hint)]


def test_a_row_in_between_is_told_what_it_lost(written):
    rows = row(first_name="Ann"), row(first_name="Cy"), row(first_name="Ann")
    assert noted(written, *rows) == [
        (False, None),
        (True, f"{START}first_name 'Cy' of row 2 (kept: 'Ann')."),
        (False, None),
    ]


def test_the_order_of_the_leads_stays_that_of_the_file(written):
    others = [Row({"phone": f"+1212555{n:04}", "first_name": str(n)}) for n in range(200, 260)]
    written.add([*others[:30], row(first_name="Ann"), row(first_name="Bea"), *others[30:]], BY)
    names = [lead["first_name"] for lead in written.leads().values()]
    assert names == [*map(str, range(200, 230)), "Bea", *map(str, range(230, 260))]
