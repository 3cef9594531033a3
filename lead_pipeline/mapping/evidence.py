"""What the values of a column look like: which share of a sample parses as phones, emails, numbers, dates. Sentences
carry shares, never a value (personal data).
"""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

import polars as pl
from pydantic import Field

from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.texts.clean_text import clean_text
from lead_pipeline.normalizing.emails import normalize_emails
from lead_pipeline.normalizing.phones.labels import without_labels
from lead_pipeline.normalizing.phones.normalizer import normalize_phones
from lead_pipeline.normalizing.phones.several import find_multiple_phones

#: `phone` and `email` are parsed; the others are recognized by pattern. `phone_like`: enough digits for a phone, and
#: nothing that a phone cannot contain; `written_phone`: also written as only phones are, with +, brackets or groups.
Kind = Literal[
    "phone", "phone_like", "written_phone", "email", "integer", "number", "date", "ip", "url", "postal_code", "name"
]

#: Sample size: the share of a kind is then known to about 3 percentage points (95 % of the time).
SAMPLE_ROWS = 1_000

_NULL_TEXT = r"(?i)^(n/?a|null|none|nil|[-.?]+|unknown|not available|#n/a)$"
_FORMS: Mapping[Kind, str] = {
    "phone_like": r"(?i)^\s*[+(0-9][0-9\s().+/-]{5,22}(\s*(x|ext|extn|extension)[\s.:]*[0-9]{1,6})?\s*$",
    "integer": r"^[+-]?[0-9]+$",
    "number": r"^[-+(]?\s*(\p{Sc}|[A-Z]{3})?\s*[-+]?[0-9]([0-9.,'\x{2019}\s]*[0-9])?\)?\s*(\p{Sc}|%|[A-Z]{3})?$",
    "date": r"(?i)^([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/. ]([0-9]{1,2}|[a-z]{3,9})[-/., ]+[0-9]{2,4})"
    r"([t ]+[0-9]{1,2}:[0-9]{2}.*)?$",
    "ip": r"(?i)^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7})$",
    "url": r"(?i)^(https?://|www\.)\S+$",
    "postal_code": r"(?i)^[a-z]{0,3}[- ]?[0-9][0-9a-z]{0,5}([- ][0-9a-z]{1,5})?$",
    "name": r"^[\p{L}\p{M}][\p{L}\p{M} .,'’-]*$",  # noqa: RUF001 people write that apostrophe
}
_DIGITS_OF_TWO = 12  # as many as two numbers of one cell have together, or more
_DECIMAL = r"^\s*[+-]?[0-9]+\.[0-9]+\s*$"  # coordinates and amounts have enough digits for a phone
_WRITTEN = r"^\s*(\+|\(|0)|[0-9][ ().-]+[0-9]"
_NOUNS: Mapping[Kind, str] = {
    "phone": "phone numbers",
    "phone_like": "phone numbers of any country",
    "written_phone": "phone numbers of any country",
    "email": "email addresses",
    "integer": "whole numbers",
    "number": "numbers",
    "date": "dates",
    "ip": "IP addresses",
    "url": "web addresses",
    "postal_code": "postal codes",
    "name": "names",
}


class ColumnEvidence(FrozenModel):
    """What a sample of one column's values looks like."""

    rows: int = Field(description="Rows of the frame that the sample was taken from.")
    values: int = Field(description="Sampled values that are not empty; shares are of these.")
    sampled: bool = Field(description="Whether some rows were left out.")
    is_blank: bool = Field(description="No row of the frame has a value, whether it was sampled or not.")
    region: str | None
    shares: dict[Kind, float]

    def share(self, kind: Kind) -> float:
        """Return the share of values that are of the kind, from 0 to 1."""
        return self.shares.get(kind, 0.0)

    def sentence(self, kind: Kind) -> str:
        """Return the share as a sentence: `97 % of 1,000 sampled values parse as US phone numbers`."""
        if not self.values:
            return f"no value in {self.rows:,} rows" if self.rows else "no values were examined"
        region = f"{self.region} " if kind == "phone" and self.region else ""
        verb = "parse as" if kind in ("phone", "email") else "look like"
        what = f"{self.values:,} {'sampled ' if self.sampled else ''}value{'s' if self.values > 1 else ''}"
        return f"{_percent(self.share(kind))} of {what} {verb} {region}{_NOUNS[kind]}"

    def likeliest(self) -> Kind | None:
        """Return the kind of most values, the most specific kind first; None when no kind has half of them."""
        kinds: tuple[Kind, ...] = (
            "email",
            "url",
            "date",
            "ip",
            "phone",
            "phone_like",
            "integer",
            "postal_code",
            "number",
            "name",
        )
        return next((kind for kind in kinds if self.share(kind) >= 0.5), None)


def noun_of(kind: str) -> str:
    """Return the noun for values of a kind, such as `email addresses`; an unknown kind is returned unchanged."""
    return {**_NOUNS}.get(kind, kind)  # type: ignore[call-overload, no-any-return]


def evidence_of(sample: pl.DataFrame, columns: Iterable[str], region: str | None) -> dict[str, ColumnEvidence]:
    """Examine up to SAMPLE_ROWS rows, spread evenly over the frame, the same ones each time.

    Args:
        sample: rows of the file; the examined columns are String.
        columns: those to examine; one that the frame does not have has no values.
        region: ISO code of the country assumed for numbers written without +.
    """
    examined = [column for column in columns if column in sample.columns]
    spread = (pl.int_range(SAMPLE_ROWS, eager=True) * sample.height) // SAMPLE_ROWS
    rows = sample[spread] if sample.height > SAMPLE_ROWS else sample
    filled = {column: _filled(rows[column].cast(pl.String)) for column in examined}
    shares = {column: _shares(values) for column, values in filled.items()}
    for column, share in _phone_shares(filled, shares, region).items():
        shares[column]["phone"] = share
    for column, share in _email_shares(filled).items():
        shares[column]["email"] = share
    return {
        column: ColumnEvidence(
            rows=sample.height,
            values=filled[column].len() if column in filled else 0,
            sampled=sample.height > SAMPLE_ROWS,
            is_blank=column in filled and filled[column].is_empty() and _is_blank(sample[column]),
            region=region,
            shares=shares.get(column, {}),
        )
        for column in columns
    }


def _is_blank(values: pl.Series) -> bool:
    return _filled(values.cast(pl.String)).is_empty()


def _filled(values: pl.Series) -> pl.Series:
    trimmed = clean_text(values).str.strip_chars()
    return trimmed.filter((trimmed != "") & ~trimmed.str.contains(_NULL_TEXT))


def _shares(values: pl.Series) -> dict[Kind, float]:
    if values.is_empty():
        return {}
    value = pl.col("value")
    phones = _first_phones(values)
    digits = pl.lit(phones).str.count_matches("[0-9]")
    of = {kind: value.str.contains(form) for kind, form in _FORMS.items()}
    of["phone_like"] = pl.lit(phones).str.contains(_FORMS["phone_like"])
    of["phone_like"] = (
        of["phone_like"] & digits.is_between(7, 20) & ~of["date"] & ~of["ip"] & ~value.str.contains(_DECIMAL)
    )
    of["written_phone"] = of["phone_like"] & value.str.contains(_WRITTEN)
    of["postal_code"] = of["postal_code"] & value.str.len_chars().is_between(3, 10)
    found = values.rename("value").to_frame().select(**{kind: is_one.mean() for kind, is_one in of.items()})
    return {kind: float(found[kind].item()) for kind in get_args(Kind) if kind in found.columns}


def _first_phones(values: pl.Series) -> pl.Series:
    """Return values without what labels a phone; of cells of several numbers, as imports take them, the first."""
    bare = without_labels(values)
    enough = (bare.str.count_matches("[0-9]") >= _DIGITS_OF_TWO).fill_null(value=False).arg_true()
    if enough.is_empty():
        return bare
    return bare.clone().scatter(enough, find_multiple_phones(bare.gather(enough))["phones"].list.first())


def _phone_shares(
    filled: Mapping[str, pl.Series], shares: Mapping[str, Mapping[Kind, float]], region: str | None
) -> dict[str, float]:
    """Parse all columns that may contain phones at once: many numbers cost little more than a few."""
    likely = {
        c: _first_phones(values).rename("value")
        for c, values in filled.items()
        if shares[c].get("phone_like", 0.0) > 0.0
    }
    if not likely:
        return {}
    values = pl.concat([pl.DataFrame({"value": v}).with_columns(column=pl.lit(c)) for c, v in likely.items()])
    parsed = values.with_columns(valid=normalize_phones(values["value"], region)["valid"])
    return dict(parsed.group_by("column").agg(pl.col("valid").mean()).iter_rows())


def _email_shares(filled: Mapping[str, pl.Series]) -> dict[str, float]:
    found = {}
    for column, values in filled.items():
        likely = values.filter(values.str.contains("@", literal=True))
        if likely.len():
            found[column] = normalize_emails(likely)["email"].count() / values.len()
    return found


def _percent(share: float) -> str:
    """Return a share in whole percent; 100 % and 0 % only if it is exactly that."""
    percent = round(share * 100)
    if percent == 100 and share < 1:
        return "over 99 %"
    return "under 1 %" if percent == 0 and share > 0 else f"{percent} %"
