"""Which column could supply which field, with how much confidence and on what evidence; ambiguity is a question and
never a guess.

A field's own name comes first, then what headers mean, then what values look like. Two columns that contain values and
fit one field equally well, a header with several meanings, and a header that its values contradict are questions. The
order of the columns does not matter.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

import polars as pl
from pydantic import Field

from lead_pipeline.mapping.evidence import ColumnEvidence, Kind, evidence_of
from lead_pipeline.mapping.header_vs_values import by_values, contradiction, nearly_phones, supporting_kind
from lead_pipeline.mapping.headers import HeaderMeaning, meaning_of
from lead_pipeline.model.fields import CONSENT_FIELDS, STANDARD_FIELDS, FrozenModel

#: Confidence in a header that its values contradict.
_CONTRADICTED = 0.2

#: How a column got its field.
Ground = Literal["name", "synonym", "values"]


class Alternative(FrozenModel):
    """A field that a column could supply."""

    field: str
    confidence: float


class ColumnProposal(FrozenModel):
    """The proposal for one column: a field, an attribute (`field` is None), or a question."""

    column: str
    field: str | None = None
    ground: Ground | None = Field(default=None, description="What the field is based on; None for attributes.")
    confidence: float = Field(default=0.0, description="From 0 to 1; for a question, that of its best alternative.")
    evidence: str = Field(description="What supports it, as a sentence without any value.")
    alternatives: tuple[Alternative, ...] = Field(default=(), description="Best first.")
    question: str | None = Field(default=None, description="What has to be asked; None if nothing.")

    @property
    def is_ambiguous(self) -> bool:
        """Return whether a person has to decide what the column is."""
        return self.question is not None


class MappingProposal(FrozenModel):
    """The proposal for each column of a file, in file order."""

    columns: tuple[ColumnProposal, ...]

    @property
    def fields(self) -> dict[str, str]:
        """Return field: column, for all that is clear."""
        return {one.field: one.column for one in self.columns if one.field is not None}

    @property
    def questions(self) -> tuple[ColumnProposal, ...]:
        """Return the columns that a person has to decide about."""
        return tuple(one for one in self.columns if one.is_ambiguous)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Return the columns that are not fields."""
        return tuple(one.column for one in self.columns if one.field is None and not one.is_ambiguous)

    def of(self, column: str) -> ColumnProposal:
        """Return the proposal for a column; raises KeyError when there is no such column."""
        for one in self.columns:
            if one.column == column:
                return one
        raise KeyError(column)


class _Reading(FrozenModel):
    """What is known of one column before the columns are compared."""

    column: str
    called: str = ""
    meaning: HeaderMeaning
    values: ColumnEvidence
    candidates: tuple[Alternative, ...]
    contradicts: str | None

    @property
    def named_field(self) -> str | None:
        """Return the field that the header clearly names and its values do not contradict."""
        clear = len(self.meaning.meanings) == 1 and self.candidates and self.contradicts is None
        return self.candidates[0].field if clear else None

    @property
    def suggested_field(self) -> str | None:
        """Return the field that only the values suggest."""
        return self.candidates[0].field if self.candidates and not self.meaning.meanings else None

    @property
    def looks_like(self) -> str | None:
        """Return the candidate that the values suggest, whatever the header says."""
        if not self.meaning.meanings:
            return self.suggested_field
        field, _ = by_values(self.values)
        return next((one.field for one in self.candidates if one.field == field), None)


def propose_mapping(
    columns: Sequence[str],
    sample: pl.DataFrame | None = None,
    region: str | None = None,
    *,
    fields: Collection[str] = tuple(STANDARD_FIELDS),
    headers: Mapping[str, str] | None = None,
    called: Mapping[str, str] | None = None,
) -> MappingProposal:
    """Propose a field for each column, an attribute, or a question.

    Args:
        columns: the file's unique column names.
        sample: rows of the file, one String column per column of the file (others are ignored); up to 1,000 of them are
            examined. Without it only headers count.
        region: ISO code of the country assumed for numbers written without +.
        fields: the fields that can be supplied; others are treated as unknown.
        headers: the header of a column in the file, where that is not the column's name.
        called: what questions call a column, where that is not its name in quotes.
    """
    values = evidence_of(pl.DataFrame() if sample is None else sample, columns, region)
    texts, names = headers or {}, called or {}
    readings = [
        _reading(column, texts.get(column, column), values[column], fields).model_copy(
            update={"called": names.get(column, f"'{column}'")}
        )
        for column in columns
    ]
    readings = _with_near_phones(readings)
    winners, rivals = _decided(readings)
    return MappingProposal(columns=tuple(_proposal(reading, winners, rivals) for reading in readings))


def _reading(column: str, header: str, values: ColumnEvidence, fields: Collection[str]) -> _Reading:
    meaning = _without_rival_of_consent(meaning_of(header), fields)
    wanted = [field for field in meaning.fields if field in fields]
    if not meaning.meanings:
        field, confidence = by_values(values)
        found = [] if field is None or field not in fields else [Alternative(field=field, confidence=confidence)]
        return _Reading(column=column, meaning=meaning, values=values, candidates=tuple(found), contradicts=None)
    contradicted = contradiction(wanted[0], values) if len(meaning.meanings) == 1 and wanted else None
    weighed = [(field, _confidence(field, meaning, values)) for field in wanted]
    if contradicted is not None:
        other, confidence = by_values(values)
        weighed = [(wanted[0], _CONTRADICTED)]
        if other is not None and other in fields and other not in wanted:
            weighed.append((other, confidence))
    ranked = sorted(weighed, key=lambda one: (-one[1], one[0]))
    found = [Alternative(field=field, confidence=confidence) for field, confidence in ranked]
    return _Reading(column=column, meaning=meaning, values=values, candidates=tuple(found), contradicts=contradicted)


def _without_rival_of_consent(meaning: HeaderMeaning, fields: Collection[str]) -> HeaderMeaning:
    """Decide between a field of a consent and another one, such as of `Opt-in IP`: it is the consent's where consents
    are kept, else the other, as it was before there were such fields.
    """
    of_consent = [field for field in meaning.meanings if field in CONSENT_FIELDS]
    if not of_consent or len(of_consent) == len(meaning.meanings):
        return meaning
    kept = [field for field in of_consent if field in fields]
    meanings = tuple(kept or (one for one in meaning.meanings if one not in of_consent))
    confidence = round(meaning.confidence * len(meaning.meanings) / len(meanings), 2)
    return meaning.model_copy(update={"meanings": meanings, "confidence": confidence})


def _with_near_phones(readings: list[_Reading]) -> list[_Reading]:
    """Let columns with a few more bad numbers compete with one that is a phone by its values alone: the share of good
    numbers does not tell which of them is the main one.
    """
    suggested = any(one.suggested_field == "phone" for one in readings)
    if not suggested or any(one.named_field == "phone" for one in readings):
        return readings
    return [
        one.model_copy(update={"candidates": (Alternative(field="phone", confidence=share),)})
        if not one.meaning.meanings and not one.candidates and (share := nearly_phones(one.values))
        else one
        for one in readings
    ]


def _confidence(field: str, meaning: HeaderMeaning, values: ColumnEvidence) -> float:
    """Combine header and values: fitting values raise the header's confidence by half of what it lacks to 1."""
    kind = supporting_kind(field)
    if kind is None or not values.values or meaning.is_name:
        return meaning.confidence
    if len(meaning.meanings) > 1:
        return round(meaning.confidence * (0.5 + values.share(kind) / 2), 2)
    return round(meaning.confidence + (1 - meaning.confidence) * values.share(kind) / 2, 2)


def _decided(readings: Iterable[_Reading]) -> tuple[dict[str, _Reading], dict[str, tuple[_Reading, ...]]]:
    """Return the column for each field, and the columns between which only a person can choose."""
    by_header: dict[str, list[_Reading]] = {}
    by_value: dict[str, list[_Reading]] = {}
    for reading in readings:
        if reading.named_field is not None:
            by_header.setdefault(reading.named_field, []).append(reading)
        elif reading.looks_like is not None:
            by_value.setdefault(reading.looks_like, []).append(reading)
    winners, rivals = {}, {}
    for field in {**by_header, **by_value}:
        first = _best_candidates(by_header.get(field) or by_value[field])
        if len(first) > 1:
            rivals[field] = tuple(first)
        elif field in by_header or first[0].suggested_field:
            winners[field] = first[0]
    return winners, rivals


def _best_candidates(contenders: list[_Reading]) -> list[_Reading]:
    """Return those with the field's own name, else those with any values that do not continue another column."""
    named = [one for one in contenders if one.meaning.is_name]
    holding = [one for one in contenders if not one.values.is_blank] or contenders
    return named or [one for one in holding if not one.meaning.is_continuation] or holding


def _proposal(
    reading: _Reading, winners: Mapping[str, _Reading], rivals: Mapping[str, tuple[_Reading, ...]]
) -> ColumnProposal:
    field = reading.named_field or reading.suggested_field
    evidence = _sentence(reading)
    if field is None:
        return _unclear(reading, winners, evidence)
    if winners.get(field) is reading:
        ground: Ground = "name" if reading.meaning.is_name else "synonym" if reading.meaning.meanings else "values"
        return ColumnProposal(
            column=reading.column,
            field=field,
            ground=ground,
            confidence=reading.candidates[0].confidence,
            evidence=evidence,
            alternatives=reading.candidates[1:],
        )
    if reading.values.is_blank:
        return ColumnProposal(column=reading.column, evidence=evidence)
    contenders = rivals.get(field, ())
    if reading in contenders:
        return _asked(reading, evidence, _which_of(field, contenders))
    return ColumnProposal(column=reading.column, evidence=f"{evidence}; {field} has a column that fits better")


def _unclear(reading: _Reading, winners: Mapping[str, _Reading], evidence: str) -> ColumnProposal:
    """Ask what a column is if it could be a field that no other column clearly supplies; else it is an attribute."""
    left = tuple(one for one in reading.candidates if one.field not in winners)
    if not left or reading.values.is_blank:
        return ColumnProposal(column=reading.column, evidence=evidence)
    open_fields = " or ".join(one.field for one in left)
    why = reading.contradicts or f"its header can mean {open_fields}"
    question = f"The column {reading.called} is ambiguous: {why}. Which field is it, if any?"
    return _asked(reading.model_copy(update={"candidates": left}), evidence, question)


def _asked(reading: _Reading, evidence: str, question: str) -> ColumnProposal:
    return ColumnProposal(
        column=reading.column,
        confidence=reading.candidates[0].confidence,
        evidence=evidence,
        alternatives=reading.candidates,
        question=question,
    )


def _which_of(field: str, contenders: Iterable[_Reading]) -> str:
    names = sorted(one.called for one in contenders)
    return f"{len(names)} columns could be the field {field}: {', '.join(names)}. Which one is it?"


def _sentence(reading: _Reading) -> str:
    """Return what header and values say about the column; never a value itself."""
    kind: Kind | None = supporting_kind(reading.candidates[0].field) if reading.candidates else None
    kind = reading.values.likeliest() if kind is None or reading.contradicts else kind
    seen = reading.values.sentence(kind) if kind and reading.values.values else None
    parts = [_header_sentence(reading.meaning), seen or _no_values(reading.values)]
    return "; ".join(part for part in parts if part)


def _header_sentence(meaning: HeaderMeaning) -> str:
    if meaning.is_name:
        return f"the header is the field's own name, {meaning.meanings[0]}"
    if not meaning.meanings:
        return "the header is not known"
    languages = f" ({meaning.language})" if meaning.language and meaning.language.count(",") < 3 else ""
    return f"the header means {' or '.join(meaning.meanings)}{languages}"


def _no_values(values: ColumnEvidence) -> str:
    return "" if values.values or not values.rows else f"no value in {values.rows:,} rows"
