"""Rows that were left out are looked at with the cells that the file has, whatever these hold."""

import csv
import stat
from collections.abc import Iterator

import polars as pl
import pytest

from lead_pipeline.model.errors import ImportNotFoundError, LeadPipelineError
from lead_pipeline.model.looks.left_out_rows import RowFilter
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline_tests.support import Stages, quick_folder, staging

ROWS = """phone,Mail,note,note
212 555 0101,ana@example.com,,
212 555 0102,eve@gmial.com,=1+1,x
12,eve@gmial.com,"=HYPERLINK(""http://x"")",ÄÖ
212 555 0101,ana@example.com,'+1,
0044 20 7946 0123,bob@example.com,a,b,c,d
12,"li,ne
break",,
"""


def profile(**changes: object) -> ImportProfile:
    base = {
        "name": "fair",
        "destination": {"kind": "list", "name": "fair"},
        "default_region": "US",
        "fields": {
            "phone": {"type": "phone", "required": True},
            "email": {"type": "email", "on_invalid": "blank", "column": "Mail"},
        },
    }
    return ImportProfile.model_validate(base | changes)


def imported(stages: Stages, text: str = ROWS, name: str = "fair.csv", **changes: object):
    (file := stages.home.root / name).write_text(text, encoding="utf-8", newline="")
    return stages.file(file, profile(**changes))


def looked(stages: Stages, import_id: str, chosen: RowFilter | None = None, **which: int):
    return LeadPipeline(stages.home.root).left_out_rows(import_id, chosen, **which)


def numbers(page) -> list[int]:
    return [row.row_number for row in page.rows]


@pytest.fixture(scope="module")
def stages() -> Iterator[Stages]:
    """One home for the module: looking changes nothing."""
    with quick_folder() as folder, staging(folder) as home:
        yield home


@pytest.fixture(scope="module")
def fair(stages):
    return imported(stages)


def test_cells_are_those_of_the_file_also_where_a_spreadsheet_would_run_them(stages, fair):
    page = looked(stages, fair.import_id)
    assert page.columns == ("phone", "Mail", "note", "note")
    by_number = {row.row_number: row for row in page.rows}
    assert page.total == len(page.rows) == fair.counts.rejected + fair.counts.duplicate == 4
    assert by_number[3].cells == ("12", "eve@gmial.com", '=HYPERLINK("http://x")', "ÄÖ")
    assert by_number[4].cells == ("212 555 0101", "ana@example.com", "'+1", "")
    assert by_number[5].extra_cells == ("c", "d")
    assert (by_number[6].line_number, by_number[6].cells[1]) == (7, "li,ne\nbreak")


def test_a_row_says_which_cell_is_bad_and_what_was_meant(stages, fair):
    text = "phone,Mail\n0044 20 7946 0123,a@example.com\n"
    other = imported(stages, text, name="other.csv", fields={"phone": {"type": "phone", "required": True}})
    (row,) = looked(stages, other.import_id).rows
    (reason,) = row.reasons
    assert (reason.column, reason.positions, reason.is_warning) == ("phone", (0,), False)
    assert row.suggestions == {"phone": "+44 20 7946 0123"}
    (third,) = looked(stages, fair.import_id, RowFilter(text="ÄÖ".lower())).rows
    assert ("email_domain_typo", ("Mail",), True) in [
        (one.code, (one.column,), one.is_warning) for one in third.reasons
    ]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (RowFilter(outcome=Outcome.DUPLICATE), [4]),
        (RowFilter(outcome=Outcome.REJECTED), [3, 5, 6]),
        (RowFilter(outcome=Outcome.SUPPRESSED), []),
        (RowFilter(code="phone_too_short"), [3, 6]),
        (RowFilter(column="phone"), [3, 5, 6]),  # 0044 is no prefix of the United States
        (RowFilter(column="Mail"), [3, 6]),
        (RowFilter(column="Mail", code="email_domain_typo"), [3]),
        (RowFilter(column="note"), []),
        (RowFilter(text='HYPERLINK("HTTP'), [3]),
        (RowFilter(text=".*"), []),
        (RowFilter(text="d"), [5]),
        (RowFilter(text="eve@gmial.com=hyper"), []),
        (RowFilter(code="phone_too_short", text="li,ne"), [6]),
        (RowFilter(outcome="warning"), [2]),
        (RowFilter(outcome="warning", code="email_domain_typo", column="Mail"), [2]),
        (RowFilter(outcome="warning", code="phone_too_short"), []),
    ],
    ids=lambda value: str(value) if isinstance(value, RowFilter) else "",
)
def test_a_filter_finds_what_a_person_would(stages, fair, chosen, found):
    page = looked(stages, fair.import_id, chosen)
    assert (numbers(page), page.total) == (found, len(found))


def test_pages_go_through_all_rows_once_in_the_order_of_the_file(stages):
    text = "phone\n" + "".join(f"{number}\n" for number in range(1000, 1250))
    long = imported(stages, text)
    for chosen in (None, RowFilter(code="phone_too_short"), RowFilter(text="1")):
        seen: list[int] = []
        for offset in range(0, 300, 60):
            page = looked(stages, long.import_id, chosen, offset=offset, limit=60)
            assert page.total == 250
            seen += numbers(page)
        assert seen == list(range(1, 251))


def test_a_duplicate_names_the_lead_that_is_there_and_the_import_that_created_it(stages, fair):
    again = imported(stages, "phone,Mail\n2125550101,new@example.com\n", name="again.csv")
    (row,) = looked(stages, again.import_id).rows
    ((lead_id,),) = stages.rows("select lead_id from main.leads where phone = '+12125550101'")
    assert (row.outcome, row.matched_lead_id, row.matched_import_id) == (Outcome.DUPLICATE, lead_id, fair.import_id)


def test_a_row_has_its_neighbours_among_those_that_the_filter_finds(stages, fair):
    leads = LeadPipeline(stages.home.root)
    shown = leads.left_out_row(fair.import_id, 5)
    assert (shown.previous, shown.row.row_number, shown.following) == (4, 5, 6)
    shown = leads.left_out_row(fair.import_id, 6, RowFilter(code="phone_too_short"))
    assert (shown.previous, shown.following) == (3, None)
    with pytest.raises(ImportNotFoundError, match="left out no row 1"):
        leads.left_out_row(fair.import_id, 1)


def test_a_rejected_file_that_comes_back_shows_its_first_cells_and_none_that_we_added(stages, fair):
    rejected = (stages.home.root / fair.rejected_file).read_text(encoding="utf-8-sig")
    again = imported(stages, rejected, name="back.csv")
    page = looked(stages, again.import_id, RowFilter(text="hyperlink"))
    assert page.columns == ("phone", "Mail", "note", "note")
    assert [row.cells[2] for row in page.rows] == ['=HYPERLINK("http://x")']


def test_a_file_that_lost_no_row_has_none_to_look_at(stages):
    clean = imported(stages, "phone\n2125550142\n")
    assert looked(stages, clean.import_id).total == 0
    assert looked(stages, clean.import_id, RowFilter(outcome="warning")).total == 0


def test_rows_of_an_import_that_waits_can_be_looked_at_too(stages):
    waits = imported(stages, "phone\n12\n2125550199\n", name="waits.csv", approval="manual")
    assert waits.status == "awaiting_approval"
    assert numbers(looked(stages, waits.import_id)) == [1]


def test_where_an_earlier_release_kept_no_cells_it_says_where_they_are(stages):
    old = imported(stages, "phone\n13\n2125550198\n", name="old.csv")
    (stages.home.reports / old.import_id / "left_out.parquet").unlink()
    with pytest.raises(LeadPipelineError, match=r"earlier release.*rejected\.csv"):
        looked(stages, old.import_id)


@pytest.mark.parametrize("import_id", ["../leads", "x/../../y", "", ".", "no-such@0123456789ab"])
def test_an_id_that_is_none_never_becomes_a_path(stages, import_id):
    with pytest.raises(ImportNotFoundError):
        looked(stages, import_id)


def test_the_file_is_for_its_owner_and_has_every_row_of_the_rejected_one(stages, fair):
    path = stages.home.reports / fair.import_id / "left_out.parquet"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with (stages.home.root / fair.rejected_file).open(encoding="utf-8-sig", newline="") as file:
        assert [int(row["_row_number"]) for row in csv.DictReader(file)] == pl.read_parquet(path)[
            "row_number"
        ].to_list()
