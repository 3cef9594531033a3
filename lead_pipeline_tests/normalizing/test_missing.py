"""Words for 'there is none' are understood, and no number is ever one of them."""

import phonenumbers
import polars as pl
import pytest
from phonenumbers import NumberParseException

from lead_pipeline.normalizing.emails import normalize_emails
from lead_pipeline.normalizing.missing import MISSING_WORDS, means_missing
from lead_pipeline.normalizing.phones.normalizer import normalize_phones

SAID = [
    "n/a",
    "N/A",
    "none",
    "s/d",
    "S/D",
    "-",
    "--",
    "NOT AVAILABLE",
    "?",
    "???",
    ".",
    "M",
    "-3",
    "(none)",
    " unknown ",
    "0",
]
NOT_SAID = ["x", "call me", "7", "12", "nobody", "n/a 5", "951 876 1336", "5", "-10"]


@pytest.mark.parametrize("word", SAID)
def test_a_word_for_none_is_a_missing_phone(word):
    assert normalize_phones(pl.Series([word]), "US")["reason"].to_list() == ["phone_missing"]


@pytest.mark.parametrize("word", NOT_SAID)
def test_other_words_are_no_missing_phone(word):
    assert normalize_phones(pl.Series([word]), "US")["reason"].to_list() != ["phone_missing"]


@pytest.mark.parametrize("word", ["n/a", "none", "-", "NOT AVAILABLE"])
def test_a_word_for_none_is_a_missing_email(word):
    assert normalize_emails(pl.Series([word]))["reason"].to_list() == ["email_missing"]


def test_words_are_in_the_form_in_which_they_are_looked_up():
    words = pl.DataFrame({"raw": MISSING_WORDS})
    assert words.filter(~means_missing(pl.col("raw")))["raw"].to_list() == []
    assert len(set(MISSING_WORDS)) == len(MISSING_WORDS)


@pytest.mark.parametrize("word", MISSING_WORDS)
def test_no_such_word_is_a_number_to_the_library(word):
    with pytest.raises(NumberParseException):
        phonenumbers.parse(word, "US")
    with pytest.raises(NumberParseException):
        phonenumbers.parse(word, "DE")


def test_small_and_large_columns_understand_alike():
    few = normalize_phones(pl.Series([*SAID, *NOT_SAID]), "US")
    many = normalize_phones(pl.Series([*SAID, *NOT_SAID] * 100), "US")
    assert many.head(few.height).equals(few)
