"""Finding and loading profiles, bundled ones and one's own, and reporting what is wrong with one: file, line, key, what
was found, and the fix.
"""

import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from lead_pipeline.model.errors import ProfileError, ProfileNotFoundError, UsageError, did_you_mean, listed
from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.profiles.check_declarations import declaration_problems, region_problem, value_problems
from lead_pipeline.profiles.document import Document, Plain, Problem, read_document
from lead_pipeline.profiles.error_locations import EXTENDS
from lead_pipeline.profiles.error_messages import problems_of
from lead_pipeline.profiles.extending import extended, written

_SUFFIX = ".yaml"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MAX_PROBLEMS = 20


class ProfileListing(FrozenModel):
    """A profile that can be used: `home` for one in the home's folder, which wins over a `bundled` one of its name."""

    name: str
    origin: Literal["bundled", "home"]
    file: str


def load_profile(name: str, *, folder: Path | None) -> ImportProfile:
    """Return the profile of that name: `<folder>/<name>.yaml` if there is one, else the bundled one.

    Raises:
        ProfileError: there is none, it cannot be read, or it is invalid; the message has a line for each problem.
    """
    listing = _listing(name, folder)
    profile = parse_profile(_text_of(listing), listing.file, folder=folder)
    if profile.name != name:
        raise ProfileError(
            f"{listing.file}: the file is named '{name}', but its `name:` is '{profile.name}'. Make the two match."
        )
    return profile


def profile_names(folder: Path | None) -> list[ProfileListing]:
    """Return the profiles that can be used, in alphabetical order; files with invalid names are left out.

    Raises:
        ProfileError: the folder exists but cannot be listed.
    """
    bundled = (entry.name for entry in resources.files("lead_pipeline.profiles").iterdir())
    entries = {name: ProfileListing(name=name, origin="bundled", file=f"{name}{_SUFFIX}") for name in _named(bundled)}
    if folder is not None and folder.is_dir():
        own = _named(files_in(folder))
        entries |= {
            name: ProfileListing(name=name, origin="home", file=str(folder / f"{name}{_SUFFIX}")) for name in own
        }
    return [entries[name] for name in sorted(entries)]


def profile_text(name: str, *, folder: Path | None) -> str:
    """Return the YAML of a profile as written, comments included; raises ProfileError like `load_profile`."""
    return _text_of(_listing(name, folder))


def resolved_profile_text(name: str, *, folder: Path | None) -> str:
    """Return the YAML of a profile with everything it inherits by `extends:`; without that, as written.

    Raises:
        ProfileError: like `load_profile`.
    """
    load_profile(name, folder=folder)
    listing = _listing(name, folder)
    text = _text_of(listing)
    own = _document(text, listing.file)
    if not isinstance(own.data, dict) or EXTENDS not in own.data:
        return text
    parent = own.data[EXTENDS]
    return f"# {name}, with what it inherits from {parent}\n{written(_resolved(own, listing.file, folder))}"


def parse_profile(text: str, source: str, *, folder: Path | None = None) -> ImportProfile:
    """Read a profile; `source` is its name in error messages, such as the path of the file.

    A profile that it extends is looked up in `folder` and among the bundled ones.

    Raises:
        ProfileError: one line per problem, each with source, line, key, what was found and the fix.
    """
    document = _resolved(_document(text, source), source, folder)
    return _validated(document.data if isinstance(document.data, dict) else {}, document, source)


def _document(text: str, source: str) -> Document:
    document = read_document(text)
    if document.problems:
        raise ProfileError(error_text(document.problems, source))
    if not isinstance(document.data, dict):
        found = "is empty" if document.data is None else "has no `key: value` lines"
        raise ProfileError(
            f"{source}: the file {found}. Copy a profile that works, such as call_schedule, and adapt it."
        )
    return document


def _resolved(document: Document, source: str, folder: Path | None) -> Document:
    """Return the document with what it inherits from the profile that it extends, if any."""
    data = document.data if isinstance(document.data, dict) else {}
    if EXTENDS not in data:
        return document
    line, name = document.line_of((EXTENDS,)), data[EXTENDS]
    try:
        return extended(document, _parent(name, data.get("name"), folder))
    except UsageError as error:
        raise ProfileError(error_text([Problem(line, f"'{EXTENDS}': {error}")], source)) from None


def _parent(name: Plain, child: Plain, folder: Path | None) -> Document:
    """Return the document of a profile that can be extended; raises UsageError, or the parent's own ProfileError."""
    entries = {entry.name: entry for entry in profile_names(folder)}
    if not isinstance(name, str) or name not in entries:
        near = did_you_mean(name, entries) if isinstance(name, str) else ""
        found = f"there is no profile '{name}'" if isinstance(name, str) else "this is not the name of a profile"
        raise UsageError(f"{found}.{near} Use the name of one: {listed(entries)}.")
    if name == child:
        raise UsageError("a profile cannot extend itself; rename this one, and its file too.")
    listing = entries[name]
    parent = _document(_text_of(listing), listing.file)
    if isinstance(parent.data, dict) and EXTENDS in parent.data:
        above = parent.data[EXTENDS]
        raise UsageError(
            f"'{name}' itself extends '{above}' ({listing.file}, line {parent.line_of((EXTENDS,))}), and profiles "
            f"can only be extended one level deep. Extend '{above}', and copy here what '{name}' adds to it."
        )
    parse_profile(_text_of(listing), listing.file, folder=folder)
    return parent


def _validated(data: dict[str, Plain], document: Document, source: str) -> ImportProfile:
    region = region_problem(document)
    problems = [region] if region else []
    checked = {key: value for key, value in data.items() if region is None or key != "default_region"}
    profile = None
    try:
        profile = ImportProfile.model_validate(checked)
    except ValidationError as error:
        problems += problems_of(error, document)
    problems += declaration_problems(document, problems)
    if profile is not None and not problems:
        problems += value_problems(profile, document)
    if problems or profile is None:
        raise ProfileError(error_text(problems, source))
    return profile


def error_text(problems: list[Problem], source: str) -> str:
    """Return the problems of a document, a line for each, in the order of their lines."""
    ordered = sorted(problems, key=lambda problem: problem.line or 0)
    lines = [f"{source}, line {p.line}: {p.sentence}" if p.line else f"{source}: {p.sentence}" for p in ordered]
    more = [f"{source}: and {len(lines) - _MAX_PROBLEMS} more."] if len(lines) > _MAX_PROBLEMS else []
    return "\n".join(dict.fromkeys(lines[:_MAX_PROBLEMS] + more))


def files_in(folder: Path) -> list[str]:
    """Return the names of the files in a folder of profiles; raises ProfileError if it cannot be listed."""
    try:
        return [path.name for path in folder.iterdir()]
    except OSError as error:
        what = f"The profiles in {folder} cannot be listed: {error.strerror}."
        raise ProfileError(f"{what} Check the folder's permissions.") from None


def _named(files: Iterable[str]) -> list[str]:
    stems = [file.removesuffix(_SUFFIX) for file in files if file.endswith(_SUFFIX)]
    return [stem for stem in stems if _NAME.fullmatch(stem)]


def _listing(name: str, folder: Path | None) -> ProfileListing:
    entries = {entry.name: entry for entry in profile_names(folder)}
    if name in entries:
        return entries[name]
    raise ProfileNotFoundError(
        f"There is no profile '{name}'.{did_you_mean(name, entries)} The profiles are {listed(entries)}; put your own "
        "into the folder profiles/ of the home, as NAME.yaml."
    )


def _text_of(listing: ProfileListing) -> str:
    """Read the file of a profile; raises ProfileError when it cannot be read."""
    if listing.origin == "bundled":
        return _decoded((resources.files("lead_pipeline.profiles") / listing.file).read_bytes(), listing.file)
    return read_profile_text(Path(listing.file))


def read_profile_text(path: Path) -> str:
    """Read a file as UTF-8, with or without BOM; raises ProfileError when it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProfileError(f"{path} cannot be read: {error.strerror}. Check the file and its permissions.") from None
    return _decoded(content, str(path))


def _decoded(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProfileError(f"{source}, line {line}: this is not UTF-8. Save the file as UTF-8.") from None
