"""Finds what is said about the suppression lists of a folder: in the home's `suppressions.yaml`, else in the bundled
one. What the keys mean does not belong here.
"""

from importlib import resources
from pathlib import Path

from lead_pipeline.model.errors import ProfileError, did_you_mean, listed
from lead_pipeline.profiles.document import Plain, read_document

FILE_NAME = "suppressions.yaml"


def folder_keys(folder: str, own_file: Path) -> dict[str, Plain]:
    """Return the keys of a folder as they are written: texts, or None for null.

    Raises: ProfileError when the home's file cannot be read, or neither file knows the folder.
    """
    bundled = (resources.files("lead_pipeline.profiles.lists") / FILE_NAME).read_text(encoding="utf-8")
    folders = _folders(bundled, FILE_NAME) | (_own_folders(own_file) if own_file.exists() else {})
    if not folder or folder not in folders:
        what = f"inbox/suppressions/{folder} is no folder of lists" if folder else "The list lies in no folder of lists"
        raise ProfileError(
            f"{what}, so it is not clear what being on it means.{did_you_mean(folder, folders)} Drop it into "
            f"inbox/suppressions/<folder>/; the folders are {listed(folders)}. Name further ones in {own_file.name} in "
            "the home."
        )
    return folders[folder]


def _own_folders(own_file: Path) -> dict[str, dict[str, Plain]]:
    try:
        text = own_file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ProfileError(f"{own_file.name} in the home cannot be read as UTF-8 text.") from None
    return _folders(text, own_file.name)


def _folders(text: str, file: str) -> dict[str, dict[str, Plain]]:
    document = read_document(text)
    for problem in document.problems:
        raise ProfileError(f"{file}, line {problem.line or 1}: {problem.sentence}")
    data = document.data
    folders = data.get("folders") if isinstance(data, dict) and set(data) == {"folders"} else None
    if not isinstance(folders, dict):
        example = "blocked: {kind: blocked}"
        raise ProfileError(f"{file}: write `folders:` and below it one line per folder, such as `{example}`.")
    found: dict[str, dict[str, Plain]] = {}
    for name, keys in folders.items():
        if not isinstance(keys, dict) or not isinstance(keys.get("kind"), str):
            line = document.line_of(("folders", name)) or 1
            raise ProfileError(f"{file}, line {line}: folder '{name}' does not say its kind, as in {{kind: blocked}}.")
        found[name] = keys
    return found
