"""Finds what is said about the drops of call activity of a folder: in the home's `call_activity.yaml`, else in the
bundled one. What the keys mean does not belong here.
"""

from importlib import resources
from pathlib import Path

from lead_pipeline.model.errors import ProfileError, did_you_mean, listed
from lead_pipeline.profiles.document import Document, Plain, read_document

FILE_NAME = "call_activity.yaml"

_PARTS = ("defaults", "folders")
_EXAMPLE = "defaults: {region: US, timezone: America/New_York}"


def activity_keys(folder: str, own_file: Path) -> dict[str, Plain]:
    """Return the keys that hold for the files of a folder, as they are written; without a folder, the defaults.

    Raises: ProfileError when the home's file cannot be read, or does not know the folder.
    """
    defaults, folders = _read(own_file)
    if not folder:
        return defaults
    if folder not in folders:
        known = f"the folders are {listed(folders)}" if folders else "there are none yet"
        raise ProfileError(
            f"Nothing says what the calls in inbox/call_activity/{folder} are, so they could be misread."
            f"{did_you_mean(folder, folders)} Name the folder under `folders:` in {FILE_NAME} in the home ({known}), "
            "or drop the file into inbox/call_activity/ itself, where the defaults hold."
        )
    return defaults | folders[folder]


def _read(own_file: Path) -> tuple[dict[str, Plain], dict[str, dict[str, Plain]]]:
    bundled = (resources.files("lead_pipeline.profiles.activity") / FILE_NAME).read_text(encoding="utf-8")
    if not own_file.exists():
        return _parts(bundled)
    try:
        own = own_file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ProfileError(f"{own_file.name} in the home cannot be read as UTF-8 text.") from None
    (defaults, folders), (own_defaults, own_folders) = _parts(bundled), _parts(own)
    return defaults | own_defaults, folders | own_folders


def _parts(text: str) -> tuple[dict[str, Plain], dict[str, dict[str, Plain]]]:
    document = read_document(text)
    for problem in document.problems:
        raise ProfileError(f"{FILE_NAME}, line {problem.line or 1}: {problem.sentence}")
    data = {} if document.data is None else document.data
    if not isinstance(data, dict):
        raise ProfileError(f"{FILE_NAME}: write `defaults:` or `folders:`, such as `{_EXAMPLE}`.")
    for key in data:
        if key not in _PARTS:
            line, near = document.line_of((key,)) or 1, did_you_mean(key, _PARTS)
            raise ProfileError(
                f"{FILE_NAME}, line {line}: there is no '{key}' here.{near} Write `defaults:` or `folders:`, such as "
                f"`{_EXAMPLE}`."
            )
    folders = _keys(document, ("folders",), data.get("folders"))
    return _keys(document, ("defaults",), data.get("defaults")), {
        name: _keys(document, ("folders", name), keys) for name, keys in folders.items()
    }


def _keys(document: Document, path: tuple[str, ...], keys: Plain) -> dict[str, Plain]:
    if keys is None:
        return {}
    if not isinstance(keys, dict):
        line = document.line_of(path) or 1
        raise ProfileError(f"{FILE_NAME}, line {line}: '{'.'.join(path)}' needs keys, as in {{region: US}}.")
    return keys
