"""What gives way where a row meets a lead that is there stays findable, and a row of somebody else is warned of."""

import pytest

from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.written import profile

PHONE = "+12125550101"
BY = profile("phone", duplicates_in_file="merge")


def row(attributes: dict[str, str] | None = None, **values: object) -> Row:
    return Row({"phone": PHONE} | values, attributes=attributes or {})


def differing(written):
    """Return what the view says, oldest import first."""
    return written.store.workspace.rows(
        "select field, lead_value, row_value, kept from main.differing_values order by import_id, row_number, field"
    )


def warned(written, entry):
    codes = written.store.workspace.rows(
        "select warning_codes from base.row_outcomes where import_no = ? order by row_number", [entry.import_no]
    )
    return ["match_name_differs" in (found or []) for (found,) in codes]


def test_of_two_people_on_one_phone_in_two_files_both_stay_findable(written):
    written.add([row(first_name="Ann", email="ann@example.com", city="Oslo")], BY)
    entry = written.add([row(first_name="Bea", email="bea@example.com", city="Oslo")], BY)
    assert written.leads()[1]["first_name"] == "Bea"
    assert differing(written) == [
        ("email", "ann@example.com", "bea@example.com", "row"),
        ("first_name", "Ann", "Bea", "row"),
    ]
    assert warned(written, entry) == [True]
    assert written.hints(entry) == [
        "Lead 1 had other values: email 'ann@example.com' (this row: 'bea@example.com'; kept: the row's),"
        " first_name 'Ann' (this row: 'Bea'; kept: the row's)."
    ]
    counts = written.store.ledger_counts(entry.import_no)
    assert (counts.leads_overwritten, counts.rows_not_taken) == (1, 0)


def test_where_the_lead_keeps_its_values_those_of_the_row_stay_findable(written):
    by = profile("phone", on_duplicate="fill", default_attributes={"src": "none"})
    written.add([row({"pet": "Tom", "src": "fair"}, first_name="Ann", lead_score=1)], by)
    entry = written.add([row({"pet": "Ina", "src": "none"}, first_name="Bea", lead_score=2, company="Acme")], by)
    assert written.ledger(entry)[0][0] == "updated"
    unchanged = written.add([row(first_name="Cy")], by)
    assert written.ledger(unchanged)[0][0] == "unchanged"
    assert differing(written) == [
        ("attribute.pet", "Tom", "Ina", "lead"),
        ("first_name", "Ann", "Bea", "lead"),
        ("lead_score", "1.0", "2.0", "lead"),
        ("first_name", "Ann", "Cy", "lead"),
    ]
    assert (warned(written, entry), warned(written, unchanged)) == ([True], [True])
    assert written.store.ledger_counts(entry.import_no).rows_not_taken == 1


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("Ann", "Anne"), ("Jhon", "John"), ("ANN", "Ann"), ("Ana María", "Ana"), ("A.", "Ann"), ("José", "Jose"),
        ("Ann", None), (None, "Bea"), ("Ann", "Ann"),
    ],
)  # fmt: skip
def test_a_name_that_is_corrected_or_completed_is_no_other_person(written, there, here):
    written.add([row(first_name=there, email="ann@example.com")], BY)
    entry = written.add([row(first_name=here, email="ann.lee@example.com")], BY)
    assert warned(written, entry) == [False]
    assert ("email", "ann@example.com", "ann.lee@example.com", "row") in differing(written)


def test_a_lead_that_only_gains_values_has_lost_none(written):
    written.add([row({"pet": "Tom"}, first_name="Ann", tags=["a"])], BY)
    written.add([row({"car": "blue"}, first_name="Ann", company="Acme", tags=["b"], expires_in=4)], BY)
    written.add([row(first_name=None, city="unknown", expires_in=8)], BY)
    assert differing(written) == []


def test_attributes_are_compared_one_by_one(written):
    written.add([row({"pet/cat": "Tom", "src": "fair", "same": "x"})], BY)
    written.add([row({"pet/cat": "Ina", "src": "web", "same": "x", "new": "y"})], BY)
    assert differing(written) == [
        ("attribute.pet/cat", "Tom", "Ina", "row"),
        ("attribute.src", "fair", "web", "row"),
    ]


def test_a_value_that_an_update_clears_stays_findable(written):
    by = profile("phone", rules={"first_name": {"update_rule": "always"}})
    written.add([row(first_name="Ann")], by)
    entry = written.add([row()], by)
    assert differing(written) == [("first_name", "Ann", None, "row")]
    assert warned(written, entry) == [False]


def test_a_value_that_is_never_updated_is_not_lost_either(written):
    by = profile("phone", rules={"company": {"update_rule": "never"}, "city": {"update_rule": "if_existing_empty"}})
    written.add([row(company="Acme", city="Oslo")], by)
    written.add([row(company="Bolt", city="Rome")], by)
    written.add([row(company="Acme", city="unknown")], by)
    assert differing(written) == [("city", "Oslo", "Rome", "lead"), ("company", "Acme", "Bolt", "lead")]


def test_the_leads_of_the_same_import_keep_the_order_of_the_file(written):
    written.add([row(first_name="Ann")], BY)
    people = [Row({"phone": f"+1212555{n:04}", "first_name": str(n)}) for n in range(200, 260)]
    written.add([*people[:30], row(first_name="Bea"), *people[30:]], BY)
    names = [lead["first_name"] for lead in written.leads().values()]
    assert names[1:] == [str(n) for n in range(200, 260)]


def test_a_dry_run_warns_as_the_import_does(written):
    written.add([row(first_name="Ann")], BY)
    seen = written.dry_run([row(first_name="Bea")], BY)
    assert seen.counts.updated == 1
    assert differing(written) == []
