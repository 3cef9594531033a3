import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.normalizing.damage import DAMAGE_SCHEMA, Damage, find_damage


def found(value, kind, region=None):
    return find_damage(pl.Series([value], dtype=pl.String), kind, region).row(0)


@pytest.mark.parametrize(
    ("value", "kind", "region", "damage", "repair", "safe"),
    [
        pytest.param("1.9518761336E+10", "phone", "US", Damage.SCIENTIFIC, "19518761336", True, id="all-digits-there"),
        pytest.param("1,9518761336E+10", "phone", "DE", Damage.SCIENTIFIC, "19518761336", True, id="decimal-comma"),
        pytest.param("1.95188E+10", "phone", "US", Damage.PRECISION_LOST, None, False, id="digits-lost"),
        pytest.param("4.9E+11", "identifier", None, Damage.PRECISION_LOST, None, False, id="identifier-digits-lost"),
        pytest.param("19518761336.0", "phone", "US", Damage.DECIMAL_TAIL, "19518761336", True, id="decimal-tail"),
        pytest.param("90210.00", "postal_code", "US", Damage.DECIMAL_TAIL, "90210", True, id="postal-code-with-tail"),
        pytest.param("2026-01-02", "phone", "US", Damage.DATE, None, False, id="iso-date"),
        pytest.param("2026-01-02 00:00:00", "phone", "US", Damage.DATE, None, False, id="iso-date-and-time"),
        pytest.param("12-Mar", "phone", "US", Damage.DATE, None, False, id="day-and-month"),
        pytest.param("Mar-21", "phone", "US", Damage.DATE, None, False, id="month-and-year"),
        pytest.param("3/4/2021", "phone", "US", Damage.DATE, None, False, id="slashed-date"),
        pytest.param("491711234567", "phone", "US", Damage.PLUS_LOST, "+491711234567", True, id="plus-lost"),
        pytest.param("491711234567", "phone", None, Damage.PLUS_LOST, "+491711234567", False, id="plus-or-national"),
        pytest.param("612345678", "phone", "IT", Damage.ZERO_LOST, "0612345678", True, id="italian-zero-lost"),
        pytest.param("5010", "postal_code", "US", Damage.ZERO_LOST, "05010", True, id="postal-code-zero-lost"),
        pytest.param("“ana@example.com”", "email", None, Damage.SMART_QUOTES, "ana@example.com", True, id="quoted"),
        pytest.param("JosÃ©", "text", None, Damage.MOJIBAKE, "José", True, id="mojibake"),
        pytest.param("Ã‰cole", "text", None, Damage.MOJIBAKE, "École", True, id="mojibake-of-windows-characters"),
        pytest.param("JosÃƒÂ©", "text", None, Damage.MOJIBAKE, "José", True, id="mojibake-twice"),
    ],
)
def test_damage_is_named_and_repaired_only_where_it_can_be(value, kind, region, damage, repair, safe):
    assert found(value, kind, region) == (damage.value, repair, safe)


@pytest.mark.parametrize(
    ("value", "kind", "region"),
    [
        pytest.param("9518761336", "phone", "US", id="a-good-phone"),
        pytest.param("+19518761336", "phone", "US", id="a-good-international-phone"),
        pytest.param("555-0100", "phone", "US", id="a-short-phone"),
        pytest.param("0612345678", "phone", "IT", id="a-zero-that-is-there"),
        pytest.param("05010", "postal_code", "US", id="a-postal-code"),
        pytest.param("1010", "postal_code", "AT", id="a-postal-code-of-four-digits"),
        pytest.param("2026-01-02", "text", None, id="a-date-where-dates-may-stand"),
        pytest.param("12.0", "text", None, id="a-number-in-text"),
        pytest.param("1E5", "text", None, id="an-exponent-in-text"),
        pytest.param("José", "text", None, id="an-accent"),
        pytest.param("O\u2019Brien", "text", None, id="an-apostrophe"),
        pytest.param("ÂNGELA", "text", None, id="a-name-that-begins-like-mojibake"),
        pytest.param("", "phone", "US", id="empty"),
        pytest.param(None, "phone", "US", id="null"),
    ],
)
def test_a_sound_value_has_no_damage(value, kind, region):
    assert found(value, kind, region) == (None, None, None)


def test_values_keep_their_order_and_repeat():
    frame = find_damage(pl.Series(["1.0", "951.0", None, "951.0"]), "identifier")
    assert frame.schema == DAMAGE_SCHEMA
    assert frame["repair"].to_list() == [None, "951", None, "951"]


def test_an_empty_column_has_no_damage():
    assert find_damage(pl.Series([], dtype=pl.String), "phone", "US").shape == (0, 3)


@given(st.text(alphabet=st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=12))
def test_text_that_went_through_the_wrong_encoding_comes_back_exactly(text):
    try:
        damaged = text.strip().encode().decode("cp1252")
    except UnicodeDecodeError:
        return
    damage, repair, _ = found(damaged, "text")
    if damage == Damage.MOJIBAKE.value and damaged.strip() == damaged:
        assert repair.encode().decode("cp1252") == damaged or repair == text.strip()


@pytest.mark.parametrize("kind", ["phone", "email", "postal_code", "identifier", "text"])
@given(value=st.text(max_size=20))
def test_no_text_is_too_odd_to_look_at(kind, value):
    damage, repair, safe = found(value, kind, "US")
    assert (damage is None) == (safe is None)
    assert repair is not None or not safe
