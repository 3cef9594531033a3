"""A phone in several columns is joined so that it reads as people would dial it, or not at all."""

import polars as pl
import pytest

from lead_pipeline.drafting.in_memory import validated
from lead_pipeline.mapping import map_columns
from lead_pipeline.mapping.joining import joined_phone
from lead_pipeline.model.errors import ProfileError, RequiredColumnUnmappedError
from lead_pipeline.profiles import parse_profile

PROFILE = """
name: joined
destination: {kind: list, name: joined}
default_region: AR
fields:
  phone: {type: phone, column: [caracteristica, numero], required: true}
"""


def joined(codes: list[str], number: str, headers: list[str]) -> str:
    row = {f"c{index}": [text] for index, text in enumerate([*codes, number])}
    return pl.DataFrame(row).select(joined_phone(list(row), headers)).item()


def called(region: str, codes: list[str], number: str, headers: list[str]) -> str | None:
    """Return the number that a row is imported with."""
    columns = "[" + ", ".join(headers) + "]"
    text = PROFILE.replace("[caracteristica, numero]", columns).replace("AR", region)
    rows = pl.DataFrame({header: [text] for header, text in zip(headers, [*codes, number], strict=True)})
    return validated(rows, parse_profile(text, "joined"))["phone"].item()


@pytest.mark.parametrize(
    ("region", "codes", "number", "phone"),
    [
        ("AR", ["261"], "4203511", "+542614203511"),
        ("AR", ["0261"], "4203511", "+542614203511"),
        ("AR", ["(0261)"], "420-3511", "+542614203511"),
        ("AR", ["261.0"], "4203511", "+542614203511"),
        ("AR", ["261"], "15 4203511", "+5492614203511"),
        ("AR", ["261"], "0261 4203511", "+542614203511"),
        ("AR", ["261"], "2614203511", "+542614203511"),
        ("AR", ["261"], "+54 261 4203511", "+542614203511"),
        ("US", ["617"], "864-1310", "+16178641310"),
        ("GB", ["1392"], "725110", "+441392725110"),
        ("BR", ["21"], "2242-1010", "+552122421010"),
        ("IT", ["06"], "69812345", "+390669812345"),
    ],
)
def test_an_area_code_in_its_own_column_is_dialled_before_the_number(region, codes, number, phone):
    assert called(region, codes, number, ["area", "numero"]) == phone


@pytest.mark.parametrize(
    ("headers", "codes", "number", "phone"),
    [
        (["pais", "area", "numero"], ["54", "261"], "4203511", "+542614203511"),
        (["pais", "area", "numero"], ["+49", "030"], "2749310", "+49302749310"),
        (["pais", "area", "numero"], ["0044", "01392"], "725110", "+441392725110"),
        (["pais", "area", "numero"], ["", "261"], "4203511", "+542614203511"),
        (["country code", "numero"], ["49.0"], "030 2749310", "+49302749310"),
        (["country code", "numero"], ["49"], "+44 1392 725110", "+441392725110"),
    ],
)
def test_a_country_code_in_its_own_column_makes_the_number_international(headers, codes, number, phone):
    assert called("AR", codes, number, headers) == phone


def test_a_row_without_a_number_has_no_phone_whatever_its_codes():
    assert joined(["261"], "", ["area", "numero"]) == ""


@pytest.mark.parametrize("code", ["", "n/a", "s/d"])
def test_a_local_number_without_its_area_code_is_no_number(code):
    """In Germany's plan, of any length, it would be valid, and somebody else's."""
    assert called("DE", [code], "2749310", ["vorwahl", "nummer"]) is None


def test_a_number_in_full_needs_no_area_code():
    assert called("DE", [""], "030 2749310", ["vorwahl", "nummer"]) == "+49302749310"


@pytest.mark.parametrize("left", ["caracteristica", "numero"])
@pytest.mark.parametrize("required", ["true", "false"])
def test_a_file_with_only_some_of_the_columns_is_refused(left, required):
    text = PROFILE.replace("true", required).replace("fields:", "identify_by: email\nfields:\n  email: {type: email}")
    missing = ({"caracteristica", "numero"} - {left}).pop()
    with pytest.raises(RequiredColumnUnmappedError, match=f"needs each of them, also '{missing}', which the file does"):
        map_columns(["email", left], parse_profile(text, "joined"))


def test_joined_columns_are_no_attributes():
    mapping = map_columns(["Caracteristica", "numero", "plan"], parse_profile(PROFILE, "joined"))
    assert mapping.attributes == ("plan",)
    assert mapping.joined == {"phone": ("Caracteristica", "numero")}


@pytest.mark.parametrize("column", ["[numero]", "[]", "[a, b, c, d]", "[a, [b]]"])
def test_a_list_of_another_length_is_refused_in_one_sentence(column):
    with pytest.raises(ProfileError, match=r"line 6: 'fields.phone.column': write one header, or a list") as refused:
        parse_profile(PROFILE.replace("[caracteristica, numero]", column), "joined")
    assert len(str(refused.value).splitlines()) == 1


def test_only_a_phone_is_joined():
    with pytest.raises(ProfileError, match=r"'fields\.email\.column' is a list"):
        parse_profile(PROFILE + "  email: {type: email, column: [a, b]}\n", "joined")


def test_a_column_serves_one_purpose_also_as_a_code():
    with pytest.raises(ProfileError, match="column 'Caracteristica' is named by two fields"):
        parse_profile(PROFILE + "  city: {type: text, column: Caracteristica}\n", "joined")


@pytest.mark.parametrize("code", ["", "n/a"])
def test_a_local_number_without_its_area_code_is_rejected_with_a_hint_that_says_so(code):
    rows = pl.DataFrame({"caracteristica": ["261", code], "numero": ["4203511", "4203512"]})
    found = validated(rows, parse_profile(PROFILE, "joined"))
    assert found["reasons"].to_list() == [[], ["phone_not_a_number"]]
    assert "area code is empty in this row" in found["hints"][1]
