"""Words for a missing value clear what is there, where the profile says so: `null_words` and `update_rule: always`."""

import json

import pytest

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline_tests.support import quick_folder, staging, write_csv

#: Of each type a field or attribute, a value, and how it is kept.
COLUMNS = {
    "first_name": ({"type": "text"}, "Ida", "Ida"),
    "phone": ({"type": "phone"}, "201 555 0123", "+12015550123"),
    "lead_score": ({"type": "integer"}, "7", 7.0),
    "x_words": ({"type": "text"}, "left a note", "left a note"),
    "x_stage": ({"type": "option", "options": ["hot", "cold"]}, "hot", "hot"),
    "x_date": ({"type": "date"}, "2026-01-31", "2026-01-31"),
    "x_yes": ({"type": "boolean"}, "yes", True),
    "x_number": ({"type": "decimal"}, "1.5", 1.5),
}


@pytest.fixture
def imports():
    with quick_folder() as folder, staging(folder / "home") as stages:
        yield stages


def profile(rule="always", **changes):
    rules = {name: one | {"update_rule": rule} for name, (one, _, _) in COLUMNS.items()}
    return ImportProfile.model_validate(
        {
            "name": "clearing",
            "destination": {"kind": "list", "name": "x"},
            "default_region": "US",
            "identify_by": "email",
            "write_mode": "upsert",
            "null_words": ["tbd", "ohne Wert"],
            "fields": {"email": {"type": "email"}}
            | {name: one for name, one in rules.items() if not name.startswith("x_")},
            "attributes": {name: one for name, one in rules.items() if name.startswith("x_")},
        }
        | changes
    )


def imported(imports, number, by, cells):
    file = write_csv(imports.home.root / f"{number}.csv", ["email", *cells], [["ida@example.com", *cells.values()]])
    return imports.file(file, by)


def kept(imports):
    """Return the values of the one lead, those of fields and attributes alike."""
    fields = [name for name in COLUMNS if not name.startswith("x_")]
    ((attributes, *values),) = imports.rows(f"select attributes, {', '.join(fields)} from main.leads")
    return {name: value for name, value in zip(fields, values, strict=True) if value is not None} | json.loads(
        attributes or "{}"
    )


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("word", ["TBD", " ohne wert ", "n/a", ""])
def test_a_word_for_none_clears_the_value_that_is_there(imports, name, word):
    _rule, written, value = COLUMNS[name]
    imported(imports, 1, profile(), {name: written, "note": "a"})
    assert kept(imports)[name] == value
    result = imported(imports, 2, profile(), {name: word, "note": "b"})
    assert (result.counts.updated, result.counts.rejected) == (1, 0)
    assert name not in kept(imports)


@pytest.mark.parametrize("rule", ["if_new_not_empty", "if_existing_empty", "never"])
def test_under_the_other_rules_it_clears_nothing(imports, rule):
    imported(imports, 1, profile("always"), {name: written for name, (_, written, _) in COLUMNS.items()})
    before = kept(imports)
    imported(imports, 2, profile(rule), dict.fromkeys(COLUMNS, "tbd"))
    assert kept(imports) == before == {name: value for name, (_, _, value) in COLUMNS.items()}


def test_what_was_cleared_stays_findable(imports):
    imported(imports, 1, profile(), {"first_name": "Ida"})
    imported(imports, 2, profile(), {"first_name": "tbd"})
    found = imports.rows("select field, lead_value, row_value from main.differing_values")
    assert found == [("first_name", "Ida", None)]


def test_a_column_that_the_file_does_not_have_clears_nothing(imports):
    imported(imports, 1, profile(), {"first_name": "Ida", "x_words": "left a note"})
    imported(imports, 2, profile(), {"lead_score": "tbd"})
    assert kept(imports) == {"first_name": "Ida", "x_words": "left a note"}
