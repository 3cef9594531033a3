import csv
from collections import Counter

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, ValidationResult

from lead_pipeline.model.reasons import Reason, in_registry_order
from lead_pipeline_tests.make_samples import BAD_PHONES, SAMPLES, all_samples
from lead_pipeline_tests.make_system_samples import PROFILES
from lead_pipeline_tests.samples_expected import BLOCKED_NUMBERS, EXPECTED_IMPORTS, EXPECTED_LEADS

ALL = {sample.name: sample for sample in all_samples()}
LIST_WITH_DATES = "litigators.csv"  # tested in importing/test_list_columns.py
CALLS = "call-activity.csv"  # tested in importing/test_call_activity.py
LISTS = {name: sample for name, sample in ALL.items() if name != "blocked-numbers.csv"}

LENGTHS = {
    "phone_too_short": {ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY},
    "phone_too_long": {ValidationResult.TOO_LONG},
    "phone_length_invalid": {ValidationResult.INVALID_LENGTH},
    "phone_not_valid": {ValidationResult.IS_POSSIBLE},
}
PARSE_ERRORS = {
    "phone_not_a_number": {NumberParseException.NOT_A_NUMBER},
    "phone_country_unknown": {NumberParseException.INVALID_COUNTRY_CODE},
    "phone_too_short": {NumberParseException.TOO_SHORT_NSN, NumberParseException.TOO_SHORT_AFTER_IDD},
    "phone_too_long": {NumberParseException.TOO_LONG},
}


@pytest.mark.parametrize("name", ALL)
def test_the_committed_file_is_what_the_script_writes(name):
    hint = "run: python -m lead_pipeline_tests.make_samples"
    assert (SAMPLES / name).read_bytes() == ALL[name].as_bytes(), hint


@pytest.mark.parametrize("name", ALL)
def test_another_csv_reader_finds_the_planted_rows_on_their_lines(name):
    sample = ALL[name]
    damaged = {"quote_unclosed", "row_too_many_cells", "row_too_few_cells", "encoding_invalid", "row_blank"}
    texts = list(sample.texts())
    for row, text in zip(sample.rows, texts[1:], strict=True):
        if damaged.isdisjoint(row.reasons) or row.text is None:
            (cells,) = csv.reader([text], strict=True)
            assert cells == [row.cells.get(column, "") for column in sample.columns]
    lines = (SAMPLES / name).read_bytes().split(b"\n")
    for number, text in zip(sample.line_numbers(), texts[1:], strict=True):
        first_line = text.split("\n")[0].encode(errors="surrogateescape")
        assert lines[number - 1] == first_line


def test_the_folder_holds_the_samples_and_nothing_else():
    assert {path.name for path in SAMPLES.iterdir() if not path.name.startswith(".")} == {
        *ALL,
        *PROFILES,
        LIST_WITH_DATES,
        CALLS,
    }


@pytest.mark.parametrize("name", LISTS)
def test_the_expected_counts_are_those_of_what_was_planted(name):
    expected, rows = EXPECTED_IMPORTS[name], LISTS[name].rows
    assert len(rows) == expected.rows_read
    assert Counter(row.outcome for row in rows) == expected.outcomes
    assert Counter(reason for row in rows for reason in row.reasons) == expected.reasons
    assert list(expected.reasons) == in_registry_order(expected.reasons)


def test_every_list_expected_is_a_sample_and_the_other_way_round():
    assert list(EXPECTED_IMPORTS) == list(LISTS)
    assert len(ALL["blocked-numbers.csv"].rows) == BLOCKED_NUMBERS
    assert sum(expected.outcomes["created"] for expected in EXPECTED_IMPORTS.values()) == EXPECTED_LEADS


def e164(phone):
    number = phonenumbers.parse(phone, "US")
    assert phonenumbers.is_valid_number(number), "every number planted as good is valid to phonenumbers"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def test_good_numbers_are_valid_and_stand_where_the_planted_outcome_says():
    not_to_call = {e164(row.cells["phone"]) for row in ALL["blocked-numbers.csv"].rows}
    assert len(not_to_call) == BLOCKED_NUMBERS
    leads = set()
    for sample in LISTS.values():
        before = frozenset(leads)
        for row in sample.rows:
            if row.outcome in ("rejected", "skipped"):
                continue
            number = e164(row.cells["caller_id"])
            assert (number in not_to_call) == (row.outcome == "suppressed")
            assert (number in before) == (row.reasons == ("duplicate_existing",))
            assert (number in leads - before) == (row.reasons == ("duplicate_in_file",))
            if row.outcome == "created":
                leads.add(number)
    assert len(leads) == EXPECTED_LEADS


def test_the_first_copies_with_a_fault_stand_before_the_good_ones():
    rows = [row for row in LISTS["messy-purchased-list.csv"].rows if row.follows]
    orders = {key: [row.outcome for row in rows if row.follows == key] for key in {row.follows for row in rows}}
    assert Counter(tuple(order) for order in orders.values()) == {
        ("created", "duplicate"): 9,
        ("created", "duplicate", "duplicate"): 1,
        ("rejected", "created", "duplicate"): 2,
    }


@pytest.mark.parametrize(
    ("code", "phone"),
    [(code, phone) for code, phones in BAD_PHONES.items() if code in LENGTHS | PARSE_ERRORS for phone in phones],
)
def test_phonenumbers_has_against_a_bad_phone_what_the_planted_reason_says(code, phone):
    try:
        number = phonenumbers.parse(phone, "US")
    except NumberParseException as error:
        assert error.error_type in PARSE_ERRORS[code]  # noqa: PT017  the other way out is judged below
    else:
        assert not phonenumbers.is_valid_number(number)
        assert phonenumbers.is_possible_number_with_reason(number) in LENGTHS[code]


def is_address(text):
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


@pytest.mark.parametrize("name", LISTS)
def test_emails_are_addresses_but_where_a_bad_one_is_planted(name):
    planted = {Reason.EMAIL_INVALID, Reason.EMAIL_DOMAIN_INVALID}
    for row in LISTS[name].rows:
        if row.cells.get("email"):
            assert is_address(row.cells["email"]) == planted.isdisjoint(row.reasons)


def test_the_messy_list_has_a_bom_crlf_and_cells_of_several_lines():
    content = (SAMPLES / "messy-purchased-list.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == 1 + 325
    assert content.count(b"\n") > content.count(b"\r\n")
    assert b'""maybe later""' in content
    assert b',"two storeys, south-facing roof"' in content
