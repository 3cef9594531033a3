"""Saves profiles that somebody wrote or chose: checked first, and never over one that the editor has not seen."""

import hashlib
import re

from lead_pipeline.filing.atomic import published
from lead_pipeline.filing.home import Home
from lead_pipeline.model.errors import ProfileError, UsageError
from lead_pipeline.model.workbench.import_drafts import ProfileFile, SavedProfile
from lead_pipeline.profiles.checking import check_profile, warnings_of
from lead_pipeline.profiles.loader import parse_profile, profile_names, profile_text

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

#: A profile longer than this is none.
_LONGEST = 500_000


def read_profile(home: Home, name: str) -> ProfileFile:
    """Return the text of a profile as it was written, and what is wrong with it; raises ProfileError for none."""
    text = profile_text(name, folder=home.profiles)
    origin = next(one.origin for one in profile_names(home.profiles) if one.name == name)
    found = check_profile(name, folder=home.profiles)
    return ProfileFile(
        name=name,
        origin=origin,
        text=text,
        version=_version(text) if origin == "home" else "",
        problems=tuple(found.split("\n")) if found else (),
        warnings=() if found else warnings_of(name, folder=home.profiles),
    )


def check_text(home: Home, name: str, text: str) -> tuple[str, ...]:
    """Return what is wrong with a text as the profile of that name, a sentence each with line and fix."""
    if not _NAME.fullmatch(name):
        return (
            f"'{name[:60]}' cannot be the name of a profile: use lower-case letters, digits and underscores, with a "
            "letter first, at most 40 characters.",
        )
    if len(text) > _LONGEST:
        return (f"The text is longer than {_LONGEST:,} characters; a profile has a few hundred lines.",)
    try:
        profile = parse_profile(text, f"{name}.yaml", folder=home.profiles)
    except ProfileError as error:
        return tuple(str(error).split("\n"))
    if profile.name != name:
        return (f"{name}.yaml: its `name:` is '{profile.name}'. Write `name: {name}`, or save it under that name.",)
    return ()


def save_profile(home: Home, name: str, text: str, *, seen: str = "") -> SavedProfile:
    """Write a profile into the home.

    Args:
        home: whose `profiles/` it is written to.
        name: of the profile and of its file.
        text: its YAML.
        seen: the version that it replaces (`ProfileFile.version`); empty for a new one.

    Raises:
        ProfileError: it is wrong, a line for each fault; nothing was written.
        UsageError: there is one of that name that was not seen, or that somebody changed meanwhile.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    problems = check_text(home, name, text)
    if problems:
        raise ProfileError("\n".join(problems))
    path = home.profiles / f"{name}.yaml"
    if path.exists() and _version(path.read_text(encoding="utf-8-sig")) != seen:
        raise UsageError(
            f"The profile '{name}' is there already, and is another one than you began with, so nothing was saved. "
            "Open it, and make your changes there; or save this one under another name."
        )
    with published(path) as file:
        file.write(text.encode())
    return SavedProfile(name=name, file=home.relative(path), warnings=warnings_of(name, folder=home.profiles))


def _version(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
