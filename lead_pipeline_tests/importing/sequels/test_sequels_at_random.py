"""Whatever was wrong in a list, however it was corrected, saved and dropped, and in which order: in the end there are
the leads that the corrected list has, each once, and as many rows are recovered as became leads by correction.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from lead_pipeline.filing.staging import stage_import
from lead_pipeline.importing.concluding import earlier_result
from lead_pipeline_tests.importing.sequels.corrected_files import (
    HEADER,
    Fair,
    csv_bytes,
    fair,
    fair_home,
    fair_home_on_postgresql,
    person,
    written,
    xlsx_bytes,
)

#: What makes a row wrong, by column.
FAULTS = (("email", "nobody"), ("email", ""), ("email", "x@"), ("status", "warm"), ("status", "lost"))


@pytest.fixture(params=[fair_home, fair_home_on_postgresql], ids=["duckdb", "postgres"])
def home(request) -> Iterator[Fair]:
    with request.param() as fresh:
        yield fresh


class Drawn:
    """A list with faults, and what somebody makes of it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.right = [person(number) for number in range(1, self.random.randint(6, 30))]
        places = range(len(self.right))
        self.faulty = sorted(self.random.sample(places, self.random.randint(1, len(self.right) * 2 // 3)))
        self.first = [self.spoilt(cells) if place in self.faulty else cells for place, cells in enumerate(self.right)]
        self.fixed = [place for place in self.faulty if self.random.random() < 0.6]
        self.second = [self.later(place) for place in places]
        self.by = self.random.choice([fair(), fair(write_mode="upsert", on_duplicate="update")])

    def spoilt(self, cells: list[str]) -> list[str]:
        column, value = self.random.choice(FAULTS)
        return [value if name == column else cell for name, cell in zip(HEADER, cells, strict=True)]

    def later(self, place: int) -> list[str]:
        if place in self.fixed:
            return self.right[place]
        is_wrong_anew = place in self.faulty and self.random.random() < 0.3
        return self.spoilt(self.right[place]) if is_wrong_anew else self.first[place]

    def saved(self, rows: list[list[str]]) -> tuple[bytes, str]:
        """Return the list in some order of columns, rows and format, with an ending."""
        columns = self.random.sample(range(len(HEADER)), len(HEADER))
        if self.random.random() < 0.3:
            rows = sorted(rows, key=lambda cells: cells[1])
        header, rows = [HEADER[one] for one in columns], [[cells[one] for one in columns] for cells in rows]
        if self.random.random() < 0.3:
            return xlsx_bytes(header, rows), "xlsx"
        dialect = {"delimiter": self.random.choice(",;\t"), "encoding": self.random.choice(["utf-8", "utf-16"])}
        return csv_bytes(header, rows, **dialect), "csv"

    def expected(self) -> set[tuple[str, ...]]:
        """Return the leads that the corrected list has: all people but those whose row is still wrong."""
        wrong = set(self.faulty) - set(self.fixed)
        return {tuple(cells[:4]) for place, cells in enumerate(self.right) if place not in wrong}


def leads(home: Fair) -> list[tuple[str, ...]]:
    return home.stages.rows("select email, first_name, city, status from leads")


def check(home: Fair, drawn: Drawn, first_id: str) -> None:
    """Compare the store with what the corrected list has."""
    assert len(leads(home)) == len(drawn.expected())
    assert set(leads(home)) == drawn.expected()
    identifiers = home.stages.rows("select identifier from contacts")
    assert sorted(one for (one,) in identifiers) == sorted(cells[0] for cells in drawn.expected())
    recovered = home.stages.rows("select row_number from recovered_rows where import_id = ? order by 1", first_id)
    assert [number - 1 for (number,) in recovered] == drawn.fixed
    assert earlier_result(home.stages.home, first_id).rows_recovered == len(drawn.fixed)
    for read, *counted in home.stages.rows(
        "select rows_read, rows_created, rows_updated, rows_unchanged, rows_duplicate, rows_suppressed, rows_rejected,"
        " rows_skipped from imports"
    ):
        assert read == sum(counted)


@pytest.mark.parametrize("seed", range(8))
def test_a_whole_list_that_was_corrected_leaves_what_it_would_have_left_at_once(home, seed):
    drawn = Drawn(seed)
    first = home.drop(csv_bytes(HEADER, drawn.first), drawn.by)
    content, ending = drawn.saved(drawn.second)
    if content == csv_bytes(HEADER, drawn.first):
        pytest.skip("nothing was corrected")
    second = home.drop(content, drawn.by, name=f"corrected.{ending}")
    assert home.drop(content, drawn.by, name=f"copy.{ending}").already_imported
    check(home, drawn, first.import_id)
    still = [place for place in drawn.faulty if place not in drawn.fixed and drawn.second[place] == drawn.first[place]]
    assert second.sequel.still_rejected == len(still)


@pytest.mark.parametrize("seed", range(8, 14))
def test_a_rejected_file_that_was_corrected_in_two_goes_leaves_the_same(home, seed):
    drawn = Drawn(seed)
    first = home.drop(csv_bytes(HEADER, drawn.first), drawn.by)
    half = drawn.fixed[: len(drawn.fixed) // 2]
    source = first
    for places in (half, drawn.fixed[len(half) :]):
        header, rows = home.rejected_file(source)
        place_of = {cells[header.index("first_name")]: cells for cells in rows}
        for place in places:
            cells = place_of[drawn.right[place][1]]
            cells[: len(HEADER)] = drawn.right[place]
        drawn.random.shuffle(rows)
        source = home.drop(csv_bytes(header, rows, delimiter=drawn.random.choice(",;")), drawn.by)
    check(home, drawn, first.import_id)


@pytest.mark.parametrize("seed", range(14, 20))
def test_a_corrected_list_that_is_imported_before_the_first_one_is_done_leaves_the_same(home, seed):
    """The first import waits for its turn, or for somebody, while the second one is made and imported."""
    drawn = Drawn(seed)
    path = written(home.stages.home.root.parent / "first.csv", csv_bytes(HEADER, drawn.first))
    waiting = stage_import(home.stages.home, path, drawn.by, now=datetime.now(UTC) - timedelta(seconds=60))
    content, ending = drawn.saved(drawn.second)
    second = home.drop(content, drawn.by, name=f"corrected.{ending}")
    first = home.stages.run(waiting)
    check(home, drawn, first.import_id)
    if drawn.fixed:
        told = earlier_result(home.stages.home, second.import_id)
        assert (told.sequel.of, told.sequel.rows_recovered) == (first.import_id, len(drawn.fixed))
