"""What all drafts of profiles have: what became of the rows, how much is asked, the country of the numbers, types of
attributes, aliases, secondary contacts.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import polars as pl

from lead_pipeline.drafting.column_types import column_type
from lead_pipeline.drafting.contact_columns import FurtherColumns
from lead_pipeline.drafting.identity import Identity
from lead_pipeline.drafting.in_memory import reasons_counted
from lead_pipeline.drafting.region import RegionGuess
from lead_pipeline.drafting.yaml_text import comment, on_one_line, quoted
from lead_pipeline.model.errors import counted
from lead_pipeline.model.fields import RESERVED_COLUMNS
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.profiles.open_questions import FIRST, QUESTION

#: Rows that a draft is tried on, and columns that it proposes a type for.
_TRIED = 1_000
_MOST_TYPES = 40


def tried(sample: pl.DataFrame, profile: ImportProfile, identity: Identity) -> str:
    """Return what would become of the rows, as a sentence with a blank before it; nothing when there are none."""
    if sample.is_empty():
        return ""
    spread = (pl.int_range(_TRIED, eager=True) * sample.height) // _TRIED
    rows = sample[spread] if sample.height > _TRIED else sample
    rejected, reasons = reasons_counted(rows, profile)
    duplicates = f"{identity.duplicates:,} of {identity.rows:,} rows would be duplicates of another row"
    same = f" {duplicates}." if identity.duplicates else ""
    if not rejected:
        return f" Of {counted(rows.height, 'row')} tried with it, none would be rejected.{same}"
    counts = ", ".join(f"{code} {count:,}" for code, count in reasons.most_common(6))
    return f" Of {counted(rows.height, 'row')} tried with it, {rejected:,} would be rejected: {counts}.{same}"


class FileToDraft(NamedTuple):
    """A file that a draft is made for."""

    name: str
    columns: tuple[str, ...]
    sample: pl.DataFrame
    has_header: bool


def reading_lines(*, has_header: bool) -> Iterator[str]:
    """Write that the file has no header, where it has none."""
    if not has_header:
        yield ""
        yield from comment(
            "The first line of the file is values, not column names: it is read as a row, and the columns are called "
            "by their position."
        )
        yield "reading: {header: false}"


def asked_in(lines: Sequence[str]) -> str:
    """Return how many questions some lines of a draft ask, as a sentence."""
    count = sum(line.lstrip().startswith(f"# {QUESTION}") for line in lines)
    if not count:
        return "Nothing is left to ask."
    return (
        "1 thing is not clear: look for QUESTION."
        if count == 1
        else f"{count} things are not clear: look for QUESTION."
    )


def region_lines(guess: RegionGuess, inherited: str | None = None) -> Iterator[str]:
    """Write the country of the numbers; one that is not clear is asked for and not set, lest numbers be misread. One
    that is `inherited` is removed until then.
    """
    yield ""
    if guess.is_sure:
        yield from comment(f"The country of numbers written without +: {guess.evidence}.")
        yield f"default_region: {guess.region}" if guess.region else "# default_region: US"
        return
    yield from comment(
        f"{QUESTION} which country are numbers written without + of? What the file says: {guess.evidence}. Until "
        "you say, such numbers are refused (phone_country_unknown): in a wrong country they would be somebody else's. "
        f"Take away the # before the right line, or write the country there (ISO code). {FIRST}"
    )
    yield from (f"# default_region: {region}" for region in guess.likely or ("US",))
    if inherited is not None:
        yield f"default_region:   # not {inherited}, as inherited; remove this line with the answer"


def shared_lines(identity: Identity, others: Iterable[Identity]) -> Iterator[str]:
    """Say that an identifier was left aside because it is shared, and ask whether rows with the same one are one person
    where there is none that keeps them apart.
    """
    for other in others:
        if (
            other.is_shared
            and not other.needs_confirmation
            and other.field in ("phone", "email")
            and identity.keeps_apart
        ):
            yield from comment(f"Not {other.field}, which rows share that differ in {identity.field}.")
    if identity.counts_rows and identity.field == "external_id":
        yield from comment(
            f"The values of '{identity.column}' count the rows: keep it only if a person has the same one in all files."
        )
    if identity.is_shared:
        yield from comment(
            f"{QUESTION} are rows with the same {identity.field} the same person? {identity.duplicates:,} of "
            f"{identity.rows:,} rows have one that a row before them has: each is a duplicate and no new lead. If "
            "different people share it, name a column that differs from person to person."
        )


def attribute_lines(columns: Sequence[str], sample: pl.DataFrame) -> Iterator[str]:
    """Write the types that attributes clearly have as lines to uncomment: a rule may reject rows, so nobody guesses."""
    headers = [column.strip() for column in columns]
    folded = [header.casefold() for header in headers]
    found = []
    for column, header in zip(columns, headers, strict=True):
        usable = header and header not in RESERVED_COLUMNS and folded.count(header.casefold()) == 1
        if usable and column in sample.columns and (kind := column_type(sample[column])) is not None:
            found.append((header, kind))
    if not found:
        return
    yield ""
    yield from comment(
        "Attributes whose values are of one kind in the rows looked at. Take away the # to have them checked: a row "
        "with another value is then rejected, or kept without the value where it says on_invalid: blank."
    )
    yield "# attributes:"
    for header, kind in found[:_MOST_TYPES]:
        asked = "to choose or complete: " if kind.needs_confirmation else ""
        yield f"#   {quoted(header)}: {on_one_line(kind.keys)}   # {asked}{kind.evidence}"


def alias_lines(further: FurtherColumns) -> Iterator[str]:
    """Write the columns of further identifiers."""
    if not further.aliases:
        return
    yield ""
    yield from comment("Further identifiers of the same contact. One that is no good is left out, with a warning.")
    yield "aliases:"
    for kind, column in further.aliases.items():
        yield f"  {kind}: {{column: {quoted(column)}}}"


def contact_lines(further: FurtherColumns) -> Iterator[str]:
    """Write the columns of further people."""
    if not further.contacts:
        return
    yield ""
    yield from comment("Further people of a lead, in calling order. One that is no good is left out, with a warning.")
    yield "secondary_contacts:"
    yield f"  max: {further.contacts}"
    if further.variables:
        yield "  variables:"
        yield from (f"    {quoted(name)}: {{type: text}}" for name in further.variables)
