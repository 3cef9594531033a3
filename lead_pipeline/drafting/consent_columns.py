"""Columns of a file that say when, where and to what people consented: what a draft writes about them."""

from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from lead_pipeline.drafting.column_types import column_type
from lead_pipeline.drafting.yaml_text import comment, on_one_line, quoted
from lead_pipeline.mapping.proposing import propose_mapping
from lead_pipeline.model.fields import CONSENT_FIELDS
from lead_pipeline.profiles.open_questions import QUESTION


def time_keys(column: str, sample: pl.DataFrame) -> dict[str, object]:
    """Return the keys of the rule for the time: in the spelling that the values have, if that is clear."""
    found = column_type(sample[column]) if column in sample.columns else None
    if found is None or found.needs_confirmation or "formats" not in found.keys:
        return {"type": "datetime"}
    return {"type": "datetime", "formats": found.keys["formats"]}


def time_question(column: str, sample: pl.DataFrame) -> Iterator[str]:
    """Ask how the times are written where that is not clear."""
    found = column_type(sample[column]) if column in sample.columns else None
    if found is not None and found.needs_confirmation and "formats" in found.keys:
        yield from comment(
            f"{QUESTION} how are these times written? {found.evidence}. Write `formats:` with the right one; until "
            "you say, a time that could be two is left out, with a warning.",
            indent=2,
        )


def consent_lines(fields: Iterable[str]) -> Iterator[str]:
    """Write what is demanded of consents, where a file has any."""
    if not set(CONSENT_FIELDS) & set(fields):
        return
    yield ""
    yield from comment(
        "Consents: they are kept with the lead, and never in the future. With `required: true` a row without one is "
        "rejected (take on_invalid away from consent_at then), and with max_age_days one that is older."
    )
    yield "consent:"
    yield "  required: false"
    yield "  # max_age_days: 365"
    yield "  # timezone: America/New_York   # of times that name none"


def offered_consent_lines(columns: Sequence[str], sample: pl.DataFrame) -> Iterator[str]:
    """Offer to keep the consents that columns say, as lines to uncomment: the profile below keeps none."""
    found = propose_mapping(columns, sample, fields=CONSENT_FIELDS).fields
    if not found:
        return
    said = ", ".join(f"{field} from {quoted(column)}" for field, column in found.items())
    keys = time_keys(found["consent_at"], sample) if "consent_at" in found else {}
    formats = f", and `consent_at: {on_one_line(keys)}` under fields" if "formats" in keys else ""
    yield ""
    yield from comment(
        f"The file says when people consented ({said}). Take away the # to have that checked and kept with the "
        f"lead{formats}; with `required: true` a row without one is rejected."
    )
    yield "# consent: {required: false}"
