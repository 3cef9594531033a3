"""The corrections of an import, kept on the disk until they are handed in, so that neither a closed browser nor a
restarted service loses any. What is corrected is not known here.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.import_id import short_of
from lead_pipeline.filing.json_files import read_json, write_json
from lead_pipeline.filing.locks import locked
from lead_pipeline.model.workbench.corrections import Corrections

#: For how long somebody waits for another change of the same import.
_WAIT_SECONDS = 30.0

#: For how long corrections are kept that nobody goes on with: they hold what people typed about people.
_KEPT_SECONDS = 90 * 86400.0


def corrections_folder(home: Home) -> Path:
    """Return where they lie."""
    return home.staging / "corrections"


def read_corrections(home: Home, import_id: str) -> Corrections:
    """Return what was corrected so far; raises LeadPipelineError when the file is damaged."""
    return read_json(_path(home, import_id), Corrections) or Corrections(import_id=import_id)


@contextlib.contextmanager
def changing(home: Home, import_id: str) -> Iterator[Corrections]:
    """Give the corrections while nobody else changes them."""
    with locked(home, f"corrections@c-{short_of(import_id)[:10]}", _WAIT_SECONDS):
        yield read_corrections(home, import_id)


def write_corrections(home: Home, corrections: Corrections) -> None:
    """Keep them, whole or not at all; readable by their owner alone."""
    write_json(_path(home, corrections.import_id), corrections)


def version_of(home: Home, import_id: str) -> int:
    """Return a number that is another one after every change."""
    try:
        return _path(home, import_id).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def sweep_corrections(home: Home, now: float) -> list[Path]:
    """Remove corrections that nobody has changed for 90 days at time `now` (seconds since 1970); return them."""
    removed = []
    for path in corrections_folder(home).glob("[!.]*.json"):
        with contextlib.suppress(OSError):
            if now - path.lstat().st_mtime > _KEPT_SECONDS:
                path.unlink()
                removed.append(path)
    return removed


def _path(home: Home, import_id: str) -> Path:
    return corrections_folder(home) / f"{short_of(import_id)}.json"
