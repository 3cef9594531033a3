"""A draft on top of another profile: which columns of a file its rules are for, and nothing that it says already.

What the parent demands and the file does not have is taken back and asked about, so that the draft imports the file.
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
from lead_pipeline.drafting.column_types import ColumnType, column_type
from lead_pipeline.drafting.consent_columns import offered_consent_lines
from lead_pipeline.drafting.contact_columns import FurtherColumns, further_columns
from lead_pipeline.drafting.identity import Identity, chosen_identity, identities
from lead_pipeline.drafting.in_memory import column_verdicts
from lead_pipeline.drafting.phone_columns import PhoneColumns, phone_columns
from lead_pipeline.drafting.region import RegionGuess, guessed_region
from lead_pipeline.drafting.yaml_text import comment, on_one_line, quoted
from lead_pipeline.mapping.header_spelling import spelling_of
from lead_pipeline.mapping.proposing import MappingProposal, propose_mapping
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import counted, listed
from lead_pipeline.model.field_types import type_of
from lead_pipeline.model.fields import IDENTIFIER_KINDS, attribute_column
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.row_rules import OneOfRule, RequiredIfRule, RowRule, TogetherRule
from lead_pipeline.model.rules import DecimalRule, FieldRule, OptionRule, PhoneRule
from lead_pipeline.profiles.loader import parse_profile
from lead_pipeline.profiles.open_questions import FIRST, QUESTION

#: Keys of one rule of the parent that the draft overrides.
_Keys = dict[str, object]


class _Match(NamedTuple):
    """Which columns of the file the parent's rules are for."""

    parent: ImportProfile
    sample: pl.DataFrame
    #: Column of mapped leads: column of the file, by the very header that the parent names.
    named: dict[str, str]
    proposal: MappingProposal
    #: Attribute with rules: column that is called the same but for its spelling.
    respelled: dict[str, str]
    further: FurtherColumns
    phone: PhoneColumns | None
    region: RegionGuess
    identity: Identity
    others: list[Identity]

    def column_of(self, name: str) -> str | None:
        """Return the file's column of a field, or of an attribute with rules; None where it has none."""
        if name == self.identity.field:
            return self.identity.column
        column = self.parent.rule_column(name) or name
        return self.named.get(column) or self.proposal.fields.get(name) or self.respelled.get(name)

    def supplies(self, name: str) -> bool:
        """Return whether a field, or an attribute with rules, has a value in some row."""
        rule = self.parent.rules[self.parent.rule_column(name) or name]
        return self.column_of(name) is not None or not rule.has_column or rule.default is not None


def suggest_child(
    name: str,
    file: FileToDraft,
    parent: ImportProfile,
    region: RegionGuess | None,
    destination: Destination | None,
    folder: Path | None,
) -> str:
    """Return the YAML of a draft that extends `parent` and imports a file of these columns as it is.

    Raises:
        RequiredColumnUnmappedError: no column can tell who somebody is by a field of the parent.
        ProfileError: a profile cannot have this name.
    """
    match = _matched(file.columns, file.sample, parent, region)
    reading = reading_lines(has_header=file.has_header or parent.reading.header is False)
    body = [*_header(name, match, destination, file.name), *reading, *_changes(match)]
    opening = _opening(name, file.columns, match, file.name, asked_in(body))
    draft = "\n".join([*opening, *body]) + "\n"
    profile = parse_profile(draft, f"the draft of '{name}'", folder=folder)
    verdict = tried(file.sample, profile, match.identity)
    opening = _opening(name, file.columns, match, file.name, f"{asked_in(body)}{verdict}")
    return "\n".join([*opening, *body]) + "\n"


def _matched(columns: Sequence[str], sample: pl.DataFrame, parent: ImportProfile, region: RegionGuess | None) -> _Match:
    parts = phone_columns(columns, sample) if "phone" in parent.fields else None
    columns = [column for column in columns if parts is None or column not in parts.codes]
    rows = parts.joined(sample) if parts else sample
    headers = {column.strip().casefold(): column for column in columns}
    wanted = {name: parent.column_of(name).strip().casefold() for name, rule in parent.rules.items() if rule.has_column}
    named = {name: headers[header] for name, header in wanted.items() if header in headers}
    further = _further(columns, parent)
    unwanted = {header.strip().casefold() for header in parent.ignore_columns}
    taken = {*named.values(), *further.columns}
    free = [column for column in columns if column not in taken and column.strip().casefold() not in unwanted]
    guess = region or guessed_region(columns, rows)
    missing = [field for field in parent.fields if field in wanted and field not in named]
    proposal = propose_mapping(
        free,
        rows,
        guess.region or parent.default_region or guess.assumed,
        fields=missing,
        headers=parts.headers if parts else None,
    )
    found = [
        one
        for one in identities(_with_named(proposal, named, parent), rows, guess.assumed or parent.default_region)
        if one.field in parent.fields
    ]
    identity = chosen_identity(found, columns, is_empty=sample.is_empty(), preferred=parent.identify_by)
    others = [one for one in found if one != identity]
    left = [column for column in proposal.attributes if column != identity.column]
    respelled = _respelled(left, named, parent)
    return _Match(parent, sample, named, proposal, respelled, further, parts, guess, identity, others)


def _with_named(proposal: MappingProposal, named: dict[str, str], parent: ImportProfile) -> MappingProposal:
    """Add the identifiers that the parent names the columns of, as the proposal does for those that it found."""
    kinds = {column: field for field, column in named.items() if field in IDENTIFIER_KINDS and field in parent.fields}
    sure = propose_mapping(list(kinds)).columns
    return MappingProposal(
        columns=(
            *proposal.columns,
            *(one.model_copy(update={"field": kinds[one.column], "question": None}) for one in sure),
        )
    )


def _further(columns: Sequence[str], parent: ImportProfile) -> FurtherColumns:
    """Look for aliases and people only where the parent does not say anything of them."""
    found = further_columns(columns)
    people = found.contacts if parent.secondary_contacts is None and "phone" in parent.fields else 0
    aliases = {} if parent.aliases else found.aliases
    ours = set(aliases.values()) | (set(found.columns) - set(found.aliases.values()) if people else set())
    return FurtherColumns(aliases, people, found.variables if people else (), frozenset(ours))


def _respelled(columns: Sequence[str], named: dict[str, str], parent: ImportProfile) -> dict[str, str]:
    """Find attributes with rules under headers that differ in case, blanks and punctuation only."""
    spelled: dict[tuple[str, ...], list[str]] = {}
    for column in columns:
        spelled.setdefault(spelling_of(column).words, []).append(column)
    found = {}
    for name, rule in parent.attributes.items():
        alike = spelled.get(spelling_of(parent.column_of(attribute_column(name))).words, [])
        if rule.has_column and attribute_column(name) not in named and len(alike) == 1:
            found[name] = alike[0]
    return found


def _opening(name: str, columns: Sequence[str], match: _Match, file_name: str, verdict: str) -> Iterator[str]:
    source = f" for {file_name}" if file_name else ""
    yield from comment(
        f"Draft of a profile{source} on top of {match.parent.name}: {counted(len(columns), 'column')}, looked at in "
        f"the first {counted(match.sample.height, 'row')}. {verdict} Save it as profiles/{name}.yaml below the home, "
        f"and check it: lead-pipeline profiles check {name}"
    )
    yield ""


def _header(name: str, match: _Match, destination: Destination | None, file_name: str) -> Iterator[str]:
    source = f" for {file_name}" if file_name else ""
    yield f"name: {name}"
    yield f"extends: {match.parent.name}"
    yield f"description: {quoted(f'Drafted{source}')}"
    if destination is not None:
        yield f"destination: {{kind: {destination.kind}, name: {quoted(destination.name)}}}"
    else:
        yield from comment(f"destination: {{name: ...}}   the leads go to {match.parent.destination}")
    if match.region.region != match.parent.default_region and (match.region.region or _asks_for_region(match)):
        phone = match.parent.fields.get("phone")
        can_be_without = not isinstance(phone, PhoneRule) or phone.format != "national"
        yield from region_lines(match.region, match.parent.default_region if can_be_without else None)
    if match.parent.mapping == "auto":
        yield from comment("The columns found are written out below, so that nothing is left to what they look like.")
        yield "mapping: exact"


def _asks_for_region(match: _Match) -> bool:
    """Return whether it is not clear which country the numbers are of; a parent's is believed unless others fit."""
    if match.region.is_sure or "phone" not in match.parent.fields:
        return False
    said = match.parent.default_region
    return said is None or (bool(match.region.likely) and said not in match.region.likely)


def _changes(match: _Match) -> Iterator[str]:
    yield from _rules("fields", _fields(match), match)
    yield from _questions(match)
    yield from _rules("attributes", _attributes(match), match)
    yield from _row_rules(match)
    yield from alias_lines(match.further)
    yield from contact_lines(match.further)
    if match.parent.consent is None:
        yield from offered_consent_lines(match.proposal.attributes, match.sample)
    yield from _left(match)
    yield from _identity(match)


def _fields(match: _Match) -> dict[str, _Keys]:
    """Return what the draft overrides of each field of the parent."""
    parent, identity = match.parent, match.identity
    changes: dict[str, _Keys] = {}
    for field, rule in parent.fields.items():
        keys: _Keys = {}
        if field in match.proposal.fields:
            keys["column"] = match.proposal.fields[field]
        if field == identity.field:
            keys |= {"column": identity.column} if identity.needs_confirmation else {}
            keys |= {"on_invalid": "reject"} if rule.on_invalid == "blank" and field != parent.identify_by else {}
            keys |= {"required": "false"} if rule.required and parent.rows_without_identifier == "create" else {}
        elif rule.required and not match.supplies(field):
            keys["required"] = "false"
        keys |= _spelling(field, rule, match)
        if field == "phone" and match.phone is not None and match.column_of(field) == match.phone.number:
            keys["column"] = list(match.phone.columns)
        if keys:
            changes[field] = keys
    if match.region.is_per_row and "phone" in parent.fields and match.parent.rule_column("country"):
        changes.setdefault("phone", {})["region_field"] = "country"
    return changes


def _attributes(match: _Match) -> dict[str, _Keys]:
    changes: dict[str, _Keys] = {name: {"column": column} for name, column in match.respelled.items()}
    for name, rule in match.parent.attributes.items():
        keys = _spelling(name, rule, match)
        if rule.required and not match.supplies(name):
            keys["required"] = "false"
        if keys:
            changes.setdefault(name, {}).update(keys)
    return changes


def _spelling(name: str, rule: FieldRule, match: _Match) -> _Keys:
    """Return how numbers, days and words for yes are written in the file, where the parent's rule reads them otherwise;
    and that values which are no option are kept, until somebody says what they mean.
    """
    column = match.column_of(name)
    if column is None or column not in match.sample.columns or not type_of(rule).written_in_ways:
        return {}
    values = match.sample[column].str.strip_chars()
    values = values.filter((values != "").fill_null(value=False))
    verdicts = column_verdicts(values, name, rule, match.parent)
    if verdicts["reason"].null_count() == verdicts.height:
        return {}
    if isinstance(rule, OptionRule):
        return {"others": "keep"}
    found = column_type(values)
    if found is None or found.needs_confirmation or not _is_of(found, rule):
        return {}
    return {key: value for key, value in found.keys.items() if key != "type"}


def _is_of(found: ColumnType, rule: FieldRule) -> bool:
    return found.keys["type"] == rule.type or (isinstance(rule, DecimalRule) and found.is_number)


def _rules(group: str, changes: dict[str, _Keys], match: _Match) -> Iterator[str]:
    if not changes:
        return
    yield ""
    yield from comment(f"Columns for the {group} of {match.parent.name}, where they are not called as there.")
    yield f"{group}:"
    for name, keys in changes.items():
        yield from _why(name, keys, match)
        yield f"  {name if group == 'fields' else quoted(name)}: {on_one_line(keys)}"


def _why(name: str, keys: _Keys, match: _Match) -> Iterator[str]:
    if "others" in keys:
        yield from comment(
            f"{QUESTION} some values are none of the options of {name}. What do they mean? Write them under "
            "`value_map:`. Until you do, they are kept as they are.",
            indent=2,
        )
    if name == match.identity.field and match.identity.needs_confirmation:
        one = match.proposal.of(match.identity.column)
        yield from comment(f"{QUESTION} {one.question} Until you say, it is taken for the {name}. {FIRST}", indent=2)
    elif name in match.proposal.fields:
        one = match.proposal.of(match.proposal.fields[name])
        yield from comment(f"{one.evidence} (confidence {one.confidence:.2f})", indent=2)
    elif keys.get("required") == "false" and name != match.identity.field:
        yield from comment(
            f"{QUESTION} {match.parent.name} requires {name}, and no column is clearly that. Which one is it? Until "
            "you say, it is not required.",
            indent=2,
        )


def _questions(match: _Match) -> Iterator[str]:
    for one in match.proposal.questions:
        if one.column == match.identity.column:
            continue
        yield ""
        yield from comment(f"{QUESTION} {one.question} {one.evidence}.", indent=2)
        for alternative in one.alternatives:
            yield f"  # {alternative.field}: {on_one_line({'column': one.column})}"


def _row_rules(match: _Match) -> Iterator[str]:
    """Leave out the rules that no row of the file could fulfil, for they would reject all of them."""
    kept = [rule for rule in match.parent.row_rules if _can_hold(rule, match)]
    if len(kept) == len(match.parent.row_rules):
        return
    gone = [rule for rule in match.parent.row_rules if rule not in kept]
    yield ""
    for rule in gone:
        yield from comment(
            f"{QUESTION} {match.parent.name} has the rule '{rule.rule}' about {listed(rule.names)}, which no row of "
            "this file can fulfil. Which columns are these? Until you say, the rule is left out."
        )
    if not kept:
        yield "row_rules: []"
        return
    yield "row_rules:"
    for rule in kept:
        yield f"  - {on_one_line(rule.model_dump(by_alias=True, exclude_unset=True) | {'rule': rule.rule})}"


def _can_hold(rule: RowRule, match: _Match) -> bool:
    there = [match.supplies(name) for name in rule.names]
    match rule:
        case OneOfRule():
            return any(there)
        case TogetherRule():
            return all(there) or not any(there)
        case RequiredIfRule():
            needed, decides = there
            return needed or not decides
        case _:
            return True


def _left(match: _Match) -> Iterator[str]:
    used = {match.identity.column, *match.respelled.values()}
    left = [column for column in match.proposal.attributes if column not in used]
    if not left:
        return
    headers = listed((quoted(column) for column in left), limit=30)
    yield ""
    if match.parent.other_columns == "ignore":
        yield from comment(f"Columns that are not imported: {headers}. To keep one, name it under `attributes:`.")
        return
    yield from comment(f"Every other column is kept with the lead as an attribute. These are: {headers}")
    yield from attribute_lines(left, match.sample)


def _identity(match: _Match) -> Iterator[str]:
    yield ""
    others = "; ".join(one.evidence for one in match.others)
    yield from comment(f"Identity: {match.identity.evidence}." + (f" It could also be {others}." if others else ""))
    yield from shared_lines(match.identity, match.others)
    if match.identity.field != match.parent.identify_by:
        yield f"identify_by: {match.identity.field}"
