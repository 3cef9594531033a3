"""Starts what `lead-pipeline ui` is made of: code server, web server and daemon, which live and die together."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from lead_pipeline.importing.homes import Home
from lead_pipeline.model.errors import LeadPipelineError, UsageError
from lead_pipeline.orchestration.defining.naming import Naming
from lead_pipeline.orchestration.instance import open_instance
from lead_pipeline.orchestration.instances.chosen_instance import AT_WORK_SECONDS, forget_location, location_at_work
from lead_pipeline.orchestration.instances.locks_across_hosts import being_the_front
from lead_pipeline.orchestration.liveness import fail_dead_runs
from lead_pipeline.orchestration.serving.guard import ADDRESSES, local_addresses
from lead_pipeline.orchestration.serving.lifeline import LIFELINE
from lead_pipeline.orchestration.serving.service import CODE_SERVER, DAEMON, WEB_SERVER

_START_SECONDS = 60.0

#: The code server would wait up to a minute for the sensor's tick to end; runs are processes of their own and go on.
_STOP_SECONDS = 5.0

#: The web server of a command that was killed a moment ago may need as long to release the port.
_PORT_RELEASE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class UiSettings:
    """Where the UI listens, and the pages beside it. Dagster's web server has no login: anything but localhost needs a
    proxy with one.
    """

    host: str = "127.0.0.1"
    port: int = 3000
    read_only: bool = False
    allow_hosts: tuple[str, ...] = ()
    pages_port: int = 3001

    @property
    def addresses(self) -> frozenset[str]:
        """Return what the UI may be called by; raises UsageError for what is no host."""
        return local_addresses(self.host, self.port, self.allow_hosts)

    @property
    def pages_addresses(self) -> frozenset[str]:
        """Return what the pages may be called by; raises UsageError for what is no host."""
        return local_addresses(self.host, self.pages_port, self.allow_hosts)


def serve(home: Home, settings: UiSettings, ready: Callable[[str, str], object]) -> int:
    """Run the UI, the pages, and the daemon unless read-only, until one of them ends or we are told to stop; return the
    exit code. `ready` is called with the addresses of both.

    Raises: UsageError when the port is taken, a host is none, or another Dagster is at work on the home;
    LeadPipelineError when a service does not start.
    """
    addresses = settings.addresses
    _require_free(settings.host, settings.port, "--port")
    _require_free(settings.host, settings.pages_port, "--pages-port")
    if not settings.read_only:
        _require_no_other(home)
    instance = open_instance(home)  # once, before the services open it side by side
    if not settings.read_only:
        fail_dead_runs(home, instance, Naming(home.root))
    instance.dispose()
    with contextlib.nullcontext() if settings.read_only else being_the_front(home):
        return _serve(home, settings, addresses, ready)


def _serve(home: Home, settings: UiSettings, addresses: frozenset[str], ready: Callable[[str, str], object]) -> int:
    code_port = _free_port()
    workspace = home.dagster / f"workspace-{settings.port}.yaml"
    workspace.write_text(
        f"load_from:\n  - grpc_server:\n      host: 127.0.0.1\n      port: {code_port}\n"
        "      location_name: lead_pipeline\n"
    )
    services = _Services(home)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        services.start("code server", _code_server(code_port))
        services.wait_for_port("code server", "127.0.0.1", code_port)
        services.start("web server", _web_server(settings, workspace), {ADDRESSES: ",".join(sorted(addresses))})
        if not settings.read_only:
            services.start("daemon", command_of(DAEMON, "run", "-w", str(workspace)))
        services.start("pages", _pages(home, settings))
        services.wait_for_port("web server", settings.host, settings.port)
        services.wait_for_port("pages", settings.host, settings.pages_port)
        _require_guard(settings)
        ready(_url(settings.host, settings.port), _url(settings.host, settings.pages_port))
        return services.watch()
    except KeyboardInterrupt:
        return 0
    finally:
        services.stop()
        workspace.unlink(missing_ok=True)


def command_of(service: str, *arguments: str) -> list[str]:
    """Return the command that runs one of Dagster's commands as a service."""
    # -P: no module of the folder in which somebody starts the command stands in for one of Dagster's.
    return [sys.executable, "-P", "-m", "lead_pipeline.orchestration.serving.service", service, *arguments]


def _code_server(port: int) -> list[str]:
    served = ("-m", "lead_pipeline.definitions", "--location-name", "lead_pipeline")
    return command_of(CODE_SERVER, "api", "grpc", *served, "-h", "127.0.0.1", "-p", str(port))


def _web_server(settings: UiSettings, workspace: Path) -> list[str]:
    command = command_of(WEB_SERVER, "-h", settings.host, "-p", str(settings.port), "-w", str(workspace))
    return [*command, "--read-only"] if settings.read_only else command


def _pages(home: Home, settings: UiSettings) -> list[str]:
    command = [sys.executable, "-P", "-m", "lead_pipeline.web.serving", "--home", str(home.root.absolute())]
    command += ["--host", settings.host, "--port", str(settings.pages_port)]
    command += ["--addresses", ",".join(sorted(settings.pages_addresses))]
    command += ["--dagster-url", _url(settings.host, settings.port)]
    return [*command, "--read-only"] if settings.read_only else command


def _url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _require_no_other(home: Home) -> None:
    """Have the inbox watched by one Dagster alone; commands record in the home's own history from now on."""
    other = location_at_work(home)
    if other:
        raise UsageError(
            f"The Dagster at {other} is at work on this home; its own UI shows what happens. To have the inbox watched "
            f"from here, switch its sensors off, and start this {AT_WORK_SECONDS:.0f} seconds later. With --read-only, "
            "the home's own history can be looked at meanwhile."
        )
    forget_location(home)


def _require_free(host: str, port: int, named: str) -> None:
    until = time.monotonic() + _PORT_RELEASE_SECONDS
    while (number := _bind_error(host, port)) and time.monotonic() < until:
        time.sleep(0.1)
    if number:
        raise UsageError(
            f"{host}:{port} cannot be listened on ({os.strerror(number)}). "
            f"Is the UI running already? Choose another port with {named}."
        )


def _require_guard(settings: UiSettings) -> None:
    """Ask the web server under a name that leads nowhere; raises LeadPipelineError unless that is refused."""
    connection = http.client.HTTPConnection(settings.host, settings.port, timeout=_START_SECONDS)
    try:
        connection.request("GET", "/server_info", headers={"Host": f"foreign.invalid:{settings.port}"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        status = None
    finally:
        connection.close()
    if status != HTTPStatus.FORBIDDEN:
        raise LeadPipelineError(
            "The web server is not guarded against foreign web pages, which could approve imports, so it was stopped. "
            "Install the release of Dagster that constraints.txt names."
        )


def _bind_error(host: str, port: int) -> int:
    """Return why a port cannot be listened on, as an error number of the system; 0 when it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno or -1
    return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Services:
    """Child processes that live and die together."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str], settings: Mapping[str, str] | None = None) -> None:
        log = self._log(name).open("ab")
        environment = os.environ | {
            "DAGSTER_HOME": str(self._home.dagster.absolute()),
            "LEAD_PIPELINE_HOME": str(self._home.root.absolute()),
            LIFELINE: "stdin",
            **(settings or {}),
        }
        self._running[name] = subprocess.Popen(
            # Nothing is ever written to the pipe: when it ends, this process is gone.
            list(command),
            env=environment,
            stdout=log,
            stderr=log,
            stdin=subprocess.PIPE,
        )
        log.close()

    def wait_for_port(self, name: str, host: str, port: int) -> None:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            self._require_running()
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex((host, port)) == 0:
                    return
            time.sleep(0.1)
        raise LeadPipelineError(f"The {name} did not start within {_START_SECONDS:.0f} seconds; see {self._logs()}.")

    def watch(self) -> int:
        while True:
            self._require_running()
            time.sleep(0.5)

    def stop(self) -> None:
        for process in self._running.values():
            process.terminate()
        until = time.monotonic() + _STOP_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()

    def _require_running(self) -> None:
        for name, process in self._running.items():
            if process.poll() is not None:
                raise LeadPipelineError(
                    f"The {name} ended with exit code {process.returncode}; see {self._logs()}. "
                    f"Its last line is: {self._last_line(name)}"
                )

    def _log(self, name: str) -> Path:
        return self._home.dagster / f"{name.replace(' ', '-')}.log"

    def _last_line(self, name: str) -> str:
        lines = self._log(name).read_text("utf-8", "replace").splitlines()
        return lines[-1][:500] if lines else "none"

    def _logs(self) -> str:
        return f"the log files in {self._home.dagster}"
