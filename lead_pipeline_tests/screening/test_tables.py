"""The temporary tables that steps of screening share are declared, all of them, as they are."""

import re
from pathlib import Path

import pytest

from lead_pipeline import screening
from lead_pipeline.importing.committing import dry_run_import
from lead_pipeline.screening.tables import SHARED_TABLES
from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.written import profile

MODULES = {
    path.stem: path.read_text() for path in Path(screening.__file__).parent.rglob("*.py") if path.stem != "tables"
}
MADE = {name: set(re.findall(r"\btemp (?:table|view) (\w+)", text)) for name, text in MODULES.items()}
USED = {name: set(re.findall(r"\b(?:from|join|into|update|using) (\w+)", text)) for name, text in MODULES.items()}


def test_every_table_that_another_module_reads_is_declared_and_no_other():
    shared = {
        table
        for maker, tables in MADE.items()
        for table in tables
        if any(table in used for user, used in USED.items() if user != maker)
    }
    assert shared == set(SHARED_TABLES)


def test_the_functions_that_fill_them_are_there():
    text = "\n".join(MODULES.values())
    for table in SHARED_TABLES.values():
        fillers = re.findall(r"\w+_\w+", table.filled_by)
        assert fillers
        assert all(f"def {filler}(" in text for filler in fillers), table


@pytest.mark.parametrize("open_store", ["duckdb"], indirect=True)  # those of a list are looked for in the same session
def test_they_have_the_columns_that_are_declared(written):
    """In an import that uses all of them: aliases, a lead that changes, an opt-out."""
    by = profile(aliases={"phone": {}})
    written.add([Row({"email": "ana@example.com"})], by)
    written.suppress("opted_out", "+12125550101")
    rows = [Row({"email": "ana@example.com", "city": "Bonn"}), Row({"email": "bo@example.com"})]

    def columns(workspace, _entry):
        return {name: list(workspace.columns(name)) for name in SHARED_TABLES}

    written.imports += 1
    found = dry_run_import(**written.arguments(rows, by), inspect=columns)
    for name, table in SHARED_TABLES.items():
        if name == "updates":  # the leads' own columns follow
            assert set(table.columns) <= set(found[name])
        else:
            assert sorted(found[name]) == sorted(table.columns), name
