"""Emails: accepted or refused as email-validator does it, and the refusal's one code."""

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lead_pipeline.normalizing.emails import address_sides, normalize_emails
from lead_pipeline_tests.benchmarks.emails_differential import by_library, differences
from lead_pipeline_tests.normalizing.corpora import corpus
from lead_pipeline_tests.normalizing.emails.email_spellings import (
    EmailSpeller,
    as_long_as_allowed,
    letters_of_every_kind,
    mixtures,
)


def judged(spelling: str | None) -> tuple[str | None, str | None]:
    return normalize_emails(pl.Series([spelling], dtype=pl.String)).row(0)


REFUSED = [
    pytest.param(None, "email_missing", id="null"),
    pytest.param("", "email_missing", id="empty"),
    pytest.param(" \t", "email_missing", id="blank"),
    pytest.param("ana", "email_invalid", id="no at-sign"),
    pytest.param("ana@", "email_invalid", id="nothing after the at-sign"),
    pytest.param("@gmail.com", "email_invalid", id="nothing before the at-sign"),
    pytest.param("a@b@gmail.com", "email_invalid", id="two at-signs"),
    pytest.param("ana maria@gmail.com", "email_invalid", id="blank inside"),
    pytest.param(" ana@gmail.com", "email_invalid", id="blank before"),
    pytest.param("ana..m@gmail.com", "email_invalid", id="two dots"),
    pytest.param('"ana"@gmail.com', "email_invalid", id="quoted"),
    pytest.param("Ana <ana@gmail.com>", "email_invalid", id="display name"),
    pytest.param("a" * 250 + "@gmail.com", "email_invalid", id="address too long"),
    pytest.param("ana@gmail", "email_domain_invalid", id="no dot"),
    pytest.param("ana@localhost", "email_domain_invalid", id="special use"),
    pytest.param("ana@mail.test", "email_domain_invalid", id="reserved"),
    pytest.param("ana@-gmail.com", "email_domain_invalid", id="hyphen first"),
    pytest.param("ana@gmail..com", "email_domain_invalid", id="empty label"),
    pytest.param("ana@gmail.123", "email_domain_invalid", id="no such top level"),
    pytest.param("ana@" + "a" * 64 + ".com", "email_domain_invalid", id="label too long"),
    pytest.param("ana@[127.0.0.1]", "email_domain_invalid", id="address literal"),
]


@pytest.mark.parametrize(("spelling", "reason"), REFUSED)
def test_what_is_not_an_address_has_its_reason(spelling, reason):
    assert judged(spelling) == (None, reason)


ACCEPTED = [
    pytest.param("ana@gmail.com", "ana@gmail.com", id="plain"),
    pytest.param("Ana.M+x@Gmail.COM", "Ana.M+x@gmail.com", id="the domain's case is folded, the local part's kept"),
    pytest.param("INFO@Gmail.com", "info@gmail.com", id="RFC 2142 mailboxes are folded"),
    pytest.param("ana@m\u00fcnchen.de", "ana@m\u00fcnchen.de", id="international domain"),
    pytest.param("ana@xn--mnchen-3ya.de", "ana@m\u00fcnchen.de", id="punycode is shown decoded"),
    pytest.param("jose\u0301@example.com", "jos\u00e9@example.com", id="composed"),
]


@pytest.mark.parametrize(("spelling", "email"), ACCEPTED)
def test_an_address_is_normalized(spelling, email):
    assert judged(spelling) == (email, None)


@pytest.mark.parametrize("values", [[], [None, None]], ids=["no rows", "only nulls"])
def test_columns_and_types_are_the_same_for_every_input(values):
    emails = normalize_emails(pl.Series(values, dtype=pl.String))
    assert dict(emails.schema) == {"email": pl.String, "reason": pl.String}
    assert emails.height == len(values)


LABEL = st.from_regex(r"[A-Za-z0-9\-_.!#+]{1,8}", fullmatch=True)
SPELLINGS = st.one_of(
    st.none(),
    st.emails(),
    st.text(max_size=12),
    st.builds("{}@{}.{}".format, LABEL, LABEL, st.sampled_from(["com", "COM", "test", "1", "\u00e9", "xn--p1ai"])),
)


@given(st.lists(SPELLINGS, max_size=8))
@settings(deadline=None)
def test_each_value_is_judged_as_the_library_judges_it_in_its_place(values):
    emails = normalize_emails(pl.Series(values, dtype=pl.String))
    assert emails["email"].to_list() == [by_library(value or "") for value in values]
    assert emails.select(pl.col("email").is_null() != pl.col("reason").is_null()).to_series().all()


def test_random_spellings_are_judged_as_by_the_library():
    spellings = list(EmailSpeller(20261120).spellings(4_000))
    assert 1_000 < sum(by_library(spelling) is not None for spelling in spellings) < 3_000
    assert differences(spellings)[:3] == []


def test_letters_of_every_kind_are_accepted_in_front_and_inside_where_the_library_accepts_them():
    kinds = list(letters_of_every_kind())
    assert len(kinds) > 3_000
    spellings = [form.format(letter) for letter in kinds for form in ("{}a@example.com", "a{0}.b{0}@example.com")]
    assert 3_000 < sum(by_library(spelling) is not None for spelling in spellings) < len(spellings) - 1_000
    assert differences(spellings)[:3] == []


@pytest.mark.parametrize("seed", [1, 2])
def test_mixtures_of_letters_and_marks_are_judged_as_by_the_library(seed):
    spellings = list(mixtures(seed, 4_000))
    assert 700 < sum(by_library(spelling) is not None for spelling in spellings) < 3_300
    assert differences(spellings)[:3] == []


def test_an_address_is_as_long_as_the_library_allows():
    spellings = list(as_long_as_allowed())
    assert 500 < sum(by_library(spelling) is not None for spelling in spellings) < len(spellings) - 500
    assert differences(spellings)[:3] == []


def test_many_spellings_are_refused_for_the_reasons_that_few_are():
    found = pl.Series([*EmailSpeller(3).spellings(3_000), *mixtures(3, 2_000), *as_long_as_allowed()]).unique()
    few = [normalize_emails(found[start : start + 500]) for start in range(0, found.len(), 500)]
    assert normalize_emails(found).rows() == pl.concat(few).rows()


def test_every_refusal_of_the_library_has_one_code_and_the_domains_code_blames_the_domain_alone():
    spellings = list(EmailSpeller(1).spellings(2_000))
    reasons = normalize_emails(pl.Series(spellings))["reason"].to_list()
    assert set(reasons) == {None, "email_invalid", "email_domain_invalid"}
    blamed = [spelling for spelling, reason in zip(spellings, reasons, strict=True) if reason == "email_domain_invalid"]
    mended = [f"{spelling.rpartition('@')[0]}@example.com" for spelling in blamed]
    assert normalize_emails(pl.Series(mended))["reason"].null_count() == len(blamed)


def test_random_spellings_with_display_names_are_judged_as_by_the_library():
    speller = EmailSpeller(7)
    named = [f"{name}<{address}>" for address in speller.spellings(1_000) for name in ("Ana ", "", '"A. B." ', "A.B. ")]
    assert differences(named, allow_display_name=True)[:3] == []


def test_a_display_name_is_dropped_when_it_is_allowed():
    spelling = pl.Series(["Ana M <Ana@Gmail.com>", '"M., Ana" <info@Gmail.com>', "<ana@gmail.com>", "Ana <ana>"])
    emails = normalize_emails(spelling, allow_display_name=True)
    assert emails["email"].to_list() == ["Ana@gmail.com", "info@gmail.com", "ana@gmail.com", None]
    assert normalize_emails(spelling)["email"].null_count() == 4


@pytest.mark.parametrize("name", ["python_email_validator", "isemail", "hapi_address", "egulias_rfc"])
def test_published_cases_are_judged_as_by_the_library(name):
    text = corpus(f"emails-validators/{name}_tests.jsonl").read_text(encoding="utf-8")
    spellings = [json.loads(line)["email"] for line in text.splitlines()]
    assert len(spellings) > 20
    assert differences([spelling for spelling in spellings if spelling])[:3] == []


def test_the_librarys_own_cases_come_out_as_its_tests_say():
    text = corpus("emails-validators/python_email_validator_tests.jsonl").read_text(encoding="utf-8")
    cases = [json.loads(line) for line in text.splitlines()]
    valid = [case for case in cases if case["expected"] == case["email-validator 2.4.0_default"] == "valid"]
    emails = normalize_emails(pl.Series([case["email"] for case in valid]))
    assert len(valid) > 15
    assert emails["reason"].null_count() == len(valid)


@given(SPELLINGS)
@settings(deadline=None)
def test_normalizing_a_normalized_address_gives_itself(spelling):
    email, _ = judged(spelling)
    if email is not None:
        assert judged(email) == (email, None)


ASCII_SPELLINGS = st.lists(SPELLINGS.filter(lambda one: one is None or one.isascii()), max_size=8)


@given(ASCII_SPELLINGS)
def test_addresses_in_ascii_are_judged_alike_with_others_beside_them_and_without(values):
    """Alone they are judged by a pattern of their own, for which nobody has to know all letters that there are."""
    alone, beside = (normalize_emails(pl.Series([*values, *more], dtype=pl.String)) for more in ([], ["j\u00f6@x.de"]))
    assert alone.rows() == beside.rows()[:-1]


def test_where_all_addresses_are_in_ascii_no_letter_beyond_it_is_looked_up(monkeypatch):
    monkeypatch.setattr(address_sides, "_local_form", None)
    found = normalize_emails(pl.Series(["Ann@Example.com", "INFO@x.de", "a..b@x.de", ".a@x.de", "a b@x.de"]))
    assert found["email"].to_list() == ["Ann@example.com", "info@x.de", None, None, None]
