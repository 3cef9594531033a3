"""Reasons of people who are left out because of earlier calls, as the profile's `scrub:` says."""

from lead_pipeline.model.guidance.reason_info import SUPPRESSED, ReasonInfo
from lead_pipeline.model.reason_codes import Reason

_WHERE = "; the row's own guidance and the view `scrub_hits` name the call. "

SCRUB_REASONS: dict[Reason, ReasonInfo] = {
    Reason.PRIOR_DIALED: ReasonInfo(
        SUPPRESSED, None, "Was dialed before",
        f"Left out by the scrub rule `dialed`{_WHERE}To call such people again, limit `lookback_days` or the rule.",
    ),
    Reason.PRIOR_CONNECTED: ReasonInfo(
        SUPPRESSED, None, "Was reached before",
        f"Left out by the scrub rule `connected`{_WHERE}To call such people again, limit `lookback_days` or the rule.",
    ),
    Reason.PRIOR_CONVERTED: ReasonInfo(
        SUPPRESSED, None, "Converted before",
        f"Left out by the scrub rule `converted`{_WHERE}For those of some buyers only, list these in the rule.",
    ),
    Reason.PRIOR_DISPOSITION: ReasonInfo(
        SUPPRESSED, None, "An earlier call had a listed disposition",
        f"Left out by the scrub rule `dispositions`{_WHERE}If it should not count, remove it from the rule.",
    ),
    Reason.PRIOR_ATTEMPTS: ReasonInfo(
        SUPPRESSED, None, "Was attempted too often before",
        f"Left out by the scrub rule `attempts`{_WHERE}Raise the number, or limit `lookback_days`.",
    ),
    Reason.AREA_CODE_LISTED: ReasonInfo(
        SUPPRESSED, None, "Number begins with a listed area code or prefix",
        "Left out by the scrub rule `area_codes`; the view `scrub_hits` names the prefix. Remove it from the rule if "
        "such numbers may be called.",
    ),
}  # fmt: skip
