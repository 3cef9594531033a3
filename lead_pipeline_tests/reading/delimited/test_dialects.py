import polars as pl
import pytest

from lead_pipeline.model.errors import HeaderMissingError
from lead_pipeline.model.reading_options import ReadingOptions
from lead_pipeline.reading.delimited.sniffing import _may_escape
from lead_pipeline.reading.value_kinds import look_of

NAMES = ["Ana Silva", "Bo Li", "Cy Ng", "Di Ruiz", "Ed Kaya"]


def list_of(delimiter: str, quote: str = "", newline: str = "\n") -> str:
    rows = [["name", "phone", "email"]]
    rows += [[name, f"+1951876133{n}", f"user{n}@example.com"] for n, name in enumerate(NAMES)]
    return newline.join(delimiter.join(quote + cell + quote for cell in row) for row in rows) + newline


def rows_of(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    return frame.select(frame.columns[2:-2]).rows()


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("quote", ["", '"', "'"], ids=["plain", "double", "single"])
@pytest.mark.parametrize("delimiter", [*",;\t|:^~", "\x1f"], ids=lambda mark: f"{ord(mark):02x}")
def test_the_punctuation_is_found(opened, delimiter, quote, newline):
    reader = opened(list_of(delimiter, quote, newline))
    assert reader.facts.delimiter == delimiter
    assert reader.facts.newline == {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}[newline]
    frame = pl.concat(reader.batches())
    assert rows_of(frame) == [(name, f"+1951876133{n}", f"user{n}@example.com") for n, name in enumerate(NAMES)]
    assert frame["line_number"].to_list() == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param('a;b\n1,5;"2,5"\n3,5;4,5\n', [("1,5", "2,5"), ("3,5", "4,5")], id="decimal-commas"),
        pytest.param("name\nAna\nBo\n", [("Ana",), ("Bo",)], id="one-column"),
        pytest.param(
            "phone\n+1 951 876 1336\n+1 951 876 1337\n",
            [("+1 951 876 1336",), ("+1 951 876 1337",)],
            id="one-column-of-phones",
        ),
        pytest.param("at\n12:15\n13:20\n", [("12:15",), ("13:20",)], id="one-column-of-times"),
        pytest.param(
            "site\nhttp://a.example/x\nhttp://b.example/y\n",
            [("http://a.example/x",), ("http://b.example/y",)],
            id="one-column-of-links",
        ),
        pytest.param("sep=;\na;b\n1;2\n", [("1", "2")], id="sep-line"),
        pytest.param('"sep=|"\r\na|b\r\n1|2,3\r\n', [("1", "2,3")], id="sep-line-in-quotes"),
        pytest.param(
            'a,b\n"x \\"y\\" z",2\n"p \\"q\\" r",4\n', [('x "y" z', "2"), ('p "q" r', "4")], id="backslash-escape"
        ),
        pytest.param(
            'a,b\n"C:\\dir\\",2\n"D:\\",4\n', [("C:\\dir\\", "2"), ("D:\\", "4")], id="backslash-that-escapes-nothing"
        ),
        pytest.param(
            'a, b, c\n1, "x, y", 3\n4, 5, 6\n', [("1", "x, y", "3"), ("4", "5", "6")], id="blanks-after-delimiters"
        ),
        pytest.param(
            'a\tb\n5" pipe\tx\n"6\ty\n"7 z\tw\n"8\tv\n',
            [('5" pipe', "x"), ('"6', "y"), ('"7 z', "w"), ('"8', "v")],
            id="quotes-that-quote-nothing",
        ),
        pytest.param("a,b\n1,2,\n3,4,\n", [("1", "2"), ("3", "4")], id="delimiter-at-the-end-of-rows"),
        pytest.param("a,b,,\n1,2,,\n3,4,,\n", [("1", "2"), ("3", "4")], id="delimiters-at-the-end-of-all-lines"),
        pytest.param("a,b,\n1,2\n3,4\n", [("1", "2"), ("3", "4")], id="delimiter-at-the-end-of-the-header"),
        pytest.param("a,b,\n1,2,\n3,4\n5,6\n", [("1", "2"), ("3", "4"), ("5", "6")], id="delimiter-at-some-ends"),
        pytest.param("a,b\n1,2,,\n3,4,,\n5,6\n", [("1", "2"), ("3", "4"), ("5", "6")], id="delimiters-at-most-ends"),
        pytest.param("a,b,\n1,2,3\n4,5,\n", [("1", "2", "3"), ("4", "5", "")], id="a-column-without-a-name"),
        pytest.param(
            "\n\n# by CRM\nName,Phone\nAna,+19518761336\nBo,+19518761337\n",
            [("Ana", "+19518761336"), ("Bo", "+19518761337")],
            id="blank-and-comment-lines-above",
        ),
        pytest.param(
            "Leads of November,,\n,,\nName,Phone,Age\nAna,+19518761336,30\nBo,+19518761337,31\n",
            [("Ana", "+19518761336", "30"), ("Bo", "+19518761337", "31")],
            id="title-above",
        ),
    ],
)
def test_a_dialect_with_a_trap_is_read_as_it_was_meant(read, text, rows):
    frame = read(text)
    assert rows_of(frame) == rows
    assert frame["reasons"].list.len().sum() == 0


def test_a_shifted_row_does_not_pass_for_a_delimiter_at_its_end(read):
    frame = read("a,b,c\n1,2,3\n4,,5,\n6,7,8\n9,1,2\n")
    assert frame["reasons"].to_list() == [[], ["row_too_many_cells"], [], []]


def test_a_value_after_the_last_delimiter_of_a_row_is_not_lost(read):
    frame = read("a,b\n" + "1,2,\n" * 20 + "3,4,5\n")
    assert frame["reasons"].to_list()[-1] == ["row_too_many_cells"]
    assert frame["extra_cells"].to_list()[-1] == ["5"]
    assert frame["reasons"].list.len().sum() == 1


@pytest.mark.parametrize(
    ("text", "header_line", "names"),
    [
        pytest.param("a,b\n1,2\n", 1, ["a", "b"], id="first-line"),
        pytest.param("\n\na,b\n1,2\n", 3, ["a", "b"], id="below-blank-lines"),
        pytest.param("sep=,\na,b\n1,2\n", 2, ["a", "b"], id="below-a-sep-line"),
        pytest.param(
            'Title\n"two\nlines",\na,b,c\n1,2,3\n4,5,6\n', 4, ["a", "b", "c"], id="below-a-title-of-two-lines"
        ),
        pytest.param("Report,made,2026\nt,v\n1,2\n3,4\n5,6\n", 2, ["t", "v"], id="below-a-title-with-other-cells"),
        pytest.param("a,b,c\nx,y,z,w\nx,y,z,w\n", 1, ["a", "b", "c"], id="header-shorter-than-the-rows"),
        pytest.param(
            "Ana,+19518761336\nBo,+19518761337\n", None, ["column_1", "column_2"], id="phones-in-the-first-row"
        ),
        pytest.param("a@x.example,Ana\nb@x.example,Bo\n", None, ["column_1", "column_2"], id="emails-in-the-first-row"),
        pytest.param("id,2024,2025\nx,1,2\ny,3,4\n", 1, ["id", "2024", "2025"], id="years-as-names"),
    ],
)
def test_the_header_is_found(opened, text, header_line, names):
    reader = opened(text)
    assert reader.facts.header_line == header_line
    assert [column.name for column in reader.columns] == names


def test_rows_without_a_header_are_all_kept_and_numbered_by_their_lines(read):
    frame = read("Ana,+19518761336\nBo,+19518761337\n")
    assert frame.select("row_number", "line_number", "column_1").rows() == [(1, 1, "Ana"), (2, 2, "Bo")]


@pytest.mark.parametrize(
    ("options", "header_line", "first"),
    [
        pytest.param({"header": False}, None, ("x", "y"), id="no-header"),
        pytest.param({"header_row": 2}, 2, ("1", "2"), id="header-on-line-2"),
        pytest.param({"header_row": 3}, 3, ("3", "4"), id="header-on-line-3"),
        pytest.param({"delimiter": ";"}, 1, ("a,b",), id="delimiter"),
    ],
)
def test_an_option_overrules_what_would_be_found(opened, options, header_line, first):
    reader = opened("x,y\na,b\n1,2\n3,4\n", **options)
    assert reader.facts.header_line == header_line
    assert rows_of(next(reader.batches()))[0] == first


def test_a_header_row_beyond_the_end_is_refused(opened):
    with pytest.raises(HeaderMissingError, match="no line 9"):
        opened("a,b\n1,2\n", header_row=9)


def test_ten_thousand_columns_are_read(read):
    wide = [f"c{n}" for n in range(10_000)]
    frame = read(",".join(wide) + "\n" + ",".join("x" * 10_000) + "\n" + ",".join("y" * 9_999) + "\n")
    assert frame.columns[2:-2] == wide
    assert frame["reasons"].to_list() == [[], ["row_too_few_cells"]]


def test_a_value_of_many_megabytes_is_read(read):
    long = "long value, " * 500_000
    frame = read(f'a,b\n1,"{long}"\n2,x\n')
    assert frame["b"].to_list() == [long, "x"]


@pytest.mark.parametrize(
    ("cell", "look"),
    [
        ("", "empty"), ("  ", "empty"), ("ana@example.com", "email"), ("https://example.com/x", "url"),
        ("2026-11-20", "date"), ("20.11.2026", "date"), ("11/20/26 5:00 PM", "date"), ("12:15", "time"),
        ("+19518761336", "phone"), ("(951) 876-1336", "phone"), ("9518761336", "phone"), ("42", "number"),
        ("1,234.50", "number"), ("$74.69", "number"), ("-5%", "number"), ("yes", "boolean"), ("Ana", "text"),
    ],
)  # fmt: skip
def test_a_cell_looks_like_what_a_person_would_say(cell, look):
    assert look_of(cell) == look


@pytest.mark.parametrize(
    ("cell", "escape"),
    [
        (r'"5\""', True),  # 5", where a backslash escapes
        (r'"say \"hi\" to"', True),
        (r'"ends in a backslash\"', False),
        (r'"doubled\"""', False),  # doubled\" and the end of the cell
        (r'"a\"" b"', False),
    ],
)
def test_quotes_behind_a_backslash_tell_whether_it_escapes(cell, escape):
    assert _may_escape(f"a,b\n{cell},x\n", ",", '"', ReadingOptions()) is escape
