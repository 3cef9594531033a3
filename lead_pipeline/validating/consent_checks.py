"""Whether the consent of each row is one that the profile accepts: not in the future, not too old, from a source that
counts. Whether it can be read, others find.
"""

from datetime import datetime, timedelta
from functools import reduce
from operator import or_

import polars as pl

from lead_pipeline.model.contracts import ContractError
from lead_pipeline.model.fields import CONSENT_ZONE_KNOWN
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.profile_keys.consent import CLOCK_TOLERANCE, ZONE_TOLERANCE, Consent
from lead_pipeline.model.reasons import Reason

_HOST = r"^(?:https?://)?(?:www\.)?([^/?#:]+)"
_NO = pl.lit(value=False)


def check_consents(batch: pl.DataFrame, profile: ImportProfile, at: datetime | None) -> pl.DataFrame:
    """Hold the consents of rows to the profile's `consent:`.

    Args:
        batch: `consent_at` (Datetime in UTC), `consent_source` (String), `<column>_reason` of both, limits applied; and
            `consent_zone_known` (Boolean), whether a time says its zone.
        profile: what it demands.
        at: when the rows are judged; a time of a zone that is known may be a few minutes ahead of it, any other as much
            as a clock elsewhere on Earth can be.

    Returns:
        The batch without `consent_zone_known`; what breaks a demand is null with the reason beside it.

    Raises:
        ContractError: nobody says when the rows are judged, a bug of ours.
    """
    demanded = profile.consent
    if demanded is None:
        return batch
    if at is None:
        raise ContractError("Consents cannot be judged: nobody says at what time.")
    time, known = pl.col("consent_at"), pl.col(CONSENT_ZONE_KNOWN) | pl.lit(demanded.timezone is not None)
    latest = pl.when(known).then(pl.lit(at + CLOCK_TOLERANCE)).otherwise(pl.lit(at + ZONE_TOLERANCE))
    too_old = _NO if demanded.max_age_days is None else time < pl.lit(at - timedelta(days=demanded.max_age_days))
    reason = (
        pl.when(time > latest)
        .then(pl.lit(Reason.CONSENT_IN_THE_FUTURE.value))
        .when(too_old)
        .then(pl.lit(Reason.CONSENT_TOO_OLD.value))
        .otherwise("consent_at_reason")
    )
    judged = batch.with_columns(consent_at_reason=reason).drop(CONSENT_ZONE_KNOWN)
    kept = pl.when(pl.col("consent_at_reason").is_null()).then("consent_at").alias("consent_at")
    return _with_accepted_sources(judged, demanded).with_columns(kept)


def _with_accepted_sources(batch: pl.DataFrame, demanded: Consent) -> pl.DataFrame:
    if not demanded.sources:
        return batch
    source, unread = pl.col("consent_source"), pl.col("consent_source_reason")
    hosts = [one for one in map(_folded_text, demanded.sources) if "/" not in one]
    host = _folded(source).str.extract(_HOST)
    accepted = reduce(or_, (_folded(source).is_in(list(map(_folded_text, demanded.sources))), host.is_in(hosts)))
    given = pl.col("consent_at").is_not_null() | pl.col("consent_at_reason").is_not_null()
    reason = (
        pl.when(source.is_null() & unread.is_null() & given)
        .then(pl.lit(Reason.CONSENT_SOURCE_MISSING.value))
        .when(~accepted)
        .then(pl.lit(Reason.CONSENT_SOURCE_NOT_ALLOWED.value))
        .otherwise(unread)
    )
    judged = batch.with_columns(consent_source_reason=reason)
    kept = pl.when(unread.is_null()).then(source).alias("consent_source")
    return judged.with_columns(kept)


def _folded(text: pl.Expr) -> pl.Expr:
    """Return what counts of a source: neither case nor what separates its words."""
    return text.str.to_lowercase().str.replace_all(r"[\s_-]+", " ").str.strip_chars()


def _folded_text(text: str) -> str:
    return str(pl.select(_folded(pl.lit(text))).item())
