"""Full names: taken apart where that takes no guessing, and left alone else."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.normalizing.names import split_names


def split(name: str | None) -> tuple[str | None, str | None]:
    return split_names(pl.Series([name], dtype=pl.String)).row(0)[:2]


def is_unclear(name: str | None) -> bool:
    return split_names(pl.Series([name], dtype=pl.String))["unclear"].item()


SPLIT = [
    ("John Smith", "John", "Smith"),
    ("  John   Smith ", "John", "Smith"),
    ("JOHN SMITH", "JOHN", "SMITH"),
    ("Mary Ann Smith", "Mary Ann", "Smith"),
    ("John F. Kennedy", "John F.", "Kennedy"),
    ("D. Trump", "D.", "Trump"),
    ("Smith, John", "John", "Smith"),
    ("Smith, John Fitzgerald", "John Fitzgerald", "Smith"),
    ("de la Cruz, Juan", "Juan", "de la Cruz"),
    ("Garc\u00eda M\u00e1rquez, Gabriel", "Gabriel", "Garc\u00eda M\u00e1rquez"),
    # particles
    ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
    ("Vincent Willem van Gogh", "Vincent Willem", "van Gogh"),
    ("Jan van der Berg", "Jan", "van der Berg"),
    ("Juan de la Cruz Mart\u00ednez", "Juan", "de la Cruz Mart\u00ednez"),
    ("Leonardo Di Caprio", "Leonardo", "Di Caprio"),
    ("Hans von und zu Liechtenstein", "Hans", "von und zu Liechtenstein"),
    ("Osama bin Laden", "Osama", "bin Laden"),
    ("Omar al-Rashid", "Omar", "al-Rashid"),
    ("Omar al Rashid", "Omar", "al Rashid"),
    ("David ben Gurion", "David", "ben Gurion"),
    ("Kareem Abdul Jabbar", "Kareem", "Abdul Jabbar"),
    ("Pat O'Brien", "Pat", "O'Brien"),
    ("Pat O' Brien", "Pat", "O' Brien"),
    ("Ronald McDonald", "Ronald", "McDonald"),
    ("Ronald Mc Donald", "Ronald", "Mc Donald"),
    ("Jos\u00e9 Ortega y Gasset", "Jos\u00e9", "Ortega y Gasset"),
    ("Ayrton Senna da Silva", "Ayrton Senna", "da Silva"),
    ("Gerard 't Hooft", "Gerard", "'t Hooft"),
    # a particle that is the first word, or capital where it can be a given name, is none
    ("Van Morrison", "Van", "Morrison"),
    ("Al Gore", "Al", "Gore"),
    ("Mary Ben Smith", "Mary Ben", "Smith"),
    ("John Van", "John", "Van"),
    # titles and suffixes
    ("Dr. Anna M\u00fcller", "Anna", "M\u00fcller"),
    ("Dr.Anna M\u00fcller", "Anna", "M\u00fcller"),
    ("Dr. med. dent. Anna M\u00fcller", "Anna", "M\u00fcller"),
    ("Prof. Dr. h. c. Anna M\u00fcller", "Anna", "M\u00fcller"),
    ("Frau Dr. Angela Merkel", "Angela", "Merkel"),
    ("MR JOHN SMITH", "JOHN", "SMITH"),
    ("Sr. Juan P\u00e9rez", "Juan", "P\u00e9rez"),
    ("Fr. John Smith", "John", "Smith"),
    ("Smith, Dr. John", "John", "Smith"),
    ("Dr. Smith, John", "John", "Smith"),
    ("Juan P\u00e9rez Sr.", "Juan", "P\u00e9rez"),
    ("John Smith Jr.", "John", "Smith"),
    ("JOHN SMITH JR", "JOHN", "SMITH"),
    ("John Smith, Jr.", "John", "Smith"),
    ("John Smith III", "John", "Smith"),
    ("John Smith, PhD, MBA", "John", "Smith"),
    ("Jane Doe M.D.", "Jane", "Doe"),
    ("Smith Jr., John", "John", "Smith"),
    ("Smith, Jr., John", "John", "Smith"),
    ("Smith, John, Jr.", "John", "Smith"),
    ("Jack Ma", "Jack", "Ma"),
    ("Sandhya V", "Sandhya", "V"),
    # nicknames
    ('William "Bill" Gates', "William", "Gates"),
    ("Robert (Bob) O'Brien III", "Robert", "O'Brien"),
    ("Smith, John (Jack)", "John", "Smith"),
    ("Anna \u201eAnni\u201c Meyer", "Anna", "Meyer"),
    # one word
    ("Madonna", "Madonna", None),
    ("Herr M\u00fcller", None, "M\u00fcller"),
    ("Dr. M\u00fcller", None, "M\u00fcller"),
    (", John", "John", None),
]


@pytest.mark.parametrize(("name", "first", "last"), SPLIT, ids=[name for name, _, _ in SPLIT])
def test_a_name_is_taken_apart(name, first, last):
    assert split(name) == (first, last)


@pytest.mark.parametrize(
    "name",
    [
        None,
        "",
        " , ",
        "Dr.",
        "Jr.",
        "John & Mary Smith",
        "Mr. and Mrs. Smith",
        "Anna und Bernd Meyer",
        "John / Mary Smith",
        "Smith, John, Acme",
        "John Smith 2",
        "ana@example.com",
        "\u738b\u5c0f\u660e",
        "\u738b \u5c0f\u660e",
        "\u5c71\u7530 \u592a\u90ce",
        "\uae40 \ucca0\uc218",
        "John \u738b",
    ],
)
def test_what_would_have_to_be_guessed_is_left_alone(name):
    assert split(name) == (None, None)


@pytest.mark.parametrize(
    "name",
    [
        "Rosa del Pilar Vega", "rosa del pilar vega", "ROSA DEL PILAR VEGA", "Rosa del Pilar",
        "Elena de los Ángeles Mora Gil", "Maria das Graças Pinto", "MARIA DO CARMO PINTO", "Ma. del Refugio Lara",
        "Pedro de Jesús Lara", "João de Deus Ramos", "Jean de Dieu Habi", "Maria degli Angeli Conti",
        "Francisco de Borja Gil", "Rosa de Lima Quispe", "Sr. José de Jesús Lara", "Luz de María Paz",
        "Teresa de Jesus", "María de la Cruz Gil", "Maria dos Anjos", "Mª del Mar Gil", "María de la O Gil",
        "Abd al Rahman Saleh", "Abd el-Kader Saleh", "Nur al Din Saleh", "Concepcio\u0301n del Roci\u0301o Gil",
    ],
)  # fmt: skip
def test_a_given_name_that_may_go_on_behind_a_particle_is_left_whole_and_said(name):
    assert split(name) == (None, None)
    assert is_unclear(name)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Elisa de la Cruz", "Elisa", "de la Cruz"),
        ("Vega, Rosa del Pilar", "Rosa del Pilar", "Vega"),
        ("del Pilar, Marcelo", "Marcelo", "del Pilar"),
        ("Maria da Silva", "Maria", "da Silva"),
        ("Maria dos Santos", "Maria", "dos Santos"),
        ("María de la Torre", "María", "de la Torre"),
        ("Lucas de Marchi", "Lucas", "de Marchi"),
        ("Maria van den Berg", "Maria", "van den Berg"),
        ("Abdul Rahman", "Abdul", "Rahman"),
        ("Maria José de Oliveira", "Maria José", "de Oliveira"),
    ],
)
def test_a_particle_of_a_family_name_is_where_it_begins(name, first, last):
    assert split(name) == (first, last)
    assert not is_unclear(name)


WORDS = st.sampled_from(["John", "Mary", "Smith", "van", "de", "la", "O'Brien", "y", "Dr.", "Jr.", ",", "III", "(Bo)"])


@given(st.lists(WORDS, max_size=7).map(" ".join))
def test_the_parts_are_words_of_the_name_in_its_order_and_none_twice(name):
    first, last = split(name)
    plain = " ".join(name.replace("(Bo)", "").split())
    for part in (first, last):
        assert part is None or (part == part.strip() and part in plain)
    if first and last:
        words = [*first.split(), *last.split()]
        assert all(words.count(word) <= name.split().count(word) + name.count(f"{word},") for word in words)


@given(st.lists(st.none() | st.lists(WORDS, max_size=5).map(" ".join), max_size=8))
def test_each_name_is_taken_apart_as_if_it_stood_alone(names):
    together = split_names(pl.Series(names, dtype=pl.String)).rows()
    assert together == [(*split(name), is_unclear(name)) for name in names]


@pytest.mark.parametrize("row", SPLIT, ids=[name for name, _, _ in SPLIT])
def test_a_name_put_together_from_its_parts_is_taken_apart_alike(row):
    _, first, last = row
    if first and last:
        assert split(f"{first} {last}")[1] == last or " " in last
        assert split(f"{last}, {first}") == (first, last)
