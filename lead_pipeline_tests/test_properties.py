"""What holds for every file, whatever is in it: whole imports of small random lists, step by step, without Dagster."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import ImportResult
from lead_pipeline_tests.reference_importer import Customs, import_rows, records
from lead_pipeline_tests.support import Stages, quick_folder, staging

PROFILE = ImportProfile.model_validate(
    {
        "name": "messy",
        "destination": {"kind": "schedule", "name": "x"},
        "default_region": "US",
        # Of a list with one odd byte nobody can tell whether it is UTF-8 with a fault, unless somebody says so; nor of
        # a row with a backslash and a cell too many, whether the backslash keeps two cells together.
        "reading": {"encoding": "utf-8", "escape": ""},
        "fields": {
            "phone": {"type": "phone", "column": "caller_id", "required": True},
            "email": {"type": "email", "on_invalid": "blank"},
            "expires_in": {"type": "integer", "min": 0, "max": 720},
            "company": {"type": "text", "required": True, "max_length": 12},
            "remote_ip": {"type": "text", "max_length": 15, "on_invalid": "blank"},
        },
        "default_attributes": {"sub_id": "none"},
    }
)
HEADER = ("caller_id", "email", "expires_in", "company", "remote_ip", "sub_id", "note")


@dataclass
class Bench:
    """One open home for hundreds of imports. Each example has a destination of its own: none sees another's leads."""

    stages: Stages
    examples: int = 0
    profile: ImportProfile = field(default=PROFILE)

    def fresh(self) -> ImportProfile:
        """Start another example, and return its profile."""
        self.examples += 1
        destination = PROFILE.destination.model_copy(update={"name": f"example {self.examples}"})
        self.profile = PROFILE.with_destination(destination)
        return self.profile

    def load(self, content: bytes, name: str = "list.csv") -> ImportResult:
        """Import a file for the example."""
        path = self.stages.home.root / name
        path.write_bytes(content)
        return self.stages.file(path, self.profile, identity_name=f"example {self.examples}")

    def outcomes(self, result: ImportResult) -> list[tuple[object, ...]]:
        """Return what the ledger says of each row: number, line, outcome, reasons, warnings."""
        return self.stages.rows(
            "select row_number, line_number, outcome, reason_codes, warning_codes from row_outcomes"
            " where import_id = ? order by row_number",
            result.import_id,
        )

    def leads(self, result: ImportResult) -> list[tuple[object, ...]]:
        """Return number, values and attributes of the leads that an import created."""
        return self.stages.rows(
            f"select row_number, {', '.join(name for name in PROFILE.fields if name != 'expires_in')},"
            " date_diff('hour', created_at, expires_at), attributes from leads where import_id = ? order by row_number",
            result.import_id,
        )


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with quick_folder() as folder, staging(folder) as stages:
        yield Bench(stages)


def examples(count: int):
    quiet = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    return settings(max_examples=count, deadline=None, suppress_health_check=quiet)


@dataclass(frozen=True)
class Listing:
    """A list before it is a file: rows of cells, some too many or too few, some blank."""

    rows: tuple[tuple[str, ...], ...]
    header: tuple[str, ...] = HEADER
    newline: str = "\n"
    bom: bool = False
    quote_all: bool = False

    def as_bytes(self) -> bytes:
        out = io.StringIO()
        quoting = csv.QUOTE_ALL if self.quote_all else csv.QUOTE_MINIMAL
        writer = csv.writer(out, lineterminator=self.newline, quoting=quoting)
        for cells in (self.header, *self.rows):
            if cells:
                writer.writerow(cells)
            else:
                out.write(self.newline)
        return (b"\xef\xbb\xbf" if self.bom else b"") + out.getvalue().encode("utf-8", "surrogateescape")


#: Numbers as people write them. Few different ones, so that they meet again.
AREAS, LAST = ("201", "415", "951", "917"), ("0100", "0123", "0199")
NUMBERS = st.builds(
    lambda form, area, last: form.format(a=area, n=last),
    st.sampled_from(["({a}) 555-{n}", "{a}555{n}", "+1 {a}-555-{n}", "1.{a}.555.{n}", " {a} 555 {n} ", "+1{a}555{n}"]),
    st.sampled_from(AREAS),
    st.sampled_from(LAST),
)
#: And what stands there instead: any few digits, numbers from abroad, words.
NO_NUMBERS = st.one_of(
    st.text("0123456789", min_size=1, max_size=9),
    st.sampled_from(
        ["", " ", "+44 20 7946 0123", "+999 555 0177", "ask Bo", "12", "+1 951 555 01", "+49 3", "call-me"]
    ),
)
TEXTS = st.text(st.sampled_from("aäZ9 ,;'\"\n\t=@-é漢😀\\{}\u00a0"), max_size=8)
CELLS = {
    "caller_id": st.one_of(NUMBERS, NUMBERS, NUMBERS, NO_NUMBERS),
    "email": st.sampled_from(
        ["", "ana@example.com", "ANA@Example.COM", "bo@", "x@example", "  dee@example.org ", "é@x.de"]
    ),
    "expires_in": st.sampled_from(["", "0", "24", "+48", "720", "721", "-1", "2h", "9" * 20, "007", "1.5"]),
    "company": st.one_of(st.sampled_from(["Acme", "Acme", "Acme", "Ünion Ltd", " ", "Thirteen char"]), TEXTS),
    "remote_ip": st.sampled_from(["", "192.0.2.7", "2001:db8:0:0:0:0:0:1"]),
    "sub_id": st.sampled_from(["", "aff-1", "001"]),
    "note": TEXTS,
}
BLANKS = st.sampled_from([(), ("",) * len(HEADER), (" ", "\t", "", "", "", "", ""), ("\u00a0",)])


@st.composite
def good_or_bad_row(draw: st.DrawFn) -> tuple[str, ...]:
    cells = tuple(draw(CELLS[name]) for name in HEADER)
    shape = draw(st.integers(0, 11))
    if shape == 0:
        return cells[: draw(st.integers(1, len(HEADER) - 1))]
    if shape == 1:
        return (*cells, "more", *draw(st.lists(TEXTS, max_size=1)))
    if shape == 2:
        return (*cells[:-1], "caf\udce9")  # a byte that is not UTF-8
    return cells


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    rows = draw(st.lists(st.one_of(*[good_or_bad_row()] * 8, BLANKS), min_size=1, max_size=14))
    rows.insert(draw(st.integers(0, len(rows))), ("9515550136", "", "24", "Acme", "", "", "x"))
    return Listing(
        tuple(rows),
        newline=draw(st.sampled_from(["\n", "\r\n"])),
        bom=draw(st.booleans()),
        quote_all=draw(st.booleans()),
    )


@given(listings(), listings())
@examples(9)
def test_an_obvious_importer_gives_every_row_the_same_outcome_reasons_and_values(bench, first, second):
    profile, known = bench.fresh(), set()
    for name, listing in (("first.csv", first), ("second.csv", second)):
        content = listing.as_bytes()
        if name == "second.csv" and content == first.as_bytes():
            return
        expected = import_rows(content, profile, known=known, customs=Customs(none=frozenset({"0"})))
        result = bench.load(content, name)
        assert bench.outcomes(result) == [
            (row.row_number, row.line_number, row.outcome, row.reasons, row.warnings) for row in expected
        ]
        created = [row for row in expected if row.outcome == "created"]
        assert [as_reference(lead) for lead in bench.leads(result)] == [
            (row.row_number, row.values, row.attributes) for row in created
        ]
        known |= {row.values["phone"] for row in created}


def as_reference(lead: tuple[object, ...]) -> tuple[object, ...]:
    number, *values, hours, attributes = lead
    names = [name for name in PROFILE.fields if name != "expires_in"]
    return number, dict(zip(names, values, strict=True)) | {"expires_in": hours}, json.loads(str(attributes))


@given(listings())
@examples(5)
def test_no_row_is_lost_or_invented(bench, listing):
    bench.fresh()
    content = listing.as_bytes()
    result = bench.load(content)
    physical = list(records(content))[1:]
    ledger = bench.outcomes(result)
    assert result.rows_read == result.counts.total == len(ledger) == len(physical)
    assert [(number, line) for number, line, *_ in ledger] == [
        (number, line) for number, (line, _) in enumerate(physical, start=1)
    ]
    kept = bench.stages.rows("select row_number from rejected_leads where import_id = ?", result.import_id)
    created = {number for number, *_ in bench.leads(result)}
    skipped = {number for number, _, outcome, *_ in ledger if outcome == "skipped"}
    not_created = {number for (number,) in kept}
    assert len(kept) == len(not_created)
    assert created | not_created | skipped == {number for number, *_ in ledger}
    assert len(created) + len(not_created) + len(skipped) == len(ledger)


TOKEN = re.compile(r"t\d+r(\d+)c\d+")


@st.composite
def marked_listings(draw: st.DrawFn) -> Listing:
    """Lists in which every cell but the phone says which row it is from."""
    rows = []
    for number in range(1, draw(st.integers(1, 20)) + 1):
        width = len(HEADER) + draw(st.sampled_from([0, 0, 0, 0, -2, 1]))
        line_break = draw(st.sampled_from(["", "", "\n", ",", '"']))
        cells = [f"t7r{number}c{place}{line_break}" for place in range(width)]
        cells[0] = draw(st.sampled_from([f"951555{number + 100:04}", "9515550136", "555", "9515550136;4155550123"]))
        cells[1] = f"t7r{number}c1@example.com"
        cells[2] = draw(st.sampled_from(["24", f"t7r{number}c2"]))
        cells[3] = f"t7r{number}c3"
        rows.append(tuple(cells))
    return Listing(tuple(rows), newline=draw(st.sampled_from(["\n", "\r\n"])))


@given(marked_listings())
@examples(6)
def test_no_value_appears_in_a_row_it_was_not_in(bench, listing):
    bench.fresh()
    result = bench.load(listing.as_bytes())
    leads = bench.stages.rows("select * from leads where import_id = ?", result.import_id)
    names = [name for name, *_ in bench.stages.rows("describe leads")]
    for lead in leads:
        row = dict(zip(names, lead, strict=True))
        assert rows_named_in(repr(lead)) == {row["row_number"]}
        assert {*json.loads(row["attributes"]).values()} <= {*listing.rows[row["row_number"] - 1]}
    for number, raw in bench.stages.rows(
        "select row_number, raw from rejected_leads where import_id = ?", result.import_id
    ):
        assert rows_named_in(raw) == {number}
    if result.rejected_file:
        text = (bench.stages.home.root / result.rejected_file).read_bytes().decode("utf-8-sig")
        for row in csv.DictReader(io.StringIO(text, newline="")):
            assert rows_named_in(repr(row)) == {int(row["_row_number"])}


def rows_named_in(text: str) -> set[int]:
    return {int(number) for number in TOKEN.findall(text)}


@given(listings(), st.randoms(use_true_random=False))
@examples(5)
def test_importing_twice_changes_nothing(bench, listing, chance):
    bench.fresh()
    content = listing.as_bytes()
    first = bench.load(content)
    before = counts_in_store(bench)
    assert bench.load(content, "another name.csv").already_imported
    assert counts_in_store(bench) == before

    rows = list(listing.rows)
    chance.shuffle(rows)
    other = Listing((*rows, ()), newline=listing.newline)  # a blank line makes it another content
    again = bench.load(other.as_bytes(), "another order.csv")
    assert again.counts.created == again.counts.updated == 0
    assert again.counts.duplicate == first.counts.created + first.counts.duplicate
    assert (again.counts.rejected, again.counts.skipped) == (first.counts.rejected, first.counts.skipped + 1)


def counts_in_store(bench: Bench) -> list[tuple[object, ...]]:
    tables = ("leads", "imports", "row_outcomes", "rejected_leads", "contacts", "enrollments")
    return bench.stages.rows(f"select {', '.join(f'(select count(*) from {table})' for table in tables)}")


@given(listings())
@examples(5)
def test_a_rejected_file_dropped_back_gives_the_same_rejections(bench, listing):
    bench.fresh()
    first = bench.load(listing.as_bytes())
    if first.counts.rejected + first.counts.duplicate == 0:
        assert first.rejected_file is None
        return
    content = (bench.stages.home.root / str(first.rejected_file)).read_bytes()
    again = bench.load(content, "rejected.csv")
    before = [codes for _, _, outcome, codes, _ in bench.outcomes(first) if outcome in ("rejected", "duplicate")]
    after = [(outcome, codes) for _, _, outcome, codes, _ in bench.outcomes(again)]
    assert len(before) == len(after)
    for was, (outcome, is_now) in zip(before, after, strict=True):
        if not LAID_OUT.isdisjoint(was):
            continue
        if DUPLICATE.isdisjoint(was):
            assert (outcome, is_now) == ("rejected", was)
        else:
            assert outcome == "duplicate"
            assert "duplicate_existing" in is_now


DUPLICATE = {"duplicate_in_file", "duplicate_existing"}

#: Writing the rejected file is what mends these: it gives a short row its empty cells, and other bytes a sign of UTF-8.
LAID_OUT = {"row_too_few_cells", "encoding_invalid"}


@given(listings(), st.permutations(range(len(HEADER))))
@examples(5)
def test_the_order_of_columns_does_not_matter(bench, listing, order):
    whole = Listing(tuple(row for row in listing.rows if len(row) == len(HEADER)), newline=listing.newline)
    turned = Listing(
        tuple(tuple(row[place] for place in order) for row in whole.rows),
        header=tuple(HEADER[place] for place in order),
    )
    results = []
    for content in (whole.as_bytes(), turned.as_bytes()):
        bench.fresh()
        result = bench.load(content)
        leads = [as_reference(lead) for lead in bench.leads(result)]
        results.append(([outcome for _, _, *outcome in bench.outcomes(result)], leads))
    assert results[0] == results[1]


@given(listings())
@examples(5)
def test_normalizing_is_idempotent(bench, listing):
    """What a lead holds is good input: imported again, it is the same value."""
    bench.fresh()
    leads = [as_reference(lead) for lead in bench.leads(bench.load(listing.as_bytes()))]
    rows = [
        tuple("" if values.get(name) is None else str(values[name]) for name in PROFILE.fields)
        for _, values, _ in leads
    ]
    header = tuple(PROFILE.column_of(name) for name in PROFILE.fields)
    bench.fresh()
    again = bench.load(Listing(tuple(rows), header=header).as_bytes(), "canonical.csv")
    assert again.counts.created == again.rows_read == len(leads)
    assert [values for _, values, _ in map(as_reference, bench.leads(again))] == [values for _, values, _ in leads]
