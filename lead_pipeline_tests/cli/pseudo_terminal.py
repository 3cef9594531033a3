"""A command at a terminal: what a person sees of it, byte by byte, and what the keys do that the person presses."""

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from dataclasses import dataclass

CTRL_C = b"\x03"

#: Longer than any command of these tests takes on a busy machine; it only ends a test that would hang.
_PATIENCE = 240.0

_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


@dataclass(frozen=True)
class Seen:
    """What was written to a terminal, and how the command ended."""

    raw: str
    code: int

    @property
    def text(self) -> str:
        """Return it without colours and movements of the cursor."""
        return _SEQUENCE.sub("", self.raw)

    @property
    def lines(self) -> list[str]:
        """Return the lines, as they stand on the screen in the end."""
        return [line.rstrip("\r").rsplit("\r", 1)[-1] for line in self.text.split("\n")]


def at_a_terminal(*arguments, folder, columns=80, press=b"", when=""):
    """Run the command in `folder` at a terminal of its own, and press keys as soon as the text `when` is seen."""
    master, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "lead_pipeline", *map(str, arguments)],
        cwd=folder,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns), "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
        # So that Ctrl-C reaches it as a signal.
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
    )
    os.close(terminal)
    try:
        return _watched(process, master, press, when)
    finally:
        process.kill()
        process.wait()
        os.close(master)


def _watched(process, master, press, when):
    seen = b""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if select.select([master], [], [], 0.2)[0]:
            block = b""
            with contextlib.suppress(OSError):  # what Linux says when nobody holds the other end any more
                block = os.read(master, 65536)
            if not block:
                break
            seen += block
        if press and when.encode() in seen:
            os.write(master, press)
            press = b""
    assert not press, f"{when!r} was never seen: {seen[-2000:]!r}"
    return Seen(seen.decode("utf-8", "replace"), process.wait(30))
