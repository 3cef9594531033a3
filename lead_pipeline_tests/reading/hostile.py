"""Files as nobody should write them, for the property test and for long runs (benchmarks/reading_fuzz.py): what they
are made of, and what must be true of whatever reading makes of them.
"""

import gzip
import io
import random
import zipfile
from pathlib import Path

from hypothesis import strategies as st

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.model.reasons import Reason
from lead_pipeline.reading import open_rows

#: Small files of every kind that is read as text, to be damaged.
SEEDS = (
    b'name,phone\nAna,+19518761336\nBo,"x, y"\n',
    b'a;b;c\r\n1;"2\r\nx";3\r\n"4";5;"6""7"\r\n',
    "näme\tphöne\nJosé\t1\n".encode("utf-16"),
    "n,p\nJosé,1\n".encode("utf-16-le"),
    "n,p\nJosé,1\n".encode("utf-32"),
    "名前,電話\n佐藤,1\n".encode("cp932"),
    b"sep=|\na|b\n1|2\n",
    b"a,b\r1,2\r3,4\r",
    b"# title\n\na,b,\n1,2,\n3,4,\n",
    b"'a','b'\n'it\\'s','2'\n",
    b"<html><table><tr><td>a</td></tr></table></html>",
    b"{\x00}\x1f\x8b\x08\x00PK\x03\x04\xd0\xcf\x11\xe0",
)

#: What decides how a text is read, alone or in long rows.
PIECES = (
    b'"', b"'", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\n\n", b"\x00", b"\xff", b"\xfe", b"\xef\xbb\xbf",
    b"\\", b'\\"', b'""', b'","', b"\xe9", b"\xc3\xa9", b"\xed\xa0\x80", b"#", b"sep=", b"=", b"*", b"^a$", b" ", b"a",
    b"phone", b"2125550100", b"\x1a", b"\xe2\x80\xa8", b"\x85",
)  # fmt: skip

_ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp1251", "cp932", "gb18030", "big5",
    "euc-kr", "mac-roman",
)  # fmt: skip


def mutated(seed: bytes, chance: random.Random) -> bytes:
    """Return the file with some of its bytes changed, moved, repeated or lost."""
    data = bytearray(seed * chance.choice((1, 1, 1, 3, 40)))
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[place:place] = chance.choice(PIECES) * chance.choice((1, 1, 2, 300))
            case 1:
                del data[place : place + chance.randint(1, 8)]
            case 2:
                data[place : place + 1] = bytes([chance.randrange(256)])
            case 3:
                data[place:place] = data[place : place + chance.randint(1, 40)]
            case _:
                data[place:place] = chance.choice(PIECES)
    return bytes(data)


def _zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("leads.csv", content)
    return packed.getvalue()


_bytes = st.one_of(
    st.binary(max_size=400),
    st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join),
    st.builds(lambda seed, number: mutated(seed, random.Random(number)), st.sampled_from(SEEDS), st.integers(0)),
    st.builds(
        lambda text, name: text.encode(name, errors="replace"), st.text(max_size=80), st.sampled_from(_ENCODINGS)
    ),
)


def hostile_files() -> st.SearchStrategy[bytes]:
    """Return bytes of every kind, some of them packed, some of the packages cut short."""
    packed = st.builds(
        lambda content, pack, lost: (whole := pack(content))[: max(len(whole) - lost, 0)],
        _bytes,
        st.sampled_from((gzip.compress, _zipped)),
        st.sampled_from((0, 0, 0, 1, 9)),
    )
    return st.one_of(_bytes, _bytes, _bytes, packed)


def read_whole(path: Path) -> str:
    """Read a file to its end and return what became of it: "table", or the name of the refusal.

    Raises: AssertionError when rows are not numbered one by one, lines go backwards, two columns share a name, a reason
    is not registered, the reader itself missed rows, or a refusal is no sentence; and whatever reading lets through,
    which must be nothing.
    """
    try:
        reader = open_rows(path)
        names = [column.name.casefold() for column in reader.columns]
        assert len(set(names)) == len(names), "two columns have one name"
        rows = line = 0
        for batch in reader.batches():
            numbers = batch["row_number"].to_list()
            assert numbers == list(range(rows + 1, rows + len(numbers) + 1)), "rows are not numbered one by one"
            lines = batch["line_number"].drop_nulls()
            assert lines.is_sorted(), "a row starts above the one before it"
            assert lines.is_empty() or lines[0] >= line, "a row starts above the one before it"
            rows, line = rows + len(numbers), lines[-1] if len(lines) else line
            assert set(batch["reasons"].explode().drop_nulls()) <= set(Reason), "a reason is not registered"
        assert all(note.endswith((".", "?")) for note in reader.facts.notes), "a note is no sentence"
    except LeadPipelineError as refusal:
        refused: LeadPipelineError = refusal
    else:
        return "table"
    assert str(refused).endswith("."), "the refusal is no sentence"
    assert "please report" not in str(refused), "rows went missing on the way"
    return type(refused).__name__
