"""Whole rows of typed profiles, held against a reference that judges them one by one."""

import json
import random
from typing import Any

import polars as pl
import pytest

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline_tests.conftest import EXAMPLES
from lead_pipeline_tests.reference_rows import judge_row
from lead_pipeline_tests.rooms import judged_rows, profile_of

#: Many rows at once, for a batch of them costs little more than one.
ROWS = 20 * EXAMPLES
SEEDS = (1, 2)

PROFILE = profile_of(
    identify_by="external_id",
    fields={
        "phone": {"type": "phone", "on_invalid": "blank"},
        "external_id": {"type": "text", "max_length": 6},
        "email": {"type": "email", "on_invalid": "blank"},
        "status": {
            "type": "option",
            "options": ["New", "Lost"],
            "value_map": {"open": "new", "gone": "LOST"},
            "default": "new",
        },
        "deal_value": {"type": "decimal", "locale": "de", "units": ["\u20ac", "EUR"], "min": 0, "max": 1_000_000},
        "lead_score": {"type": "integer", "min": -5, "max": 100, "on_invalid": "blank"},
        "tags": {"type": "tags", "max_length": 4, "separator": ";"},
        "source": {"type": "text", "constant": "fair"},
        "postal_code": {"type": "text", "pattern": "[0-9]{5}", "min_length": 3},
    },
    attributes={
        "vip": {"type": "boolean", "true_words": ["ja"], "false_words": ["nein"]},
        "born": {"type": "date", "formats": ["%d.%m.%Y", "%d %b %Y"], "max": "2020-12-31", "on_invalid": "blank"},
        "seen": {"type": "datetime", "formats": ["%d.%m.%Y %H:%M"], "timezone": "Europe/Berlin", "min": "2000-01-01"},
        "left": {"type": "datetime", "timezone": "America/New_York"},
        "limit": {"type": "decimal", "required": True, "default": "7.5"},
        "colour": {"type": "option", "options": ["Red"], "others": "keep"},
    },
    aliases={"email": {}, "external_id": {"on_invalid": "reject"}},
    secondary_contacts={
        "max": 3,
        "variables": {"name": {"type": "text", "max_length": 4}, "age": {"type": "integer", "on_invalid": "blank"}},
    },
    row_rules=[
        {"rule": "one_of", "fields": ["phone", "email"]},
        {"rule": "together", "fields": ["seen", "left"]},
        {"rule": "required_if", "field": "postal_code", "when": "status", "values": ["lost"]},
        {"rule": "required_if", "field": "born", "when": "vip", "values": ["true"]},
        {"rule": "compare", "field": "seen", "is": "less_or_equal", "than": "left"},
        {"rule": "compare", "field": "lead_score", "is": "less", "than": "deal_value"},
    ],
)
PHONES = ["", "2015550101", "(201) 555-0102", "+1 201 555 0103", "201 555 01", "ask Bo", "2015550104"]
CELLS: dict[str, list[str]] = {
    "phone": PHONES,
    "external_id": ["A-1", "A-1", "B-2", "", " x ", "far too long"],
    "email": ["", "ana@Example.com", "BO@x.de", "bad@", "cy at x"],
    "status": ["", "NEW", "open", "Gone", "lost", "other"],
    "deal_value": ["", "1.234,50 \u20ac", "EUR 12", "1234,5", "1,234.50", "0.500", "-1", "2.000.000", "x", "7"],
    "lead_score": ["", "7", "+7", "-6", "101", "7.0", "x"],
    "tags": ["", "a; b;A", ";", "longer;a", "x"],
    "postal_code": ["", "12345", "AB", "AB123", "1234x"],
    "vip": ["", "ja", "NEIN", "1", "maybe"],
    "born": ["", "2001-02-03", "3.2.2001", "29.02.2001", "3 Feb 2001", "2021-01-01", "20010203", "2001-02-03 00:00:00"],
    "seen": ["", "1.7.2026 14:05", "2026-03-29 02:30", "2026-07-01T12:00Z", "1999-12-31", "2026-10-25 02:30", "soon"],
    "left": ["", "2026-07-01T09:00:00-04:00", "2026-01-01", "2026-11-01 01:30:00", "never"],
    "limit": ["", "3", "x", "1e3"],
    "colour": ["", "RED", "Blue"],
    "_alias_email": ["", "ana@example.com", "dee@x.de", "bad@"],
    "_alias_external_id": ["", "A-1", "Z-9"],
    **{f"secondary_phone_{place}": PHONES for place in (1, 2, 3)},
    **{f"secondary_{place}_name": ["", "", "Bo", "Robert"] for place in (1, 2, 3)},
    **{f"secondary_{place}_age": ["", "", "44", "x"] for place in (1, 2, 3)},
}


def random_rows(seed: int, count: int) -> list[dict[str, str]]:
    """Return rows of random cells, every other one with few faults, for a row of nothing but faults says little."""
    chance = random.Random(seed)
    shares = [chance.choice((0.02, chance.random())) for _ in range(count)]
    return [
        {name: chance.choice(cells if chance.random() < share else cells[:2]) for name, cells in CELLS.items()}
        for share in shares
    ]


def through(profile: ImportProfile, rows: list[dict[str, str]]) -> pl.DataFrame:
    return judged_rows(profile, {name: [row.get(name) for row in rows] for name in rows[0]})


def as_reference(row: dict[str, Any], profile: ImportProfile) -> dict[str, Any]:
    """Return a judged row as the reference tells it."""
    contacts = [(one["phone"], json.loads(one["attributes"] or "{}")) for one in row["secondary_contacts"] or ()]
    return {
        "values": {name: row[name] for name in profile.fields},
        "attributes": json.loads(row["attributes"] or "{}"),
        "aliases": [(one["kind"], one["value"]) for one in row["aliases"] or ()],
        "contacts": None if row["reasons"] else contacts,
        "reasons": row["reasons"],
        "warnings": [code for code in row["warnings"] if code not in HINTED],
    }


#: Warnings about values that are kept; they have tests of their own.
HINTED = {"email_role", "email_disposable", "email_domain_typo", "value_damaged"}


@pytest.mark.parametrize("on_invalid", ["drop", "reject"])
@pytest.mark.parametrize("seed", SEEDS)
def test_every_row_is_judged_as_a_row_by_row_reference_judges_it(seed, on_invalid):
    rows = random_rows(seed, ROWS)
    contacts = PROFILE.secondary_contacts.model_copy(update={"on_invalid": on_invalid})  # type: ignore[union-attr]
    profile = PROFILE.model_copy(update={"secondary_contacts": contacts})
    found = through(profile, rows)
    assert found["row_number"].to_list() == list(range(1, len(rows) + 1))
    for row, is_now in zip(rows, found.iter_rows(named=True), strict=True):
        expected = vars(judge_row(row, profile))
        expected["contacts"] = None if expected["reasons"] else expected["contacts"]
        assert as_reference(is_now, profile) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_a_row_is_judged_alike_whatever_rows_stand_beside_it(seed):
    rows = random_rows(seed, 6)
    together = through(PROFILE, rows).drop("row_number", "line_number")
    apart = pl.concat(through(PROFILE, [row]).drop("row_number", "line_number") for row in rows)
    assert together.equals(apart)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_row_holds_is_good_input_and_gives_the_same_row_again(seed):
    """Canonical values written as the profile reads them: numbers in its locale, tags with its separator."""
    rows = random_rows(seed, ROWS)
    judged = through(PROFILE, rows).iter_rows(named=True)
    good = [row for row in judged if not row["reasons"] and HINTED.issuperset(row["warnings"])]
    assert len(good) > ROWS / 100
    again = through(PROFILE, [written(row) for row in good])
    for was, is_now in zip(good, again.iter_rows(named=True), strict=True):
        assert as_reference(is_now, PROFILE) == as_reference(was, PROFILE) | {"reasons": [], "warnings": []}


def written(row: dict[str, Any]) -> dict[str, str]:
    attributes = json.loads(row["attributes"])
    cells = {name: row[name] for name in PROFILE.fields if name != "source"}
    cells |= {name: attributes.get(name) for name in PROFILE.attributes}
    cells |= {"_alias_email": None, "_alias_external_id": None}
    cells |= {f"_alias_{one['kind']}": one["value"] for one in row["aliases"] or ()}
    cells |= dict.fromkeys(name for name in CELLS if name.startswith("secondary_"))
    for place, one in enumerate(row["secondary_contacts"] or (), start=1):
        known = json.loads(one["attributes"] or "{}")
        cells |= {f"secondary_phone_{place}": one["phone"]}
        cells |= {f"secondary_{place}_{name}": known.get(name) for name in ("name", "age")}
    cells["tags"] = ";".join(row["tags"] or ())
    cells["deal_value"] = "" if row["deal_value"] is None else str(row["deal_value"]).replace(".", ",")
    return {name: "" if value is None else str(value) for name, value in cells.items()}


@pytest.mark.parametrize("height", [0, 1, 3])
def test_rows_of_nothing_but_empty_cells_have_the_same_types_as_full_ones(height):
    full = through(PROFILE, [{name: cells[1] for name, cells in CELLS.items()}])
    empty = judged_rows(PROFILE, {name: [None] * height for name in CELLS})
    assert dict(empty.schema) == dict(full.schema)
    assert empty.height == height
