"""Words for 'there is none' are understood, and no number is ever one of them."""

import phonenumbers
import polars as pl
import pytest
from phonenumbers import NumberParseException

from lead_pipeline.mapping import map_columns, map_rows
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import BooleanRule, OptionRule, TagsRule, TextRule
from lead_pipeline.normalizing.choices import normalize_tags
from lead_pipeline.normalizing.columns import normalize_column
from lead_pipeline.normalizing.emails import normalize_emails
from lead_pipeline.normalizing.missing import MISSING_WORDS, means_missing, without_missing
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


def _profile(**keys: object) -> ImportProfile:
    return ImportProfile.model_validate(
        {"name": "p", "destination": {"kind": "list", "name": "p"}, "default_region": "US"}
        | {"fields": {"phone": {"type": "phone"}}} | keys
    )  # fmt: skip


@pytest.mark.parametrize("text", ["n/a", "N/A", " - ", "--", "\u2014", "None", "NULL", "#N/A", "(none)", "?", "nan"])
@pytest.mark.parametrize("kind", ["text", "integer", "decimal", "date", "datetime", "boolean", "tags"])
def test_a_word_for_none_is_no_value_of_any_type(kind, text):
    rule = _profile(attributes={"a": {"type": "text" if kind == "tags" else kind}}).attributes["a"]
    if kind == "tags":
        rule = TagsRule()
    read = normalize_column(pl.Series([text]), "attribute.a", rule, _profile(), None)
    assert read.verdicts.select("value", "reason").rows() == [(None, None)]


@pytest.mark.parametrize(
    "text",
    ["--None--", "[null]", "(blank)", "<none>", "N\\A", "n/d", "[not provided]", "undefined", "(leer)", "NULL,", "~"],
)
def test_words_for_none_as_other_programs_write_them_are_no_value(text):
    for name in ("company", "last_name", "notes", "attribute.a"):
        assert without_missing(pl.Series([text]), name, TextRule()).to_list() == [None]


@pytest.mark.parametrize("text", ["NA", "Unknown", "unbekannt", "keine", "ninguno", "なし"])
def test_a_word_that_is_no_company_may_be_a_value_elsewhere(text):
    assert without_missing(pl.Series([text]), "company", TextRule()).to_list() == [None]
    for name in ("last_name", "state", "country", "source", "attribute.a"):
        assert without_missing(pl.Series([text]), name, TextRule()).to_list() == [text]


@pytest.mark.parametrize(
    "text", ["no", "0", "Blank", "Empty Set", "Private Wealth", "Nana", "A-", "n/a Ltd", "unknown pleasures", "-1"]
)
def test_what_can_be_a_value_stays_one(text):
    assert without_missing(pl.Series([text]), "company", TextRule()).to_list() == [text]


def test_people_who_are_called_null_keep_their_name():
    assert without_missing(pl.Series(["Null", "NULL", "null", "None"]), "last_name", TextRule()).to_list() == [
        *("Null", None, None, None)
    ]
    assert without_missing(pl.Series(["Null"]), "company", TextRule()).to_list() == [None]


def test_an_option_or_a_word_for_no_that_reads_so_is_what_the_profile_says():
    option = OptionRule(options=("None", "One"))
    assert without_missing(pl.Series(["none", "n/a"]), "attribute.a", option).to_list() == ["none", None]
    assert without_missing(pl.Series(["-"]), "attribute.a", BooleanRule(false_words=("-",))).to_list() == ["-"]


def test_names_and_identifiers_have_single_spaces_and_notes_their_lines():
    def read(name, text):
        return normalize_column(pl.Series([text]), name, TextRule(), _profile(), None).verdicts["value"].to_list()

    assert read("company", "Alder \u00a0 &\tPine") == ["Alder & Pine"]
    assert read("external_id", "A  17") == ["A 17"]
    assert read("notes", "first\n\n second") == ["first\n\n second"]


def test_tags_are_one_whatever_their_spaces_and_case():
    assert normalize_tags(pl.Series(["hot  lead, Hot\u00a0Lead"]), TagsRule())["value"].to_list() == [["hot lead"]]
    assert normalize_tags(pl.Series(["-,warm, ?,C++"]), TagsRule())["value"].to_list() == [["warm", "C++"]]


def test_the_words_of_a_profile_are_missing_in_every_column_and_make_room_for_defaults():
    profile = _profile(
        fields={"phone": {"type": "phone"}, "company": {"type": "text"}, "status": {"type": "text", "default": "new"}},
        null_words=["TBD", "unbesetzt"],
    )
    columns = {"phone": ["tbd"], "company": ["Unbesetzt "], "status": ["TBD"], "note": ["tbd"], "other": ["tbd soon"]}
    rows = pl.DataFrame(columns).with_columns(
        row_number=pl.lit(1), line_number=pl.lit(2), reasons=pl.lit([], pl.List(pl.String))
    )
    mapped = map_rows(rows, map_columns(list(columns), profile), profile)
    assert mapped.select("phone", "company", "status", "attributes").rows() == [
        (None, None, "new", '{"other":"tbd soon"}')
    ]


def test_a_word_for_none_makes_room_for_the_default():
    profile = _profile(fields={"phone": {"type": "phone"}, "status": {"type": "text", "default": "new"}})
    rows = pl.DataFrame({"phone": ["1"], "status": ["n/a"]}).with_columns(
        row_number=pl.lit(1), line_number=pl.lit(2), reasons=pl.lit([], pl.List(pl.String))
    )
    assert map_rows(rows, map_columns(["phone", "status"], profile), profile)["status"].to_list() == ["new"]
