"""The units for systemd: it can read them; what they start answers, is stopped as systemd stops it, is backed up and
restored. No systemd runs here: a test does what the units say.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lead_pipeline.filing.home import Home
from lead_pipeline.orchestration.defining.naming import Naming
from lead_pipeline.orchestration.instance import open_instance
from lead_pipeline.orchestration.liveness import fail_dead_runs
from lead_pipeline_tests.deploying.manifests import ROOT
from lead_pipeline_tests.orchestration.serving import Ui, drop, free_port, receipts
from lead_pipeline_tests.orchestration.watching import Watching
from lead_pipeline_tests.support import prepared_home, query, quick_folder

FOLDER = ROOT / "docs" / "deploying"
UNITS = sorted((FOLDER / "systemd").glob("lead-pipeline*.*"))
SERVICE = FOLDER / "systemd" / "lead-pipeline.service"
PAGE = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")

COMMAND, HOME, BACKUP = (
    "/opt/lead_pipeline/bin/lead-pipeline",
    "/var/lib/lead-pipeline",
    "/usr/local/lib/lead-pipeline/backup",
)
ROWS = 80_000

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None and "CI" not in os.environ, reason="systemd-analyze is not installed"
)


def settings_of(unit: Path) -> dict[str, list[str]]:
    """Return what a unit says, by key; a key that is there twice adds up."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith(("#", "[")):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def verified(folder: Path, text: str, name: str = SERVICE.name) -> str:
    """Return what systemd says of a unit whose programs are there."""
    for program in (COMMAND, BACKUP, "/usr/bin/systemctl"):
        text = text.replace(program, "/bin/true")
    (folder / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(folder / name)], capture_output=True, text=True, timeout=60
    )
    return done.stderr + done.stdout


@needs_systemd
@pytest.mark.parametrize(
    "unit", [one for one in UNITS if one.suffix in (".service", ".timer")], ids=lambda one: one.name
)
def test_systemd_has_nothing_to_say_against_a_unit(unit, tmp_path):
    if unit.suffix == ".timer":
        (tmp_path / "lead-pipeline-backup.service").write_text("[Service]\nExecStart=/bin/true\n")
    assert verified(tmp_path, unit.read_text(encoding="utf-8"), unit.name) == ""


@needs_systemd
@pytest.mark.parametrize(("right", "wrong"), [("ProtectHome=", "ProtectHom="), ("Restart=on-", "Restart=of-")])
def test_systemd_finds_what_is_wrong(right, wrong, tmp_path):
    assert verified(tmp_path, SERVICE.read_text(encoding="utf-8").replace(right, wrong)) != ""


def test_the_page_has_everything_copied_to_where_it_is_looked_for():
    installed = "\n".join(line for line in PAGE.splitlines() if line.startswith("install "))
    for unit in UNITS:
        where = re.match(r"# (/etc/\S+)", unit.read_text(encoding="utf-8"))
        assert where is not None, unit
        assert Path(where[1]).parent.as_posix() in installed
    assert "/usr/local/lib/lead-pipeline docs/deploying/backup docs/deploying/restore" in installed
    (file,) = settings_of(SERVICE)["EnvironmentFile"]
    assert file.removeprefix("-") in installed


def test_the_environment_names_only_variables_that_somebody_reads():
    text = (FOLDER / "systemd" / "environment").read_text(encoding="utf-8")
    named = set(re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE))
    ours = {name for name in named if name.startswith("LEAD_PIPELINE")}
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "lead_pipeline").rglob("*.py"))
    prefixed = {f"LEAD_PIPELINE_SMTP_{name}" for name in ("HOST", "PORT", "USER", "FROM", "SECURITY", "PASSWORD")}
    assert [name for name in ours - prefixed if f'"{name}"' not in code] == []
    assert named - ours == {"UI_OPTIONS", "PGPASSFILE"}


class Service(Ui):
    """What the unit starts, in the unit's environment and no other; its process group is as systemd's control group."""

    def __init__(self, home: Path) -> None:
        self.home, self.port, self.pages_port = home, free_port(), free_port()
        self._log = home.with_name(f"{home.name}.{free_port()}.log")
        said = settings_of(SERVICE)
        environment = dict(word.split("=", 1) for line in said["Environment"] for word in line.split())
        environment |= {"LEAD_PIPELINE_HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        environment["UI_OPTIONS"] = f"--port {self.port} --pages-port {self.pages_port}"
        (start,) = said["ExecStart"]
        program, *words = start.split()
        assert program == COMMAND
        arguments = [one for word in words for one in (environment[word[1:]].split() if word[0] == "$" else [word])]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).parent / Path(program).name), *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=environment,
                umask=int(said["UMask"][0], 8), start_new_session=True,
            )  # fmt: skip

    def answers(self, port: int, path: str) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            return answer.status == 200

    def stop_all(self) -> int:
        """Signal every process, as KillMode=control-group does; return how the command ended."""
        assert "KillMode" not in settings_of(SERVICE)
        os.killpg(self.process.pid, signal.SIGTERM)
        code = self.process.wait(60)
        self.wait_for_end()
        return code


def back_up(home: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run what ExecStart of the unit for backups says."""
    (start,) = settings_of(FOLDER / "systemd" / "lead-pipeline-backup.service")["ExecStart"]
    assert start.split() == [BACKUP, HOME, f"{HOME}-backups"]
    return subprocess.run([str(FOLDER / "backup"), str(home), str(folder)], capture_output=True, text=True, timeout=120)


def test_what_was_under_way_when_it_was_stopped_is_imported_once_after_a_restore_in_another_place():
    with quick_folder() as folder:
        home = prepared_home(folder / "home").root
        (home / "inbox" / "call_schedule").mkdir()
        (folder / "first.csv").write_text("caller_id\n2125550100\n")
        rows = "".join(f"{2125550100 + row},n{row}\n" for row in range(ROWS))
        (folder / "second.csv").write_text("caller_id,name\n" + rows)
        service = Service(home)
        try:
            service.wait_until_ready()
            assert service.answers(service.port, "/server_info")
            assert service.answers(service.pages_port, "/api/v1/health")
            drop(home, [folder / "first.csv"])
            service.wait_for("first import", lambda: len(receipts(home)) == 1)
            drop(home, [folder / "second.csv"])
            service.wait_for("second import", lambda: any((home / "staging" / "parts").rglob("*.parquet")), pause=0.005)
            (folder / "backups").mkdir()
            refused = back_up(home, folder / "backups")
            assert (refused.returncode, "An import is at work" in refused.stderr) == (1, True)
            assert service.stop_all() == 0
        finally:
            service.kill()
        assert len(receipts(home)) == 1

        made = back_up(home, folder / "backups")
        assert made.returncode == 0, made.stderr
        (backup,) = (folder / "backups").iterdir()
        restored = folder / "restored"
        subprocess.run([str(FOLDER / "restore"), str(backup), str(restored)], check=True, timeout=120)
        instance = open_instance(Home(restored))
        try:
            fail_dead_runs(Home(restored), instance, Naming(restored))  # as every start does
            watching = Watching(Home(restored), instance, now=datetime.now(UTC) + timedelta(minutes=1))
            (result,) = watching.execute(watching.tick(seconds=1))
            assert result.success
        finally:
            instance.dispose()
        assert query(restored, "select count(*), count(distinct phone) from leads") == [(ROWS, ROWS)]
        assert sorted(query(restored, "select file_name, outcome, count(*) from row_outcomes join imports using"
                            " (import_id) group by all")) == [
            ("first.csv", "created", 1), ("second.csv", "created", ROWS - 1), ("second.csv", "duplicate", 1),
        ]  # fmt: skip


def test_a_backup_that_was_damaged_or_would_overwrite_is_not_restored(tmp_path):
    home = Home(tmp_path / "home")
    home.prepare()
    (tmp_path / "backups").mkdir()
    assert back_up(home.root, tmp_path / "backups").returncode == 0
    (backup,) = (tmp_path / "backups").iterdir()
    restore = [str(FOLDER / "restore"), str(backup)]
    done = subprocess.run([*restore, str(home.root)], capture_output=True, text=True)
    assert (done.returncode, "is not empty" in done.stderr) == (1, True)
    with (backup / "home.tar.gz").open("r+b") as archive:
        archive.seek(20)
        archive.write(b"x")
    assert subprocess.run([*restore, str(tmp_path / "new")], capture_output=True).returncode != 0
    assert not (tmp_path / "new").exists()


def test_the_newest_backups_stay_and_one_that_failed_leaves_nothing(tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in (1, 2, 3):
        (folder / f"lead-pipeline-2026110{day}T000000Z").mkdir()
    done = subprocess.run([str(FOLDER / "backup"), str(tmp_path / "nowhere"), str(folder), "2"], capture_output=True)
    assert done.returncode != 0
    assert len(list(folder.iterdir())) == 3
    Home(tmp_path / "home").prepare()
    done = subprocess.run(
        [str(FOLDER / "backup"), str(tmp_path / "home"), str(folder), "2"], capture_output=True, text=True, check=True
    )
    assert sorted(folder.iterdir()) == [folder / "lead-pipeline-20261103T000000Z", Path(done.stdout.strip())]
