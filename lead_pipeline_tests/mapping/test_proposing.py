"""Columns to fields: what is clear is mapped with its evidence, what is not is asked, and order does not matter."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lead_pipeline.mapping.proposing import propose_mapping

PHONES = ["(202) 555-0143", "202-555-0188", "+1 202 555 0100", "2025550123"]
EMAILS = ["a@example.org", "b@example.com", "c@example.net", "d@example.org"]
DATES = ["2026-01-02", "2026-05-06", "2026-07-08", "2026-09-10"]
NAMES = ["Ana", "Bob", "Cyd", "Dov"]
IDS = ["100001", "100002", "100003", "100004"]
BLANK = ["", "", "", ""]


def proposed(region: str | None = "US", **columns: list[str]):
    frame = pl.DataFrame(columns)
    return propose_mapping(frame.columns, frame, region)


def test_headers_and_values_that_agree_are_a_field_with_its_evidence():
    proposal = proposed(Mobile=PHONES, **{"E-mail Address": EMAILS, "Vorname": NAMES, "sub_id": IDS})
    assert proposal.fields == {"phone": "Mobile", "email": "E-mail Address", "first_name": "Vorname"}
    assert proposal.attributes == ("sub_id",)
    assert proposal.questions == ()
    mobile = proposal.of("Mobile")
    assert (mobile.ground, mobile.evidence) == (
        "synonym",
        "the header means phone (en, fr, it); 100 % of 4 values parse as US phone numbers",
    )
    assert 0.95 < mobile.confidence < 1.0


def test_values_that_fit_raise_the_confidence_in_a_header():
    assert proposed(Mobile=PHONES).of("Mobile").confidence > proposed(Mobile=BLANK).of("Mobile").confidence


def test_the_name_of_the_field_wins_over_a_synonym():
    proposal = proposed(Phone=BLANK, Mobile=PHONES)
    assert proposal.fields == {"phone": "Phone"}
    assert proposal.of("Mobile").evidence.endswith("phone has a column that fits better")
    assert not proposal.questions


def test_two_columns_that_fit_one_field_are_asked_about_and_both_named():
    proposal = proposed(**{"Home Phone": PHONES, "Work Phone": PHONES, "Email": EMAILS})
    assert proposal.fields == {"email": "Email"}
    for one in proposal.questions:
        assert one.question == "2 columns could be the field phone: 'Home Phone', 'Work Phone'. Which one is it?"
        assert [other.field for other in one.alternatives] == ["phone"]
    assert [one.column for one in proposal.questions] == ["Home Phone", "Work Phone"]


def test_a_column_that_holds_nothing_is_no_rival():
    proposal = proposed(**{"Phone 1": PHONES, "Phone 2": BLANK, "Phone 3": BLANK})
    assert proposal.fields == {"phone": "Phone 1"}
    assert not proposal.questions


def test_columns_that_hold_nothing_at_all_are_not_asked_about():
    assert proposed(**{"Phone 1": [""] * 4, "Phone 2": [""] * 4}).questions == ()


def test_the_second_line_of_an_address_is_no_rival_of_the_first():
    streets = ["1 Main St", "2 Main St", "3 Main St", "4 Main St"]
    proposal = proposed(**{"Address 2": streets, "Address 1": streets, "Zip": ["94110"] * 4, "Zip4": ["1234"] * 4})
    assert proposal.fields == {"street": "Address 1", "postal_code": "Zip"}


@pytest.mark.parametrize(
    ("header", "values", "field"),
    [
        ("Email Address", DATES, "email"),
        ("Mobile", EMAILS, "phone"),
        ("Telefon", NAMES, "phone"),
        ("First Name", PHONES, "first_name"),
        ("Company", EMAILS, "company"),
        ("City", DATES, "city"),
        ("ZIP", NAMES, "postal_code"),
        ("IP", DATES, "remote_ip"),
    ],
)
def test_a_header_that_its_values_contradict_is_asked_about(header, values, field):
    one = proposed(**{header: values}).of(header)
    assert one.field is None
    assert one.is_ambiguous
    assert f"its header means {field}, but" in str(one.question)
    assert field in [other.field for other in one.alternatives]


def test_too_few_values_contradict_nothing():
    assert proposed(Mobile=["x", "y"]).fields == {"phone": "Mobile"}


def test_phones_of_another_country_do_not_contradict_the_header():
    assert proposed(region="US", Telefon=["030 1234567", "0171 9876543", "040 7654321"]).fields == {"phone": "Telefon"}


def test_an_ambiguous_header_is_asked_about_whatever_its_values_are():
    proposal = proposed(Contact=EMAILS, Number=PHONES, Name=NAMES)
    assert proposal.fields == {}
    assert proposal.of("Contact").alternatives[0].field == "email"
    assert "its header can mean" in str(proposal.of("Name").question)


def test_what_an_ambiguous_header_could_be_shrinks_by_what_is_clear():
    proposal = proposed(Contact=EMAILS, Mobile=PHONES, Email=EMAILS, **{"Full Name": NAMES})
    assert proposal.attributes == ("Contact",)
    assert not proposal.questions


def test_values_speak_where_no_header_does():
    proposal = proposed(c1=PHONES, c2=EMAILS, c3=IDS, c4=DATES)
    assert proposal.fields == {"phone": "c1", "email": "c2"}
    assert proposal.of("c1").ground == "values"
    assert proposal.of("c1").confidence <= 0.9


@pytest.mark.parametrize(
    ("region", "values"),
    [
        ("DE", ["3012345678", "3012345679", "3012345680", "3012345681"]),
        ("US", ["40.71277", "34.05223", "41.87811", "29.76043"]),
        ("US", ["(202) 555-0143", "x", "y", "z"]),
    ],
    ids=["digits-only-where-most-are-valid", "coordinates", "few"],
)
def test_values_that_could_be_something_else_do_not_make_a_phone(region, values):
    assert proposed(region=region, c1=values).fields == {}


def test_two_columns_that_only_their_values_speak_for_are_asked_about():
    assert [one.column for one in proposed(c1=EMAILS, c2=EMAILS).questions] == ["c1", "c2"]


def test_an_ambiguous_header_is_a_rival_of_values_without_a_header():
    proposal = proposed(Contact=EMAILS, c2=EMAILS)
    assert proposal.fields == {}
    assert {one.column for one in proposal.questions} == {"Contact", "c2"}


def test_a_header_that_means_something_else_is_never_overruled_by_its_values():
    assert proposed(Fax=PHONES, Website=EMAILS).fields == {}


def test_without_a_sample_headers_speak_alone():
    proposal = propose_mapping(["Mobile", "c2"])
    assert proposal.fields == {"phone": "Mobile"}
    assert proposal.of("Mobile").evidence == "the header means phone (en, fr, it)"


def test_only_fields_that_are_wanted_are_proposed():
    frame = pl.DataFrame({"Mobile": PHONES, "E-mail": EMAILS})
    assert propose_mapping(frame.columns, frame, "US", fields=["email"]).fields == {"email": "E-mail"}


def test_no_value_gets_into_a_proposal():
    canaries = ["canary-1@example.org", "canary-2", "+1 202 555 0199", "Canary Lane 3"]
    proposal = proposed(**{"Email Address": canaries, "Contact": canaries, "c": canaries, "Phone": canaries})
    assert "anary" not in proposal.model_dump_json()
    assert "0199" not in proposal.model_dump_json()


def test_a_column_that_is_not_there_has_no_proposal():
    with pytest.raises(KeyError, match="nope"):
        proposed(Mobile=PHONES).of("nope")


HEADERS = ["Mobile", "Home Phone", "Phone", "E-mail Address", "Email", "Name", "Contact", "Vorname", "c1", "c2", "Fax"]
VALUES = [PHONES, EMAILS, DATES, NAMES, IDS, BLANK]
FILES = st.dictionaries(st.sampled_from(HEADERS), st.sampled_from(VALUES), min_size=1)


@settings(max_examples=25, deadline=None)
@given(FILES, st.randoms(use_true_random=False))
def test_the_order_of_the_columns_changes_nothing(columns, chance):
    shuffled = list(columns)
    chance.shuffle(shuffled)
    one, other = proposed(**columns), proposed(**{name: columns[name] for name in shuffled})
    assert {each.column: each for each in one.columns} == {each.column: each for each in other.columns}


@settings(max_examples=25, deadline=None)
@given(FILES, st.from_regex(r"\Azz[a-z]{3,8}q\Z"))
def test_renaming_a_column_that_is_no_field_changes_no_field(columns, new_name):
    before = proposed(**columns)
    renamed = {name: f"{new_name}{place}" for place, name in enumerate(before.attributes) if columns[name] is IDS}
    after = proposed(**{renamed.get(name, name): values for name, values in columns.items()})
    assert after.fields == before.fields
    assert len(after.questions) == len(before.questions)


@settings(max_examples=25, deadline=None)
@given(FILES)
def test_every_column_becomes_one_thing_and_every_field_has_one_column(columns):
    proposal = proposed(**columns)
    parts = [*proposal.fields.values(), *proposal.attributes, *(one.column for one in proposal.questions)]
    assert sorted(parts) == sorted(columns)
    for one in proposal.questions:
        assert one.alternatives
        assert not {other.field for other in one.alternatives} & set(proposal.fields)


IPS = ["203.0.113.7", "203.0.113.8", "203.0.113.9", "203.0.113.10"]


def test_what_may_be_of_a_consent_is_the_consents_where_consents_are_kept_and_else_what_it_was():
    frame = pl.DataFrame({"Opt-in IP": IPS})
    both = propose_mapping(frame.columns, frame)
    assert (both.fields, both.questions) == ({"consent_ip": "Opt-in IP"}, ())
    before = propose_mapping(frame.columns, frame, fields=["phone", "remote_ip"])
    assert (before.fields, before.questions) == ({"remote_ip": "Opt-in IP"}, ())


@pytest.mark.parametrize("header", ["Consent", "Opt-in", "Opted in", "Marketing consent", "Consent text", "Timestamp"])
def test_a_header_that_says_less_is_no_field_of_a_consent(header):
    frame = pl.DataFrame({header: DATES})
    assert not [field for field in propose_mapping(frame.columns, frame).fields if field.startswith("consent")]
