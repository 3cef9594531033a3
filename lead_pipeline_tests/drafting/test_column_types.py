"""Types of columns: told when all values have one, asked when they could be two, and never of what names somebody."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.drafting.column_types import column_type
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline_tests.rooms import judged_rows, profile_of


def keys_of(values: list[str]) -> dict[str, object] | None:
    found = column_type(pl.Series(values, dtype=pl.String))
    return None if found is None else dict(found.keys)


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        (["yes", "No", "YES", "", "no", "yes"], {"type": "boolean"}),
        (["1", "0", "0", "1", "1"], {"type": "boolean"}),
        (["ja", "nein", "Ja", "ja", "nein"], {"type": "boolean", "true_words": ["ja"], "false_words": ["nein"]}),
        (["7", "12", "-3", "0", "250"], {"type": "integer"}),
        (["7.5", "12", "-3.25", "0.1", "250"], {"type": "decimal"}),
        (["1,234.50", "12.00", "7,000,000", "1.5", "3"], {"type": "decimal", "locale": "en_US"}),
        (["$1,234.50", "$12", "$7,000", "$1.50", "3"], {"type": "decimal", "locale": "en_US", "units": ["$"]}),
        (["1.234,50 €", "12 €", "7,25 €", "0,5 €", "3 €"], {"type": "decimal", "locale": "de", "units": ["€"]}),
        (["2026-01-31", "2025-12-01", "1999-02-28", "2000-01-01", "2026-03-03"], {"type": "date"}),
        (
            ["31.01.2026", "1.2.2025", "15.03.1999", "24.12.2000", "02.02.2002"],
            {"type": "date", "formats": ["%d.%m.%Y"]},
        ),
        (["01/31/2026", "2/1/2025", "03/15/1999", "12/24/2000", "2/2/2002"], {"type": "date", "formats": ["%m/%d/%Y"]}),
        (
            ["31 January 2026", "1 May 2025", "3 Jun 1999", "4 Jul 2000", "5 Aug 2001"],
            {"type": "date", "formats": ["%d %B %Y"]},
        ),
        (["2026-01-31T10:00:00Z", "2025-12-01 09:30", *["2026-01-01T00:00"] * 3], {"type": "datetime"}),
        (["31.01.2026 10:00", *["1.2.2026 9:05"] * 4], {"type": "datetime", "formats": ["%d.%m.%Y %H:%M"]}),
        (["1/31/2026 10:00 PM", *["2/1/2026 9:05 am"] * 4], {"type": "datetime", "formats": ["%m/%d/%Y %I:%M %p"]}),
    ],
    ids=lambda value: str(value["type"]) + str(value.get("formats", "")) if isinstance(value, dict) else "",
)
def test_the_type_that_all_values_have_is_found(values, keys):
    found = column_type(pl.Series(values))
    assert found is not None
    assert (dict(found.keys), found.needs_confirmation) == (keys, False)
    assert found.evidence.startswith("all of ")


@pytest.mark.parametrize(
    "values",
    [
        ["7", "12", "seven", "0", "250"],
        ["01234", "12345", "23456", "34567", "45678"],
        ["2025550123", "2025550124", "2025550125", "2025550126", "2025550127"],
        ["20260131", "20251201", "19990228", "20000101", "20260303"],
        ["31.01.2026", "01/31/2026", "15.03.1999", "24.12.2000", "02.02.2002"],
        ["yes", "no", "maybe", "no", "yes"],
        ["Ana", "Bob", "Cyd", "Dov", "Eve"],
        ["A-1", "A-2", "A-3", "A-4", "A-5"],
        ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"],
        ["7", "8", "9", ""],
        ["", " ", ""],
        [],
    ],
    ids=[
        *(
            "word-among-numbers",
            "leading-zero",
            "phones",
            "days-or-numbers",
            "two-ways",
            "maybe",
            "names",
            "codes",
            "ips",
        ),
        *("too-few", "blank", "none"),
    ],
)
def test_what_is_not_clear_has_no_type(values):
    assert keys_of(values) is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["01/02/2026", "03/04/2026", "5/6/2026", "07/08/2026", "9/9/2026"], "%d/%m/%Y or %m/%d/%Y"),
        (["1,234", "2,345", "3,456", "4,567", "5,678"], "as in en_US or as in de"),
    ],
    ids=["day-or-month", "thousands-or-decimals"],
)
def test_what_can_be_read_in_two_ways_is_for_a_person_to_choose(values, said):
    found = column_type(pl.Series(values))
    assert found is not None
    assert found.needs_confirmation
    assert said in found.evidence


def test_a_few_values_in_many_rows_are_proposed_as_options_without_telling_them():
    found = column_type(pl.Series(["Gold", "Silver", "Basic"] * 10))
    assert found is not None
    assert (dict(found.keys), found.needs_confirmation) == ({"type": "option", "options": []}, True)
    assert "only 3 different values in 30" in found.evidence
    assert "Gold" not in found.evidence
    assert column_type(pl.Series(["Gold", "Silver"] * 5)) is None
    assert column_type(pl.Series([f"plan {number}" for number in range(30)])) is None


@given(
    st.lists(st.integers(-(10**8), 10**8).map(str), min_size=5, max_size=30)
    | st.lists(st.dates().map(lambda day: f"{day.day:02}.{day.month:02}.{day.year:04}"), min_size=5, max_size=30)
    | st.lists(
        st.sampled_from(["yes", "no", "1", "0", "7", "1,5", "1.5", "", "x", "1.1.2026"]), min_size=5, max_size=30
    )
)
def test_a_proposed_rule_rejects_none_of_the_rows_that_it_was_made_from(values):
    keys = keys_of(values)
    if keys is None or keys.get("options") == []:
        return
    profile: ImportProfile = profile_of(attributes={"a": keys})
    phones = [f"+1202555{number:04}" for number in range(100, 100 + len(values))]
    rows = judged_rows(profile, {"phone": phones, "a": values})
    assert rows["reasons"].list.len().sum() == 0
