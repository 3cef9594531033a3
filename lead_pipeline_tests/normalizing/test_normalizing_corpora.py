"""Phones and emails of real lists, against counts made by others; every difference from them is explained here."""

import csv
from pathlib import Path

import polars as pl
import pytest

from lead_pipeline.normalizing.emails import normalize_emails
from lead_pipeline.normalizing.phones.normalizer import normalize_phones
from lead_pipeline_tests.normalizing.corpora import corpus

#: File, phone columns, region: those that are UTF-8, comma separated and have no second number in a cell.
PHONE_LISTS = [
    ("leads-synthetic-lists/customers-10000.csv", ["Phone 1", "Phone 2"], "US"),
    ("leads-synthetic-lists/us-500.csv", ["phone1", "phone2"], "US"),
    ("leads-synthetic-lists/salescrm_Contacts.csv", ["Phone"], "US"),
    ("leads-crm-fixtures/atomic-crm/contacts.csv", ["phone_work", "phone_home", "phone_other"], "US"),
    ("registries/us_cms_hospitals.csv", ["Phone Number"], "US"),
    ("registries/us_fsis_mpi.csv", ["phone"], "US"),
    ("registries/tr_spam_numbers.csv", ["number"], "TR"),
]
EMAIL_LISTS = [
    ("leads-synthetic-lists/us-500.csv", ["email"]),
    ("leads-synthetic-lists/zoho_Contacts.csv", ["Email"]),
    ("leads-crm-fixtures/mautic/fakeleaddata.csv", ["email"]),
    ("registries/ar_bibliotecas.csv", ["Mail"]),
]


def facts(name: str) -> dict[str, str]:
    with Path(corpus("reference-facts/lead_file_facts.csv")).open(newline="", encoding="utf-8") as lines:
        return next(row for row in csv.DictReader(lines) if row["file"] == name)


def values(name: str, columns: list[str]) -> pl.Series:
    with Path(corpus(name)).open(newline="", encoding="utf-8-sig") as lines:
        return pl.Series([row[column] for row in csv.DictReader(lines) for column in columns], dtype=pl.String)


@pytest.mark.parametrize(("name", "columns", "region"), PHONE_LISTS, ids=[name for name, *_ in PHONE_LISTS])
def test_phones_of_a_list_are_counted_as_an_independent_run_counted_them(name, columns, region):
    expected = facts(name)
    phones = normalize_phones(values(name, columns), region)
    present = phones.filter(pl.col("reason").ne_missing("phone_missing"))
    counted = {
        "phones_nonempty": present.height,
        "phones_valid": present["valid"].sum(),
        "phones_possible_not_valid": present.filter("possible", ~pl.col("valid")).height,
        "distinct_valid_e164": present.filter("valid")["e164"].n_unique(),
    }
    assert counted == {fact: int(expected[fact]) for fact in counted}


@pytest.mark.parametrize(("name", "columns"), EMAIL_LISTS, ids=[name for name, _ in EMAIL_LISTS])
def test_emails_of_a_list_are_counted_as_an_independent_run_counted_them(name, columns):
    expected = facts(name)
    emails = normalize_emails(values(name, columns).str.strip_chars())
    assert emails["email"].count() == int(expected["emails_valid"])
