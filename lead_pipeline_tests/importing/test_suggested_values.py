"""What was probably meant is suggested for a value where it is known and would be accepted, and nowhere else."""

import csv
from collections.abc import Iterator

import polars as pl
import pytest

from lead_pipeline.importing.row_files import suggestions
from lead_pipeline.model.contracts import REASON_FIELDS_TYPE
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.reading.row_reader import RowReader
from lead_pipeline_tests.support import Stages, quick_folder, staging

PHONE, EMAIL, DATE = {"type": "phone"}, {"type": "email"}, {"type": "date"}
STATUS = {"type": "option", "options": ["Follow-up", "Customer", "new", "now"], "value_map": {"Kunde": "Customer"}}


@pytest.fixture(scope="module")
def home() -> Iterator[Stages]:
    with quick_folder() as folder, staging(folder) as stages:
        yield stages


def profile(region: str = "US", **changes: object) -> ImportProfile:
    base = {
        "name": "suggested",
        "destination": {"kind": "list", "name": "suggested"},
        "default_region": region,
        "fields": {"external_id": {"type": "text", "required": True}},
        "identify_by": "external_id",
    }
    return ImportProfile.model_validate(base | changes)


def rejected(home: Stages, rule: dict[str, object], *values: str, **changes: object) -> dict[str, tuple[str, str]]:
    """Reasons and suggestion of each refused value of an attribute with a rule."""
    number = len(list(home.home.reports.iterdir()))
    file = home.home.root / f"{number}.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([["external_id", "the value"], *([f"{number}-{v}", v] for v in values)])
    result = home.file(file, profile(attributes={"x": rule | {"column": "the value"}}, **changes))
    if result.rejected_file is None:
        return {}
    with (home.home.root / result.rejected_file).open(encoding="utf-8-sig", newline="") as opened:
        return {row["the value"]: (row["_reasons"], row["_suggested"]) for row in csv.DictReader(opened)}


def test_a_number_behind_another_countrys_prefix_gets_a_plus(home):
    found = rejected(home, PHONE, "0044 20 7946 0123", "011 44 20 7946 0123 9", "0044 20", "call me")
    assert found["0044 20 7946 0123"] == ("phone_too_long", "the value: +44 20 7946 0123")
    assert {found[value][1] for value in ("011 44 20 7946 0123 9", "0044 20", "call me")} == {""}


def test_damage_by_a_spreadsheet_gets_the_original_where_there_is_but_one(home):
    found = rejected(home, PHONE, "1.2125550123E+10", "2.12556E+9")
    assert found == {
        "1.2125550123E+10": ("spreadsheet_damage", "the value: 12125550123"),
        "2.12556E+9": ("spreadsheet_damage", ""),
    }


def test_numbers_in_an_old_form_get_todays(home):
    found = rejected(home, PHONE, "11 8765-4321", region="BR")
    assert found["11 8765-4321"][1] == "the value: +55 11 98765-4321"


def test_an_address_among_other_text_is_suggested_alone_and_of_several_none(home):
    found = rejected(home, EMAIL, "mail: mia@example.com.", "a@example.com b@example.com", "c@example", "Mia")
    assert found["mail: mia@example.com."][1] == "the value: mia@example.com"
    assert {found[value][1] for value in ("a@example.com b@example.com", "c@example", "Mia")} == {""}


def test_a_day_that_can_be_but_one_is_written_as_it_is_read(home):
    found = rejected(home, DATE, "25/12/2026", "12/25/2026", "45000", "03/04/2026", "31/02/2026", "13/13/2026")
    assert {value: said for value, (_, said) in found.items()} == {
        "25/12/2026": "the value: 2026-12-25",
        "12/25/2026": "the value: 2026-12-25",
        "45000": "the value: 2023-03-15",
        "03/04/2026": "",
        "31/02/2026": "",
        "13/13/2026": "",
    }


def test_an_option_written_with_other_marks_or_one_slip_is_the_option(home):
    values = ("follow up", "FOLLOWUP", "Custmer", "Kudne", "nwe", "nxw", "hot", "Customers and more")
    found = rejected(home, STATUS, *values)
    assert {value: said for value, (_, said) in found.items()} == {
        "follow up": "the value: Follow-up",
        "FOLLOWUP": "the value: Follow-up",
        "Custmer": "the value: Customer",
        "Kudne": "the value: Customer",
        "nwe": "",
        "nxw": "",
        "hot": "",
        "Customers and more": "",
    }


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (PHONE | {"allow_types": ["mobile"]}, "0044 20 7946 0123"),
        (PHONE | {"format": "national"}, "0044 20 7946 0123"),
        (DATE | {"max": "2020-01-01"}, "25/12/2026"),
    ],
    ids=["type", "format", "range"],
)
def test_what_would_be_refused_as_well_is_not_suggested(home, rule, value):
    ((reasons, said),) = rejected(home, rule, value).values()
    assert reasons
    assert said == ""


def test_without_the_proof_it_would_be(home, monkeypatch):
    monkeypatch.setattr(suggestions, "_SPEAKING_AGAINST", [])
    ((_, said),) = rejected(home, PHONE | {"allow_types": ["mobile"]}, "0044 20 7946 0123").values()
    assert said


def test_what_another_field_lacks_speaks_against_no_suggestion(home):
    rule = {"rule": "together", "fields": ["x", "city"]}
    found = rejected(home, PHONE, "0044 20 7946 0123", row_rules=[rule], fields={
        "external_id": {"type": "text", "required": True}, "city": {"type": "text"},
    })  # fmt: skip
    assert found["0044 20 7946 0123"][1] == "the value: +44 20 7946 0123"


def test_several_suggestions_of_a_row_stand_in_the_order_of_the_profile(home):
    (file := home.home.root / "several.csv").write_text(
        "external_id,Mail,Tel\n1,x: mia@example.com,0044 20 7946 0123\n"
    )
    fields = {
        "external_id": {"type": "text", "required": True},
        "phone": PHONE | {"column": "Tel"},
        "email": EMAIL | {"column": "Mail"},
    }
    result = home.file(file, profile(fields=fields))
    with (home.home.root / result.rejected_file).open(encoding="utf-8-sig", newline="") as opened:
        (row,) = csv.DictReader(opened)
    assert row["_suggested"] == "Tel: +44 20 7946 0123; Mail: mia@example.com"


def test_a_suggestion_starts_no_formula_whatever_its_column_is_called(home):
    (file := home.home.root / "formula.csv").write_text("external_id,=1+1\n1,0044 20 7946 0123\n")
    rule = PHONE | {"column": "=1+1"}
    result = home.file(file, profile(attributes={"x": rule}))
    with (home.home.root / result.rejected_file).open(encoding="utf-8-sig", newline="") as opened:
        (row,) = csv.DictReader(opened)
    assert row["_suggested"] == "'=1+1: +44 20 7946 0123"


def test_a_number_of_several_cells_has_no_cell_to_suggest_it_for(home):
    (file := home.home.root / "joined.csv").write_text("external_id,code,number\n1,0044 20,7946 0123\n")
    rule = PHONE | {"column": ["code", "number"]}
    fields = {"external_id": {"type": "text", "required": True}, "phone": rule}
    result = home.file(file, profile(fields=fields))
    with (home.home.root / result.rejected_file).open(encoding="utf-8-sig", newline="") as opened:
        (row,) = csv.DictReader(opened)
    assert (row["code"], row["_suggested"]) == ("0044 20", "")


def test_garbled_letters_of_a_column_without_a_rule_get_theirs(home):
    (file := home.home.root / "garbled.csv").write_text(
        "external_id,city,x\n1,M\u00c3\u00bcnchen,no\n", encoding="utf-8"
    )
    result = home.file(file, profile(attributes={"x": {"type": "integer"}}))
    with (home.home.root / result.rejected_file).open(encoding="utf-8-sig", newline="") as opened:
        (row,) = csv.DictReader(opened)
    assert row["_suggested"] == "city: München"


def test_taken_as_it_is_each_suggestion_is_accepted(home):
    """The promise as a whole: put into its column, the value costs the row nothing."""
    (file := home.home.root / "all.csv").write_text(
        "external_id,Tel,Mail,Day,State\n"
        "t1,0044 20 7946 0123,x: mia@example.com,25/12/2026,custmer\n"
        "t2,1.2125550123E+10,mia(at)example.com,45000,follow up\n",
    )
    fields = {
        "external_id": {"type": "text", "required": True},
        "phone": PHONE | {"column": "Tel"},
        "email": EMAIL | {"column": "Mail"},
        "status": STATUS | {"column": "State"},
    }
    chosen = profile(fields=fields, attributes={"day": DATE | {"column": "Day"}})
    result = home.file(file, chosen)
    assert result.counts.rejected == 2
    with (home.home.root / result.rejected_file).open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for row in rows:
        taken = dict(one.split(": ", 1) for one in row["_suggested"].split("; "))
        assert taken.keys() == {"Tel", "Mail", "Day", "State"}
        row |= taken  # noqa: PLW2901  # as a person would
    with (again := home.home.root / "taken.csv").open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    returned = home.file(again, chosen)
    assert (returned.counts.created, returned.reasons) == (2, ())


def test_each_row_is_proven_and_kept_once_however_many_batches_there_are():
    kept, judged = [], []

    def judge(mapped):
        judged.extend(mapped["row_number"])
        return mapped.with_columns(reason_fields=pl.lit(None, dtype=REASON_FIELDS_TYPE))

    trial = suggestions.SuggestionsOnTrial(judge, lambda rows: kept.extend(rows["row_number"]))
    for first in range(0, 150_000, 30_000):
        rows = pl.DataFrame({"row_number": pl.int_range(first, first + 30_000, eager=True), "phone": "1"})
        trial.add(suggestions.SuggestedRows(rows, rows.select("row_number", field=pl.lit("phone"), value=pl.lit("2"))))
    trial.finish()
    trial.finish()
    assert kept == judged == list(range(150_000))


def test_suggestions_of_many_batches_are_proven_as_those_of_one(home, monkeypatch):
    """Whatever is judged together: each row keeps its own suggestions, in the order of the file."""
    values = [f"0044 20 7946 {n:04} {'9' * (n % 3 == 0)}" for n in range(40)]
    at_once = rejected(home, PHONE, *values)
    monkeypatch.setattr(suggestions, "_ROWS_ON_TRIAL", 7)
    monkeypatch.setattr(RowReader.batches, "__defaults__", (3,))
    assert rejected(home, PHONE, *values) == at_once
    assert {said != "" for _, said in at_once.values()} == {True, False}
