"""Reasons of values of any type but phones and emails: what they say to people."""

from lead_pipeline.model.guidance.reason_info import REJECTED, ReasonInfo
from lead_pipeline.model.reason_codes import Reason

VALUE_REASONS: dict[Reason, ReasonInfo] = {
    Reason.REQUIRED_MISSING: ReasonInfo(
        REJECTED, None, "Required value is missing", "Fill in the value; the profile requires this field."
    ),
    Reason.REQUIRED_IF_MISSING: ReasonInfo(
        REJECTED,
        None,
        "Required because of another value in the row",
        "Fill it in, or correct the other value; `required_if` under `row_rules` in the profile names both fields.",
    ),
    Reason.REQUIRED_ONE_OF_MISSING: ReasonInfo(
        REJECTED,
        None,
        "At least one of several fields is required",
        "Fill in at least one of them; `one_of` under `row_rules` in the profile lists them.",
    ),
    Reason.REQUIRED_TOGETHER_MISSING: ReasonInfo(
        REJECTED,
        None,
        "Fields required together are incomplete",
        "Fill in all of them or none; `together` under `row_rules` in the profile lists them.",
    ),
    Reason.VALUE_TOO_SHORT: ReasonInfo(
        REJECTED, None, "Value is too short", "Enter the full value; the profile sets a minimum length."
    ),
    Reason.VALUE_TOO_LONG: ReasonInfo(
        REJECTED, None, "Value is too long", "Shorten the value; the profile sets a maximum length."
    ),
    Reason.VALUE_PATTERN_MISMATCH: ReasonInfo(
        REJECTED,
        None,
        "Value does not match the required pattern",
        "Write it in the format that `pattern` in the profile requires.",
    ),
    Reason.VALUE_CONTRADICTORY: ReasonInfo(
        REJECTED,
        None,
        "Two values contradict each other",
        "Correct one of the two; `compare` under `row_rules` in the profile names both fields.",
    ),
    Reason.NUMBER_INVALID: ReasonInfo(
        REJECTED, None, "Value is not a number", "Write a plain number, such as 48, without words or units."
    ),
    Reason.NUMBER_OUT_OF_RANGE: ReasonInfo(
        REJECTED, None, "Number is out of range", "Enter a number within the range that the profile allows."
    ),
    Reason.BOOLEAN_INVALID: ReasonInfo(
        REJECTED, None, "Value is neither yes nor no", "Write yes or no (or true/false, 1/0)."
    ),
    Reason.DATE_INVALID: ReasonInfo(
        REJECTED, None, "Value is not a date", "Write it as 2026-01-31, or in one of the profile's `formats`."
    ),
    Reason.DATE_OUT_OF_RANGE: ReasonInfo(
        REJECTED, None, "Date is out of range", "Enter a date within the range that the profile allows."
    ),
    Reason.DATE_AMBIGUOUS: ReasonInfo(
        REJECTED,
        None,
        "Date could be two different days",
        "Write it as 2026-03-04, or say whether days or months come first: `--dates` of the command, or `dates` in "
        "call_activity.yaml. Nothing else in the file says whether 03/04/2026 is in March or in April.",
    ),
    Reason.DATE_ZONE_MISSING: ReasonInfo(
        REJECTED,
        None,
        "Time does not say its time zone",
        "Write it with its offset, as 2026-03-04T14:05:00-05:00, or say the zone of all times: `--timezone` of the "
        "command, or `timezone` in call_activity.yaml, such as America/New_York.",
    ),
    Reason.OPTION_INVALID: ReasonInfo(
        REJECTED,
        None,
        "Value is not one of the options",
        "Use one of the options in the profile, or add the value to `value_map` there.",
    ),
    Reason.SPREADSHEET_ERROR: ReasonInfo(
        REJECTED,
        None,
        "Cell contains a spreadsheet error",
        "Fix the formula behind the error (such as #N/A), or replace it with its value.",
    ),
    Reason.SPREADSHEET_DAMAGE: ReasonInfo(
        REJECTED,
        None,
        "Value was damaged by a spreadsheet",
        "Format the column as text, enter or export the original value again, and drop the file again.",
    ),
    Reason.VALUE_DAMAGED: ReasonInfo(
        "warning",
        None,
        "Value looks damaged",
        "Nothing was changed: check the value. What was lost (letters as U+FFFD, values as ###) needs the original; "
        "`repair: safe` in the profile repairs other damage, where only one original is possible.",
    ),
    Reason.VALUE_REPAIRED: ReasonInfo(
        "warning",
        None,
        "Value was repaired",
        "Nothing to do: only one original value was possible, and the profile has `repair: safe`.",
    ),
    Reason.NAME_NOT_SPLIT: ReasonInfo(
        "warning",
        "full_name",
        "Full name was left whole",
        "Write it as `Last, First`, or fill in both names: where the given name ends is unclear (María del Carmen).",
    ),
}
