"""Reasons of consents: what they say to people."""

from lead_pipeline.model.guidance.reason_info import REJECTED, ReasonInfo
from lead_pipeline.model.reason_codes import Reason

CONSENT_REASONS: dict[Reason, ReasonInfo] = {
    Reason.CONSENT_MISSING: ReasonInfo(
        REJECTED,
        "consent_at",
        "Time of the consent is missing",
        "Fill in when the person agreed to be contacted. Leave out whoever did not: the profile requires a consent.",
    ),
    Reason.CONSENT_UNREADABLE: ReasonInfo(
        REJECTED,
        "consent_at",
        "Time of the consent cannot be read",
        "Write it as 2026-01-31T08:00Z, or add its format to `formats` under fields.consent_at in the profile: a day "
        "such as 03/04/2026 is of March or of April, and is not guessed.",
    ),
    Reason.CONSENT_IN_THE_FUTURE: ReasonInfo(
        REJECTED,
        "consent_at",
        "Consent is in the future",
        "Check day and month, and the time zone (`timezone` under `consent:` in the profile): nobody has agreed yet.",
    ),
    Reason.CONSENT_TOO_OLD: ReasonInfo(
        REJECTED,
        "consent_at",
        "Consent is too old",
        "Ask the person again: the profile accepts no consent older than `max_age_days` under `consent:`.",
    ),
    Reason.CONSENT_SOURCE_MISSING: ReasonInfo(
        REJECTED,
        "consent_source",
        "Source of the consent is missing",
        "Fill in where the person agreed: the profile accepts the `sources` under `consent:` alone.",
    ),
    Reason.CONSENT_SOURCE_NOT_ALLOWED: ReasonInfo(
        REJECTED,
        "consent_source",
        "Source of the consent is not accepted",
        "Add it to `sources` under `consent:` in the profile if consents from there count; else leave the person out.",
    ),
    Reason.CONSENT_IP_INVALID: ReasonInfo(
        REJECTED,
        "consent_ip",
        "IP address of the consent is not valid",
        "Write one address, such as 203.0.113.7 or 2001:db8::7, or leave the cell empty.",
    ),
}
