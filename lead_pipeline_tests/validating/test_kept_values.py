"""A row of which nothing but defaults would be kept is skipped: nobody can be reached by it."""

import polars as pl
import pytest

from lead_pipeline.drafting.in_memory import validated
from lead_pipeline.model.profile import ImportProfile


def profile(**changes) -> ImportProfile:
    fields = {
        "phone": {"type": "phone", "on_invalid": "blank"},
        "company": {"type": "text"},
        "status": {"type": "option", "options": ["new", "old"], "default": "new"},
        "lead_score": {"type": "decimal", "default": "5"},
        "tags": {"type": "tags", "default": "fair, west"},
        "source": {"type": "text", "constant": "fair"},
    }
    return ImportProfile.model_validate(
        {
            "name": "crm",
            "destination": {"kind": "workspace", "name": "w"},
            "default_region": "US",
            "rows_without_identifier": "create",
            "fields": fields,
        }
        | changes
    )


def reasons(row: dict[str, str], **changes) -> tuple[list[str], list[str]]:
    """Return reasons and warnings of a row beside a good one."""
    good = {"phone": "201 555 0123", "company": "Alder"}
    names = list(dict.fromkeys([*good, *row]))
    frame = pl.DataFrame({name: [good.get(name, ""), row.get(name, "")] for name in names})
    rows = validated(frame, profile(**changes)).select("reasons", "warnings").rows()
    assert rows[0] == ([], [])
    return rows[1]


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"status": "new"},
        {"status": "New", "lead_score": "5.0", "tags": "fair,west"},
    ],
    ids=["nothing", "the-default-itself", "defaults-spelled-otherwise"],
)
def test_a_row_of_nothing_but_defaults_is_skipped(row):
    assert reasons({"note": " "} | row) == (["row_nothing_kept"], [])


def test_a_row_whose_only_value_was_blanked_is_skipped_and_the_warning_stays():
    assert reasons({"phone": "call me"}) == (["row_nothing_kept"], ["phone_not_a_number"])


def test_a_row_with_values_in_ignored_columns_only_is_skipped():
    assert reasons({"note": "tall"}, other_columns="ignore") == (["row_nothing_kept"], [])
    assert reasons({"note": "tall"}) == ([], [])


def test_a_default_attribute_is_nothing_of_the_row():
    defaults = {"default_attributes": {"buyers": "all"}}
    assert reasons({"note": ""}, **defaults) == (["row_nothing_kept"], [])
    assert reasons({"buyers": "all"}, **defaults) == (["row_nothing_kept"], [])
    assert reasons({"buyers": "few"}, **defaults) == ([], [])


@pytest.mark.parametrize(
    "row", [{"company": "Beech"}, {"status": "old"}, {"lead_score": "6"}, {"tags": "east"}], ids=str
)
def test_a_row_with_any_value_of_its_own_is_kept(row):
    assert reasons(row) == ([], [])


def test_a_row_that_is_rejected_is_not_skipped():
    assert reasons({"lead_score": "much"}) == (["number_invalid"], [])
