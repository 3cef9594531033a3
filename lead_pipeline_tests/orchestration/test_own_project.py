"""The component of `dg`, in a project that is scaffolded and served by the real commands."""

import subprocess
import sys

import dagster as dg
import pytest
import yaml

from lead_pipeline import LeadPipelineComponent
from lead_pipeline.orchestration.defining.naming import Naming
from lead_pipeline_tests.orchestration.own_project import Dev, OwnProject, page_block
from lead_pipeline_tests.orchestration.watching import leads
from lead_pipeline_tests.support import quick_folder

RUNS = "{ runsOrError { ... on Runs { results { jobName status tags { key value } } } } }"

ASSETS = """
query ($keys: [AssetKeyInput!]!) {
  assetNodes(assetKeys: $keys) {
    assetKey { path } groupName repository { location { name } } dependencyKeys { path } dependedByKeys { path }
    assetMaterializations { partition }
    assetChecksOrError { ... on AssetChecks { checks { name executionForLatestMaterialization { status } } } }
    metadataEntries { __typename label }
  }
}
"""

LOCATIONS = """
{ workspaceOrError { ... on Workspace { locationEntries {
    name loadStatus locationOrLoadError { __typename ... on PythonError { message } } } } } }
"""


@pytest.fixture
def project():
    with quick_folder() as folder:
        yield OwnProject(folder)


def component(**attributes):
    return LeadPipelineComponent.from_attributes_dict(attributes=attributes)


def defs_of(tmp_path, **attributes):
    tree = dg.ComponentTree.for_test()
    built = component(home=str(tmp_path), **attributes).build_defs(tree.load_context)
    dg.Definitions.validate_loadable(built)
    return built


def test_every_attribute_of_the_yaml_reaches_the_definitions(tmp_path):
    built = defs_of(
        tmp_path, key_prefix=["crm", "eu"], group_name="leads", owners=["ops@example.com"], tags={"domain": "sales"},
        sensors=False,
    )  # fmt: skip
    specs = list(built.resolve_all_asset_specs())
    assert len(specs) == 9
    for spec in specs:
        assert spec.key.path[:2] == ["crm", "eu"]
        assert (spec.group_name, list(spec.owners), spec.tags["domain"]) == ("leads", ["ops@example.com"], "sales")
    assert list(built.sensors) == []
    assert built.resources["crm__eu__home"].root == str(tmp_path)


def test_a_home_is_relative_to_the_project_and_may_come_from_the_environment(tmp_path, monkeypatch):
    context = dg.ComponentTree.for_test().load_context
    built = component(home="data/leads").build_defs(context)
    assert built.resources["home"].root == str(context.project_root / "data" / "leads")
    monkeypatch.setenv("SOME_HOME", str(tmp_path))
    assert component(home="{{ env.SOME_HOME }}").home == str(tmp_path)


@pytest.mark.parametrize(
    ("attributes", "said"),
    [({}, "home"), ({"home": "x", "hoem": "y"}, "hoem"), ({"home": "x", "sensors": "perhaps"}, "sensors")],
)
def test_a_mistake_in_the_yaml_names_its_key(attributes, said):
    with pytest.raises(ValueError, match=said):
        component(**attributes)


def test_the_package_has_the_component_where_dg_looks_and_loads_dagster_for_nothing_else():
    code = (
        "import sys, lead_pipeline\n"
        "print('LeadPipelineComponent' in dir(lead_pipeline), 'dagster' in sys.modules)\n"
        "lead_pipeline.LeadPipelineComponent\n"
        "print('dagster' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["True", "False", "True"]


def test_a_project_that_is_scaffolded_imports_what_is_dropped_and_what_commands_are_given_in_one_history(project):
    """`dg` finds and scaffolds the component, `dagster dev` serves it beside a location with the docs' example."""
    listed = project.run("dg", "list", "components")
    assert "lead_pipeline.LeadPipelineComponent" in listed.stdout, listed.stderr
    made = project.run("dg", "scaffold", "defs", "lead_pipeline.LeadPipelineComponent", "leads")
    assert made.returncode == 0, made.stderr
    assert yaml.safe_load(project.yaml.read_text()) == yaml.safe_load(page_block("A component of `dg`", "yaml"))
    checked = project.run("dg", "check", "defs")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    (project.dagster_home / "dagster.yaml").write_text(project.run("lead-pipeline", "dagster-settings").stdout)

    dev = Dev(project, page_block("Assets of your own after an import", "python"))
    try:
        dev.wait_for("locations", lambda: dev.graphql(LOCATIONS)["workspaceOrError"]["locationEntries"])
        entries = dev.graphql(LOCATIONS)["workspaceOrError"]["locationEntries"]
        assert {entry["name"]: entry["locationOrLoadError"]["__typename"] for entry in entries} == {
            "acme": "RepositoryLocation", "downstream": "RepositoryLocation",
        }, entries  # fmt: skip

        inbox = project.home / "inbox" / "call_schedule"
        dev.wait_for("look at the inbox", inbox.parent.is_dir)
        inbox.mkdir()
        (inbox / "dropped.csv").write_text(leads(1) + "12345,x\n")
        (inbox / "refused.csv").write_bytes(bytes(range(256)) * 20)
        dev.wait_for("imports", lambda: len(list((project.home / "staging" / "receipts").glob("*.json"))) == 2)
        by_command = project.root / "by-command.csv"
        by_command.write_text(leads(2))
        ended = project.run("lead-pipeline", "import", str(by_command))
        assert ended.returncode == 0, ended.stderr
        assert f"Recorded in the Dagster at {project.dagster_home}" in ended.stderr

        dev.wait_for("example to follow", lambda: len(partitions(dev, ["leads_by_area"])) == 2)
        assert_one_history(dev, project)
        assert_graph(dev)
    finally:
        dev.stop()
    warned = [line for line in dev.log.read_text().splitlines() if "Warning: " in line]
    assert [line for line in warned if "backfill_policy" in line or "/lead_pipeline/" in line] == []


def node(dev, path):
    (found,) = dev.graphql(ASSETS, keys=[{"path": path}])["assetNodes"]
    return found


def partitions(dev, path):
    return {one["partition"] for one in node(dev, path)["assetMaterializations"]}


def assert_one_history(dev, project):
    runs = dev.graphql(RUNS)["runsOrError"]["results"]
    imports = [run for run in runs if run["jobName"] == "leads__import_leads"]
    assert sorted(run["status"] for run in imports) == ["FAILURE", "SUCCESS", "SUCCESS"]
    for run in imports:
        tags = {tag["key"]: tag["value"] for tag in run["tags"]}
        assert tags["lead_pipeline/home"] == Naming(project.home).run_tags["lead_pipeline/home"]
    assert not (project.home / "dagster" / "history").exists()  # nothing was recorded in an instance of the home's own
    made = partitions(dev, ["leads", "imported_leads"])
    assert {one.partition("@")[0] for one in made} == {"dropped", "by-command"}
    assert partitions(dev, ["leads_by_area"]) == made


def assert_graph(dev):
    imported = node(dev, ["leads", "imported_leads"])
    assert (imported["groupName"], imported["repository"]["location"]["name"]) == ("leads", "acme")
    above = {tuple(key["path"]) for key in imported["dependencyKeys"]}
    assert above == {("leads", name) for name in ("normalized_leads", "suppressions", "call_activity")}
    assert ("leads_by_area",) in {tuple(key["path"]) for key in imported["dependedByKeys"]}
    checks = {
        check["name"]: check["executionForLatestMaterialization"] for check in imported["assetChecksOrError"]["checks"]
    }
    assert set(checks) >= {"file_accepted", "rows_accounted_for", "layout_stable"}
    assert "TableSchemaMetadataEntry" in {entry["__typename"] for entry in imported["metadataEntries"]}
