"""Lists of people as somebody imports, corrects and drops them again: in another order, dialect, encoding or format."""

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import xlsxwriter
from python_calamine import CalamineWorkbook

from lead_pipeline.filing.home import Home
from lead_pipeline.model.access.store_place import STORE
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import ImportResult
from lead_pipeline_tests.peeked_store import PeekedStore
from lead_pipeline_tests.postgres_server import database
from lead_pipeline_tests.support import Stages, quick_folder, staging

HEADER = ("email", "first_name", "city", "status", "shoe")

Cells = Sequence[str]


def fair(**changes: object) -> ImportProfile:
    """Return a profile of people who are known by their email, and are new or cold."""
    return ImportProfile.model_validate(
        {
            "name": "fair",
            "destination": {"kind": "workspace", "name": "main"},
            "identify_by": "email",
            "fields": {
                "email": {"type": "email", "required": True},
                "first_name": {"type": "text"},
                "city": {"type": "text"},
                "status": {"type": "option", "options": ["new", "cold"]},
            },
        }
        | changes
    )


def person(number: int, **changes: str) -> list[str]:
    """Return the cells of one of any number of people."""
    cells = {
        "email": f"person{number}@example.com",
        "first_name": ("Ida", "Jon", "Kim", "Lea", "Max", "Noa", "Ole")[number % 7] + str(number),
        "city": ("Oslo", "Bonn", "Lyon")[number % 3],
        "status": "new",
        "shoe": str(36 + number % 9),
    }
    return list((cells | changes).values())


def csv_bytes(header: Cells, rows: Sequence[Cells], *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Return the bytes of a delimited file."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    return text.getvalue().encode(encoding)


def xlsx_bytes(header: Cells, rows: Sequence[Cells]) -> bytes:
    """Return the bytes of a workbook, in which a spreadsheet made numbers of what looks like some."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate([header, *rows]):
            for place, cell in enumerate(cells):
                if cell.isdecimal():
                    sheet.write_number(number, place, int(cell))
                else:
                    sheet.write_string(number, place, cell)
    return file.getvalue()


def read_sheet(path: Path) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of the first sheet of a workbook, every cell text."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    header, *cells = [[str(cell) for cell in row] for row in rows]
    return header, cells


@dataclass
class Fair:
    """A home into which such lists are dropped."""

    stages: Stages
    dropped: list[str] = field(default_factory=list)

    def drop(self, content: bytes, by: ImportProfile | None = None, *, name: str = "") -> ImportResult:
        """Import a file with these bytes, under a name of its own."""
        path = self.stages.home.root.parent / (name or f"drop {len(self.dropped)}.csv")
        path.write_bytes(content)
        self.dropped.append(path.name)
        return self.stages.file(path, by or fair())

    def rejected_file(self, result: ImportResult) -> tuple[list[str], list[list[str]]]:
        """Return header and rows of a rejected file, as a person has them before them."""
        assert result.rejected_file is not None
        text = (self.stages.home.root / result.rejected_file).read_text(encoding="utf-8-sig")
        header, *rows = csv.reader(io.StringIO(text))
        return header, rows

    def corrected(self, result: ImportResult, corrections: Mapping[int, Mapping[str, str]]) -> bytes:
        """Return the rejected file with other values in some cells: by number of the row, and column."""
        header, rows = self.rejected_file(result)
        place = header.index("_row_number")
        for cells in rows:
            for column, value in corrections.get(int(cells[place]), {}).items():
                cells[header.index(column)] = value
        return csv_bytes(header, rows)

    def emails(self) -> set[str]:
        """Return by which addresses leads are known."""
        return {email for (email,) in self.stages.rows("select email from leads")}

    def recovered(self, first: ImportResult) -> list[tuple[int, str, int]]:
        """Return which rows of an import were recovered, by which import and as which row of that."""
        return [
            (number, by, there)
            for number, by, there in self.stages.rows(
                "select row_number, recovered_by, recovered_row_number from recovered_rows where import_id = ?"
                " order by row_number",
                first.import_id,
            )
        ]


@contextmanager
def fair_home() -> Iterator[Fair]:
    """Give an empty home."""
    with quick_folder() as folder, staging(folder / "home") as stages:
        yield Fair(stages)


@contextmanager
def fair_home_on_postgresql() -> Iterator[Fair]:
    """Give an empty home whose store is on PostgreSQL."""
    with quick_folder() as folder:
        home = Home(folder / "home")
        home.prepare()
        # Whether it has a store, a home is told by the environment.
        with (
            database() as address,
            patch.dict(os.environ, {STORE: address}),
            PeekedStore.open(home.root, address) as store,
        ):
            yield Fair(Stages(home, store))


def written(path: Path, content: bytes) -> Path:
    """Write a file and return its path."""
    path.write_bytes(content)
    return path
