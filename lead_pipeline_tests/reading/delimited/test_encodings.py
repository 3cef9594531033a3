import codecs

import polars as pl
import pytest

from lead_pipeline.model.errors import FileUnreadableError
from lead_pipeline.reading import source

WESTERN = "José García|François Müller|Zoë Núñez|São Paulo|Köln|Málaga|Bjørn Ødegård|Straße 5|Besançon"
EUROPEAN = "Łukasz Wiśniewski|Żaneta Kowalczyk|Dvořák Jiří|Šimon Novák|Gyöngyi Szűcs|Kraków|Łódź|Plzeň"
CYRILLIC = "Иван Петров|Мария Смирнова|Москва|Ольга Кузнецова|Екатеринбург|Дмитрий Соколов"
GREEK = "Γιώργος Παπαδόπουλος|Αθήνα|Μαρία Νικολάου|Θεσσαλονίκη"
JAPANESE = "佐藤 太郎|鈴木 花子|東京都新宿区|大阪府大阪市|高橋 健一|カタカナ|ひらがな|株式会社山田"
SIMPLIFIED = "王小明|李华|北京市朝阳区|上海市浦东新区|张伟|广州市|有限公司|联系电话"
TRADITIONAL = "王小明|李美華|台北市信義區|高雄市|張偉|新竹縣|有限公司|聯絡電話"
KOREAN = "김철수|이영희|서울특별시 강남구|부산광역시|박지성|주식회사|전화번호"


def list_of(words: str, rows: int = 40) -> str:
    names = words.split("|")
    lines = (f"{names[n % len(names)]},+1951876{n:04d},{names[-n % len(names)]}" for n in range(rows))
    return "name,phone,city\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        *((WESTERN, name) for name in ("utf-8", "cp1252", "iso8859_1", "mac_roman", "utf-16-le", "utf-16-be")),
        *((WESTERN, name) for name in ("utf-32-le", "utf-32-be", "iso8859_15")),
        *((EUROPEAN, name) for name in ("cp1250", "iso8859_2")),
        *((CYRILLIC, name) for name in ("cp1251", "koi8_r", "iso8859_5")),
        *((GREEK, name) for name in ("cp1253", "iso8859_7")),
        *((JAPANESE, name) for name in ("cp932", "euc_jp")),
        (SIMPLIFIED, "gb18030"), (TRADITIONAL, "big5"), (KOREAN, "cp949"),
    ],
)  # fmt: skip
def test_the_encoding_is_found_and_every_character_kept(read, words, encoding):
    text = list_of(words)
    frame = read(text.encode(encoding))
    assert frame.select(frame.columns[2:-2]).rows() == [tuple(line.split(",")) for line in text.splitlines()[1:]]
    assert frame["reasons"].list.len().sum() == 0


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)  # fmt: skip
def test_a_byte_order_mark_names_the_encoding_and_is_no_part_of_the_text(opened, mark, encoding):
    reader = opened(mark + list_of(WESTERN).encode(encoding))
    assert (reader.facts.encoding, reader.facts.has_bom) == (encoding, True)
    assert reader.columns[0].header == "name"


def test_a_utf8_file_with_a_few_bad_rows_stays_utf8_and_those_rows_say_so(read):
    content = list_of(WESTERN).encode() + "Jos\xe9,1,Reykjav\xedk\n".encode("latin-1")
    content += list_of(WESTERN).partition("\n")[2].encode()
    frame = read(content)
    bad = frame.filter(pl.col("reasons").list.len() > 0)
    assert bad.select("row_number", "name", "reasons").rows() == [(41, r"Jos\xe9", ["encoding_invalid"])]


def test_bytes_that_a_wide_encoding_cannot_have_mark_their_row_only(read):
    content = codecs.BOM_UTF16_LE + "a,b\n1,2\n3,".encode("utf-16-le") + b"\x00\xd8" + ",\n5,6\n".encode("utf-16-le")
    frame = read(content)
    assert frame["reasons"].to_list()[0] == []
    assert "encoding_invalid" in frame["reasons"].to_list()[1]
    assert frame["a"].to_list()[-1] == "5"


def test_bytes_beyond_ascii_far_into_the_file_decide_too(opened):
    reader = opened(b"name,city\n" + b"Ana,Riverside\n" * 200_000 + "José,Málaga\n".encode("cp1252"))
    assert reader.facts.encoding == "cp1252"


def test_characters_cut_by_blocks_are_whole_again(read, monkeypatch):
    monkeypatch.setattr(source, "BLOCK_BYTES", 7)
    text = list_of(JAPANESE, rows=5)
    for encoding in ("utf-8", "utf-16-le", "cp932"):
        frame = read(text.encode(encoding), encoding=encoding)
        assert frame["name"].to_list() == [line.split(",")[0] for line in text.splitlines()[1:]]


def test_the_encoding_option_overrules_detection(opened):
    assert next(opened("a,b\né,2\n".encode("cp1252"), encoding="cp1251").batches())["a"][0] == "й"


def test_an_unknown_encoding_is_refused(opened):
    with pytest.raises(FileUnreadableError, match="'utf-9'"):
        opened("a,b\n1,2\n", encoding="utf-9")


#: Sizes at which the start of a file is cut to be looked at: for the detector, for the head, and for blocks.
DETECTED, HEAD, BLOCK = 16 * 2**10, 64 * 2**10, 256 * 2**10

EAST_ASIAN = [
    (TRADITIONAL, "big5"), (SIMPLIFIED, "gb18030"), (JAPANESE, "cp932"), (JAPANESE, "euc_jp"), (KOREAN, "cp949"),
    (KOREAN, "euc_kr"),
]  # fmt: skip
SURROGATES = "𠮷野家 太郎|𩸽 次郎|東京都𠮷区"


@pytest.mark.parametrize(
    ("words", "encoding", "size"),
    [
        *((words, encoding, DETECTED) for words, encoding in EAST_ASIAN),
        *((TRADITIONAL, encoding, HEAD) for encoding in ("utf-8", "utf-16-le", "utf-16-be")),
        *((SURROGATES, encoding, HEAD) for encoding in ("utf-16-le", "utf-16-be", "gb18030")),
        (KOREAN, "utf-8", BLOCK),
    ],
)
@pytest.mark.parametrize("ascii_before", range(4))
def test_a_character_across_a_cut_changes_nothing(opened, words, encoding, size, ascii_before):
    """Around the cut is nothing but characters of several bytes, so that some of the shifts cut one."""
    lines = list_of(words, rows=max(60, size // 200))
    value = words.replace("|", "").replace(" ", "") * (size // len(words.encode(encoding)))
    below = lines.partition("\n")[2]
    text = f"{lines}{value},1,1\n{below}" if "16" not in encoding else lines + below * 9
    text = "x" * ascii_before + text
    reader = opened(text.encode(encoding))
    assert reader.facts.encoding == {"euc_kr": "cp949"}.get(encoding, encoding)
    assert reader.facts.encoding_sure >= 0.9
    frame = next(reader.batches())
    assert frame.select(frame.columns[2:-2]).rows() == [tuple(line.split(",")) for line in text.splitlines()[1:]]
    assert frame["reasons"].list.len().sum() == 0


@pytest.mark.parametrize(("words", "encoding"), EAST_ASIAN, ids=[e for _, e in EAST_ASIAN])
def test_a_damaged_character_among_many_does_not_hide_the_encoding(opened, words, encoding):
    content = list_of(words, rows=200).encode(encoding)
    middle = content.index(b"\n", 3000)
    reader = opened(content[: middle - 1] + b"\xff," + content[middle - 1 :])
    assert reader.facts.encoding == {"euc_kr": "cp949"}.get(encoding, encoding)


@pytest.mark.parametrize(
    ("encoding", "cell", "kept"),
    [
        ("utf-8", b"Jos\xe9", r"Jos\xe9"),
        ("utf-8", b"\xf0\x9f\x98", r"\xf0\x9f\x98"),
        ("cp932", b"x\x81", r"x\x81"),
        ("euc_jp", b"\x80x\xff", r"\x80x\xff"),
        ("cp1252", b"a\x81b", r"a\x81b"),
        ("ascii", b"Jos\xc3\xa9", "José"),
    ],
)
def test_bytes_that_are_no_text_are_kept_to_be_found(read, encoding, cell, kept):
    """In other encodings than UTF-8 their neighbours may be such that all together were UTF-8: 0xC3 0xA9 in ASCII."""
    frame = read(b"a,b\n" + cell + b",2\nx,3\n", encoding=encoding)
    assert frame["a"].to_list() == [kept, "x"]
    assert frame["reasons"].to_list() == [["encoding_invalid"] if "\\" in kept else [], []]


@pytest.mark.parametrize("block", [3, 4, 5, 7, 4096])
def test_letters_that_were_lost_before_the_file_came_are_counted_wherever_it_is_cut(opened, monkeypatch, block):
    monkeypatch.setattr(source, "BLOCK_BYTES", block)
    reader = opened("name,city\nJos\ufffd,K\ufffdln\n\ufffd\ufffd,\ufffc\nAnn,Oslo\n")
    list(reader.batches())
    assert any(note.startswith("4 characters are U+FFFD") for note in reader.facts.notes)


def test_of_a_file_without_lost_letters_nothing_is_said(opened):
    reader = opened("name\nJosé\nKöln \ufffc\n")
    list(reader.batches())
    assert not any("U+FFFD" in note for note in reader.facts.notes)
