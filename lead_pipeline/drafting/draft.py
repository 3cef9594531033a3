"""A file is looked into and a draft of its profile comes out; nothing is staged, stored or recorded."""

from pathlib import Path

import polars as pl

from lead_pipeline.drafting.suggest import suggest_profile
from lead_pipeline.filing.home import shown_name
from lead_pipeline.mapping.header_spelling import look_like_values
from lead_pipeline.model.errors import RequiredColumnUnmappedError
from lead_pipeline.model.reading_options import ReadingOptions
from lead_pipeline.normalizing.phones.regions import checked_region
from lead_pipeline.profiles.loader import load_profile
from lead_pipeline.reading import open_rows
from lead_pipeline.reading.row_reader import RowReader

#: Rows that are read; of these, up to 1,000 are looked at.
HEAD_ROWS = 20_000


def draft_profile(
    file: Path,
    *,
    name: str | None = None,
    region: str | None = None,
    extends: str | None = None,
    folder: Path | None = None,
) -> str:
    """Return the YAML of a draft profile for a file, on top of the profile that it `extends`, if one is named.

    Raises:
        FileRefusedError: the file cannot be read, has no header, or no column that tells who somebody is.
        UsageError: there is no such region.
        ProfileError: there is no profile to extend.
    """
    checked_region(region)
    options = load_profile(extends, folder=folder).reading if extends else ReadingOptions()
    reader, has_header = _opened(file, options)
    names = [column.name for column in reader.columns]
    head = next(reader.batches(HEAD_ROWS), None)
    sample = pl.DataFrame(schema=dict.fromkeys(names, pl.String)) if head is None else head.select(names)
    try:
        return suggest_profile(
            name or _name_for(file),
            names,
            sample,
            region=region,
            file_name=shown_name(file),
            extends=extends,
            folder=folder,
            has_header=has_header,
        )
    except RequiredColumnUnmappedError as error:
        raise type(error)(_with_what_was_read(str(error), reader, has_header=has_header)) from None


def _with_what_was_read(refusal: str, reader: RowReader, *, has_header: bool) -> str:
    """Say with a refusal what was taken for the list: rows without a header, or one sheet of several."""
    if not has_header:
        refusal = (
            "The first line of the file is values, not column names, so it was read without a header (`reading: "
            f"{{header: false}}`), and its columns are called by their position. {refusal}"
        )
    return " ".join([refusal, *reader.facts.notes]) if len(reader.facts.sheets) > 1 else refusal


def _opened(file: Path, options: ReadingOptions) -> tuple[RowReader, bool]:
    """Open a file, without a header when its first line is values; and tell whether it has one."""
    reader = open_rows(file, file_name=shown_name(file), options=options)
    if options.header is not None or options.header_row is not None:
        return reader, options.header is not False
    if reader.facts.header_line is not None and not look_like_values([column.header for column in reader.columns]):
        return reader, True
    without = options.model_copy(update={"header": False})
    return open_rows(file, file_name=shown_name(file), options=without), False


def _name_for(file: Path) -> str:
    """Return a name that a profile can have: lower-case letters, digits and underscores, a letter first."""
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in file.stem.lower())
    name = "_".join(words.split())
    return (name if name[:1].isalpha() else f"list_{name}")[:40].rstrip("_")
