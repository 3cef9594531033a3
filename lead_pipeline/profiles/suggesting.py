"""A draft profile for a file: YAML that imports it as it is, with what speaks for each line beside it, and what a
person has to decide marked QUESTION. Reading the file belongs in reading/, what the columns are in mapping/.

A draft carries headers and shares, never a value of the file (personal data).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import polars as pl
import yaml

from lead_pipeline.mapping.proposing import ColumnProposal, MappingProposal, propose_mapping
from lead_pipeline.mapping.spelling import look_like_values
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import HeaderMissingError, RequiredColumnUnmappedError, listed
from lead_pipeline.model.fields import REJECTED_FILE_COLUMNS, STANDARD_FIELDS
from lead_pipeline.model.spreadsheet import is_rejected_file
from lead_pipeline.profiles.guessing_region import RegionGuess, guessed_region
from lead_pipeline.profiles.loader import parse_profile

#: Fields that say who somebody is, the better one first.
_IDENTITIES = ("phone", "email")
_TYPES = {
    "phone": "phone",
    "email": "email",
    "expires_in": "integer",
    "lead_score": "decimal",
    "deal_value": "decimal",
    "tags": "tags",
}
#: A phone column with fewer values than this share of the rows identifies only if there is no fuller email column.
_MOSTLY_FILLED = 0.5
#: What a column that has to be asked about weighs beside a clear one.
_ASKED = 0.8
_WIDTH = 116
#: A draft asks no more than a person would answer; further columns stay attributes.
_MOST_QUESTIONS = 40


class _Identity(NamedTuple):
    """The field that identifies the leads, its column, and whether that is for a person to confirm."""

    field: str
    column: str
    is_asked: bool


def suggest_profile(
    name: str,
    columns: Sequence[str],
    sample: pl.DataFrame,
    *,
    region: str | None = None,
    destination: Destination | None = None,
    file_name: str = "",
) -> str:
    """Return the YAML of a draft profile that imports a file of these columns as it is.

    Args:
        name: the profile's name.
        columns: the file's unique column names, in order.
        sample: rows of the file with these columns as String.
        region: ISO code of the country of numbers written without +; without it, it is worked out from the values.
        destination: what the leads are loaded into; without it, a list of the profile's name.
        file_name: what people know the file as.

    Raises:
        HeaderMissingError: the first line is values.
        RequiredColumnUnmappedError: no column can be a phone or an email.
        ProfileError: a profile cannot have this name.
    """
    if look_like_values(columns):
        raise HeaderMissingError(
            "The first line of the file looks like values, not like column names. Put a header line above it that "
            "names the columns, and draft the profile then."
        )
    own = set(REJECTED_FILE_COLUMNS) if is_rejected_file(columns) else set()
    columns = [column for column in columns if column.strip() not in own]
    guess = RegionGuess(region, "as it was said", is_sure=True) if region else guessed_region(columns, sample)
    proposal = propose_mapping(columns, sample, guess.region)
    identity = _identity(proposal, sample)
    lines = [
        *_opening(name, file_name, proposal, sample),
        *_destination(destination or Destination(kind="list", name=name)),
        *_region(guess),
        *_fields(proposal, identity, guess),
        *_questions(proposal, identity),
        *_attributes(proposal),
        "",
        *_comment("Who is who: contacts and duplicates are told by this field."),
        f"identify_by: {identity.field}",
    ]
    draft = "\n".join(lines) + "\n"
    parse_profile(draft, f"the draft of '{name}'")
    return draft


def _identity(proposal: MappingProposal, sample: pl.DataFrame) -> _Identity:
    """Return what identifies the leads: a clear phone column if it is mostly filled, else the fullest there is."""
    phone = proposal.fields.get("phone")
    if phone is not None and (_filled(sample, phone) >= _MOSTLY_FILLED or sample.is_empty()):
        return _Identity("phone", phone, is_asked=False)
    found = [
        _Identity(field, proposal.fields[field], is_asked=False) for field in _IDENTITIES if field in proposal.fields
    ]
    for field in _IDENTITIES:
        likely = [] if field in proposal.fields else _asked_about(proposal, field)
        found += [_Identity(field, one.column, is_asked=True) for one in likely]
    if not found:
        raise RequiredColumnUnmappedError(
            "No column of the file looks like a phone or an email, and a lead is known by one of them. Its columns "
            f"are: {listed((one.column for one in proposal.columns), limit=30)}. Name the one that is in the header, "
            "as phone or email."
        )
    return max(found, key=lambda one: _filled(sample, one.column) * (_ASKED if one.is_asked else 1.0))


def _asked_about(proposal: MappingProposal, field: str) -> list[ColumnProposal]:
    return [one for one in proposal.questions if any(other.field == field for other in one.alternatives)]


def _filled(sample: pl.DataFrame, column: str) -> float:
    if column not in sample.columns or sample.is_empty():
        return 0.0
    return int((sample[column].str.strip_chars().fill_null("") != "").sum()) / sample.height


def _opening(name: str, file_name: str, proposal: MappingProposal, sample: pl.DataFrame) -> Iterator[str]:
    source = f" for {file_name}" if file_name else ""
    asked = len(proposal.questions)
    questions = f" {asked} columns are not clear: look for QUESTION." if asked else " Nothing is left to ask."
    yield from _comment(
        f"Draft of a profile{source}: {len(proposal.columns)} columns, looked at in the first {sample.height:,} rows."
        f"{questions} Save it as profiles/{name}.yaml below the home, and check it: lead-pipeline profiles check {name}"
    )
    yield ""
    yield f"name: {name}"
    yield f"description: {_quoted(f'Drafted{source}')}"


def _destination(destination: Destination) -> Iterator[str]:
    yield ""
    yield from _comment("What the leads are loaded into. kind: schedule, offer, campaign, flow, list or workspace.")
    yield "destination:"
    yield f"  kind: {destination.kind}"
    yield f"  name: {_quoted(destination.name)}"


def _region(guess: RegionGuess) -> Iterator[str]:
    yield ""
    question = "" if guess.is_sure else "QUESTION: which country are numbers written without + of? "
    yield from _comment(f"{question}The country of numbers written without +: {guess.evidence}.")
    yield f"default_region: {guess.region}" if guess.region else "# default_region: US"


def _fields(proposal: MappingProposal, identity: _Identity, guess: RegionGuess) -> Iterator[str]:
    yield ""
    yield from _comment("Our field, the column it comes from, and what speaks for it.")
    yield "fields:"
    columns = proposal.fields | {identity.field: identity.column}
    for field in (field for field in STANDARD_FIELDS if field in columns):
        asked = identity.is_asked and field == identity.field
        one = proposal.of(columns[field])
        confidence = "" if asked else f" (confidence {one.confidence:.2f})"
        if asked:
            yield from _comment(f"QUESTION: {one.question} Until you say, it is taken for the {field}.", indent=2)
        yield from _comment(f"{one.evidence}{confidence}", indent=2)
        yield f"  {field}:"
        yield from _rule(field, one.column, is_identity=field == identity.field)
        if field == "phone" and guess.is_per_row and "country" in columns:
            yield "    region_field: country"


def _rule(field: str, column: str, *, is_identity: bool) -> Iterator[str]:
    yield f"    column: {_quoted(column)}"
    yield f"    type: {_TYPES.get(field, 'text')}"
    if is_identity:
        yield "    required: true"
    elif field in _TYPES:
        yield "    on_invalid: blank"


def _questions(proposal: MappingProposal, identity: _Identity) -> Iterator[str]:
    """Write what is not clear as lines to uncomment; until then these columns are attributes."""
    for one in [one for one in proposal.questions if one.column != identity.column][:_MOST_QUESTIONS]:
        yield ""
        yield from _comment(f"QUESTION: {one.question}", indent=2)
        yield from _comment(f"{one.evidence}. Until you say, it is kept as an attribute.", indent=2)
        for number, alternative in enumerate(one.alternatives):
            yield from _comment("or:", indent=2) if number else ()
            yield f"  # {alternative.field}:"
            yield from (f"  # {line}" for line in _rule(alternative.field, one.column, is_identity=False))


def _attributes(proposal: MappingProposal) -> Iterator[str]:
    kept = listed((_quoted(column) for column in proposal.attributes), limit=30) if proposal.attributes else ""
    yield ""
    yield from _comment(
        "Every other column is kept with the lead as an attribute; `ignore` drops them"
        + (f". These are: {kept}" if kept else "")
    )
    yield "other_columns: attributes"


def _comment(text: str, indent: int = 0) -> Iterator[str]:
    """Yield a text as comment lines; a line break or an unprintable character in a header cannot end the comment."""
    words = "".join(letter if letter.isprintable() else " " for letter in text).split()
    line: list[str] = []
    for word in words:
        if line and indent + len(" ".join([*line, word])) > _WIDTH:
            yield f"{' ' * indent}# {' '.join(line)}"
            line = []
        line.append(word)
    yield f"{' ' * indent}# {' '.join(line)}"


def _quoted(text: str) -> str:
    """Return a text as YAML in double quotes, on one line, whatever it holds."""
    return str(yaml.dump(text, default_style='"', allow_unicode=True, width=2**31)).removesuffix("\n")
