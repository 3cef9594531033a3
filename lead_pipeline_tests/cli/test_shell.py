"""What every command shares: how it ends."""

import signal
import time
import weakref

import click
import pytest
from click.testing import CliRunner

from lead_pipeline.cli.shell import STOPPED, Shell


class _Collected:
    """Something whose end is watched."""


def _interrupted(_gone):
    raise KeyboardInterrupt


@click.group(cls=Shell)
def commands():
    """Stand in for the commands."""


@commands.command()
def collecting():
    """Be interrupted at a moment in which Python reports an exception and goes on."""
    watched = _Collected()
    kept = weakref.ref(watched, _interrupted)
    del watched
    until = time.monotonic() + 30
    while time.monotonic() < until:
        time.sleep(0.01)
    click.echo(f"went on with {kept}")


@pytest.fixture
def _as_at_a_terminal():
    """Have Ctrl-C raise: a process that runs tests beside others ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_as_at_a_terminal")
def test_ctrl_c_that_a_callback_of_the_garbage_collector_swallows_stops_the_command_all_the_same():
    ended = CliRunner().invoke(commands, ["collecting"])
    assert ended.exit_code == STOPPED
    assert "Stopped." in ended.stderr
    assert "went on" not in ended.stdout
