"""Checking profiles one by one, without importing anything."""

from pathlib import Path

from lead_pipeline.model.errors import ProfileError
from lead_pipeline.profiles.loader import (
    files_in,
    load_profile,
    parse_profile,
    profile_names,
    profile_text,
    read_profile_text,
)
from lead_pipeline.profiles.open_questions import open_questions

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
            return _unanswered(profile_text(name, folder=folder), name)
        path = Path(name)
        text = read_profile_text(path)
        profile = parse_profile(text, name, folder=folder)
    except ProfileError as error:
        return str(error)
    if path.name == f"{profile.name}.yaml":
        return _unanswered(text, name)
    return f"{name}: its `name:` is '{profile.name}', so the file must be called {profile.name}.yaml to be found."


def warnings_of(name: str, *, folder: Path | None) -> tuple[str, ...]:
    """Return what somebody should know of a valid profile, by its name or the path of its file, a sentence each."""
    if name.endswith(_SUFFIXES):
        profile = parse_profile(read_profile_text(Path(name)), name, folder=folder)
    else:
        profile = load_profile(name, folder=folder)
    return profile.warnings


def _unanswered(text: str, source: str) -> str:
    """Return the questions left of a draft that have to be answered first, a line for each."""
    return "\n".join(
        f"{source}, line {asked.line}: this is not answered: {asked.text} Give the answer by the lines below the "
        "question, then remove its comment."
        for asked in open_questions(text)
    )


def _is_stray(file: str, usable: set[str]) -> bool:
    return file.endswith(_SUFFIXES) and file not in usable and not file.startswith(".")
