"""Finds and loads the files that say what happens to the leads of a destination, and reports what is wrong with one as
of a profile: file, line, key, what was found, and the fix. What the keys do does not belong here.
"""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from lead_pipeline.model.errors import ProfileError, UsageError
from lead_pipeline.model.lead_management.destination_settings import Action, CallingWindow, DestinationSettings
from lead_pipeline.normalizing.known_names import checked_time_zone
from lead_pipeline.profiles.document import Document, Problem, read_document
from lead_pipeline.profiles.error_locations import Kind
from lead_pipeline.profiles.error_messages import problems_of
from lead_pipeline.profiles.loader import error_text, files_in, read_profile_text

_SUFFIX = ".yaml"
_KIND = Kind("destination", {(): DestinationSettings, ("actions",): Action, ("calling_window",): CallingWindow})


@dataclass(frozen=True, slots=True)
class DestinationFile:
    """A file of the home's `destinations/`, and what it says or what is wrong with it, one problem a line."""

    path: Path
    settings: DestinationSettings | None
    problems: tuple[str, ...] = ()


def load_destinations(folder: Path) -> dict[str, DestinationSettings]:
    """Return what is said about destinations, by `kind:name`; empty where the folder is not there.

    Raises: ProfileError when a file cannot be read, is invalid, or two are about the same destination.
    """
    files = check_destinations(folder)
    problems = [problem for file in files for problem in file.problems]
    if problems:
        raise ProfileError("\n".join(problems))
    return {str(file.settings.destination): file.settings for file in files if file.settings is not None}


def check_destinations(folder: Path) -> list[DestinationFile]:
    """Return every file of destinations, in alphabetical order, with what is wrong with it."""
    if not folder.is_dir():
        return []
    checked: list[DestinationFile] = []
    first: dict[str, str] = {}
    for name in sorted(files_in(folder)):
        if name.startswith(".") or not name.endswith((_SUFFIX, ".yml")):
            continue
        file = _checked(folder / name)
        about = file.settings.destination if file.settings is not None else None
        if about is not None and about.key in first:
            named = first[about.key]
            problem = f"{folder / name}: {about} is what {named} is about already. Remove one of the two files."
            file = DestinationFile(file.path, None, (problem,))
        elif about is not None:
            first[about.key] = name
        checked.append(file)
    return checked


def parse_destination(text: str, source: str) -> DestinationSettings:
    """Read the file of a destination; `source` is its name in messages. Raises: ProfileError, a line per problem."""
    document = read_document(text)
    if document.problems:
        raise ProfileError(error_text(document.problems, source))
    if not isinstance(document.data, dict):
        raise ProfileError(f"{source}: the file has no `key: value` lines. Write at least `kind:` and `name:`.")
    problems: list[Problem] = []
    try:
        settings = DestinationSettings.model_validate(document.data)
    except ValidationError as error:
        raise ProfileError(error_text(list(problems_of(error, document, _KIND)), source)) from None
    problems += _unknown_time_zones(settings, document)
    if problems:
        raise ProfileError(error_text(problems, source))
    return settings


def _checked(path: Path) -> DestinationFile:
    try:
        if path.suffix != _SUFFIX:
            raise ProfileError(f"{path}: files of destinations end in .yaml. Rename it to {path.stem}.yaml.")
        return DestinationFile(path, parse_destination(read_profile_text(path), str(path)))
    except ProfileError as error:
        return DestinationFile(path, None, tuple(str(error).splitlines()))


def _unknown_time_zones(settings: DestinationSettings, document: Document) -> list[Problem]:
    zone = settings.unknown_time_zone
    try:
        if zone != "fail_closed":
            checked_time_zone(zone)
    except UsageError as error:
        key = ("unknown_time_zone",)
        return [Problem(document.line_of(key), f"'unknown_time_zone': {error} Or write fail_closed.", key)]
    return []
