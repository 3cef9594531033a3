"""A draft profile for a file: YAML that imports it as it is, with what speaks for each line beside it, and what a
person has to decide marked QUESTION.

A draft carries headers and shares, never a value of the file (personal data).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from lead_pipeline.drafting.blocks import (
    FileToDraft,
    alias_lines,
    asked_in,
    attribute_lines,
    contact_lines,
    reading_lines,
    region_lines,
    shared_lines,
    tried,
)
from lead_pipeline.drafting.column_types import column_type
from lead_pipeline.drafting.consent_columns import consent_lines, time_keys, time_question
from lead_pipeline.drafting.contact_columns import FurtherColumns, further_columns
from lead_pipeline.drafting.identity import Identity, chosen_identity, identities
from lead_pipeline.drafting.phone_columns import PhoneColumns, phone_columns
from lead_pipeline.drafting.region import RegionGuess, guessed_region
from lead_pipeline.drafting.suggest_child import suggest_child
from lead_pipeline.drafting.token_columns import token_lines
from lead_pipeline.drafting.yaml_text import comment, on_one_line, quoted
from lead_pipeline.mapping.header_spelling import look_like_values
from lead_pipeline.mapping.proposing import MappingProposal, propose_mapping
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import HeaderMissingError, counted, listed
from lead_pipeline.model.fields import STANDARD_FIELDS
from lead_pipeline.model.formula_injection import added_columns
from lead_pipeline.profiles.loader import load_profile, parse_profile
from lead_pipeline.profiles.open_questions import FIRST, QUESTION

_TYPES = {"phone": "phone", "email": "email", "expires_in": "integer", "tags": "tags", "consent_at": "datetime"}
_NUMBERS = ("expires_in", "lead_score", "deal_value")
#: A draft asks no more than a person would answer; further columns stay attributes.
_MOST_QUESTIONS = 40


class _Look(NamedTuple):
    """What was found out about a file."""

    file_name: str
    sample: pl.DataFrame
    region: RegionGuess
    proposal: MappingProposal
    further: FurtherColumns
    phone: PhoneColumns | None
    identity: Identity
    others: list[Identity]
    has_header: bool = True


def suggest_profile(
    name: str,
    columns: Sequence[str],
    sample: pl.DataFrame,
    *,
    region: str | None = None,
    destination: Destination | None = None,
    file_name: str = "",
    extends: str | None = None,
    folder: Path | None = None,
    has_header: bool = True,
) -> str:
    """Return the YAML of a draft profile that imports a file of these columns as it is.

    Args:
        name: the profile's name.
        columns: the file's unique column names, in order.
        sample: rows of the file with these columns as String.
        region: ISO code of the country of numbers written without +; without it, it is worked out from the values.
        destination: what the leads are loaded into; without it, a list of the profile's name, or the parent's.
        file_name: what people know the file as.
        extends: the profile that the draft takes its rules from, so that it says only which column is which.
        folder: where that profile is looked for, besides the bundled ones.
        has_header: the file has a header; without one its columns are called by their position.

    Raises:
        HeaderMissingError: the first line is values.
        RequiredColumnUnmappedError: no column can tell who somebody is.
        ProfileError: a profile cannot have this name, or there is none to extend.
    """
    _refuse_values(columns)
    own = added_columns(columns)
    columns = [column for column in columns if column not in own]
    given = RegionGuess(region, "as it was said", is_sure=True) if region else None
    if extends is not None:
        parent = load_profile(extends, folder=folder)
        file = FileToDraft(file_name, tuple(columns), sample, has_header)
        return suggest_child(name, file, parent, given, destination, folder)
    look = _looked_at(columns, sample, given, file_name)._replace(has_header=has_header)
    aim = destination or Destination(kind="list", name=name)
    draft = _text(name, aim, look, "")
    verdict = tried(sample, parse_profile(draft, f"the draft of '{name}'"), look.identity)
    return _text(name, aim, look, verdict)


def _refuse_values(columns: Sequence[str]) -> None:
    if look_like_values(columns):
        raise HeaderMissingError(
            "The first line of the file looks like values, not like column names. Put a header line above it that "
            "names the columns, or say `reading: {header: false}` in the profile: its columns are then called "
            "column_1, column_2, …."
        )


def _looked_at(columns: Sequence[str], sample: pl.DataFrame, given: RegionGuess | None, file_name: str) -> _Look:
    further, parts = further_columns(columns), phone_columns(columns, sample)
    codes = parts.codes if parts else ()
    plain = [column for column in columns if column not in further.columns and column not in codes]
    rows = parts.joined(sample) if parts else sample
    guess = given or guessed_region(plain, rows)
    proposal = propose_mapping(plain, rows, guess.assumed, headers=parts.headers if parts else None)
    found = identities(proposal, rows, guess.assumed)
    identity = chosen_identity(found, plain, is_empty=sample.is_empty())
    others = [one for one in found if one != identity]
    return _Look(file_name, sample, guess, proposal, further, parts, identity, others)


def _text(name: str, destination: Destination, look: _Look, verdict: str) -> str:
    body = [
        *reading_lines(has_header=look.has_header),
        *_destination(destination),
        *region_lines(look.region),
        *_fields(look),
        *_questions(look),
        *_others(look),
        *consent_lines(_columns(look)),
        *alias_lines(look.further),
        *(contact_lines(look.further) if "phone" in _columns(look) else ()),
        *_identity(look),
        *token_lines(look.proposal.attributes),
    ]
    return "\n".join([*_opening(name, look, asked_in(body), verdict), *body]) + "\n"


def _columns(look: _Look) -> dict[str, str]:
    """Return the column of each field of the draft."""
    return look.proposal.fields | {look.identity.field: look.identity.column}


def _opening(name: str, look: _Look, asked: str, verdict: str) -> Iterator[str]:
    source = f" for {look.file_name}" if look.file_name else ""
    codes = len(look.phone.codes) if look.phone else 0
    number = len(look.proposal.columns) + len(look.further.columns) + codes
    yield from comment(
        f"Draft of a profile{source}: {counted(number, 'column')}, looked at in the first "
        f"{counted(look.sample.height, 'row')}. {asked}"
        f"{verdict} Save it as profiles/{name}.yaml below the home, and check it: lead-pipeline profiles check {name}"
    )
    yield ""
    yield f"name: {name}"
    yield f"description: {quoted(f'Drafted{source}')}"


def _destination(destination: Destination) -> Iterator[str]:
    yield ""
    yield from comment("What the leads are loaded into. kind: schedule, offer, campaign, flow, list or workspace.")
    yield "destination:"
    yield f"  kind: {destination.kind}"
    yield f"  name: {quoted(destination.name)}"


def _fields(look: _Look) -> Iterator[str]:
    yield ""
    yield from comment("Our field, the column it comes from, and what speaks for it.")
    yield "fields:"
    columns, identity = _columns(look), look.identity
    for field in (field for field in STANDARD_FIELDS if field in columns):
        asked = identity.needs_confirmation and field == identity.field
        one = look.proposal.of(columns[field])
        confidence = "" if asked or not one.confidence else f" (confidence {one.confidence:.2f})"
        if asked:
            yield from comment(
                f"{QUESTION} {one.question} Until you say, it is taken for the {field}. {FIRST}", indent=2
            )
        yield from comment(f"{one.evidence}{confidence}", indent=2)
        if field == "phone" and look.phone is not None and one.column == look.phone.number:
            yield from comment("the code before the number is in a column of its own: the columns are joined", indent=2)
        if field == "consent_at":
            yield from time_question(one.column, look.sample)
        yield f"  {field}:"
        yield from _rule(field, one.column, look, is_identity=field == identity.field)
        if field == "phone" and look.region.is_per_row and "country" in columns:
            yield "    region_field: country"


def _rule(field: str, column: str, look: _Look, *, is_identity: bool) -> Iterator[str]:
    yield f"    column: {_columns_text(field, column, look.phone)}"
    yield from (f"    {key}: {value}" for key, value in _typed(field, column, look.sample).items())
    if is_identity:
        yield "    required: true"
    elif field in _TYPES or field in _NUMBERS or field == "consent_ip":
        yield "    on_invalid: blank"


def _columns_text(field: str, column: str, phone: PhoneColumns | None) -> str:
    if field != "phone" or phone is None or column != phone.number:
        return quoted(column)
    return f"[{', '.join(map(quoted, phone.columns))}]"


def _typed(field: str, column: str, sample: pl.DataFrame) -> dict[str, object]:
    """Return the keys of the field's type; numbers in the spelling that the values have, if that is clear."""
    if field == "consent_at":
        times = time_keys(column, sample)
        return times | ({"formats": on_one_line({"": times["formats"]})[3:-1]} if "formats" in times else {})
    if field not in _NUMBERS:
        return {"type": _TYPES.get(field, "text")}
    found = column_type(sample[column]) if column in sample.columns else None
    if found is not None and found.is_number and not found.needs_confirmation:
        keys = dict(found.keys)
        units = {"units": on_one_line({"": keys["units"]})[3:-1]} if "units" in keys else {}
        return keys | units
    return {"type": _TYPES.get(field, "decimal")}


def _questions(look: _Look) -> Iterator[str]:
    """Write what is not clear as lines to uncomment; until then these columns are attributes."""
    asked = [one for one in look.proposal.questions if one.column != look.identity.column]
    for one in asked[:_MOST_QUESTIONS]:
        yield ""
        yield from comment(f"{QUESTION} {one.question}", indent=2)
        yield from comment(f"{one.evidence}. Until you say, it is kept as an attribute.", indent=2)
        for number, alternative in enumerate(one.alternatives):
            yield from comment("or:", indent=2) if number else ()
            yield f"  # {alternative.field}:"
            rule = _rule(alternative.field, one.column, look, is_identity=False)
            yield from (f"  # {line}" for line in rule)


def _others(look: _Look) -> Iterator[str]:
    attributes = [column for column in look.proposal.attributes if column != look.identity.column]
    kept = listed((quoted(column) for column in attributes), limit=30) if attributes else ""
    yield ""
    yield from comment(
        "Every other column is kept with the lead as an attribute; `ignore` drops them"
        + (f". These are: {kept}" if kept else "")
    )
    yield "other_columns: attributes"
    yield from attribute_lines(attributes, look.sample)


def _identity(look: _Look) -> Iterator[str]:
    others = "; ".join(one.evidence for one in look.others)
    yield ""
    yield from comment(
        f"Identity: contacts and duplicates are matched on this field. {look.identity.evidence}."
        + (f" It could also be {others}." if others else "")
    )
    yield from shared_lines(look.identity, look.others)
    yield f"identify_by: {look.identity.field}"
    if look.sample.height and look.identity.filled < 1:
        yield from comment(f"Rows without {look.identity.field} are rejected; with this line, each is a new lead, and")
        yield from comment(f"{look.identity.field} must not be required:")
        yield "# rows_without_identifier: create"
