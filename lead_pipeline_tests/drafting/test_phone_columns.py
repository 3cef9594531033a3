"""Drafts find area codes and country codes in columns of their own, and import what they join."""

import polars as pl
import pytest

from lead_pipeline.drafting.in_memory import validated
from lead_pipeline.drafting.phone_columns import phone_columns
from lead_pipeline.drafting.sample import sample_file
from lead_pipeline.profiles import parse_profile
from lead_pipeline_tests.drafting.test_suggest import suggested

ROWS = 20
SHOP = {
    "nombre": [f"Ferretería {number}" for number in range(ROWS)],
    "provincia": ["Mendoza", "Salta"] * 10,
    "caracteristica": ["261", "387"] * 10,
    "telefono": [f"42035{number + 10}" for number in range(ROWS)],
}


def test_an_area_code_in_a_column_of_its_own_is_joined():
    text, profile = suggested(SHOP)
    assert profile.default_region == "AR"
    assert profile.fields["phone"].column == ("caracteristica", "telefono")
    assert "the code before the number is in a column of its own" in text
    rows = validated(pl.DataFrame(SHOP), profile)
    assert rows["phone"].to_list()[:2] == ["+542614203510", "+543874203511"]
    assert "caracteristica" not in rows["attributes"][0]


def test_a_draft_on_top_of_a_profile_joins_them_too():
    _, profile = suggested(SHOP, extends="call_schedule")
    assert profile.fields["phone"].column == ("caracteristica", "telefono")
    assert validated(pl.DataFrame(SHOP), profile)["phone"][0] == "+542614203510"


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"Area code": ["617"], "Phone": ["864-1310"]}, ("Area code", "Phone")),
        ({"Vorwahl": ["030"], "Telefonnummer": ["2749310"]}, ("Vorwahl", "Telefonnummer")),
        ({"Phone": ["2242-1010"], "DDD": ["21"]}, ("DDD", "Phone")),
        ({"Country code": ["49"], "Phone": ["30 2749310"]}, ("Country code", "Phone")),
        ({"Area": ["30"], "ISD": ["+49"], "Tel": ["2749310"]}, ("ISD", "Area", "Tel")),
        (
            {"Home phone": ["1"], "Work area code": ["617"], "Work phone": ["864-1310"]},
            ("Work area code", "Work phone"),
        ),
        ({"Country": ["BR"], "DDI": ["55"], "DDD": ["21"], "Fone": ["2242-1010"]}, ("DDI", "DDD", "Fone")),
        ({"市外局番": ["03"], "電話番号": ["3581-2110"]}, ("市外局番", "電話番号")),
        ({"国番号": ["81"], "電話番号": ["3 3581 2110"]}, ("国番号", "電話番号")),
        ({"Dial code": ["+31"], "Phone": ["20 6234510"]}, ("Dial code", "Phone")),
        ({"Code postal": ["75001"], "Indicatif pays": ["33"], "Tel": ["142685300"]}, ("Indicatif pays", "Tel")),
        ({"Код города": ["383"], "Телефон": ["2274510"]}, ("Код города", "Телефон")),
        ({"prefijo": ["261"], "numero": ["4203511"]}, ("prefijo", "numero")),
        ({"cod_area": ["261"], "nro": ["4203511"], "telefono 2": [""]}, ("cod_area", "nro")),
        ({"Country code": ["DE"], "Phone": ["30 2749310"]}, None),
        ({"Area": ["North"], "Phone": ["30 2749310"]}, None),
        ({"Area code": ["617"], "City": ["Boston"]}, None),
        ({"Phone area": ["617"], "Phone prefix": ["864"], "Phone line": ["1310"]}, None),
        ({"Zip code": ["02139"], "Phone": ["617 864 1310"]}, None),
    ],
)
def test_codes_are_known_by_header_and_values(columns, found):
    frame = pl.DataFrame({column: values * 5 for column, values in columns.items()})
    parts = phone_columns(frame.columns, frame)
    assert (parts.columns if parts else None) == found


def test_a_number_that_is_only_called_so_is_a_phone_behind_its_code():
    columns = {"nombre": SHOP["nombre"], "provincia": SHOP["provincia"]}
    columns |= {"prefijo": SHOP["caracteristica"], "numero": SHOP["telefono"]}
    _, profile = suggested(columns)
    assert profile.fields["phone"].column == ("prefijo", "numero")
    assert validated(pl.DataFrame(columns), profile)["phone"][0] == "+542614203510"


def test_a_sample_of_such_a_profile_has_all_columns_and_is_imported():
    text, profile = suggested(SHOP)
    lines = sample_file(profile).decode("utf-8-sig").splitlines()
    assert {"caracteristica", "telefono"} <= set(lines[0].split(","))
    again = parse_profile(text, "draft")
    rows = pl.read_csv(sample_file(profile), infer_schema=False)
    assert validated(rows, again)["reasons"].list.len().to_list() == [0, 0]
