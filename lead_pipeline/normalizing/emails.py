"""Email addresses, column by column: spellings in, normalized addresses out, exactly as email-validator judges their
form. No network. What a profile makes of an address belongs in rows.py and validating/.
"""

import polars as pl
from email_validator import EmailNotValidError, validate_email

from lead_pipeline.model.reasons import Reason

EMAIL_SCHEMA: dict[str, type[pl.DataType]] = {"email": pl.String, "reason": pl.String}


def normalize_emails(raw: pl.Series) -> pl.DataFrame:
    """Judge every spelling as email-validator does, with its own defaults but no DNS look-up.

    The defaults: internationalized local parts are allowed (`allow_smtputf8`); quoted local parts, address literals,
    display names and an empty local part are not; special-use domains (`localhost`, `x.test`) are refused. Surrounding
    blanks are part of the spelling, and refused.

    Args:
        raw: String; null and blank are missing.

    Returns:
        One row per value, in order: `email` (String, the library's normalized form; null when refused), `reason`
        (String, a code of model/reasons.py; null exactly when accepted).
    """
    spelling = raw.cast(pl.String).rename("spelling")
    distinct = spelling.filter(spelling.str.strip_chars() != "").unique()
    judged = pl.DataFrame([_judge_email(one) for one in distinct], schema=EMAIL_SCHEMA, orient="row")
    accepted_or_refused = pl.col("email").is_not_null() | pl.col("reason").is_not_null()
    return (
        spelling.to_frame()
        .join(judged.insert_column(0, distinct), on="spelling", how="left", maintain_order="left")
        .select(
            "email",
            reason=pl.when(accepted_or_refused).then("reason").otherwise(pl.lit(Reason.EMAIL_MISSING.value)),
        )
    )


def _judge_email(spelling: str) -> tuple[str | None, str | None]:
    accepted = _normalized(spelling)
    return (accepted, None) if accepted else (None, _refusal(spelling).value)


def _normalized(spelling: str) -> str | None:
    try:
        return validate_email(spelling, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def _refusal(spelling: str) -> Reason:
    """Say which side of the @ is at fault: the library tells only in prose, so it is asked about each side apart."""
    local_part, _, domain = spelling.rpartition("@")
    if domain and _normalized(f"{local_part}@example.com") and not _normalized(f"a@{domain}"):
        return Reason.EMAIL_DOMAIN_INVALID
    return Reason.EMAIL_INVALID
