"""Which column supplies which field, by header; with `mapping: auto`, also by synonyms and evidence."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NoReturn

import polars as pl
from pydantic import Field

from lead_pipeline.mapping.automatic import complete_mapping
from lead_pipeline.mapping.column_names import (
    certain_names,
    contact_columns,
    is_numbered,
    kinds_of_contacts,
    shown_names,
)
from lead_pipeline.mapping.header_spelling import look_like_values
from lead_pipeline.model.errors import ColumnsUnknownError, RequiredColumnUnmappedError, counted, did_you_mean, listed
from lead_pipeline.model.fields import (
    IDENTIFIER_KINDS,
    FrozenModel,
    folded_header,
    title_of,
)
from lead_pipeline.model.formula_injection import added_columns, is_returning, restored_header
from lead_pipeline.model.profile import ImportProfile

#: The fields that say who a lead is; a file that has none of them is some other file.
_SAYING_WHO = (*IDENTIFIER_KINDS, "first_name", "last_name", "full_name", "company")


#: What else helps a list whose first line is its first row.
_OR_BY_POSITION = (
    ", or import it as it is: `reading: {header: false}` in the profile, where its columns are then called by their "
    "position (column_1, column_2, …)."
)


class ColumnMapping(FrozenModel):
    """What each column of a file is used for."""

    fields: dict[str, str] = Field(
        description="Column of mapped leads, such as phone or alias.email: the column of the file that supplies it; "
        "those without one are omitted."
    )
    attributes: tuple[str, ...] = Field(description="Columns kept with the lead, in file order.")
    ignored: tuple[str, ...] = Field(description="Columns that are dropped, in file order.")
    is_rejected_file: bool = Field(description="The file is one of ours, of rejected or warned rows, dropped back.")
    joined: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Column of mapped leads: all columns of the file that it is joined from, the one in `fields` last.",
    )
    evidence: dict[str, str] = Field(
        default_factory=dict, description="Field: why it has its column, where the profile does not name one."
    )


def map_columns(columns: Sequence[str], profile: ImportProfile, sample: pl.DataFrame | None = None) -> ColumnMapping:
    """Find the column of each rule: an exact header, else one that differs only in case or word separators.

    With `mapping: auto`, fields still without a column get one by synonyms of the header and evidence from the values;
    those of a consent get one anyway.
    Columns named under `ignore_columns` are always dropped.

    Args:
        columns: the file's unique column names, in order.
        profile: names the header of each field, attribute with rules, alias and cell of a secondary contact.
        sample: rows of the file with these columns as String, for the evidence; without it only headers count.

    Raises:
        RequiredColumnUnmappedError: a required field or attribute has no column and no default, several columns
            could supply the same one, or a phone in several columns has only some of them.
        ColumnsUnknownError: no column supplies an identifier, an alias, a secondary phone, a name or a company.
    """
    returning, own = is_returning(columns), added_columns(columns)
    theirs = {restored_header(column) if returning else column: column for column in columns if column not in own}
    rules = {name: rule for name, rule in profile.rules.items() if rule.has_column}
    found = _found(rules, theirs, profile)
    fields = {name: theirs[header] for name, header in found.items() if header is not None}
    joined = _joined(fields, theirs, profile, sample)
    unwanted = {folded_header(header) for header in profile.ignore_columns}
    dropped = own | {theirs[header] for header in theirs if folded_header(header) in unwanted}
    codes = {column for columns in joined.values() for column in columns}
    free = {header: column for header, column in theirs.items() if column not in dropped | codes}
    evidence = complete_mapping(fields, free, profile, sample)
    for name, rule in rules.items():
        if rule.required and rule.default is None and name not in fields:
            _refuse(name, profile.column_of(name), columns, profile, sample)
    if not any(map(says_who, fields)):
        _refuse_unknown(len(theirs), profile)
    used = codes.union(fields.values())
    rest = tuple(column for column in columns if column not in dropped and column not in used)
    kept = profile.other_columns == "attributes"
    dropped = dropped if kept else dropped.union(rest)
    return ColumnMapping(
        fields=fields,
        attributes=rest if kept else (),
        ignored=tuple(column for column in columns if column in dropped),
        is_rejected_file=returning,
        joined=joined,
        evidence=evidence,
    )


def attribute_names(mapping: ColumnMapping, profile: ImportProfile) -> dict[str, str]:
    """Return column: name of the attribute.

    The name is the trimmed header, in the spelling of the profile when it names that attribute itself, as a default or
    a token (one attribute must not have two spellings). Where two columns would get the same name, both keep their own.
    """
    given = (*profile.attribute_defaults, *profile.lead_management.named_attributes)
    spelled = {folded_header(name): name for name in given}
    headers = {c: restored_header(c) if mapping.is_rejected_file else c for c in mapping.attributes}
    names = {column: spelled.get(folded_header(header), header.strip()) for column, header in headers.items()}
    wanted = list(names.values())
    own = {column: name if wanted.count(name) == 1 else column for column, name in names.items()}
    return {column: _unruled(name, profile, own.values()) for column, name in own.items()}


def _unruled(name: str, profile: ImportProfile, others: Collection[str]) -> str:
    """Return another name if an attribute with rules has this one and takes its values from another column."""
    while name in profile.attributes:
        name += " (column)"
        while name in others:
            name += " (column)"
    return name


def _found(names: Iterable[str], headers: Mapping[str, str], profile: ImportProfile) -> dict[str, str | None]:
    """Return the header of each column of mapped leads, None where the file lacks the header that the profile names."""
    alike: dict[str, list[str]] = {}
    for header in headers:
        alike.setdefault(folded_header(header), []).append(header)
    found: dict[str, str | None] = {}
    for name in names:
        wanted = profile.column_of(name)
        near = _nearest(wanted, alike.get(folded_header(wanted), []))
        if len(near) > 1:
            _refuse_several(name, wanted, near, profile)
        found[name] = near[0] if near else None
    return found


def _joined(
    fields: Mapping[str, str], headers: Mapping[str, str], profile: ImportProfile, sample: pl.DataFrame | None
) -> dict[str, tuple[str, ...]]:
    """Return the columns of each phone that is in several; a number without its code would be somebody else's."""
    joined: dict[str, tuple[str, ...]] = {}
    for name, rule in profile.rules.items():
        codes = profile.codes_of(name) if rule.has_column else ()
        found = [_one_of(name, code, headers, profile) for code in codes]
        missing = next((code for code, header in zip(codes, found, strict=True) if header is None), None)
        if missing is not None and (rule.required or name in fields or any(found)):
            _refuse(name, missing, list(headers.values()), profile, sample)
        if found and name not in fields and any(found):
            _refuse(name, profile.column_of(name), list(headers.values()), profile, sample)
        if found and name in fields:
            joined[name] = (*(headers[header] for header in found if header is not None), fields[name])
    return joined


def _one_of(name: str, wanted: str, headers: Iterable[str], profile: ImportProfile) -> str | None:
    """Return the header of a column that a rule names, None where the file lacks it."""
    alike = [header for header in headers if folded_header(header) == folded_header(wanted)]
    near = _nearest(wanted, alike)
    if len(near) > 1:
        _refuse_several(name, wanted, near, profile)
    return near[0] if near else None


def _nearest(wanted: str, alike: list[str]) -> list[str]:
    """Return the exact header if it is there, else those that differ only in case, else all similar ones."""
    same_words = [header for header in alike if header.strip().casefold() == wanted.strip().casefold()]
    return [wanted] if wanted in alike else same_words or alike


def _refuse_several(name: str, wanted: str, alike: list[str], profile: ImportProfile) -> NoReturn:
    raise RequiredColumnUnmappedError(
        f"Profile '{profile.name}' reads the {_called(name)} from the column '{wanted}', and {len(alike)} columns "
        f"have that name, apart from case, spaces and underscores: {', '.join(map(repr, alike))}. Rename one of "
        f"them, or set the exact header under {'.'.join(profile.key_of(name))} in the profile."
    )


def _refuse(
    name: str, wanted: str, columns: Sequence[str], profile: ImportProfile, sample: pl.DataFrame | None
) -> NoReturn:
    """Say what is missing, what was found, and what to do; names that may be values are not shown (personal data)."""
    required = "required " if profile.rules[name].required else ""
    parts = [*profile.codes_of(name), profile.column_of(name)]
    column = f"the column '{wanted}'"
    if len(parts) > 1:
        column = f"the columns {' and '.join(map(repr, parts))} together, and needs each of them, also '{wanted}'"
    missing = f"Profile '{profile.name}' reads the {required}{_called(name)} from {column}, "
    if look_like_values(columns):
        raise RequiredColumnUnmappedError(
            f"{missing}but the first line of the file looks like values, not like column names. "
            f"Add a header line above it with the names of the columns, including '{wanted}'{_OR_BY_POSITION}"
        )
    if columns and is_numbered(columns):
        _refuse_without_header(name, missing, columns, profile, sample)
    certain = certain_names(columns, profile, contact_columns(sample, columns))
    near = did_you_mean(wanted, certain)
    remedy = f"set its header under {'.'.join(profile.key_of(name))} in the profile."
    if len(certain) == len(columns):
        raise RequiredColumnUnmappedError(
            f"{missing}which the file does not have. Its columns are: {listed(columns, limit=30)}.{near} "
            f"Rename the column in the file, or {remedy}"
        )
    shown = shown_names(columns, certain)
    known = f"; known by name: {listed(map(shown.__getitem__, (c for c in columns if c in certain)), limit=30)}"
    raise RequiredColumnUnmappedError(
        f"{missing}which the file does not have. It has {counted(len(columns), 'column')}{known if certain else ''}. "
        f"{_not_shown(len(columns), len(certain))}{near} "
        "`lead-pipeline preview FILE` shows them. If they "
        f"are names, rename the column in the file, or {remedy} If they are values, add a header line above "
        f"them{_OR_BY_POSITION}"
    )


def _refuse_without_header(
    name: str, missing: str, columns: Sequence[str], profile: ImportProfile, sample: pl.DataFrame | None
) -> NoReturn:
    """Say how a list without a header is imported as it is, with the column that looks like what is missing."""
    kind = profile.rules[name].type
    found = [column for column, of in kinds_of_contacts(sample, columns).items() if of == kind]
    seen = f" ({listed(found)} {'looks' if len(found) == 1 else 'look'} like {kind}s)" if found else ""
    raise RequiredColumnUnmappedError(
        f"{missing}but the file has no header: its first line is a row like those below it, and its "
        f"{counted(len(columns), 'column')} {_called_by_position(len(columns))}. To import it as it "
        "is, write `reading: {header: false}` in the profile and name its columns so, such as "
        f"{'.'.join(profile.key_of(name))}: {found[0] if found else 'column_1'}{seen}. Or add a header line above the "
        "first row."
    )


def _not_shown(columns: int, certain: int) -> str:
    if columns == 1:
        return "Its name is not shown, for it may be a value."
    return f"{'Other' if certain else 'Their'} names are not shown, for they may be values."


def _called_by_position(columns: int) -> str:
    return "is called column_1" if columns == 1 else "are called by their position (column_1, column_2, …)"


def says_who(name: str) -> bool:
    """Return whether a column of mapped leads says who a lead is, or whom else it is of."""
    kind, _, rest = name.partition(".")
    return name in _SAYING_WHO or kind == "alias" or (kind == "secondary" and rest.endswith(".phone"))


def _refuse_unknown(columns: int, profile: ImportProfile) -> NoReturn:
    """Say what the profile looks for; the file's own columns are not quoted: they may be values (personal data)."""
    wanted = [name for name, rule in profile.rules.items() if name in _SAYING_WHO and rule.has_column]
    looked_for = listed(f"{title_of(name)} ('{profile.column_of(name)}')" for name in wanted)
    none = "The one column of the file is not" if columns == 1 else f"None of the file's {columns} columns is"
    raise ColumnsUnknownError(
        f"{none} a column by which profile '{profile.name}' could tell who a lead is; it looks for {looked_for}. "
        "Nothing was imported, for its leads would be empty. Check that this is the right file, sheet and profile "
        "(lead-pipeline preview FILE shows what was found); then rename the columns in the file, or set their "
        "headers under fields in the profile."
    )


def _called(name: str) -> str:
    """Return what a column of mapped leads is called in a sentence."""
    if name.startswith("attribute."):
        return f"attribute '{title_of(name)}'"
    return f"{'' if '.' in name else 'field '}'{title_of(name)}'"
