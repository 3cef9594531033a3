"""What the columns of a file could become under a profile, what is proposed for each, and by which identifiers the file
could be imported. Nothing is decided: somebody chooses.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from lead_pipeline.drafting.in_memory import column_verdicts
from lead_pipeline.mapping.proposing import propose_mapping
from lead_pipeline.model.fields import (
    IDENTIFIER_KINDS,
    STANDARD_FIELDS,
    folded_header,
    title_of,
)
from lead_pipeline.model.policies import SecondaryContacts
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import EmailRule, FieldRule, PhoneRule, TextRule
from lead_pipeline.model.workbench.import_drafts import KEEP, SKIP, IdentifierShare, TargetChoice

_WORDS_OF_ALIASES = {"cookie_id": "cookie", "external_id": "external id"}

#: Kinds of identifiers by how surely they name one person; the first that most rows have is proposed.
_SUREST = ("email", "external_id", "phone", "cookie_id", "social")

#: Share of rows that an identifier must have to be proposed.
_MOST = 0.6


def targets_of(profile: ImportProfile) -> tuple[TargetChoice, ...]:
    """Return everything that a column can become, in the order in which people look for it."""
    required = {name for name, rule in profile.rules.items() if rule.required}
    own = [
        TargetChoice(
            value=f"field:{name}", words=_words(name), group="Fields of this profile", is_required=name in required
        )
        for name in profile.fields
    ]
    ruled = [
        TargetChoice(
            value=f"attribute:{name}",
            words=_words(name),
            group="Attributes with rules",
            is_required=f"attribute.{name}" in required,
        )
        for name in profile.attributes
    ]
    aliases = [
        TargetChoice(
            value=f"alias:{kind}",
            words=f"another {_WORDS_OF_ALIASES.get(kind, kind)} of the contact",
            group="Further identifiers (aliases)",
        )
        for kind in profile.aliases
    ]
    further = [
        TargetChoice(value=f"field:{name}", words=_words(name), group="Other fields")
        for name in STANDARD_FIELDS
        if name not in profile.fields and not name.startswith("consent_")
    ]
    rest = (
        TargetChoice(value=KEEP, words="Keep as an attribute", group=""),
        TargetChoice(value=SKIP, words="Do not import", group=""),
    )
    return (*rest, *own, *ruled, *aliases, *further)


def _words(name: str) -> str:
    return name.replace("_", " ")


def proposed_targets(
    names: Sequence[str], sample: pl.DataFrame, profile: ImportProfile
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what each column would become, and on what evidence.

    Headers that the profile names come first; then, for fields that are still free, what header and values suggest.
    Columns that the profile takes by itself are left to it.
    """
    of_others = columns_of_others(names, profile)
    found: dict[str, str] = {}
    for target, header in _headers(profile).items():
        near = [name for name in names if folded_header(name) == folded_header(header)]
        exact = [name for name in near if name == header] or near
        if exact and exact[0] not in found:
            found[exact[0]] = target
    proposal = propose_mapping([name for name in names if name not in of_others], sample, profile.default_region)
    taken = set(found.values())
    for one in proposal.columns:
        target = f"field:{one.field}"
        if one.column not in found and one.field in profile.fields and target not in taken:
            found[one.column] = target
            taken.add(target)
    rest = KEEP if profile.other_columns == "attributes" else SKIP
    evidence = {one.column: one.question or one.evidence for one in proposal.columns}
    return {name: found.get(name, rest) for name in names}, evidence | of_others


def _headers(profile: ImportProfile) -> dict[str, str]:
    """Return the header that the profile looks for, of everything that a column can be chosen for."""
    found = {}
    for name, rule in profile.rules.items():
        if not rule.has_column or name.startswith("secondary.") or len(rule.headers) > 1:
            continue
        kind, _, rest = name.partition(".")
        target = f"{kind}:{rest}" if kind in ("attribute", "alias") and rest else f"field:{name}"
        found[target] = profile.column_of(name)
    return found


def columns_of_others(names: Sequence[str], profile: ImportProfile) -> dict[str, str]:
    """Return the columns that are not proposed as anything: those that the profile takes by itself, and those of more
    secondary contacts than are wanted; with what is said of them.
    """
    found = taken_columns(names, profile)
    contacts = profile.secondary_contacts
    return found if contacts is None else found | _beyond(names, found, contacts)


def taken_columns(names: Sequence[str], profile: ImportProfile) -> dict[str, str]:
    """Return the columns that the profile takes by itself, such as those of secondary contacts, with what they are."""
    wanted: dict[str, str] = {}
    for name, rule in profile.rules.items():
        if name.startswith("secondary."):
            wanted[folded_header(profile.column_of(name))] = title_of(name)
        elif len(rule.headers) > 1:
            wanted |= {folded_header(header): f"part of the {title_of(name)}" for header in rule.headers}
    return {name: wanted[folded_header(name)] for name in names if folded_header(name) in wanted}


def _beyond(names: Sequence[str], found: Mapping[str, str], contacts: SecondaryContacts) -> dict[str, str]:
    """Return columns of more secondary contacts than are wanted: they become attributes, and somebody should know."""
    headers = {folded_header(contacts.phone_header(number)): number for number in range(contacts.max + 1, 11)}
    return {
        name: f"secondary contact {headers[folded_header(name)]}: more than you chose"
        for name in names
        if folded_header(name) in headers and name not in found
    }


def identifier_shares(
    targets: Mapping[str, str], sample: pl.DataFrame, profile: ImportProfile
) -> tuple[IdentifierShare, ...]:
    """Return the identifiers that columns were chosen for, and how many of the rows have one that can be read."""
    shares = []
    for column, target in targets.items():
        kind = target.removeprefix("field:")
        if target == kind or kind not in IDENTIFIER_KINDS:
            continue
        cells = sample[column].str.strip_chars()
        filled = int((cells.fill_null("") != "").sum())
        verdicts = column_verdicts(sample[column], kind, _rule_of(kind, profile), profile)
        usable = int((verdicts["value"].is_not_null() & verdicts["reason"].is_null()).sum())
        rows = max(sample.height, 1)
        shares.append(
            IdentifierShare(kind=kind, column=column, filled=round(filled / rows, 4), usable=round(usable / rows, 4))
        )
    return tuple(sorted(shares, key=lambda share: _SUREST.index(share.kind)))


def suggested_identifier(shares: Sequence[IdentifierShare]) -> str:
    """Return the surest kind that most rows have, else the one that the most rows have; nothing without any."""
    good = [share.kind for share in shares if share.usable >= _MOST]
    best = max(shares, key=lambda share: share.usable, default=None)
    return good[0] if good else best.kind if best and best.usable > 0 else ""


def _rule_of(kind: str, profile: ImportProfile) -> FieldRule:
    if kind in profile.fields:
        return profile.fields[kind]
    if kind == "phone":
        return PhoneRule()
    return EmailRule() if kind == "email" else TextRule(max_length=500)
