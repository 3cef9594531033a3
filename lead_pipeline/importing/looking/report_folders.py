"""Where what people get of an import lies. What is asked for by an id that is none never becomes a path."""

import re
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.model.errors import ImportNotFoundError, did_you_mean

_IMPORT_ID = re.compile(r"[a-z0-9-]{0,18}@[0-9a-f]{12}", re.ASCII)


def is_import_id(text: str) -> bool:
    """Return whether a text is made as ids of imports are, and so may be the name of a folder."""
    return _IMPORT_ID.fullmatch(text) is not None


def report_folder(home: Home, import_id: str) -> Path:
    """Return the folder with the result and the files of an import that ended or waits.

    Raises: ImportNotFoundError where there is none; names the nearest id.
    """
    folder = home.reports / import_id
    if is_import_id(import_id) and (folder / "result.json").is_file():
        return folder
    raise unknown_import(home, import_id)


def unknown_import(home: Home, import_id: str) -> ImportNotFoundError:
    """Return what to say of an id that no import has."""
    known = [folder.name for folder in home.reports.iterdir()] if home.reports.is_dir() else []
    shown = import_id if import_id.isprintable() and len(import_id) <= 80 else f"{import_id[:20]!r}…"
    return ImportNotFoundError(
        f"No import has the id '{shown}'.{did_you_mean(import_id, known)} The page Imports lists all of them."
    )
