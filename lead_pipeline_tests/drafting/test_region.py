"""Which country a list's numbers are of: what else the file says decides, and where that is too little it is asked."""

from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from lead_pipeline.cli import main
from lead_pipeline.drafting.in_memory import validated
from lead_pipeline.drafting.places import countries_of_cities, postal_patterns, subdivisions
from lead_pipeline.drafting.region import guessed_region
from lead_pipeline.normalizing.phones.regions import supported_regions
from lead_pipeline.profiles.open_questions import open_questions
from lead_pipeline_tests.drafting.test_suggest import suggested

ROWS = 24
NAMES = [f"Tenby Stores {number}" for number in range(ROWS)]


def cycled(*values: str) -> list[str]:
    return [values[number % len(values)] for number in range(ROWS)]


def numbered(form: str) -> list[str]:
    """Fill in two digits that differ from row to row."""
    return [form.format(number + 10) for number in range(ROWS)]


US_LOCAL = {"Name": NAMES, "Zip": cycled("02139", "02140"), "Phone": numbered("86413{}")}
#: What names a country: columns, and the country.
NAMED = {
    "counties-postcodes-domain": (
        {
            "county": cycled("Devon", "Norfolk", "Fife"),
            "post_code": cycled("EX4 4QJ", "NR1 3DD", "KY16 9AJ"),
            "phone": numbered("01392-7251{}"),
        },
        "GB",
    ),
    "provinces-of-argentina": (
        {
            "nombre": NAMES,
            "provincia": cycled("Mendoza", "Salta", "Chubut"),
            "telefono": numbered("(0261) 42035{}"),
            "mail": [f"tienda{number}@ejemplo.com.ar" for number in range(ROWS)],
        },
        "AR",
    ),
    "states-of-mexico": (
        {"nombre": NAMES, "estado": cycled("Jalisco", "Puebla", "Sonora"), "telefono": numbered("33 3614 22{}")},
        "MX",
    ),
    "german-cities": (
        {"Firma": NAMES, "Ort": cycled("Jena", "Erfurt", "Gera"), "Telefon": numbered("03641 4937{}")},
        "DE",
    ),
    "dutch-postal-codes": (
        {"naam": NAMES, "postcode": cycled("1017 AB", "3511 CD"), "tel": numbered("020-62345{}")},
        "NL",
    ),
    "uf-of-brazil": ({"nome": NAMES, "UF": cycled("RJ", "SP", "MG"), "telefone": numbered("(21) 2242-10{}")}, "BR"),
    "numbers-with-plus": (
        {"Name": NAMES, "Phone": [*numbered("+48 22 621 40 {}")[:21], *numbered("22 621 40 {}")[21:]]},
        "PL",
    ),
    "grouped-as-in-north-america": ({"Name": NAMES, "Phone": numbered("(617) 864-13{}")}, "US"),
    "states-of-the-us": (
        {"Name": NAMES, "St": cycled("MA", "NH", "VT", "ME", "RI"), "Phone": numbered("61786413{}")},
        "US",
    ),
}
#: What does not: columns, and what is said.
UNCLEAR = {
    "local-numbers": (US_LOCAL, "local numbers without area code of US"),
    "local-numbers-of-germany": (
        {"Bundesland": cycled("Berlin", "Hamburg"), "Ort": cycled("Berlin", "Hamburg"), "Telefon": numbered("27493{}")},
        "local numbers without area code of DE",
    ),
    "digits-only": ({"name": NAMES, "tel": numbered("1392725{}")}, "QUESTION: which country"),
    "one-number": (
        {"Email": [f"mo{number}@example.org" for number in range(ROWS)], "Tel": ["030 2749310", *[""] * 23]},
        "QUESTION: which country",
    ),
    "two-countries": ({"Telefon": cycled("0316 123456", "0662 654321", "0512 345678")}, "QUESTION: which country"),
    "nothing-but-a-name": ({"Name": NAMES, "Phone": numbered("0392 7251{}")}, "QUESTION: which country"),
}


def plain(text: str) -> str:
    return " ".join(text.replace("#", " ").split())


@pytest.mark.parametrize(("columns", "region"), NAMED.values(), ids=NAMED)
def test_what_the_file_says_besides_its_numbers_names_the_country(columns, region):
    text, profile = suggested(columns)
    assert profile.default_region == region
    assert "which country" not in text
    assert "without + looked at are valid in" in plain(text)
    rows = validated(pl.DataFrame(columns), profile)
    assert rows["reasons"].list.len().sum() == 0


@pytest.mark.parametrize(("columns", "said"), UNCLEAR.values(), ids=UNCLEAR)
def test_where_it_is_not_clear_the_draft_asks_and_reads_no_number(columns, said):
    text, profile = suggested(columns)
    assert profile.default_region is None
    assert said in plain(text)
    assert "Nothing is left to ask" not in plain(text)
    rows = validated(pl.DataFrame(columns), profile)
    assert rows["phone"].null_count() == rows.height


def test_each_piece_of_evidence_is_named():
    columns, _ = NAMED["counties-postcodes-domain"]
    text, _ = suggested(columns | {"email": [f"shop{number}@example.co.uk" for number in range(ROWS)]})
    for evidence in ("states or provinces of GB", "postal codes as only GB writes them", "below .uk", "valid in GB"):
        assert evidence in plain(text)


def test_numbers_with_plus_of_several_countries_do_not_say_what_the_others_are():
    numbers = cycled("+48 22 621 40 10", "+44 1392 725110", "+33 1 42 68 53 00", "1392 725111")
    assert guessed_region(["Phone"], pl.DataFrame({"Phone": numbers})).is_sure is False


def test_a_list_of_which_all_numbers_have_a_plus_needs_no_country():
    guess = guessed_region(["Phone"], pl.DataFrame({"Phone": numbered("+48 22 621 40 {}")}))
    assert (guess.region, guess.is_sure) == (None, True)


def test_numbers_with_00_are_drafted_under_a_country_from_which_it_is_dialled():
    columns = {"Name": NAMES, "Phone": numbered("0048 22 621 40 {}")}
    _, profile = suggested(columns)
    assert profile.default_region == "PL"
    assert validated(pl.DataFrame(columns), profile)["phone"].to_list() == numbered("+482262140{}")


@pytest.mark.parametrize("numbers", [numbered("001 617 864 13{}"), cycled("0048 22 621 40 10", "0033 1 42 68 53 00")])
def test_numbers_with_00_of_nowhere_it_is_dialled_or_of_several_countries_are_asked_about(numbers):
    guess = guessed_region(["Phone"], pl.DataFrame({"Phone": numbers}))
    assert (guess.region, guess.is_sure) == (None, False)
    assert "begin with 00" in guess.evidence


def test_an_english_word_in_the_header_does_not_hide_its_language():
    columns = {"Imię i nazwisko": NAMES, "E-mail": NAMES, "Telefon": numbered("12 621 40 {}")}
    guess = guessed_region(list(columns), pl.DataFrame(columns))
    assert (guess.region, guess.likely) == (None, ("PL",))


def test_no_postal_code_is_repaired_by_a_country_that_nobody_has_named():
    columns = {"Name": NAMES, "postal": cycled("2139", "2140"), "Phone": numbered("86413{}")}
    _, profile = suggested(columns)
    rows = validated(pl.DataFrame(columns), profile.model_copy(update={"repair": "safe"}))
    assert rows["postal_code"].to_list() == columns["postal"]


def test_check_refuses_a_draft_until_its_country_is_given(tmp_path: Path):
    folder = tmp_path / "profiles"
    folder.mkdir()
    text, _ = suggested({"Name": NAMES, "Phone": numbered("0392 7251{}")})
    (folder / "draft.yaml").write_text(text, encoding="utf-8")
    refused = CliRunner().invoke(main, ["--home", str(tmp_path), "profiles", "check", "draft"])
    assert refused.exit_code == 2
    assert "draft, line 13: this is not answered: which country are numbers written without + of?" in refused.output
    begin = text.index("# QUESTION: which country")
    answered = text[:begin] + "default_region: DE\n" + text[text.index("\n\n", begin) :]
    (folder / "draft.yaml").write_text(answered, encoding="utf-8")
    accepted = CliRunner().invoke(main, ["--home", str(tmp_path), "profiles", "check", "draft"])
    assert (accepted.exit_code, accepted.output) == (0, "draft: OK\n")


def test_a_question_that_can_wait_does_not_make_a_draft_wrong():
    text, _ = suggested({"Name": NAMES, "Phone": numbered("(617) 864-13{}")})
    assert "QUESTION: The column 'Name'" in text
    assert list(open_questions(text)) == []


def test_the_lists_of_places_are_of_countries_that_there_are():
    for table in (subdivisions("codes"), subdivisions("names"), postal_patterns("own"), postal_patterns("shared")):
        assert set(table) <= supported_regions()


def test_cities_are_found_whatever_their_accents_and_case():
    assert countries_of_cities({"erfurt", "munchen", "winnipeg", "no such town"}) == {"DE": 2, "CA": 1}


def test_on_top_of_a_profile_its_country_does_not_stand_where_others_fit_better():
    columns = {"Phone": cycled(*(f"0392 7251{number}" for number in range(10, 22)))}
    text, profile = suggested(columns, extends="call_schedule")
    assert "QUESTION: which country" in text
    assert profile.default_region is None
    rows = validated(pl.DataFrame(columns), profile)
    assert rows["phone"].null_count() == rows.height


def test_a_country_column_that_the_numbers_contradict_is_evidence_and_no_answer():
    columns = {"Land": ["Germany"] * ROWS, "Telefon": numbered("27493{}")}
    text, profile = suggested(columns)
    assert profile.default_region is None
    assert "the column of countries says DE" in plain(text)
    assert "# default_region: DE" in text


def test_ten_digits_of_colombia_are_not_north_american_for_being_valid_there():
    columns = {"Name": NAMES, "Phone": [f"60{1 + number % 8}8375{number + 110}" for number in range(ROWS)]}
    assert suggested(columns)[1].default_region is None


def test_a_closed_plan_with_eight_digits_has_no_local_numbers():
    columns = {"Navn": NAMES, "By": cycled("Bergen", "Stavanger", "Bodø"), "Mobil": numbered("55 31 40 {}")}
    text, _ = suggested(columns)
    assert "local numbers" not in text
