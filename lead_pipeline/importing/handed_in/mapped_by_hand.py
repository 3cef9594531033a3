"""Makes a profile of what somebody said about the columns of one file, and says beforehand what they seem to be."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from lead_pipeline.importing.import_preview import ImportPreview
from lead_pipeline.model.errors import UsageError, did_you_mean, listed
from lead_pipeline.model.fields import IDENTIFIER_KINDS, STANDARD_FIELDS, folded_header
from lead_pipeline.model.handed_in.mappings import HandMapping, IdentifierColumn, SuggestedMapping
from lead_pipeline.model.profile import ImportProfile

#: The profile on top of which a mapping is made.
BASE_PROFILE = "identity_upsert"

_ALIAS = "_alias_"

#: A column with fewer values than this share of the fullest one does not identify people.
_NEARLY_AS_FULL = 0.9

_TYPES = {
    "expires_in": "integer", "lead_score": "decimal", "deal_value": "decimal", "tags": "tags", "consent_at": "datetime",
    "phone": "phone", "email": "email",
}  # fmt: skip


def mapped_profile(base: ImportProfile, mapping: HandMapping, columns: Iterable[str]) -> ImportProfile:
    """Return the profile that imports a file with these columns as the mapping says; raises UsageError."""
    headers = {folded_header(column): column for column in columns}
    who = mapping.primary_identifier
    fields: dict[str, str] = {who.kind: _known(who.column, headers)}
    aliases: dict[str, str] = {}
    ignored = []
    for column, field in mapping.field_mappings.items():
        known = _known(column, headers)
        if field is None:
            ignored.append(known)
        elif fields.setdefault(_field(field), known) != known:
            raise UsageError(f"Two columns are mapped to {field}: '{fields[field]}' and '{column}'. Map one of them.")
    for column, kind in mapping.alias_mappings.items():
        if aliases.setdefault(_alias_kind(kind), _known(column, headers)) != _known(column, headers):
            raise UsageError(f"Two columns are mapped to {kind}. Map one of them; the other stays an attribute.")
    return _profile(base, mapping, fields, aliases, ignored)


def _profile(
    base: ImportProfile, mapping: HandMapping, fields: Mapping[str, str], aliases: Mapping[str, str], ignored: list[str]
) -> ImportProfile:
    kind = mapping.primary_identifier.kind
    said: dict[str, Any] = base.model_dump()
    used = set(map(folded_header, (*fields.values(), *aliases.values(), *ignored)))
    for field in [name for name in said["fields"] if name not in fields]:
        if folded_header(base.column_of(field)) in used:  # a column of its name that is something else here
            del said["fields"][field]
    for field, column in fields.items():
        said["fields"][field] = said["fields"].get(field, {"type": _TYPES.get(field, "text")}) | {"column": column}
    for field in IDENTIFIER_KINDS:
        if field in said["fields"]:
            said["fields"][field] |= {"on_invalid": "reject" if field == kind else "blank", "required": False}
    for alias, column in aliases.items():
        said["aliases"][alias] = said["aliases"].get(alias, {}) | {"column": column}
    said |= {"identify_by": kind, "other_columns": mapping.other_columns}
    said["ignore_columns"] = [*said["ignore_columns"], *ignored]
    try:
        return ImportProfile.model_validate(said)
    except ValidationError as error:
        problems = "; ".join(dict.fromkeys(one["msg"].removeprefix("Value error, ") for one in error.errors()))
    raise UsageError(f"The columns cannot be mapped like that: {problems}.")


def _known(column: str, headers: Mapping[str, str]) -> str:
    found = headers.get(folded_header(column))
    if found is None:
        raise UsageError(
            f"The file has no column '{column[:80]}'.{did_you_mean(column, headers.values())} Its columns are "
            f"{listed(headers.values(), limit=40)}."
        )
    return found


def _field(name: str) -> str:
    if name in STANDARD_FIELDS:
        return name
    raise UsageError(
        f"There is no field '{name[:80]}'.{did_you_mean(name, STANDARD_FIELDS)} The fields are "
        f"{listed(STANDARD_FIELDS, limit=40)}; a column that is not mapped becomes an attribute by itself."
    )


def _alias_kind(said: str) -> str:
    kind = said.removeprefix(_ALIAS)
    kind = "cookie_id" if kind == "cookie" else kind
    if kind in IDENTIFIER_KINDS:
        return kind
    known = [f"{_ALIAS}{one.removesuffix('_id') if one == 'cookie_id' else one}" for one in IDENTIFIER_KINDS]
    raise UsageError(f"There is no alias '{said[:80]}'.{did_you_mean(said, known)} The aliases are {listed(known)}.")


def suggested_mapping(preview: ImportPreview) -> SuggestedMapping:
    """Return what the columns of a file seem to be; a question is no suggestion."""
    clear = {one.column: one.suggests for one in preview.columns if one.suggests is not None}
    filled = {one.name: one.fill_rate for one in preview.file.columns}
    who = _identifier(clear, filled)
    mappings = {column: field for column, field in clear.items() if who is None or column != who.column}
    for column in preview.file.columns:
        kind, alias = column.looks_like, f"{_ALIAS}{column.looks_like}"
        # A further column of phones or emails, beside the one that is the phone or the email.
        is_further = column.name not in clear and kind in ("phone", "email") and kind in clear.values()
        if is_further and column.looks_like_share >= _NEARLY_AS_FULL and alias not in mappings.values():
            mappings[column.name] = alias
    return SuggestedMapping(identifier=who, mappings=mappings)


def _identifier(clear: Mapping[str, str], filled: Mapping[str, float]) -> IdentifierColumn | None:
    """Return the column by which people are identified: an email rather than a phone, which families share, unless
    fewer rows have it.
    """
    order = ("email", "phone", "external_id", "cookie_id", "social")
    columns = {field: column for column, field in clear.items() if field in order}
    most = max((filled.get(column, 0.0) for column in columns.values()), default=0.0)
    for kind in order:
        if kind in columns and filled.get(columns[kind], 0.0) >= _NEARLY_AS_FULL * most:
            return IdentifierColumn.model_validate({"column": columns[kind], "kind": kind})
    return None
