import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.reporting.masking import mask_email, mask_phone


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("+1 951 555 0136", "+1 951 *** **36"),
        ("+19515550136", "+1951*****36"),
        ("(951) 555-0136", "(951) 5**-**36"),
        ("555-0136", "***-**36"),
        ("55501", "*****"),
        ("call Zoë on 951-555-0136", "**** *** ** 951-5**-**36"),
        ("9515550136 / 9515550137", "9515****** / ********37"),
        ("", ""),
    ],
)
def test_a_phone_keeps_its_layout_and_little_else(phone, masked):
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("email", "masked"),
    [
        ("ana.banana@mail.example.com", "a***@m***.com"),
        (" x@example.org ", "x***@e***.org"),
        ("two@signs@example.org", "t***@e***.org"),
        ("root@localhost", "r***@***"),
        ("@example.com", "***"),
        ("ana@", "***"),
        ("Ana Banana", "***"),
        ("", "***"),
    ],
)
def test_an_address_keeps_its_first_letters_and_last_label(email, masked):
    assert mask_email(email) == masked


@given(st.text())
def test_a_masked_phone_shows_at_most_six_characters_of_letters_and_digits(text):
    masked = mask_phone(text)
    assert len(masked) == len(text)
    assert sum(character.isalnum() for character in masked) <= 6
