"""Reasons of rows that lack what a profile's `lead_management.require` demands: what they say to people."""

from lead_pipeline.model.guidance.reason_info import REJECTED, ReasonInfo
from lead_pipeline.model.reason_codes import Reason

LEAD_MANAGEMENT_REASONS: dict[Reason, ReasonInfo] = {
    Reason.LINE_TYPE_NOT_ALLOWED: ReasonInfo(
        REJECTED,
        "phone",
        "Number is not of a required kind of line",
        "Use a number of a kind listed in `line_types` under lead_management.require in the profile, or add its kind "
        "there; numbers of the United States and Canada are `fixed_line_or_mobile`.",
    ),
    Reason.TIME_ZONE_UNKNOWN: ReasonInfo(
        REJECTED,
        None,
        "Nothing says in which time zone the person is",
        "Fill in postal code, state or country, by the names that they have; the profile requires a time zone "
        "(`time_zone` under lead_management.require).",
    ),
    Reason.CONSENT_NOT_THERE: ReasonInfo(
        REJECTED,
        "consent_at",
        "Consent is not there",
        "Fill in when the person agreed to be contacted, or leave the person out: the profile requires a consent "
        "(`consent` under lead_management.require).",
    ),
}
