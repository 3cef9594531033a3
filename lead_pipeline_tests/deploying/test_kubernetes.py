"""The manifests fit their schemas, one another, the product and what dagster-k8s makes of them. No cluster is here."""

import copy
import importlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import dagster as dg
import kubernetes_validate
import pytest
import yaml
from dagster._core.launcher import LaunchRunContext
from dagster_k8s.launcher import K8sRunLauncher

from lead_pipeline.orchestration.building import build_definitions
from lead_pipeline.orchestration.instance import instance_settings
from lead_pipeline.orchestration.serving import services
from lead_pipeline_tests.deploying.manifests import (
    FOLDER,
    NAMESPACE,
    ROOT,
    container_of,
    dagster_settings,
    environment,
    fake_kubernetes,
    import_origin,
    kustomization,
    manifests,
    named,
    of_kind,
    workloads,
)

#: The oldest Kubernetes that the page names, and the newest whose schemas are here.
VERSIONS = ("1.28", kubernetes_validate.latest_version())

CONTAINERFILE = FOLDER.parent / "Containerfile"


def name_of(manifest):
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


every_manifest = pytest.mark.parametrize("manifest", manifests(), ids=name_of)
every_workload = pytest.mark.parametrize("workload", workloads(), ids=name_of)


# Schemas.


@every_manifest
@pytest.mark.parametrize("version", VERSIONS)
def test_a_manifest_has_what_its_schema_wants_and_nothing_that_it_does_not_know(manifest, version):
    assert kubernetes_validate.validate(manifest, version, strict=True) == ".".join(version.split(".")[:2])


def put(value, *path):
    def change(manifest):
        for key in path[:-1]:
            manifest = manifest[key]
        manifest[path[-1]] = value

    return change


POD = ("spec", "template", "spec")
WRONG = {
    "key misspelled": put(1, "spec", "replica"),
    "key of a container misspelled": put("x", *POD, "containers", 0, "imagePullPolice"),
    "deep in a volume": put({"name": "x", "emptyDir": {"size": 1}}, *POD, "volumes", 1),
    "number as a text": put("one", "spec", "replicas"),
    "selector missing": lambda manifest: manifest["spec"].pop("selector"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_the_schemas_find_what_is_wrong(wrong):
    manifest = copy.deepcopy(named("Deployment", "code-server"))
    wrong(manifest)
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(manifest, VERSIONS[0], strict=True)


def test_every_file_of_the_folder_is_applied():
    files = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert files == set(kustomization()["resources"])


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_one_image_is_named_in_one_place(tmp_path):
    """With kustomize, as `kubectl apply -k` does it."""
    shutil.copytree(FOLDER, tmp_path / "kubernetes")
    path = tmp_path / "kubernetes" / "kustomization.yaml"
    path.write_text(path.read_text().replace("newName: lead-pipeline", "newName: images.example.com/ours"))
    done = subprocess.run(["kubectl", "kustomize", str(path.parent)], capture_output=True, text=True, check=True)
    made = list(yaml.safe_load_all(done.stdout))
    assert len(made) == len(manifests())
    pods = [one for one in made if one["kind"] in ("Deployment", "Job")]
    assert {container_of(one)["image"] for one in pods} == {"images.example.com/ours:0.1.0"}
    (code,) = [one for one in pods if one["metadata"]["name"] == "code-server"]
    assert {one["name"]: one["value"] for one in container_of(code)["env"]} == {
        "DAGSTER_CURRENT_IMAGE": "images.example.com/ours:0.1.0"
    }


# One another.

#: Made beside the manifests, because they are secret: what the page has people make.
SECRETS = {"lead-pipeline-database": ["PGPASSWORD"], "lead-pipeline-secrets": None}


def references(pod):
    """Return kind and name of everything that the pod of a spec refers to."""
    yield "ServiceAccount", pod["serviceAccountName"]
    for volume in pod["volumes"]:
        if "configMap" in volume:
            yield "ConfigMap", volume["configMap"]["name"]
        if "persistentVolumeClaim" in volume:
            yield "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]
        if "secret" in volume:
            yield "Secret", volume["secret"]["secretName"]
    for container in pod["containers"]:
        for source in container.get("envFrom", []):
            for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                if key in source:
                    yield kind, source[key]["name"]


def unresolved(pod):
    known = {(one["kind"], one["metadata"]["name"]) for one in manifests()} | {("Secret", name) for name in SECRETS}
    return set(references(pod)) - known


@every_workload
def test_what_a_pod_refers_to_is_there_or_a_secret_that_the_page_has_made(workload):
    assert unresolved(workload["spec"]["template"]["spec"]) == set()


@every_workload
def test_what_a_container_mounts_are_volumes_of_its_pod(workload):
    pod = workload["spec"]["template"]["spec"]
    assert {mount["name"] for mount in container_of(workload)["volumeMounts"]} == {
        one["name"] for one in pod["volumes"]
    }


@every_manifest
def test_a_manifest_is_in_the_namespace(manifest):
    inside = manifest["kind"] != "Namespace"
    assert manifest["metadata"].get("namespace" if inside else "name") == NAMESPACE


@pytest.mark.parametrize("service", of_kind("Service"), ids=name_of)
def test_a_service_leads_to_a_port_that_its_pods_listen_on(service):
    (port,) = service["spec"]["ports"]
    (workload,) = [
        one
        for one in of_kind("Deployment")
        if service["spec"]["selector"].items() <= one["spec"]["template"]["metadata"]["labels"].items()
    ]
    (listened,) = container_of(workload)["ports"]
    assert (port["targetPort"], port["port"]) == (listened["name"], listened["containerPort"])
    assert str(listened["containerPort"]) in container_of(workload)["command"]


@pytest.mark.parametrize("workload", of_kind("Deployment"), ids=name_of)
def test_the_probes_ask_a_port_of_the_container(workload):
    container = container_of(workload)
    ports = {one["name"]: one["containerPort"] for one in container.get("ports", [])}
    for probe in ("startupProbe", "livenessProbe", *(["readinessProbe"] if ports else [])):
        asked = container[probe]
        if "exec" not in asked:
            assert asked.get("httpGet", asked.get("grpc"))["port"] in {*ports, *ports.values()}


def test_the_workspace_leads_to_the_code_server():
    (location,) = yaml.safe_load(named("ConfigMap", "lead-pipeline-dagster")["data"]["workspace.yaml"])["load_from"]
    service = named("Service", location["grpc_server"]["host"])
    assert location["grpc_server"]["port"] == service["spec"]["ports"][0]["port"]


def selected(policy):
    """Return the roles that a policy is about; None for all."""
    selector = policy["spec"]["podSelector"]
    (expression,) = selector.get("matchExpressions", [None])
    label = selector.get("matchLabels", {}).get("lead-pipeline/role")
    return set(expression["values"]) if expression else {label} if label else None


def test_policies_are_about_pods_that_there_are():
    roles = {one["spec"]["template"]["metadata"]["labels"]["lead-pipeline/role"] for one in workloads()} | {"run"}
    assert set().union(*(selected(policy) or set() for policy in of_kind("NetworkPolicy"))) <= roles


def test_nobody_reaches_dagsters_web_server_over_the_network():
    entries = [one for one in of_kind("NetworkPolicy") if "ingress" in one["spec"]]
    assert set().union(*map(selected, entries)) == {"code-server", "pages"}
    assert {"Ingress", "Egress"} == set(named("NetworkPolicy", "nothing-else")["spec"]["policyTypes"])


# Secrets and rights.


def test_no_manifest_has_a_secret_or_the_value_of_one():
    assert of_kind("Secret") == []
    for address in re.findall(r"://([^@/\s]+)@", "\n".join(map(str, manifests()))):
        assert ":" not in address


@every_workload
def test_a_pod_runs_as_nobody_special_and_writes_to_its_volumes_alone(workload):
    pod = workload["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container_of(workload)["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    launches = workload["metadata"]["name"] in ("daemon", "web-server")
    assert pod["automountServiceAccountToken"] is launches
    assert pod["serviceAccountName"] == ("lead-pipeline-launcher" if launches else "lead-pipeline")


# The product.


def help_of(command, monkeypatch, capsys):
    """Return what a command says of itself, run here; and how many words of it are its name."""
    module = next((word for word in command if word.startswith("lead_pipeline.web")), None)
    if module:
        at = command.index(module)
        program, length = importlib.import_module(module).main, at + 1
    else:
        at = command.index(next(word for word in command if word.startswith("dagster")))
        (script,) = entry_points(group="console_scripts", name=command[at])
        program, length = script.load(), at + 1
        while command[length:] and re.fullmatch(r"[a-z_]+", command[length]):
            length += 1
    monkeypatch.setattr(sys, "argv", [*command[at:length], "--help"])
    with pytest.raises(SystemExit) as ended:
        program()
    assert ended.value.code in (0, None)
    return capsys.readouterr().out, length


@every_workload
def test_the_command_of_a_pod_is_there_with_its_options(workload, monkeypatch, capsys):
    command = container_of(workload)["command"]
    said, length = help_of(command, monkeypatch, capsys)
    options = {word for word in command[length:] if re.fullmatch(r"-\w|--[\w-]+", word)}
    assert [option for option in options if not re.search(rf"(^|[\s,]){option}\b", said)] == []


def test_web_server_and_pages_are_started_as_the_product_starts_them(tmp_path):
    """But for addresses: the same module, and the same options."""
    settings = services.UiSettings(pages_port=3001)
    ours = services._web_server(settings, Path("/opt/dagster/workspace.yaml"))
    shown = container_of(named("Deployment", "web-server"))["command"]
    assert ["python", *ours[1:]] == ["127.0.0.1" if word == "0.0.0.0" else word for word in shown]
    pages = container_of(named("Deployment", "pages"))["command"]
    assert set(pages[:5]) | {word for word in pages if word.startswith("--")} <= {
        "python", *services._pages(services.Home(tmp_path), settings),
    }  # fmt: skip


def test_the_environment_has_only_what_somebody_reads():
    read = {
        name
        for path in (ROOT / "lead_pipeline").rglob("*.py")
        for name in re.findall(r'"(LEAD_PIPELINE_[A-Z_]+)"', path.read_text(encoding="utf-8"))
    }
    ours = {*environment(), "LEAD_PIPELINE_UI_ADDRESSES"}
    assert {name for name in ours if name.startswith("LEAD_PIPELINE")} <= read
    libraries = {"DAGSTER_HOME", "DAGSTER_PG_URL", "HOME"}
    assert {name for name in ours if not name.startswith("LEAD_PIPELINE")} == libraries
    assert "env: DAGSTER_PG_URL" in dagster_settings()


def test_the_home_is_mounted_where_the_environment_says_in_every_pod_that_works_on_it():
    homes = {
        one["metadata"]["name"]: mount["mountPath"]
        for one in workloads()
        for mount in container_of(one)["volumeMounts"]
        if mount["name"] == "home"
    }
    assert homes == dict.fromkeys(("code-server", "pages"), environment()["LEAD_PIPELINE_HOME"])


def test_what_dagster_is_set_to_are_the_settings_of_a_home_but_for_what_differs_in_a_cluster():
    ours, shown = yaml.safe_load(instance_settings()), yaml.safe_load(dagster_settings())
    differs = {"storage", "local_artifact_storage", "run_launcher", "run_coordinator", "concurrency", "run_monitoring"}
    assert {key: shown.get(key) for key in ours if key not in differs} == {
        key: value for key, value in ours.items() if key not in differs
    }
    assert set(shown) - set(ours) <= differs
    assert shown["concurrency"]["pools"] == ours["concurrency"]["pools"]


@pytest.fixture
def instance(tmp_path):
    """An instance with the settings of the ConfigMap, but for its history, which is in SQLite, and how it reaches
    Kubernetes.
    """
    with fake_kubernetes() as fake:
        settings = yaml.safe_load(dagster_settings())
        del settings["storage"], settings["local_artifact_storage"]
        settings["run_launcher"]["config"] |= {
            "load_incluster_config": False, "kubeconfig_file": fake.kubeconfig(tmp_path),
        }  # fmt: skip
        (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(settings))
        with dg.DagsterInstance.from_config(str(tmp_path)) as opened:
            yield opened, fake


def launched(instance, home):
    job = build_definitions(home).resolve_job_def("import_leads")
    run = instance.create_run_for_job(
        job,
        tags={"dagster/partition": "a@0123456789ab"},
        status=dg.DagsterRunStatus.STARTING,
        job_code_origin=import_origin(),
    )
    instance.run_launcher.launch_run(LaunchRunContext(dagster_run=run, workspace=None))
    return run


def ordered(found):
    return sorted(json.dumps(one, sort_keys=True) for one in found)


def without_nothing(value):
    if isinstance(value, dict):
        return {key: without_nothing(one) for key, one in value.items() if one is not None}
    return [without_nothing(one) for one in value] if isinstance(value, list) else value


def test_the_pod_of_a_run_is_as_the_others_and_the_launchers_rights_are_those_it_uses(instance, tmp_path):
    opened, fake = instance
    assert isinstance(opened.run_launcher, K8sRunLauncher)
    run = launched(opened, tmp_path / "home")
    (job,) = map(without_nothing, fake.jobs)
    kubernetes_validate.validate(job, VERSIONS[0], strict=True)
    kubernetes_validate.validate(job, VERSIONS[1], strict=True)

    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    other = named("Deployment", "pages")["spec"]["template"]["spec"]
    assert unresolved(pod) == set()
    assert job["spec"]["template"]["metadata"]["labels"]["lead-pipeline/role"] == "run"
    assert pod["securityContext"] == other["securityContext"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["serviceAccountName"] == other["serviceAccountName"]
    assert pod["terminationGracePeriodSeconds"] > 30
    (like,) = other["containers"]
    assert container["securityContext"] == like["securityContext"]
    assert ordered(container["envFrom"]) == ordered(like["envFrom"])
    assert ordered(container["volumeMounts"]) == ordered(like["volumeMounts"])
    assert ordered(pod["volumes"]) == ordered(other["volumes"])
    assert container["image"] == like["image"]
    assert container["args"][:3] == ["dagster", "api", "execute_run"]
    assert "command" not in container
    assert {one["name"]: one.get("value") for one in container["env"]}["DAGSTER_HOME"] == environment()["DAGSTER_HOME"]

    assert "what it printed" in opened.run_launcher.get_run_worker_debug_info(run)
    opened.run_launcher._api_client.get_job_debug_info("a", namespace=NAMESPACE)
    assert opened.run_launcher.check_run_worker_health(run).status.value == "RUNNING"
    assert opened.run_launcher.terminate(run.run_id)
    granted = {
        (verb, resource)
        for rule in named("Role", "lead-pipeline-launcher")["rules"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert fake.asked == granted


def test_the_variable_that_names_the_image_of_runs_names_that_of_the_code_server():
    container = container_of(named("Deployment", "code-server"))
    assert {one["name"]: one["value"] for one in container["env"]} == {"DAGSTER_CURRENT_IMAGE": container["image"]}


# The image.


def test_the_image_is_made_of_what_is_in_the_repository_and_of_the_tested_versions():
    text = CONTAINERFILE.read_text(encoding="utf-8")
    sources = [word for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE) for word in line.split()]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], "README.md", *project["project"]["license-files"]}
    assert needed <= set(sources)
    (extra,) = re.findall(r'--constraint constraints.txt "\.\[(\w+)\]"', text)
    assert extra in project["project"]["optional-dependencies"]


def test_the_image_gives_the_pod_of_a_run_no_command_of_its_own_and_runs_as_the_user_of_the_pods():
    text = CONTAINERFILE.read_text(encoding="utf-8")
    assert re.findall(r"^ENTRYPOINT", text, re.MULTILINE) == []
    (user,) = re.findall(r"^USER (\d+):(\d+)$", text, re.MULTILINE)
    pods = [one["spec"]["template"]["spec"]["securityContext"] for one in workloads()]
    assert {(str(pod["runAsUser"]), str(pod["runAsGroup"])) for pod in pods} == {user}
    assert {line.split()[1] for line in text.splitlines() if line.startswith("FROM ")} == {"python:3.13-slim"}
