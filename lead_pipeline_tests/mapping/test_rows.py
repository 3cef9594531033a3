"""Raw rows laid out in fields: nothing added, dropped, moved or altered."""

import json

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.mapping import map_columns, map_rows
from lead_pipeline.model.contracts import mapped_leads, raw_leads, validate_contract
from lead_pipeline.model.formula_injection import made_harmless
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.texts.clean_text import clean_text
from lead_pipeline_tests.mapping.test_columns import profile

CODES = pl.List(pl.String)


def raw(columns: dict[str, list[str | None]]) -> pl.DataFrame:
    rows = len(next(iter(columns.values())))
    own = {"row_number": list(range(1, rows + 1)), "line_number": list(range(2, rows + 2))}
    last = {"reasons": [[]] * rows, "extra_cells": [None] * rows}
    types = dict.fromkeys(own, pl.Int64) | dict.fromkeys(columns, pl.String) | dict.fromkeys(last, CODES)
    return validate_contract(pl.DataFrame(own | columns | last, schema=types), raw_leads())


def mapped(columns: dict[str, list[str | None]], by: ImportProfile | None = None) -> pl.DataFrame:
    by = by or profile()
    return validate_contract(map_rows(raw(columns), map_columns(list(columns), by), by), mapped_leads(by))


def test_fields_are_in_profile_order_and_the_rest_is_attributes():
    got = mapped({"city": ["Bonn", ""], "email": ["a@example.com", None], "Caller_ID": ["1", "2"]})
    assert got.columns == ["row_number", "line_number", "phone", "email", "attributes", "reasons"]
    assert got.select("phone", "email", "attributes").rows() == [
        ("1", "a@example.com", '{"city":"Bonn"}'),
        ("2", None, None),
    ]


def test_a_field_without_a_column_is_null():
    assert mapped({"caller_id": ["1", "2"]})["email"].to_list() == [None, None]


def test_the_reasons_and_numbers_of_the_reader_are_handed_on():
    by = profile()
    batch = raw({"caller_id": ["1", None]}).with_columns(
        reasons=pl.Series([[], ["row_too_few_cells"]], dtype=CODES),
        line_number=pl.lit(None, dtype=pl.Int64),
        row_number=pl.Series([7, 9]),
    )
    got = map_rows(batch, map_columns(["caller_id"], by), by)
    assert got["reasons"].to_list() == [[], ["row_too_few_cells"]]
    assert got["row_number"].to_list() == [7, 9]
    assert got["line_number"].to_list() == [None, None]


def test_ignored_columns_leave_nothing_behind_but_defaults_stay():
    by = profile(other_columns="ignore", default_attributes={"sub_id": "7"})
    assert mapped({"caller_id": ["1"], "city": ["Bonn"]}, by)["attributes"].to_list() == ['{"sub_id":"7"}']


def test_a_rejected_file_comes_back_as_the_row_it_was():
    columns = {"caller_id": ["'+1 951 876 1336", "+19518761336"], "city": ["'=Bonn", "''-"], "'@x": ["1", "2"]}
    got = mapped(columns | {"_row_number": ["3", "4"], "_reasons": ["phone_missing", ""], "_guidance": ["'-", ""]})
    assert got["phone"].to_list() == ["+1 951 876 1336", "+19518761336"]
    assert [json.loads(text) for text in got["attributes"]] == [{"city": "=Bonn", "@x": "1"}, {"city": "'-", "@x": "2"}]


def test_a_row_whose_extra_cells_nobody_cleared_away_still_has_too_many():
    by = profile()
    batch = raw({"caller_id": ["1", "2", "3"], "_row_number": ["4", "5", "6"], "_reasons": ["", "", ""]}).with_columns(
        _extra_cells=pl.Series(["garage | shed", " ", None]),
        reasons=pl.Series([["quote_unclosed"], [], []], dtype=CODES),
    )
    got = map_rows(batch, map_columns(["caller_id", "_row_number", "_reasons", "_extra_cells"], by), by)
    assert got["reasons"].to_list() == [["row_too_many_cells", "quote_unclosed"], [], []]
    assert got["attributes"].to_list() == [None, None, None]


def test_cells_of_any_other_file_keep_their_apostrophes_but_before_numbers():
    got = mapped({"caller_id": ["'+1 951"], "city": ["'=Bonn"]})
    assert got.select("phone", "attributes").rows() == [("+1 951", '{"city":"\'=Bonn"}')]


texts = st.none() | st.text(max_size=8) | st.sampled_from(["=1", "'=1", "+19518761336", "\n"])


@given(st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=5))
def test_a_file_and_its_rejected_file_are_mapped_alike(rows):
    columns = {name: [row[place] for row in rows] for place, name in enumerate(["caller_id", "email", "city"])}
    plain = mapped(columns)
    cells = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).select(made_harmless(pl.all()))
    numbers = [str(number) for number in range(len(rows))]
    again = mapped(cells.to_dict(as_series=False) | {"_row_number": numbers, "_reasons": numbers})
    assert again.equals(plain)
    assert plain["phone"].to_list() == clean_text(pl.Series(columns["caller_id"], dtype=pl.String)).to_list()


def test_an_empty_batch_maps_to_an_empty_batch():
    got = mapped({"caller_id": [], "city": []})
    assert (got.height, got.schema["attributes"], got.schema["reasons"]) == (0, pl.String, CODES)
