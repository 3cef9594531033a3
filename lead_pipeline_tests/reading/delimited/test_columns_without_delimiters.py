"""Lists whose columns no common delimiter parts: by spaces, or by where they begin, or each line in quotes."""

import pytest

from lead_pipeline.model.errors import FileTypeUnsupportedError

PEOPLE = [
    ("Ida Moss", "201 555 0123", "Bergen"),
    ("Jon Reed-Fern", "201 555 0124", "Ulm"),
    ("Kai Quill", "201 555 0125", "Oslo"),
]
FIXED = "".join(f"{name:<20}{phone:<16}{city:<12}{n:>6}\n" for n, (name, phone, city) in enumerate(PEOPLE * 3))


@pytest.mark.parametrize(
    "text",
    [
        FIXED,
        f"{'Name':<20}{'Phone':<16}{'City':<12}{'Number':>6}\n{FIXED}",
        FIXED.replace("\n", "\r\n"),
        "\n".join(line.rstrip() for line in FIXED.replace("Ulm ", "Ulm,").split("\n")),
        FIXED.encode("cp1252").replace(b"Moss", b"M\xf6ss"),
    ],
    ids=["rows", "with-a-header", "crlf", "some-commas", "cp1252"],
)
def test_columns_of_a_fixed_width_are_named_as_such_with_what_to_do(opened, text):
    with pytest.raises(
        FileTypeUnsupportedError, match=r"'leads.csv' is text in columns of a fixed width .*Export the list"
    ):
        opened(text)


@pytest.mark.parametrize(
    "text",
    [
        "name     ,phone          ,city    \n" + "".join(f"{n:<14},{p:<15},{c:<8}\n" for n, p, c in PEOPLE * 3),
        "name\nIda  Moss\nJon  Reed\nKai  Fern\nLea  Hill\n",
        "phone\n" + "".join(f"+1 201 555 01{n}\n" for n in range(10, 20)),
        "name  phone  city\nIda Moss  201  Ulm\nJon  202  Oslo\n",
        "note\n" + "".join(f"{'x' * n}  {'y' * n}  {'z' * n}\n" for n in range(1, 9)),
    ],
    ids=["padded-csv", "two-spaces-in-names", "phones", "two-lines", "nothing-aligned"],
)
def test_other_texts_with_spaces_are_read(opened, text):
    assert opened(text).columns


def test_a_given_delimiter_is_believed(opened):
    assert len(opened(FIXED, delimiter=";").columns) == 1


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_values_in_quotes_parted_by_spaces_are_read(read, newline):
    rows = [f'"{name}" {phone.replace(" ", "")} "{city} town" "call, then write"' for name, phone, city in PEOPLE]
    frame = read(newline.join(["name phone city note", *rows, ""]))
    assert frame.columns[2:-2] == ["name", "phone", "city", "note"]
    assert frame.select("name", "note").rows() == [(name, "call, then write") for name, _, _ in PEOPLE]


@pytest.mark.parametrize("number", ["9 6123 45{}", "0 55 61 23 {}", "(9) 6123 45{}"])
def test_groups_of_digits_of_a_phone_are_no_columns(read, number):
    frame = read("phone\n" + "".join(f"{number.format(n)}\n" for n in range(10, 20)))
    assert frame.columns[2:-2] == ["phone"]
    assert frame["phone"][0] == number.format(10)


def test_quoted_words_in_a_single_column_are_no_columns(read):
    frame = read('quote\nShe said "go on" twice\nHe said "not now" again\nThey said "so be it" once\n')
    assert frame.columns[2:-2] == ["quote"]


def test_words_that_may_be_columns_and_lines_in_quotes_are_said(opened):
    spaced = opened("name city trade\nIda Bergen baker\nJon Ulm smith\n")
    assert any("`reading: {delimiter: ' '}`" in note for note in spaced.facts.notes)
    quoted = opened('"name,city"\n"Ida,Bergen"\n"Jon,Ulm"\n')
    assert any("quoted as a whole" in note and "take the first and last quote" in note for note in quoted.facts.notes)
    assert not any("words" in note for note in opened("full name\nIda Moss\nJon Reed\n").facts.notes)
