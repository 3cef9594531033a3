"""A sequel is seen in Dagster: in its own summary and numbers, and as an observation on the partition of its first
import.
"""

import subprocess
import sys

import dagster as dg
import pytest

from lead_pipeline_tests.support import importing, query, quick_folder

LIST = "caller_id,name\n2125550101,Quill\n12345,Wren\n2125550103,Fern\n99,Moss\n"
RIGHT = LIST.replace("12345", "2125550102")


def observations(instance, import_id):
    records = instance.fetch_observations(
        dg.AssetRecordsFilter(asset_key=dg.AssetKey("import_report"), asset_partitions=[import_id]), limit=10
    ).records
    return [record.asset_observation for record in records]


def test_the_partition_of_the_first_import_says_that_rows_were_recovered(watching):
    watching.drop("a.csv", LIST)
    (run,) = watching.execute(watching.tick())
    first = run.dagster_run.tags["dagster/partition"]
    watching.drop("mine.csv", RIGHT)
    (later,) = watching.execute(watching.tick())
    second = later.dagster_run.tags["dagster/partition"]
    (seen,) = observations(watching.instance, first)
    assert {name: value.value for name, value in seen.metadata.items()} == {
        "rows_recovered": 1, "rows_recovered_now": 1, "recovered_by": second,
    }  # fmt: skip
    (report,) = [
        event.step_materialization_data.materialization.metadata
        for event in later.all_events
        if event.is_step_materialization and event.asset_key.to_user_string().endswith("import_report")
    ]
    assert (report["rows_recovered_here"].value, report["rows_still_rejected"].value) == (1, 1)
    assert f"A sequel of {first}: 1 of the rows that it left out became a lead; 1 row is still as it was." in report[
        "summary"
    ].value.replace("\\", "")
    assert report["reject_rate"].value == 0.0


@pytest.mark.parametrize("at_once", [False, True], ids=["one after the other", "at once"])
def test_two_commands_leave_each_person_once_and_the_recovered_row_said(at_once):
    """The person does not wait for the first import: in whichever order they are written, both are told."""
    with quick_folder() as folder:
        with importing(folder / "home"):
            pass  # makes the instance, which takes long
        files = [folder / "first.csv", folder / "corrected.csv"]
        for file, content in zip(files, (LIST, RIGHT), strict=True):
            file.write_text(content)
        command = [sys.executable, "-m", "lead_pipeline", "--home", str(folder / "home"), "import", "--json"]
        running = []
        for file in files:
            running.append(subprocess.Popen([*command, str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE))
            if not at_once:
                assert running[-1].wait(120) == 0, running[-1].stderr.read()
        for process in running:
            _, said = process.communicate(timeout=240)
            assert process.returncode == 0, said
        phones = "select phone from leads order by 1"
        assert query(folder / "home", phones) == [("+12125550101",), ("+12125550102",), ("+12125550103",)]
        imports = dict(query(folder / "home", "select file_name, import_id from imports"))
        recovered = query(folder / "home", "select import_id, row_number, recovered_by from recovered_rows")
        came_first = query(folder / "home", "select arg_min(file_name, started_at) from imports")
        is_as_meant = came_first == [("first.csv",)]  # else the first file is the later one, and recovers nothing
        assert recovered == [(imports["first.csv"], 2, imports["corrected.csv"])] * is_as_meant
