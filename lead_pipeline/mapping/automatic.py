"""`mapping: auto` in an unattended import: fields without a named column get one by synonym or evidence; the fields of
a consent do under any `mapping`. Ambiguity is refused with the fix, because nobody is there to ask.
"""

from collections.abc import Mapping, MutableMapping

import polars as pl

from lead_pipeline.mapping.column_names import certain_names, contact_columns, shown_names
from lead_pipeline.mapping.header_spelling import look_like_values
from lead_pipeline.mapping.proposing import ColumnProposal, MappingProposal, propose_mapping
from lead_pipeline.model.errors import RequiredColumnUnmappedError, listed
from lead_pipeline.model.fields import CONSENT_FIELDS, folded_header
from lead_pipeline.model.formula_injection import is_returning, restored
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import FieldRule


def complete_mapping(
    fields: MutableMapping[str, str],
    columns: Mapping[str, str],
    profile: ImportProfile,
    sample: pl.DataFrame | None,
) -> dict[str, str]:
    """Add to `fields` a column for each field without one, where one fits; return the evidence for each.

    Args:
        fields: field: column, as far as the profile names them; extended in place.
        columns: header: column of the file, without those to be ignored.
        profile: only its fields are looked for, without `mapping: auto` only those of a consent;
            columns named under `default_attributes` or as attributes under `lead_management` stay attributes.
        sample: rows of the file, or None.

    Raises:
        RequiredColumnUnmappedError: several columns fit one field, or a column has several meanings, or its values
            contradict its header, and the profile does not name the right column.
    """
    missing = [
        field
        for field, rule in profile.fields.items()
        if rule.has_column and field not in fields and (profile.mapping == "auto" or _is_found_anyway(field, rule))
    ]
    named = (*profile.default_attributes, *profile.lead_management.named_attributes)
    declared = {folded_header(name) for name in named}
    free = {
        column: header
        for header, column in columns.items()
        if column not in fields.values() and folded_header(header) not in declared
    }
    if not missing or not free or look_like_values(columns):
        return {}
    rows = None if sample is None else _restored(sample, list(free))
    every = list(columns.values())
    certain = certain_names(every, profile, contact_columns(sample, every))
    called = {
        column: f"'{name}'" if column in certain else name for column, name in shown_names(every, certain).items()
    }
    proposal = propose_mapping(list(free), rows, profile.default_region, fields=missing, headers=free, called=called)
    if proposal.questions:
        _refuse(proposal, profile)
    fields.update(proposal.fields)
    return {one.field: one.evidence for one in proposal.columns if one.field is not None}


def _restored(sample: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    present = [column for column in columns if column in sample.columns]
    rows = sample.select(present)
    return rows.with_columns(restored(pl.col(present))) if is_returning(sample.columns) and present else rows


def _is_found_anyway(field: str, rule: FieldRule) -> bool:
    """Tell whether a field is looked for under any `mapping`: one of a consent, whose column nobody names."""
    return field in CONSENT_FIELDS and not rule.headers


def _refuse(proposal: MappingProposal, profile: ImportProfile) -> None:
    questions = dict.fromkeys(_question(one, profile) for one in proposal.questions)
    how = "maps columns automatically (mapping: auto)" if profile.mapping == "auto" else "looks for consents"
    raise RequiredColumnUnmappedError(
        f"Profile '{profile.name}' {how}, and columns of this file are "
        f"ambiguous: {' '.join(questions)} Columns that are not fields are handled as set by `other_columns`."
    )


def _question(one: ColumnProposal, profile: ImportProfile) -> str:
    fields = [alternative.field for alternative in one.alternatives if alternative.field in profile.fields]
    keys = listed(f"fields.{field}.column" for field in fields)
    header = "the header of the right column" if len(fields) == 1 else "the header of the right column for each"
    return f"{one.question} Set {header} under {keys} in the profile."
