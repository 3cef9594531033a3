"""Reasons of people who are left out because of earlier calls, as the profile's `scrub:` says, and of those whom it
lets through although they are on a list.
"""

from lead_pipeline.model.guidance.reason_info import SUPPRESSED, ReasonInfo
from lead_pipeline.model.reason_codes import Reason

_LET_THROUGH = (
    "Imported because the profile switches the scrub rule `{rule}` off; nobody is enrolled for it, and "
    "`callable_leads` does not show it. Remove the line from `scrub:` in the profile to leave such people out."
)
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
    **{
        code: ReasonInfo("warning", None, title, _LET_THROUGH.format(rule=rule))
        for code, rule, title in (
            (Reason.OPTED_OUT_LET_THROUGH, "opted_out", "Has opted out, and was imported all the same"),
            (Reason.BLOCKED_LET_THROUGH, "blocked", "Is on the blocked list, and was imported all the same"),
            (Reason.DO_NOT_CALL_LET_THROUGH, "do_not_call", "Is on a do-not-call list, and was imported all the same"),
            (Reason.LITIGATOR_LET_THROUGH, "litigator", "Is a known litigator, and was imported all the same"),
            (Reason.REASSIGNED_LET_THROUGH, "reassigned", "Number was reassigned, and was imported all the same"),
            (Reason.COMPLAINT_LET_THROUGH, "complaint", "Has complained, and was imported all the same"),
        )
    },
}  # fmt: skip
