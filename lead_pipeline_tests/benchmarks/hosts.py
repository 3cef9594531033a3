"""Hosts on one machine: network namespaces with addresses of their own behind one bridge, each with its share of the
processor. Needs root, iproute2 and util-linux. What runs on them does not belong here.
"""

import contextlib
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

_SUBNET = "10.213.77"
_CGROUPS = (Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup"))
_PERIOD = 100_000


def run(*command: str) -> str:
    """Run a command to its end; raises CalledProcessError."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Host:
    """A host: a name, an address, a core, and a share of it."""

    def __init__(self, network: str, number: int, share: float | None, core: int | None) -> None:
        self.space, self.address, self.core = f"{network}-h{number}", f"{_SUBNET}.{number}", core
        switch, there = f"{network}-sw", f"port{number}"
        run("ip", "netns", "add", self.space)
        run("ip", "link", "add", "eth0", "netns", self.space, "type", "veth", "peer", "name", there, "netns", switch)
        run("ip", "netns", "exec", switch, "ip", "link", "set", there, "master", "bridge", "up")
        for command in ("ip link set lo up", f"ip addr add {self.address}/24 dev eth0", "ip link set eth0 up"):
            run("ip", "netns", "exec", self.space, *command.split())
        self.group = None if share is None else _share_of_the_processor(self.space, share)

    @property
    def prefix(self) -> tuple[str, ...]:
        """Return what a command begins with that runs on this host.

        `ip netns exec` would hide the control groups from it, and so from what it starts on other hosts.
        """
        pinned = () if self.core is None else ("taskset", "-c", str(self.core))
        into = f'echo $$ > "{self.group}/cgroup.procs" && exec "$@"' if self.group else 'exec "$@"'
        return ("sh", "-c", into, "host", *pinned, "nsenter", f"--net=/run/netns/{self.space}")

    @property
    def throttled(self) -> float:
        """Return for how many seconds so far it had to wait for its share of the processor."""
        if self.group is None:
            return 0.0
        said = dict(line.split() for line in (self.group / "cpu.stat").read_text().splitlines())
        return float(said["throttled_time"]) / 1e9 if "throttled_time" in said else float(said["throttled_usec"]) / 1e6

    def unplug(self) -> None:
        """Take the cable out: nothing comes or goes, and nobody is told."""
        run("ip", "netns", "exec", self.space, "ip", "link", "set", "eth0", "down")

    def plug(self) -> None:
        """Put it back."""
        run("ip", "netns", "exec", self.space, "ip", "link", "set", "eth0", "up")

    def end(self) -> None:
        """End what still runs there, and remove the host."""
        for pid in run("ip", "netns", "pids", self.space).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        run("ip", "netns", "del", self.space)
        if self.group:
            _remove(self.group)


@contextlib.contextmanager
def hosts(count: int, *, limited: bool) -> Iterator[list[Host]]:
    """Give hosts behind one bridge. The first has no core of its own, each other one. If `limited`, all have the same
    share of the processor, as where measuring is the point.
    """
    network, cores = f"lp{uuid.uuid4().hex[:6]}", os.cpu_count() or 1
    share = min(1.0, cores / count) if limited else None
    run("ip", "netns", "add", f"{network}-sw")
    made: list[Host] = []
    try:
        run("ip", "netns", "exec", f"{network}-sw", "ip", "link", "add", "bridge", "type", "bridge")
        run("ip", "netns", "exec", f"{network}-sw", "ip", "link", "set", "bridge", "up")
        for number in range(1, count + 1):
            made.append(Host(network, number, share, None if number == 1 else (number - 2) % cores))
        said = f"{share:.0%} of a core each" if made[0].group else "as much of them as each gets"
        print(f"{count} hosts on {cores} cores, {said}; one disk and one kernel for all", flush=True)
        yield made
    finally:
        for host in made:
            host.end()
        run("ip", "netns", "del", f"{network}-sw")


def _share_of_the_processor(name: str, share: float) -> Path | None:
    """Make a control group with a share of one core, of version 1 or 2; None where there are none."""
    for root in _CGROUPS:
        group = root / name
        with contextlib.suppress(OSError):
            group.mkdir()
            quota = int(_PERIOD * share)
            if (group / "cpu.cfs_quota_us").exists():
                (group / "cpu.cfs_quota_us").write_text(str(quota))
                return group
            if (group / "cpu.max").exists():
                (group / "cpu.max").write_text(f"{quota} {_PERIOD}")
                return group
            group.rmdir()
    return None


def _remove(group: Path) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with contextlib.suppress(OSError):  # a process of it is not gone yet
            group.rmdir()
            return
        time.sleep(0.1)
