"""Files whose columns are not those of the profile's last files: told, held, or passed over, as the profile says."""

import dagster as dg
import pytest

from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline_tests.support import call_schedule, quick_folder, staging, write_csv


@pytest.fixture
def imports():
    with quick_folder() as folder, staging(folder / "home") as stages:
        yield stages


def listed(imports, number, header=("caller_id", "email", "state"), rows=4):
    """Write a file of its own numbers with these columns, none of them blank."""
    cells = {"caller_id": f"21255{number:02d}", "email": f"a{number}", "state": "NY"}

    def cell(column, row):
        if column == "caller_id":
            return f"{cells[column]}{row:03d}"
        return f"{cells[column]}{row}@example.com" if column == "email" else cells.get(column, f"{column}{row}")

    body = [[cell(column, row) for column in header] for row in range(rows)]
    return write_csv(imports.home.root.parent / f"{number:02d}.csv", header, body)


def test_the_first_file_of_a_profile_differs_from_nothing(imports):
    assert imports.file(listed(imports, 1), call_schedule()).layout_changes == ()


def test_a_column_that_is_gone_is_told_and_the_rows_are_imported(imports):
    imports.file(listed(imports, 1), call_schedule())
    result = imports.file(listed(imports, 2, ("caller_id", "state")), call_schedule())
    assert result.status == ImportStatus.COMPLETED
    assert [change for change in result.layout_changes if "email" in change and "missing" in change]
    assert imports.rows("select count(*) from leads") == [(8,)]


def test_files_of_the_same_columns_differ_in_nothing(imports):
    for number in range(3):
        assert imports.file(listed(imports, number), call_schedule()).layout_changes == ()


def test_held_it_waits_with_what_differs_as_its_message_and_can_be_approved(imports):
    profile = call_schedule(on_layout_change="hold")
    imports.file(listed(imports, 1), profile)
    waiting = imports.file(listed(imports, 2, ("caller_id", "state")), profile)
    assert waiting.status == ImportStatus.AWAITING_APPROVAL
    assert waiting.layout_changes
    assert all(change in waiting.message for change in waiting.layout_changes)
    assert "on_layout_change: hold" in waiting.message
    assert imports.rows("select count(*) from leads") == [(4,)]
    result = imports.decide(waiting.import_id, "approved")
    assert (result.status, result.layout_changes) == (ImportStatus.COMPLETED, waiting.layout_changes)
    assert imports.file(listed(imports, 3, ("caller_id", "state")), profile).status == ImportStatus.COMPLETED


def test_a_layout_counts_only_once_its_import_is_committed(imports):
    profile = call_schedule(on_layout_change="hold")
    imports.file(listed(imports, 1), profile)
    cancelled = imports.file(listed(imports, 2, ("caller_id", "state")), profile)
    imports.decide(cancelled.import_id, "cancelled")
    assert imports.file(listed(imports, 3, ("caller_id", "state")), profile).status == ImportStatus.AWAITING_APPROVAL


def test_who_ignores_it_hears_nothing_and_no_layout_is_kept(imports):
    profile = call_schedule(on_layout_change="ignore")
    imports.file(listed(imports, 1), profile)
    assert imports.file(listed(imports, 2, ("caller_id", "state")), profile).layout_changes == ()
    assert imports.rows("select distinct layout from base.imports") == [("",)]


def test_the_files_of_another_profile_are_another_matter(imports):
    imports.file(listed(imports, 1), call_schedule())
    other = call_schedule(name="other")
    assert imports.file(listed(imports, 2, ("caller_id", "state")), other).layout_changes == ()


def test_a_rejected_file_that_comes_back_is_neither_compared_nor_remembered(imports):
    imports.file(listed(imports, 1), call_schedule())
    bad = write_csv(
        imports.home.root.parent / "bad.csv",
        ("caller_id", "email", "state"),
        [("12345", "", "NY")] * 4 + [("2125550101", "a@example.com", "NY")],
    )
    result = imports.file(bad, call_schedule())
    returned = imports.file(imports.home.root / result.rejected_file, call_schedule())
    assert returned.layout_changes == ()
    assert imports.rows("select layout from base.imports order by import_no desc limit 1") == [("",)]


def test_run_again_after_its_commit_an_import_tells_what_it_told_before(imports):
    """As after a crash between the commit and the receipt: by then it is itself among the last files."""
    imports.file(listed(imports, 1), call_schedule())
    first = imports.file(listed(imports, 2, ("caller_id", "state")), call_schedule())
    imports.file(listed(imports, 3, ("caller_id", "state")), call_schedule())
    for receipt in (imports.home.staging / "receipts").iterdir():
        receipt.unlink()
    again = imports.file(listed(imports, 2, ("caller_id", "state")), call_schedule())
    assert again.layout_changes == first.layout_changes != ()


def test_no_value_of_a_row_is_in_a_layout(imports):
    imports.file(listed(imports, 1), call_schedule())
    ((layout,),) = imports.rows("select layout from base.imports")
    assert "email" in layout
    assert not [value for value in ("example.com", "NY", "21255") if value in layout]


def test_the_check_warns_and_names_import_and_column(watching):
    for number, header in enumerate(("caller_id,email", "caller_id,colour")):
        watching.drop(f"{number}.csv", f"{header}\n" + "".join(f"21255{number}{row:04d},x\n" for row in range(4)))
        (run,) = watching.execute(watching.tick())
    (check,) = [one for one in run.get_asset_check_evaluations() if one.check_name == "layout_stable"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert check.partition.startswith("1@")
    assert "email" in check.description
    assert run.success
