"""What headers mean: in several languages, whatever their spelling, and never more than they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.mapping.header_spelling import pieces_of, spelling_of
from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.mapping.synonyms import Role, indexed, known_synonyms, rows_of
from lead_pipeline.model.fields import STANDARD_FIELDS
from lead_pipeline_tests.mapping.header_corpus import CORPUS, held_out, is_training, verdict

FIELDS = [
    ("phone", "Phone"),
    ("phone", "PHONE_NUMBER"),
    ("phone", "mobilePhoneNumber"),
    ("phone", "Phone 1 - Value"),
    ("phone", "Contact Phone"),
    ("phone", "Business Phone 2"),
    ("phone", "Phone (Mobile)"),
    ("phone", "caller_id"),
    ("phone", "Mobilfunknummer"),
    ("phone", "Telefon (privat)"),
    ("phone", "N° de téléphone"),
    ("phone", "Teléfono de casa"),
    ("phone", "Рабочий телефон"),
    ("phone", "公司電話"),
    ("phone", "携帯電話番号"),
    ("email", "E-mail"),
    ("email", "E-mail 1 - Value"),
    ("email", "eMail Address"),
    ("email", "contact.email"),
    ("email", "Lead Email"),
    ("email", "E-Mail-Adresse (geschäftlich)"),
    ("email", "Adresse e-mail"),
    ("email", "Correo electrónico"),
    ("first_name", "FirstName"),
    ("first_name", "first"),
    ("first_name", "contact_first_name"),
    ("first_name", "Vorname"),
    ("first_name", "Pr&eacute;nom"),
    ("last_name", "LAST NAME"),
    ("last_name", "Apellidos"),
    ("full_name", "Contact Name"),
    ("full_name", "What's your full name?"),
    ("email", "Please enter your e-mail address"),
    ("phone", "What is your phone number?"),
    ("full_name", "Nombre completo"),
    ("full_name", "Vor- und Nachname"),
    ("company", "Company"),
    ("company", "Account Name"),
    ("company", "Nom de l'entreprise"),
    ("company", "Firmenname"),
    ("street", "Address"),
    ("street", "Mailing Street"),
    ("street", "Straße und Hausnummer"),
    ("city", "Billing City"),
    ("city", "Address 1 - City"),
    ("city", "Ville"),
    ("state", "State/Province"),
    ("postal_code", "ZIP"),
    ("postal_code", "Zip/Postal Code"),
    ("postal_code", "PLZ (privat)"),
    ("postal_code", "Shipping Postal Code"),
    ("country", "Country Name"),
    ("country", "Pays"),
    ("remote_ip", "IP Address"),
    ("expires_in", "expires_in"),
    ("notes", "Lead Notes"),
    ("status", "Lead Status"),
    ("status", "Situa\u00e7\u00e3o"),
    ("source", "Lead Source"),
    ("source", "Leadquelle"),
    ("source", "\u0418\u0441\u0442\u043e\u0447\u043d\u0438\u043a"),
    ("lead_score", "Score"),
    ("lead_score", "Puntuaci\u00f3n del lead"),
    ("deal_value", "Deal Value (USD)"),
    ("deal_value", "Auftragswert"),
    ("tags", "\u00c9tiquettes"),
    ("tags", "Contact Tags"),
    ("external_id", "Customer ID"),
    ("external_id", "Kundennummer"),
    ("external_id", "CONTACTID"),
    ("external_id", "leadid"),
    ("cookie_id", "cookieId"),
    ("cookie_id", "GA Client ID"),
    ("social", "LinkedIn Profile URL"),
    ("social", "Twitter"),
    ("social", "R\u00e9seaux sociaux"),
]


@pytest.mark.parametrize(("field", "header"), FIELDS, ids=[header for _, header in FIELDS])
def test_a_header_means_its_field(field, header):
    assert meaning_of(header).meanings == (field,)


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("Name", {"full_name", "first_name", "last_name", "company"}),
        ("Nombre", {"full_name", "first_name", "last_name", "company"}),
        ("Contact", {"full_name", "phone", "email"}),
        ("Number", {"phone", "external_id"}),
        ("Region", {"state", "country"}),
        ("Estado", {"state", "status"}),
        ("Amount", {"deal_value"}),
        ("Country Code", {"country"}),
    ],
)
def test_a_header_of_several_meanings_has_them_all(header, fields):
    meaning = meaning_of(header)
    assert len(meaning.meanings) > 1
    assert set(meaning.fields) == fields


@pytest.mark.parametrize(
    "header",
    [
        "Phone 1 - Type",
        "Phone Valid",
        "Phone Ext",
        "is_mobile",
        "Email Opt Out",
        "Email Status",
        "Last Contact",
        "Last Contact Date",
        "First Call",
        "Spouse Name",
        "Emergency Contact Phone",
        "Company Size",
        "Company Description",
        "Street Number",
        "City of Birth",
        "Other First Name",
        "Account Number",
        "Order Number",
        "State Tax ID",
        "Mailing List",
        "Fax",
        "Middle Name",
        "Home",
        "Work",
        "sub_id",
        "lead_priority",
        "buyers",
        "",
        "  ",
        "---",
        "123",
        "x" * 5000,
    ],
    ids=lambda header: repr(header[:30]),
)
def test_a_header_that_says_more_or_something_else_means_no_field(header):
    assert meaning_of(header).fields == ()


@pytest.mark.parametrize("field", STANDARD_FIELDS)
def test_the_name_of_a_field_is_its_own_header_however_it_is_written(field):
    for header in (field, field.upper(), field.replace("_", " ").title(), field.replace("_", "-")):
        meaning = meaning_of(header)
        assert (meaning.meanings, meaning.is_name, meaning.confidence) == ((field,), True, 1.0)


@given(
    header=st.sampled_from([header for _, header in FIELDS if header.isascii() and " " in header]),
    separator=st.sampled_from(["_", " ", "-", ".", "  ", " / ", ": "]),
    recased=st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
)
def test_separators_and_letter_case_change_no_meaning(header, separator, recased):
    words = spelling_of(header).words
    assert meaning_of(recased(separator.join(words))).meanings == meaning_of(header).meanings


@given(st.text(max_size=200))
def test_no_header_breaks_the_reading_of_it(header):
    meaning = meaning_of(header)
    assert 0.0 <= meaning.confidence <= 1.0
    assert set(meaning.fields) <= set(STANDARD_FIELDS)


@pytest.mark.parametrize(
    ("header", "words", "number"),
    [
        ("firstName", ("first", "name"), None),
        ("IPAddress", ("ip", "address"), None),
        ("E-Mail", ("email",), None),
        ("Phone 2", ("phone",), 2),
        ("addr1", ("addr",), 1),
        ("Straße", ("strasse",), None),
        ("Imię", ("imie",), None),
        ("Ülke", ("ulke",), None),
        ("İl", ("il",), None),
        ("Customer's Phone", ("customers", "phone"), None),
        ("Qu&#7889;c gia", ("quoc", "gia"), None),
        ("Ｐｈｏｎｅ", ("phone",), None),  # noqa: RUF001 full-width letters are the point
        ("2026", (), None),
    ],
)
def test_a_header_is_spelled_in_plain_words(header, words, number):
    spelling = spelling_of(header)
    assert (spelling.words, spelling.number) == (words, number)


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("telefonnummer", ("telefon", "nummer")),
        ("公司電話", ("公司", "電話")),
        ("telefonx", ("telefonx",)),
        ("nono", ("nono",)),
    ],
    ids=["compound", "chinese", "a-rest-is-left", "short-pieces-are-chance"],
)
def test_a_glued_word_is_taken_apart_only_into_known_words(word, pieces):
    assert pieces_of(word, {"telefon", "nummer", "公司", "電話", "no"}) == pieces


def test_the_meaning_rests_on_the_table_and_nothing_else():
    table = indexed(iter([("phone", "fono", "xx", "here")]), iter([("place", "domo", "xx", "here")]))
    assert table.phrases == {frozenset({"fono"}): frozenset({"phone"})}
    assert table.roles == {"domo": frozenset({"place"})}
    with pytest.raises(ValueError, match="unknown role 'plaza'"):
        indexed(iter(()), iter([("plaza", "domo", "xx", "here")]))


@pytest.mark.parametrize("file", ["synonyms.csv", "words.csv"])
def test_every_row_of_the_table_is_plainly_spelled_appears_once_and_names_language_and_source(file):
    rows = list(rows_of(file))
    assert len({(what, text) for what, text, _, _ in rows}) == len(rows)
    for what, text, language, source in rows:
        assert " ".join(spelling_of(text).words) == text
        assert what
        assert all(len(code) == 2 for code in language.split("+"))
        assert set(source.split("+")) <= {
            "common", "egroupware", "espocrm", "files", "frappe", "importers", "parsons", "roundcube", "suitecrm"
        }  # fmt: skip


def test_every_field_has_synonyms_and_every_role_words():
    assert set(STANDARD_FIELDS) <= frozenset().union(*known_synonyms().phrases.values())
    assert frozenset().union(*known_synonyms().roles.values()) == set(Role.__args__)


def test_three_in_five_unseen_headers_are_mapped_right_and_not_one_in_a_hundred_wrong():
    if not CORPUS.exists():
        pytest.skip("the header lists are not at ../shared/corpora/headers-synonyms")
    headers = held_out()
    verdicts = [(one.is_field, verdict(meaning_of(one.header), one.meant)) for one in headers]
    fields = [what for is_field, what in verdicts if is_field]
    assert len(fields) > 400
    assert fields.count("right") / len(fields) >= 0.6
    assert sum(what == "wrong" for _, what in verdicts) / len(verdicts) < 0.01


def test_which_half_a_header_is_in_does_not_hang_on_its_spelling():
    assert is_training("E-Mail  Address") == is_training("e-mail address")
    assert {is_training(f"header {number}") for number in range(20)} == {True, False}
