"""Texts without what is not part of them: formulas, marks of exports, invisible characters."""

import polars as pl
import pytest

from lead_pipeline.mapping.evidence import evidence_of
from lead_pipeline.model.texts.clean_text import clean_text
from lead_pipeline.reading.row_reader import named_columns

CLEANED = [
    # formulas that keep a text a text
    ('="04109"', "04109"), (' = "nora@example.org" ', "nora@example.org"), ('="K-9 ""Kim"""', 'K-9 "Kim"'), ('=""', ""),
    ("'04109", "04109"), ("'=\"04109\"", "04109"), ("'+49 30 1", "+49 30 1"), ('="\ufeff04109 "', "04109"),
    ("'nora@example.org", "nora@example.org"), ("'nora@example.org'", "nora@example.org"),
    ("o'hara@example.org", "o'hara@example.org"),
    # names that begin like a mark, formulas that are none of these
    ("'t Hart", "'t Hart"), ("'-", "'-"), ("'=Bonn", "'=Bonn"), ("=A1+B1", "=A1+B1"),
    ('="a"&"b"', '="a"&"b"'), ("c: all", "c: all"), ("p:x", "p:x"),
    # marks of exports and of URIs
    ("p:+4930123456", "+4930123456"), ("z:04109", "04109"), ("z:K1A 0B1", "K1A 0B1"), ("ag:23850000001", "23850000001"),
    ("l:4711", "l:4711"), ("mailto:nora@example.org?subject=x", "nora@example.org"), ("tel:+49-30-1", "+49-30-1"),
    # invisible characters at the ends, and within
    ("\ufeffNora", "Nora"), ("Nora\u200b", "Nora"), ("\u200e\u2066Nora\u2069\u200f", "Nora"), ("\x1f04109", "04109"),
    ("No\u2060ra", "Nora"), ("No\u00adra\u00ad", "Nora"), ("\u3164Nora\u2800", "Nora"), ("\u200bNora\u00a0", "Nora"),
    ("\ufe0fNora", "Nora"), ("\u2764\ufe0f Nora", "\u2764\ufe0f Nora"),
    ("no\u200cra@example.org", "nora@example.org"), ("Nora\x00", "Nora"), ("\x80Nora\x9f", "Nora"),
    ("\u200f\u0646\u0648\u0631\u0627\u200e", "\u0646\u0648\u0631\u0627"), ("\u200b", ""),
    ("one\u200b\ntwo\tthree", "one\ntwo\tthree"),
    # what scripts and emoji need
    ("\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"),
    ("क्\u200dष", "क्\u200dष"), ("രന്\u200d", "രന്\u200d"), ("👩\u200d🚀", "👩\u200d🚀"),
    ("❤\ufe0f", "❤\ufe0f"), ("🏴\U000e0067\U000e0062\U000e007f", "🏴\U000e0067\U000e0062\U000e007f"),
    # letters in one form; misread ones are not lost before they are repaired
    ("Zoe\u0308", "Zo\u00eb"), ("Mar\u00c3\u00ad", "Mar\u00c3\u00ad"), ("caf\u00c3\u0089", "caf\u00c3\u0089"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cleaned"), CLEANED)
def test_a_text_loses_what_is_not_part_of_it_and_nothing_else(text, cleaned):
    assert clean_text(pl.Series([text])).to_list() == [cleaned]


@pytest.mark.parametrize("text", [cleaned for _, cleaned in CLEANED])
def test_what_is_clean_stays_as_it_is(text):
    assert clean_text(pl.Series([text])).to_list() == [text]


def test_headers_are_cleaned_as_values_are():
    headers = ['="Phone"', "\u200eFirst name\u200b", '\'="Zip"', "mailto:"]
    assert [column.name for column in named_columns(headers)] == ["Phone", "First name", "Zip", "mailto:"]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("phone", ["p:+12015550117", "tel:+1-201-555-0118", '="2015550119"', "\u202a201-555-0120\u202c"]),
        ("email", ["mailto:kim@example.org", '="lea@example.org"', "\ufeffmia@example.org", "ada@example.org\u200b"]),
        ("postal_code", ["z:04109", '="04109"', "\x1f04109", "'04109"]),
    ],
)
def test_evidence_counts_what_an_import_reads(kind, values):
    assert evidence_of(pl.DataFrame({"a": values}), ["a"], "US")["a"].share(kind) == 1.0
