"""The home as whoever runs imports sees it: its paths, and the locks of those who are at work on something in it."""

from pathlib import Path

from lead_pipeline.filing.atomic import published
from lead_pipeline.filing.home import Home, masked_name
from lead_pipeline.filing.json_files import readable_json, write_json
from lead_pipeline.filing.locks import is_locked, locked, release, try_acquire, waiting_command, was_locked

__all__ = [
    "Home",
    "is_locked",
    "locked",
    "masked_name",
    "readable_json",
    "release",
    "try_acquire",
    "waiting_command",
    "was_locked",
    "write_json",
    "write_once",
]


def write_once(path: Path, text: str) -> None:
    """Write a file that people may change from then on; one that is there stays as it is."""
    if not path.exists():
        with published(path) as file:
            file.write(text.encode())
