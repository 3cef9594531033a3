"""Which rows lack what `lead_management.require` of a profile demands, and how long those leads live whose rows do not
say it. How the facts are found out does not belong here.
"""

from collections.abc import Iterator

import polars as pl

from lead_pipeline.model.fields import LINE_TYPE, TIME_ZONE_KNOWN
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.validating.failures import FAILURES, no_failures

_HINT = "Its number is of the type {}."


def check_requirements(batch: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Return a failure for each row that lacks something required.

    A row whose value is refused is not told once more that it lacks the value; one whose bad value is blanked is.

    Args:
        batch: checked rows with `<column>_reason`; `line_type` (String) and `time_zone_known` (Boolean) where required.
        profile: what it requires.
    """
    if not profile.lead_management.require.any:
        return no_failures()
    found = [
        batch.select(lacks=lacks.fill_null(value=True), hint=hint)
        .with_row_index()
        .filter("lacks")
        .select("index", code=pl.lit(code.value), list=pl.lit("reasons"), hint="hint")
        for code, lacks, hint in _lacking(profile)
    ]
    whole = pl.concat(found).with_columns(field=pl.lit(None, dtype=pl.String))
    return whole.select(*FAILURES).cast(FAILURES)  # type: ignore[arg-type]  # polars types the keys invariantly


def with_expiry(rows: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Give rows whose expiry was not kept the one that the profile has for those who say none."""
    hours = profile.lead_management.expires_after
    if hours is None or "expires_in" not in rows.columns:
        return rows
    return rows.with_columns(pl.col("expires_in").fill_null(pl.lit(hours).cast(rows.schema["expires_in"])))


def _lacking(profile: ImportProfile) -> Iterator[tuple[Reason, pl.Expr, pl.Expr]]:
    """Yield the code, the condition of a row that lacks what is required, and what to say of it."""
    required, silent = profile.lead_management.require, pl.lit(None, dtype=pl.String)
    if required.line_types:
        other = ~pl.col(LINE_TYPE).fill_null("").is_in(required.line_types)
        yield Reason.LINE_TYPE_NOT_ALLOWED, other & ~_is_refused("phone", profile), pl.format(_HINT, LINE_TYPE)
    if required.time_zone:
        yield Reason.TIME_ZONE_UNKNOWN, ~pl.col(TIME_ZONE_KNOWN) & ~_is_refused("phone", profile), silent
    if required.consent:
        missing = pl.col("consent_at").is_null()
        yield Reason.CONSENT_NOT_THERE, missing & ~_is_refused("consent_at", profile), silent


def _is_refused(name: str, profile: ImportProfile) -> pl.Expr:
    """Return whether the row is rejected for that value anyway."""
    rule = profile.rules.get(name)
    if rule is None or rule.on_invalid == "blank":
        return pl.lit(value=False)
    return pl.col(f"{name}_reason").is_not_null()
