"""Our definitions in a Dagster that has others: names that do not collide, labels that are true, merging that leaves
what is not ours alone.
"""

import inspect
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from dagster import DagsterRunStatus

from lead_pipeline.model.errors import UsageError
from lead_pipeline.orchestration import assets
from lead_pipeline.orchestration.building import build_definitions, build_location
from lead_pipeline.orchestration.defining import recipes
from lead_pipeline.orchestration.defining.asset_labels import Labels, fixed_columns
from lead_pipeline.orchestration.defining.naming import Naming
from lead_pipeline.orchestration.launching import Launcher
from lead_pipeline.orchestration.liveness import SUSPECT_SECONDS, active_imports, fail_dead_runs
from lead_pipeline.orchestration.telling.tagging import STATUS, WAITS, import_tag
from lead_pipeline_tests.orchestration.watching import leads
from lead_pipeline_tests.support import call_schedule, query

TABLES = {
    "raw_leads", "mapped_leads", "normalized_leads", "imported_leads", "rejected_leads", "import_report",
    "suppressions", "call_activity",
}  # fmt: skip

#: An asset that no run makes.
SEEN = {"import_trends"}

JOBS = ("import_leads", "approve_import", "cancel_import", "load_suppressions", "load_call_activity")


def specs_of(definitions):
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def parents_of(definitions):
    graph = definitions.resolve_asset_graph()
    return {
        key.to_user_string(): {parent.to_user_string() for parent in graph.get(key).parent_keys}
        for key in graph.get_all_asset_keys()
    }


def unheard(*_told):
    return None


# Names.


def test_a_key_prefix_stands_before_whatever_a_dagster_has_one_of(tmp_path):
    defs = build_definitions(tmp_path, key_prefix="crm/eu")
    repository = defs.get_repository_def()
    assert set(specs_of(defs)) == {f"crm/eu/{table}" for table in TABLES | SEEN}
    jobs = {job.name for job in repository.get_all_jobs() if not job.name.startswith("__")}
    assert jobs == {f"crm__eu__{job}" for job in JOBS}
    sensors = {sensor.name for sensor in repository.sensor_defs}
    assert sensors == {"crm__eu__inbox_sensor", "crm__eu__activity_sensor", "crm__eu__outbox_sensor"}
    assert set(defs.resources) == {"crm__eu__home", "crm__eu__no_values"}
    partitions = {spec.partitions_def.name for spec in specs_of(defs).values() if spec.partitions_def}
    assert partitions == {"crm__eu__imports", "crm__eu__suppression_lists", "crm__eu__call_activity"}
    ops = {node.name for job in repository.get_all_jobs() for node in job.all_node_defs}
    assert {op for op in ops if not op.startswith("crm__eu__")} == set()
    pools = {op.pool for job in repository.get_all_jobs() for op in job.all_node_defs} - {None}
    assert pools == {"crm__eu__lead_store"}


def test_the_lineage_is_the_same_under_a_prefix_and_screening_is_a_child_of_lists_and_calls(tmp_path):
    plain, prefixed = parents_of(build_definitions(tmp_path)), parents_of(build_definitions(tmp_path, key_prefix="crm"))
    assert prefixed == {f"crm/{key}": {f"crm/{parent}" for parent in parents} for key, parents in plain.items()}
    assert plain["imported_leads"] == {"normalized_leads", "suppressions", "call_activity"}


@pytest.mark.parametrize("given", ["", "9", "a-b", "a//b", "a__b", ["a", "ü"], "a b"])
def test_a_prefix_that_dagster_could_not_have_in_names_is_refused_with_what_can_be_written(tmp_path, given):
    with pytest.raises(UsageError, match="key_prefix has the part") as refused:
        build_definitions(tmp_path, key_prefix=given)
    assert "Write crm" in str(refused.value)


def test_without_sensors_there_are_none(tmp_path):
    assert list(build_definitions(tmp_path, sensors=False).sensors) == []
    assert len(build_definitions(tmp_path).sensors) == 3


def test_an_asset_that_no_run_makes_is_named_and_labelled_like_the_others(tmp_path):
    """Its partitions, too: Dagster keeps one set of keys for each name in the whole instance."""
    spec = dg.AssetSpec("seen", deps=["import_report"], partitions_def=dg.DynamicPartitionsDefinition(name="sources"))
    naming = Naming(tmp_path, ("crm",))
    labelled = Labels(naming, owners=("team:sales",)).put_on(recipes.asset_spec(spec).define(naming))
    assert labelled.key == dg.AssetKey(["crm", "seen"])
    assert [dep.asset_key.to_user_string() for dep in labelled.deps] == ["crm/import_report"]
    assert (labelled.partitions_def.name, list(labelled.owners)) == ("crm__sources", ["team:sales"])


# Beside what is not ours.


def test_two_homes_and_the_same_names_of_a_team_fit_into_one_location(tmp_path):
    @dg.asset(io_manager_key="io_manager")
    def raw_leads() -> int:
        return 1

    @dg.op
    def record_approval() -> None:
        return None

    @dg.job
    def import_leads() -> None:
        record_approval()

    class TeamsManager(dg.InMemoryIOManager):
        pass

    manager = TeamsManager()
    team = dg.Definitions(
        assets=[raw_leads],
        jobs=[import_leads],
        resources={"home": dg.ResourceDefinition.hardcoded_resource("theirs"), "io_manager": manager},
        executor=dg.multiprocess_executor,
    )
    merged = dg.Definitions.merge(
        team, build_definitions(tmp_path / "a", key_prefix="a"), build_definitions(tmp_path / "b", key_prefix="b")
    )
    dg.Definitions.validate_loadable(merged)
    assert len(specs_of(merged)) == 1 + 2 * len(TABLES | SEEN)
    assert merged.executor is dg.multiprocess_executor
    assert merged.resources["io_manager"] is manager


def test_our_jobs_run_in_one_process_wherever_they_are_and_a_location_of_ours_does_so_with_every_run(tmp_path):
    merged = dg.Definitions.merge(build_definitions(tmp_path), dg.Definitions(executor=dg.multiprocess_executor))
    for job in JOBS:
        assert merged.resolve_job_def(job).executor_def is dg.in_process_executor
    assert build_location(tmp_path).executor is dg.in_process_executor
    assert build_definitions(tmp_path).executor is None
    assert "io_manager" not in build_definitions(tmp_path).resources


def test_an_import_under_a_prefix_is_recorded_under_it_alone(watching, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(leads(1) + "12345,x\n")
    launcher = Launcher(watching.home, watching.instance, key_prefix=("crm",))
    result = launcher.import_staged(launcher.stage(file, call_schedule()), unheard)
    assert (result.counts.created, result.counts.rejected) == (1, 1)
    assert watching.instance.get_dynamic_partitions("imports") == []
    assert watching.instance.get_dynamic_partitions("crm__imports") == [result.import_id]
    for table in TABLES - {"suppressions", "call_activity"}:
        (event,) = watching.instance.fetch_materializations(dg.AssetKey(["crm", table]), limit=5).records
        metadata = event.asset_materialization.metadata
        assert {"dagster/row_count", "rows_read"} & set(metadata), table
        assert watching.instance.fetch_materializations(dg.AssetKey([table]), limit=5).records == []
    (run,) = watching.instance.get_runs()
    assert run.job_name == "crm__import_leads"
    assert run.tags["lead_pipeline/home"].startswith("home@")
    checks = {key.to_user_string() for key in _checks_of(watching.instance, run)}
    assert checks >= {"crm/imported_leads:file_accepted", "crm/rejected_leads:reject_rate"}


def _checks_of(instance, run):
    records = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION).records
    return {record.event_log_entry.dagster_event.asset_check_evaluation_data.asset_check_key for record in records}


# Runs of others.


def test_the_run_of_another_home_in_the_same_dagster_is_not_failed_although_nobody_here_is_at_work_on_it(
    watching, tmp_path
):
    """Both homes may have the same file, and so the same partition."""
    naming, other = Naming(watching.home.root), Naming(tmp_path / "other")
    job = build_definitions(tmp_path / "other").resolve_job_def("import_leads")
    theirs = watching.instance.create_run_for_job(
        job, tags={"dagster/partition": "a@0123456789ab", **other.run_tags}, status=DagsterRunStatus.STARTED
    )
    team = watching.instance.create_run_for_job(job, status=DagsterRunStatus.STARTED)  # of a job of that name
    ours = watching.instance.create_run_for_job(
        job, tags={"dagster/partition": "a@0123456789ab", **naming.run_tags}, status=DagsterRunStatus.STARTED
    )
    _, suspects = active_imports(watching.home, watching.instance, naming, {}, 0.0)
    assert set(suspects) == {ours.run_id}
    active_imports(watching.home, watching.instance, naming, dict.fromkeys(
        (ours.run_id, theirs.run_id, team.run_id), 0.0), SUSPECT_SECONDS + 1)  # fmt: skip
    fail_dead_runs(watching.home, watching.instance, naming)
    status = {run.run_id: run.status for run in watching.instance.get_runs()}
    assert status == {
        ours.run_id: DagsterRunStatus.FAILURE,
        theirs.run_id: DagsterRunStatus.STARTED,
        team.run_id: DagsterRunStatus.STARTED,
    }


def test_an_import_of_another_home_that_waits_goes_on_waiting_when_the_same_file_is_imported_here(watching, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(leads(1))
    launcher = Launcher(watching.home, watching.instance)
    manifest = launcher.stage(file, call_schedule())
    waits = {WAITS: "true", import_tag(manifest.import_id): "awaiting_approval", STATUS: "awaiting_approval"}
    job = build_definitions(watching.home.root).resolve_job_def("import_leads")
    theirs, ours = (
        watching.instance.create_run_for_job(job, tags={**waits, **Naming(home).run_tags}).run_id
        for home in (tmp_path / "other", watching.home.root)
    )
    launcher.import_staged(manifest, unheard)
    found = {run_id: watching.instance.get_run_by_id(run_id).tags[WAITS] for run_id in (theirs, ours)}
    assert found == {theirs: "true", ours: "false"}


def test_every_job_tags_its_runs_with_the_home_wherever_it_is_called_from(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    homes = [Path("data"), tmp_path / "data", tmp_path / "link", tmp_path / "x" / "data"]
    tags = [
        {
            build_definitions(home, key_prefix="crm").resolve_job_def(f"crm__{job}").run_tags["lead_pipeline/home"]
            for job in JOBS
        }
        for home in homes
    ]
    assert [len(tag) for tag in tags] == [1, 1, 1, 1]
    assert tags[0] == tags[1] == tags[2] != tags[3]
    assert all(tag.startswith("data@") for tag in set.union(*tags))


# Labels.


def test_owners_group_and_tags_are_on_every_asset_beside_its_kinds(tmp_path):
    defs = build_definitions(
        tmp_path, owners=["ops@example.com", "team:sales"], group_name="crm", tags={"domain": "sales"}
    )
    for spec in specs_of(defs).values():
        assert list(spec.owners) == ["ops@example.com", "team:sales"]
        assert (spec.group_name, spec.tags["domain"]) == ("crm", "sales")
        assert spec.kinds
        assert spec.code_version
        assert spec.description
    assert {spec.group_name for spec in specs_of(build_definitions(tmp_path)).values()} == {
        "leads", "suppressions", "call_activity",
    }  # fmt: skip


def test_every_asset_names_the_lines_of_its_code(tmp_path):
    specs = specs_of(build_definitions(tmp_path))
    for table in TABLES:
        (reference,) = specs[table].metadata["dagster/code_references"].code_references
        line = Path(reference.file_path).read_text().splitlines()[reference.line_number - 1]
        assert line.startswith(("@recipes.", "def ")), table
    (raw,) = specs["raw_leads"].metadata["dagster/code_references"].code_references
    assert raw.file_path == inspect.getsourcefile(assets)


def test_the_columns_that_dagster_shows_are_those_that_the_store_and_an_import_have(watching, tmp_path):
    """Asked of DuckDB itself: the views that people query, and the Parquet that an import published."""
    watching.drop("a.csv", leads(1) + "12345,x\n")
    watching.execute(watching.tick())
    (imported,) = (watching.home.tables / "imported_leads").rglob("*.parquet")
    (rejected,) = (watching.home.tables / "rejected_leads").rglob("*.parquet")
    sources = {
        "imported_leads": f"read_parquet('{imported}', hive_partitioning = false)",
        "rejected_leads": f"read_parquet('{rejected}', hive_partitioning = false)",
    }
    specs = specs_of(build_definitions(watching.home.root))
    for table in ("imported_leads", "rejected_leads", "suppressions", "call_activity"):
        source = sources.get(table, f"main.{table}")
        described = [row[:2] for row in query(watching.home.root, f"describe from {source}")]
        schema = specs[table].metadata["dagster/column_schema"]
        assert [(column.name, column.type) for column in schema.columns] == described, table
    assert {column["table"] for column in fixed_columns()} == {
        table for table, spec in specs.items() if "dagster/column_schema" in spec.metadata
    }


def test_tables_and_addresses_that_are_named_are_there(watching):
    watching.drop("a.csv", leads(1) + "12345,x\n")
    watching.execute(watching.tick())
    specs = specs_of(build_definitions(watching.home.root))
    named = {table: spec.metadata.get("dagster/table_name") for table, spec in specs.items()}
    with duckdb.connect(str(watching.home.store), read_only=True) as con:
        for table, view in named.items():
            assert view is None or con.execute(f"select count(*) from {view}").fetchone(), table
    addresses = {table: spec.metadata.get("dagster/uri") for table, spec in specs.items()}
    assert {table for table, address in addresses.items() if address} == {
        "imported_leads", "rejected_leads", "import_report", "suppressions", "call_activity",
    }  # fmt: skip
    assert all(Path(address.removeprefix("file://")).exists() for address in addresses.values() if address)


def test_jobs_that_have_nothing_to_do_when_launched_by_hand_say_how_theirs_is_started(tmp_path):
    defs = build_definitions(tmp_path)
    for job in ("load_suppressions", "load_call_activity"):
        assert "launched by hand, it has nothing to load: drop" in defs.resolve_job_def(job).description
