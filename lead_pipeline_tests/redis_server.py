"""A Redis server for tests: Debian's own program, on a port of the loopback address, with nothing but its folder."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

_START_SECONDS = 30


def redis_program() -> str:
    """Return the program; without one the test is skipped, but never in CI, which installs it."""
    found = shutil.which("redis-server")
    if found is None and os.environ.get("CI"):
        pytest.fail("redis-server is not there, and CI has to have it: see .ci/run.")
    if found is None:
        pytest.skip("needs redis-server")
    return found


class Redis:
    """A running server that keeps what it was told through a restart, as a broker of runs should."""

    def __init__(self, folder: Path, port: int, host: str = "127.0.0.1", prefix: tuple[str, ...] = ()) -> None:
        self._folder, self._host, self._port, self._prefix = folder, host, port, prefix
        folder.mkdir(parents=True, exist_ok=True)
        self.start()

    @property
    def address(self) -> str:
        return f"redis://{self._host}:{self._port}/0"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(
            [*self._prefix, redis_program(), "--bind", self._host, "--port", str(self._port), "--dir",
             str(self._folder), "--appendonly", "yes", "--save", "", "--protected-mode", "no"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the Redis server of the tests does not start")
            time.sleep(0.02)

    def _answers(self) -> bool:
        if self._prefix:  # it is in another network: that it lives has to do
            return subprocess.run([*self._prefix, "redis-cli", "-h", self._host, "-p", str(self._port), "ping"],
                                  capture_output=True).returncode == 0  # fmt: skip
        with socket.socket() as probe:
            return probe.connect_ex((self._host, self._port)) == 0

    def stop(self) -> None:
        """End it at once."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)
