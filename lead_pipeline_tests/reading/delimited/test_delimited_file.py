import csv
import io

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lead_pipeline.model.errors import FileUnreadableError
from lead_pipeline.reading import source
from lead_pipeline.reading.delimited import delimited_file, fast_path, quote_bits
from lead_pipeline.reading.delimited.dialect import Dialect
from lead_pipeline.reading.delimited.text_layout import MOST_COLUMNS
from lead_pipeline.reading.row_reader import named_columns

CELLS = ["a", "b", "c"]


def rows_of(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    return frame.select("row_number", "line_number", *frame.columns[2:-2], "reasons").rows()


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        pytest.param("1,2,3\n4,5,6\n", [(1, 2, "1", "2", "3", []), (2, 3, "4", "5", "6", [])], id="lf"),
        pytest.param("1,2,3\r\n4,5,6\r\n", [(1, 2, "1", "2", "3", []), (2, 3, "4", "5", "6", [])], id="crlf"),
        pytest.param("1,2,3\r4,5,6\r", [(1, 2, "1", "2", "3", []), (2, 3, "4", "5", "6", [])], id="cr"),
        pytest.param("1,2,3\n4,5,6", [(1, 2, "1", "2", "3", []), (2, 3, "4", "5", "6", [])], id="no-last-newline"),
        pytest.param('"1,1",2,3\n', [(1, 2, "1,1", "2", "3", [])], id="quoted-delimiter"),
        pytest.param('"1""1",2,3\n', [(1, 2, '1"1', "2", "3", [])], id="doubled-quote"),
        pytest.param('"""1""",2,""\n', [(1, 2, '"1"', "2", "", [])], id="quotes-at-the-edges"),
        pytest.param(
            '"1\nx",2,3\n4,"5\r\n\ny",6\n7,8,9\n',
            [(1, 2, "1\nx", "2", "3", []), (2, 4, "4", "5\r\n\ny", "6", []), (3, 7, "7", "8", "9", [])],
            id="multi-line-cells-move-line-numbers",
        ),
        pytest.param(" 1 ,2 , 3\n", [(1, 2, " 1 ", "2 ", " 3", [])], id="nothing-is-trimmed"),
        pytest.param("01,1.0,1e5\n", [(1, 2, "01", "1.0", "1e5", [])], id="nothing-is-converted"),
        pytest.param("NULL,null,NA\n", [(1, 2, "NULL", "null", "NA", [])], id="nothing-means-null"),
        pytest.param("1,,\n", [(1, 2, "1", "", "", [])], id="empty-cells-are-empty-text"),
        pytest.param("1,\x00é\x00,3\n", [(1, 2, "1", "é", "3", [])], id="nuls-are-no-text"),
        pytest.param("1,2,3\n\x1a", [(1, 2, "1", "2", "3", [])], id="ctrl-z-ends-the-file"),
        pytest.param("1,\x1a2,3\n", [(1, 2, "1", "\x1a2", "3", [])], id="ctrl-z-elsewhere-is-kept"),
        pytest.param('5" pipe,2,3\n', [(1, 2, '5" pipe', "2", "3", [])], id="quote-inside-plain-text"),
        pytest.param("né,日本,😀\n", [(1, 2, "né", "日本", "😀", [])], id="beyond-ascii"),
    ],
)
def test_good_rows_keep_their_exact_text_and_numbers(read, body, rows):
    assert rows_of(read("a,b,c\n" + body)) == rows


@pytest.mark.parametrize(
    ("body", "rows", "extra"),
    [
        pytest.param(
            "1,2\n4,5,6\n",
            [(1, 2, "1", "2", None, ["row_too_few_cells"]), (2, 3, "4", "5", "6", [])],
            [None, None],
            id="short-row-does-not-shift-the-next",
        ),
        pytest.param(
            "1,2,3,4,5\n4,5,6\n",
            [(1, 2, "1", "2", "3", ["row_too_many_cells"]), (2, 3, "4", "5", "6", [])],
            [["4", "5"], None],
            id="long-row-keeps-its-extra-cells",
        ),
        pytest.param(
            "\n1,2,3\n,,\n  ,\t,\n",
            [
                (1, 2, "", None, None, ["row_blank"]),
                (2, 3, "1", "2", "3", []),
                (3, 4, "", "", "", ["row_blank"]),
                (4, 5, "  ", "\t", "", ["row_blank"]),
            ],
            [None] * 4,
            id="blank-rows-are-counted-and-only-blank",
        ),
        pytest.param(
            '1,"2,3\n4,5,6\n7,"8",9\n',
            [
                (1, 2, "1", '"2', "3", ["quote_unclosed"]),
                (2, 3, "4", "5", "6", []),
                (3, 4, "7", "8", "9", []),
            ],
            [None] * 3,
            id="unclosed-quote-before-another-quote",
        ),
        pytest.param(
            '1,"2,3\n4,5,6\n7,8,9\n',
            [
                (1, 2, "1", '"2', "3", ["quote_unclosed"]),
                (2, 3, "4", "5", "6", []),
                (3, 4, "7", "8", "9", []),
            ],
            [None] * 3,
            id="unclosed-quote-to-the-end-of-the-file",
        ),
        pytest.param(
            '1,2,"3\n4,5,6\n7,8",9\n',
            [
                (1, 2, "1", "2", '"3', ["quote_unclosed"]),
                (2, 3, "4", "5", "6", []),
                (3, 4, "7", '8"', "9", []),
            ],
            [None] * 3,
            id="quote-closed-rows-later-gives-the-rows-back",
        ),
        pytest.param(
            '"a "b", c","d "e", f"\n4,5,6\n',
            [(1, 2, 'a "b', ' c"', 'd "e", f', ["quote_unclosed"]), (2, 3, "4", "5", "6", [])],
            [None, None],
            id="quotes-not-doubled-that-can-be-read-in-several-ways",
        ),
        pytest.param(
            b"1,\xff\xfe,3\n4,5,6\n",
            [(1, 2, "1", r"\xff\xfe", "3", ["encoding_invalid"]), (2, 3, "4", "5", "6", [])],
            [None, None],
            id="bytes-that-are-not-utf-8",
        ),
    ],
)
def test_a_damaged_row_has_its_reason_and_the_next_row_is_whole(read, body, rows, extra):
    frame = read(b"a,b,c\n" + (body if isinstance(body, bytes) else body.encode()))
    assert rows_of(frame) == rows
    assert frame["extra_cells"].to_list() == extra


def test_a_batch_has_the_promised_columns_on_both_paths(read):
    expected = {
        "row_number": pl.Int64,
        "line_number": pl.Int64,
        "a": pl.String,
        "b": pl.String,
        "reasons": pl.List(pl.String),
        "extra_cells": pl.List(pl.String),
    }
    assert read("a,b\n1,2\n").schema == expected
    assert read("a,b\n1,2\n3\n").schema == expected


def test_batches_are_cut_at_the_number_of_rows_and_can_be_read_again(opened):
    reader = opened("a,b\n" + "".join(f"{n},x\n" for n in range(25)))
    for _ in range(2):
        batches = list(reader.batches(rows=10))
        assert [batch.height for batch in batches] == [10, 10, 5]
        assert pl.concat(batches)["row_number"].to_list() == list(range(1, 26))


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        pytest.param(["phone", "phone", "phone"], ["phone", "phone_2", "phone_3"], id="duplicates"),
        pytest.param(
            ["phone", "phone", "phone_2"], ["phone", "phone_3", "phone_2"], id="a-real-phone_2-keeps-its-name"
        ),
        pytest.param(["a", "", " "], ["a", "column_2", "column_3"], id="empty"),
        pytest.param(["Phone", "phone"], ["Phone", "phone_2"], id="letter-case-is-no-difference"),
        pytest.param(["reasons", "row_number"], ["reasons_2", "row_number_2"], id="reserved"),
        pytest.param([" phone "], ["phone"], id="outer-spaces"),
        pytest.param(["lines", "cell_0"], ["lines", "cell_0"], id="names-used-inside-reading"),
        pytest.param(["*", "^a.*$", "a*", "^"], ["* ", "^a.*$ ", "a*", "^"], id="what-polars-takes-for-several"),
    ],
)
def test_column_names_are_unique_and_visible(headers, names):
    columns = named_columns(headers)
    assert [column.name for column in columns] == names
    assert [column.header for column in columns] == headers
    assert [column.position for column in columns] == list(range(len(headers)))


@given(
    st.lists(st.text(alphabet="aA_2 ", max_size=4) | st.sampled_from(["reasons", "column_1", "column_2"]), min_size=1)
)
def test_column_names_are_unique_whatever_the_header(headers):
    names = [column.name.casefold() for column in named_columns(headers)]
    assert len(set(names)) == len(names)


def test_many_equal_headers_are_numbered_one_after_the_other():
    names = [column.name for column in named_columns(["phone"] * 40_000)]
    assert names == ["phone", *(f"phone_{number}" for number in range(2, 40_001))]


@pytest.mark.parametrize("header", [None, False], ids=["header-found", "no-header"])
def test_a_file_wider_than_any_list_is_refused_with_its_width(opened, header):
    cells = ",".join(f"c{place}" for place in range(MOST_COLUMNS + 1))
    with pytest.raises(FileUnreadableError, match=r"has 50,001 columns, and at most 50,000 are read\. Check that"):
        opened(f"{cells}\n{cells}\n".encode(), header=header)


def test_facts_say_what_was_found(opened):
    facts = opened(b"\xef\xbb\xbfa,b\r\n1,2\r\n").facts
    assert (facts.encoding, facts.has_bom, facts.newline, facts.header_line) == ("utf-8", True, "CRLF", 1)


def test_the_bom_is_no_part_of_the_first_header(opened):
    assert [column.header for column in opened(b"\xef\xbb\xbfa,b\n1,2\n").columns] == ["a", "b"]


def test_blank_lines_above_the_header_count_as_lines(read):
    assert rows_of(read("\n\na,b\n1,2\n")) == [(1, 4, "1", "2", [])]


table_cells = st.text(alphabet=st.sampled_from(list('ab1é ,"\n\r\t')), max_size=6)
#: Nothing is left to detection, whose guesses about a handful of odd characters are not what these tests are about.
TOLD = {"encoding": "utf-8", "delimiter": ",", "quote": '"', "escape": "", "header": True, "header_row": 1}

tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(table_cells, min_size=width, max_size=width), min_size=1, max_size=12)
)


@st.composite
def csv_texts(draw) -> str:
    written = io.StringIO(newline="")
    quoting = draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]))
    # With "\n" the csv module leaves a lone CR unquoted, which then ends a row.
    ends = ["\r\n"] if quoting == csv.QUOTE_MINIMAL else ["\n", "\r\n"]
    writer = csv.writer(written, lineterminator=draw(st.sampled_from(ends)), quoting=quoting)
    table = draw(tables)
    writer.writerow([f"h{place}" for place in range(len(table[0]))])
    writer.writerows([*table, ["z"] * len(table[0])])
    return written.getvalue()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=csv_texts(), block=st.integers(1, 60), piece=st.integers(1, 40))
def test_rows_and_lines_are_those_of_the_csv_module_however_the_blocks_fall(read, monkeypatch, text, block, piece):
    monkeypatch.setattr(source, "BLOCK_BYTES", block)
    monkeypatch.setattr(delimited_file, "PIECE_BYTES", piece)
    monkeypatch.setattr(quote_bits, "STRETCH_BYTES", 64)
    frame = read(text, **TOLD)
    reference = csv.reader(io.StringIO(text, newline=""))
    width = len(next(reference))
    cells, lines, line = [], [], reference.line_num
    for row in reference:
        present = row or [""]
        cells.append((*present[:width], *[None] * (width - len(present))))
        lines.append(line + 1)
        line = reference.line_num
    assert frame.select(frame.columns[2:-2]).rows() == cells
    assert frame["line_number"].to_list() == lines
    assert frame["row_number"].to_list() == list(range(1, len(cells) + 1))


messy_texts = st.text(alphabet=st.sampled_from(list('ab,,""\n\n\r é')), max_size=60) | csv_texts()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=messy_texts, block=st.integers(1, 60), piece=st.integers(1, 40))
def test_fast_and_careful_path_agree_on_any_text(read, monkeypatch, body, block, piece):
    monkeypatch.setattr(source, "BLOCK_BYTES", block)
    monkeypatch.setattr(delimited_file, "PIECE_BYTES", piece)
    monkeypatch.setattr(quote_bits, "STRETCH_BYTES", 64)
    content = "a,b\nx,y\n" + body
    as_dispatched = read(content, **TOLD)
    monkeypatch.setattr(source, "BLOCK_BYTES", 2**20)
    monkeypatch.setattr(delimited_file, "read_clean", lambda *_: None)
    assert as_dispatched.equals(read(content, **TOLD))


def test_clean_text_takes_the_fast_path(read, monkeypatch):
    monkeypatch.setattr(delimited_file.Tokenizer, "_record", _only_for_the_header(delimited_file.Tokenizer._record))
    assert read('a,b\n1,"x\ny"\r\n"2",é\n').height == 2


def _only_for_the_header(original):
    def record(self, text, start, final):
        assert self._width is None, "a clean block was read by the tokenizer"
        return original(self, text, start, final)

    return record


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"1,2\n3\n", id="too-few"),
        pytest.param(b"1,2\n3,4,5\n", id="too-many"),
        pytest.param(b"1,2\n3\n4,5,6\n", id="too-few-and-too-many-cancel-out"),
        pytest.param(b"1,2\n\n3,4\n", id="blank-line"),
        pytest.param(b"1,2\n3,\xff\n", id="not-utf-8"),
        pytest.param(b'1,"2\n3,"4"\n', id="unclosed"),
        pytest.param(b'1,a"b\n3,"4\n', id="stray-quotes-of-even-number"),
        pytest.param(b'1,"a"b\n', id="text-after-the-closing-quote"),
        pytest.param(b'1,a"b,c"\n', id="text-before-the-opening-quote"),
        pytest.param(b'1,a"b"\n', id="a-quote-in-the-middle"),
        pytest.param(b"1,2\r3,4\n", id="lone-cr"),
        pytest.param(b'1,"2\r3"\n', id="lone-cr-inside-quotes"),
        pytest.param(b'1,"\xe9"\n', id="not-utf-8-inside-quotes"),
    ],
)
def test_a_block_that_is_not_clean_is_never_read_by_polars(data):
    assert fast_path.read_clean(data, Dialect(), 2) is None


def test_rows_lost_on_the_way_refuse_the_file(opened, monkeypatch):
    original = delimited_file.read_clean

    def loses_a_row(data, dialect, width):
        clean = original(data, dialect, width)
        return clean._replace(cells=clean.cells.head(-1), lines=clean.lines - 1)

    monkeypatch.setattr(delimited_file, "read_clean", loses_a_row)
    reader = opened("a,b\n1,2\n3,4\n")
    with pytest.raises(FileUnreadableError, match="account for 2 lines, but 3 lines"):
        list(reader.batches())


def test_a_file_cut_short_while_it_is_read_is_refused(opened, tmp_path, monkeypatch):
    monkeypatch.setattr(source, "BLOCK_BYTES", 1000)
    reader = opened("a,b\n" + "1,2\n" * 100_000)
    batches = reader.batches(rows=10)
    next(batches)
    with (tmp_path / "staged").open("r+b") as file:
        file.truncate(200_002)
    with pytest.raises(FileUnreadableError, match="changed while it was being read"):
        list(batches)


def test_one_damaged_row_among_many_costs_only_its_neighbourhood(read, monkeypatch):
    monkeypatch.setattr(source, "BLOCK_BYTES", 100_000)
    monkeypatch.setattr(delimited_file, "PIECE_BYTES", 1_000)
    frame = read("a,b\n" + "1,2\n" * 10_000 + '3,"4\n' + "5,6\n" * 10_000)
    assert frame.height == 20_001
    assert frame.filter(pl.col("reasons").list.len() > 0).select("row_number", "line_number").rows() == [
        (10_001, 10_002)
    ]
