"""A typed cell of a workbook says its value itself: no locale of the profile is asked, there and back again."""

import csv
import datetime as dt
import io
import json
import zipfile

import polars as pl
import pytest
from babel.localedata import locale_identifiers

from lead_pipeline.mapping.cell_types import with_numbers_spelled
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import DecimalRule
from lead_pipeline.model.texts.typed_cells import AS_TYPED
from lead_pipeline.normalizing.numbers import normalize_decimals
from lead_pipeline_tests.reading.workbook.binary_workbooks import xls, xlsb
from lead_pipeline_tests.reading.workbook.test_workbook_file import ODS, Shown, ods_cell, workbook
from lead_pipeline_tests.support import Stages

NUMBERS = [1.234, 149.999, 0.5, -2.375, 1500, 12.25, 1e-7, 1234567.891]
HEADER = ["phone", "rating", "visits"]


def profile(locale: str = "de", **rules: object) -> ImportProfile:
    attributes = {"rating": {"type": "decimal", "locale": locale}, "visits": {"type": "integer", "locale": locale}}
    return ImportProfile.model_validate({
        "name": "typed", "destination": {"kind": "list", "name": "typed"}, "default_region": "US",
        "fields": {"phone": {"type": "phone"}}, "attributes": attributes | rules,
    })  # fmt: skip


def kept(stages: Stages) -> list[dict[str, object]]:
    found = stages.rows("select attributes from leads order by phone")
    return [json.loads(attributes or "{}") for (attributes,) in found]


def ods(rows: list[list[object]]) -> bytes:
    def cell(value: object) -> str:
        return ods_cell(value) if isinstance(value, str) else ods_cell(value, "float", str(value))

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        archive.writestr("content.xml", ODS.format(rows=body))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return packed.getvalue()


KINDS = {"xlsx": lambda rows: workbook(leads=rows), "ods": ods, "xls": xls, "xlsb": xlsb}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("locale", ["de", "pt_BR", "fr", "en_US"])
def test_a_number_cell_is_that_number_under_every_locale_and_kind_of_workbook(stages, kind, locale):
    rows = [[2015550100 + index, number, 1000 + index] for index, number in enumerate(NUMBERS)]
    (file := stages.home.root / f"leads.{kind}").write_bytes(KINDS[kind]([HEADER, *rows]))
    result = stages.file(file, profile(locale))
    assert (result.counts.created, result.counts.rejected) == (len(NUMBERS), 0)
    assert [float(row["rating"]) for row in kept(stages)] == pytest.approx(NUMBERS)
    assert [int(row["visits"]) for row in kept(stages)] == [1000 + index for index in range(len(NUMBERS))]


def test_text_cells_beside_them_are_read_by_the_locale(stages):
    rows = [["2015550110", "1.234", "2.000"], ["2015550111", "1,5", 3.0], ["2015550112", 1.5, "4"]]
    (file := stages.home.root / "leads.xlsx").write_bytes(workbook(leads=[HEADER, *rows]))
    stages.file(file, profile())
    assert [(float(row["rating"]), int(row["visits"])) for row in kept(stages)] == [(1234, 2000), (1.5, 3), (1.5, 4)]


def test_a_fraction_is_no_whole_number(stages):
    (file := stages.home.root / "leads.xlsx").write_bytes(workbook(leads=[HEADER, [2015550110, 1, 149.999]]))
    assert [reason.code for reason in stages.file(file, profile()).reasons] == ["number_invalid"]


def test_units_are_for_texts_a_number_cell_needs_none(stages):
    rule = {"type": "decimal", "locale": "de", "units": ["EUR"]}
    rows = [[2015550110, 7.125, 1], [2015550111, "7.125 EUR", 1]]
    (file := stages.home.root / "leads.xlsx").write_bytes(workbook(leads=[HEADER, *rows]))
    stages.file(file, profile(rating=rule))
    assert [float(row["rating"]) for row in kept(stages)] == [7.125, 7125]


def test_what_a_boolean_and_a_date_cell_say_needs_no_words_and_no_formats(stages):
    header = ["phone", "member", "joined", "seen"]
    day, moment = dt.date(2026, 3, 4), dt.datetime(2026, 3, 4, 15, 30)  # noqa: DTZ001  (cells have no zone)
    cells = [2015550110, True, Shown(day, "dd.mm.yyyy"), Shown(moment, "m/d/yy h:mm")]
    (file := stages.home.root / "leads.xlsx").write_bytes(workbook(leads=[header, cells]))
    rules = {
        "member": {"type": "boolean", "true_words": ["ja"], "false_words": ["nein", "true"]},
        "joined": {"type": "date", "formats": ["%m.%d.%Y"]},
        "seen": {"type": "datetime", "formats": ["%d/%m/%Y %H:%M"], "timezone": "UTC"},
    }
    stages.file(file, profile(**rules))
    (row,) = kept(stages)
    assert (row["member"], row["joined"]) == (True, "2026-03-04")
    assert row["seen"].startswith("2026-03-04T15:30")


def test_texts_get_what_a_person_sees_and_phones_their_digits(stages):
    header = ["phone", "badge", "factor"]
    (file := stages.home.root / "leads.xlsx").write_bytes(workbook(leads=[header, [2015550110, 12300000000, 0.25]]))
    stages.file(file, profile(badge={"type": "text"}))
    assert stages.rows("select phone from leads") == [("+12015550110",)]
    assert kept(stages) == [{"badge": "12300000000", "factor": "0.25"}]


def test_a_default_is_a_text_of_the_profile_and_none_of_the_workbook(stages):
    rule = {"type": "decimal", "locale": "de", "default": "1.500"}
    (file := stages.home.root / "leads.xlsx").write_bytes(
        workbook(leads=[HEADER, [2015550110, None, 1], [2015550111, 1.5, 1]])
    )
    stages.file(file, profile(rating=rule))
    assert [float(row["rating"]) for row in kept(stages)] == [1500, 1.5]


def test_a_text_of_a_file_cannot_pass_for_a_typed_cell(stages):
    (file := stages.home.root / "leads.csv").write_text(f"phone,rating\n2015550110,{AS_TYPED}1.234\n")
    stages.file(file, profile())
    assert [float(row["rating"]) for row in kept(stages)] == [1234]


@pytest.mark.parametrize("kind", KINDS)
def test_a_rejected_file_says_the_same_numbers_when_it_is_dropped_back(stages, kind):
    rows = [[f"201555 {index}", number, 2000] for index, number in enumerate(NUMBERS)]
    (file := stages.home.root / f"leads.{kind}").write_bytes(KINDS[kind]([HEADER, *rows]))
    result = stages.file(file, profile())
    assert result.counts.rejected == len(NUMBERS)
    rejected = stages.home.root / result.rejected_file
    with rejected.open(encoding="utf-8-sig", newline="") as opened:
        header, *lines = csv.reader(opened)
    assert [line[1] for line in lines][:3] == ["1,234", "149,999", "0,5"]  # as a German spreadsheet shows them
    fixed = [[f"201555012{index}", *line[1:]] for index, line in enumerate(lines)]
    again = stages.home.root / "fixed.csv"
    with again.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([header, *fixed])
    assert stages.file(again, profile()).counts.created == len(NUMBERS)
    assert [float(row["rating"]) for row in kept(stages)] == pytest.approx(NUMBERS)
    assert {int(row["visits"]) for row in kept(stages)} == {2000}


def test_where_no_locale_is_declared_the_rejected_file_has_the_point(stages):
    (file := stages.home.root / "leads.xlsx").write_bytes(workbook(leads=[HEADER, ["none", 1.5, 7]]))
    plain = profile(rating={"type": "decimal"}, visits={"type": "integer"})
    rejected = stages.home.root / stages.file(file, plain).rejected_file
    assert "none,1.5,7," in rejected.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("locale", sorted({one.partition("_")[0] for one in locale_identifiers()}))
def test_in_every_language_a_number_is_spelled_as_it_is_read(locale):
    cells = pl.DataFrame({"rating": ["1.234", "-0.5", "149.999", "7"], "cell_types": ["n"] * 4})
    try:
        spelled = with_numbers_spelled(cells, {"attribute.rating": "rating"}, profile(locale))
    except ValueError:
        pytest.skip("no such locale for profiles")
    read = normalize_decimals(spelled["rating"], DecimalRule(locale=locale))
    assert read["value"].to_list() == [1.234, -0.5, 149.999, 7]
