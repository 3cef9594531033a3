"""Checking profiles one by one, without importing anything."""

from pathlib import Path

from lead_pipeline.model.errors import ProfileError
from lead_pipeline.profiles.loader import files_in, load_profile, parse_profile, profile_names, read_profile_text

_SUFFIXES = (".yaml", ".yml")


def names_to_check(folder: Path | None) -> list[str]:
    """Return the names of all profiles, and the YAML files in the folder that no import can refer to."""
    names = [entry.name for entry in profile_names(folder)]
    if folder is None or not folder.is_dir():
        return names
    usable = {f"{name}.yaml" for name in names}
    return names + sorted(str(folder / file) for file in files_in(folder) if _is_stray(file, usable))


def check_profile(name: str, *, folder: Path | None) -> str:
    """Return what is wrong with a profile, one problem a line; empty when it is valid.

    `name` is the name of a profile, or the path of a YAML file anywhere; profiles that it extends are looked up in
    `folder` and among the bundled ones.
    """
    try:
        if not name.endswith(_SUFFIXES):
            load_profile(name, folder=folder)
            return ""
        path = Path(name)
        profile = parse_profile(read_profile_text(path), name, folder=folder)
    except ProfileError as error:
        return str(error)
    if path.name == f"{profile.name}.yaml":
        return ""
    return f"{name}: its `name:` is '{profile.name}', so the file must be called {profile.name}.yaml to be found."


def _is_stray(file: str, usable: set[str]) -> bool:
    return file.endswith(_SUFFIXES) and file not in usable and not file.startswith(".")
