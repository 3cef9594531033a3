"""Hints on good addresses: warned of, suggested, never changed; and real domains are left in peace."""

import csv

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.normalizing.emails.email_hints import hint_emails, meant_domain
from lead_pipeline_tests.normalizing.corpora import corpus


def hinted(email: str | None) -> tuple[list[str], str | None]:
    return hint_emails(pl.Series([email], dtype=pl.String)).row(0)


CASES = [
    pytest.param("ana@example.com", [], None, id="nothing odd"),
    pytest.param(None, [], None, id="null"),
    pytest.param("ana@mailinator.com", ["email_disposable"], None, id="throw-away domain"),
    pytest.param("ana@eu.mailinator.com", ["email_disposable"], None, id="below a throw-away domain"),
    pytest.param("ana@quarry-mailinator.com", [], None, id="only ends like one"),
    pytest.param("info@example.com", ["email_role"], None, id="RFC 2142 mailbox"),
    pytest.param("Sales+spring@example.com", ["email_role"], None, id="tagged, in capitals"),
    pytest.param("salesman@example.com", [], None, id="only begins like one"),
    pytest.param("info@mailinator.com", ["email_disposable", "email_role"], None, id="both, in registry order"),
    pytest.param(
        "Ana@gmial.com", ["email_disposable", "email_domain_typo"], "Ana@gmail.com", id="swapped, and a trap for slips"
    ),
    pytest.param("ana@gmal.com", ["email_domain_typo"], "ana@gmail.com", id="left out"),
    pytest.param("ana@gmaill.com", ["email_domain_typo"], "ana@gmail.com", id="added"),
    pytest.param("ana@yajoo.com", ["email_domain_typo"], "ana@yahoo.com", id="changed"),
    pytest.param("ana@gmailc.om", ["email_domain_typo"], "ana@gmail.com", id="dot swapped"),
    pytest.param("ana@gmail.con", ["email_domain_typo"], "ana@gmail.com", id="ending"),
    pytest.param("ana@acme.cmo", ["email_domain_typo"], "ana@acme.com", id="ending of another domain"),
    pytest.param("ana@gnail.con", ["email_domain_typo"], "ana@gmail.com", id="ending and a letter"),
    pytest.param("ana@mail.com", [], None, id="a provider near another"),
    pytest.param("ana@ymail.com", [], None, id="another provider near gmail"),
    pytest.param("ana@acme.co", [], None, id="an ending that exists"),
]


@pytest.mark.parametrize(("email", "warnings", "suggestion"), CASES)
def test_hints(email, warnings, suggestion):
    assert hinted(email) == (warnings, suggestion)


def test_hints_only_warn():
    assert {REASONS[Reason(code)].effect for param in CASES for code in param.values[1]} == {"warning"}


@given(st.lists(st.sampled_from([param.values[0] for param in CASES]), max_size=6))
@settings(max_examples=50, deadline=None)
def test_each_address_is_hinted_in_its_place(emails):
    assert hint_emails(pl.Series(emails, dtype=pl.String)).rows() == [hinted(email) for email in emails]


def test_real_domains_are_not_taken_for_slips():
    domains = corpus("emails-flanker/domain_typos_invalid.txt").read_text(encoding="utf-8").split()
    assert len(domains) > 50
    assert {domain: meant_domain(domain) for domain in domains if meant_domain(domain)} == {}


#: Where we part from mailcheck: it takes `gmai` for a domain to mend, and leaves a slip below a subdomain alone.
DIFFERENT = {"test@mail.randomsmallcompany.cmo"}


def test_slips_are_mended_as_mailcheck_mends_them():
    with corpus("emails-typo-domains/mailcheck_cases.csv").open(newline="", encoding="utf-8") as lines:
        cases = [(row["email"], row["expected_domain_suggestion"] or None) for row in csv.DictReader(lines)]
    known = [
        (email, expected)
        for email, expected in cases
        if email.count("@") == 1 and "#" not in email and email not in DIFFERENT and expected != "emaildomain.com"
    ]
    assert len(known) >= 6
    assert {email: meant_domain(email.split("@")[1].lower()) for email, _ in known} == dict(known)


@pytest.mark.parametrize("domain", ["hotmail.be", "outlook.dk", "yahoo.at", "live.nl", "yahoo.co.jp", "terra.com.pe"])
def test_the_domain_of_a_provider_in_another_country_is_no_typo(domain):
    assert meant_domain(domain) is None


@pytest.mark.parametrize("domain", ["hotmail.co", "hotmail.cm", "outlook.om"])
def test_a_country_that_is_a_slip_for_com_is_a_typo_all_the_same(domain):
    assert meant_domain(domain) == f"{domain.partition('.')[0]}.com"
