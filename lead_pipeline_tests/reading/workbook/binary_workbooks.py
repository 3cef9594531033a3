"""Writes small .xls ([MS-XLS] in [MS-CFB]) and .xlsb ([MS-XLSB]) workbooks of one sheet, for tests: no library that is
kept up writes them with error cells and number formats.

A cell is a text, a number, a pair (number, number format), an error as text (`#N/A`), or None for no cell.
"""

import io
import struct
import zipfile
from collections.abc import Sequence

Cell = str | float | tuple[float, str] | None

ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}
FIRST_OWN_FORMAT = 164


def formats_of(rows: Sequence[Sequence[Cell]]) -> list[str]:
    return list(dict.fromkeys(cell[1] for row in rows for cell in row if isinstance(cell, tuple)))


#: A block of merged cells: first and last row, first and last column.
Merge = tuple[int, int, int, int]


def xls(
    rows: Sequence[Sequence[Cell]], *, sheet: str = "leads", hidden: Sequence[int] = (), merges: Sequence[Merge] = ()
) -> bytes:
    """Return a BIFF8 workbook in a compound file."""
    formats = formats_of(rows)
    styles = [0] * 16 + [FIRST_OWN_FORMAT + place for place in range(len(formats))]

    def globals_with(offset: int) -> bytes:
        name = bytes([len(sheet), 0]) + sheet.encode("latin-1")
        parts = [_biff(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 6)), _biff(0x0042, struct.pack("<H", 1200))]
        parts += [_biff(0x0031, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + b"\x01\x00A")] * 5
        for place, code in enumerate(formats):
            text = struct.pack("<HB", len(code), 0) + code.encode("latin-1")
            parts.append(_biff(0x041E, struct.pack("<H", FIRST_OWN_FORMAT + place) + text))
        parts += [
            _biff(0x00E0, struct.pack("<HHH", 0, style, 0 if place > 14 else 0xFFF5) + bytes(14))
            for place, style in enumerate(styles)
        ]
        parts += [_biff(0x0085, struct.pack("<IBB", offset, 0, 0) + name), _biff(0x000A, b"")]
        return b"".join(parts)

    beginning = globals_with(len(globals_with(0)))
    cells = [_biff(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 6))]
    width = max(map(len, rows))
    cells.append(_biff(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)))
    cells += [_biff(0x0208, struct.pack("<HHHHHHI", row, 0, width, 255, 0, 0, 0x0120)) for row in hidden]
    for row, values in enumerate(rows):
        cells += [_xls_cell(row, column, value, formats) for column, value in enumerate(values) if value is not None]
    if merges:
        cells.append(
            _biff(0x00E5, struct.pack("<H", len(merges)) + b"".join(struct.pack("<4H", *one) for one in merges))
        )
    return _compound_file(beginning + b"".join(cells) + _biff(0x000A, b""))


def _biff(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _xls_cell(row: int, column: int, value: Cell, formats: list[str]) -> bytes:
    style = 15 + (1 + formats.index(value[1]) if isinstance(value, tuple) else 0)
    place = struct.pack("<HHH", row, column, style)
    if isinstance(value, str) and value in ERRORS:
        return _biff(0x0205, place + bytes([ERRORS[value], 1]))
    if isinstance(value, str):
        return _biff(0x0204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    return _biff(0x0203, place + struct.pack("<d", value[0] if isinstance(value, tuple) else value))


def _compound_file(stream: bytes) -> bytes:
    """Return a compound file with one stream `Workbook`, long enough not to need the small sectors."""
    stream += bytes(max(0, 4096 - len(stream)))
    stream += bytes(-len(stream) % 512)
    sectors = len(stream) // 512
    chain = [*range(1, sectors), 0xFFFFFFFE]
    fat_sectors = -(-(sectors + 2) // 128) + 1
    fat = [*chain, 0xFFFFFFFE, *[0xFFFFFFFD] * fat_sectors]
    fat += [0xFFFFFFFF] * (fat_sectors * 128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, fat_sectors, sectors, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0
    )
    header += struct.pack("<109I", *range(sectors + 1, sectors + 1 + fat_sectors), *[0xFFFFFFFF] * (109 - fat_sectors))
    directory = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + _entry("Workbook", 2, 0xFFFFFFFF, 0, len(stream))
    return header + stream + directory + bytes(256) + struct.pack(f"<{len(fat)}I", *fat)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    entry = text + bytes(64 - len(text)) + struct.pack("<HBBIII", len(text) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    return entry + bytes(36) + struct.pack("<IQ", start, size)


RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
RELATION = (
    '<Relationship Id="{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>'
)


def xlsb(
    rows: Sequence[Sequence[Cell]], *, sheet: str = "leads", hidden: Sequence[int] = (), merges: Sequence[Merge] = ()
) -> bytes:
    """Return a binary workbook in a zip."""
    formats = formats_of(rows)
    styles = [_record(615, struct.pack("<I", len(formats)))]
    styles += [
        _record(44, struct.pack("<H", FIRST_OWN_FORMAT + place) + _wide(code)) for place, code in enumerate(formats)
    ]
    styles.append(_record(616, b""))
    styles.append(_record(617, struct.pack("<I", 1 + len(formats))))
    numbers = [0, *(FIRST_OWN_FORMAT + place for place in range(len(formats)))]
    styles += [_record(47, struct.pack("<HH", 0, number) + bytes(12)) for number in numbers]
    styles.append(_record(618, b""))
    body = [_record(145, b"")]
    for row, values in enumerate(rows):
        flags = bytes([0, 0x10 if row in hidden else 0])
        body.append(_record(0, struct.pack("<IIH", row, 0, 300) + flags + bytes(13)))
        body += [_xlsb_cell(column, value, formats) for column, value in enumerate(values) if value is not None]
    merged = [_record(177, struct.pack("<I", len(merges)))] if merges else []
    merged += [_record(176, struct.pack("<4I", *one)) for one in merges]
    dimensions = _record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        related = RELATION.format("rId1", "worksheet", "worksheets/sheet1.bin")
        archive.writestr("xl/_rels/workbook.bin.rels", RELATIONS.format(related))
        bundle = struct.pack("<II", 0, 1) + _wide("rId1") + _wide(sheet)
        book = [(131, b""), (153, bytes(12)), (143, b""), (156, bundle), (144, b""), (132, b"")]
        archive.writestr("xl/workbook.bin", b"".join(_record(*record) for record in book))
        archive.writestr("xl/styles.bin", b"".join(styles))
        archive.writestr(
            "xl/worksheets/sheet1.bin",
            _record(129, b"") + dimensions + b"".join(body) + _record(146, b"") + b"".join(merged) + _record(130, b""),
        )
    return packed.getvalue()


def _record(kind: int, content: bytes) -> bytes:
    return _number(kind) + _number(len(content)) + content


def _number(number: int) -> bytes:
    written = b""
    while number > 0x7F:
        written += bytes([number & 0x7F | 0x80])
        number >>= 7
    return written + bytes([number])


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _xlsb_cell(column: int, value: Cell, formats: list[str]) -> bytes:
    style = 1 + formats.index(value[1]) if isinstance(value, tuple) else 0
    place = struct.pack("<II", column, style)
    if isinstance(value, str) and value in ERRORS:
        return _record(3, place + bytes([ERRORS[value]]))
    if isinstance(value, str):
        return _record(6, place + _wide(value))
    return _record(5, place + struct.pack("<d", value[0] if isinstance(value, tuple) else value))
