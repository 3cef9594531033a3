"""The registry of reasons: what each code causes, its field, title and guidance. Rules emit codes only; the text is
joined in where it is shown to people.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reason_codes import Reason

__all__ = ["REASONS", "Effect", "Reason", "ReasonInfo", "in_registry_order", "reasons_causing"]

#: What a reason causes: a refused file, an outcome of a row, or a warning that does not change the outcome.
Effect = Literal["file", "warning"] | Outcome


@dataclass(frozen=True, slots=True)
class ReasonInfo:
    """The text for people: `title` names the problem in a few words, `guidance` says how to fix it."""

    effect: Effect
    field: str | None
    title: str
    guidance: str


_REJECTED, _SUPPRESSED = Outcome.REJECTED, Outcome.SUPPRESSED

REASONS: dict[Reason, ReasonInfo] = {
    Reason.FILE_UNREADABLE: ReasonInfo(
        "file", None, "File cannot be read", "Check that the file opens in another program, then drop it again."
    ),
    Reason.FILE_TYPE_UNSUPPORTED: ReasonInfo(
        "file", None, "File type is not supported", "Save the list as a CSV file and drop that file."
    ),
    Reason.FILE_EMPTY: ReasonInfo(
        "file", None, "File has no rows", "Export the list again; there is nothing to import in a header alone."
    ),
    Reason.FILE_ENCRYPTED: ReasonInfo(
        "file", None, "File is password-protected", "Save a copy without a password and drop the copy."
    ),
    Reason.FILE_ALREADY_IMPORTED: ReasonInfo(
        "file", None, "File was imported before", "Nothing to do: the same content is imported only once."
    ),
    Reason.FILE_COLUMNS_UNKNOWN: ReasonInfo(
        "file",
        None,
        "No column says who the leads are",
        "Check that this is the right file, sheet and profile; `lead-pipeline preview FILE` shows which columns were "
        "found. Then rename them, or set their headers under `fields:` in the profile.",
    ),
    Reason.HEADER_MISSING: ReasonInfo(
        "file", None, "Header line is missing", "Put the column names in the first line."
    ),
    Reason.REQUIRED_COLUMN_UNMAPPED: ReasonInfo(
        "file",
        None,
        "Required column is missing",
        "Rename the column in the file, or set its header under `fields:` in the profile.",
    ),
    Reason.ROW_TOO_MANY_CELLS: ReasonInfo(
        _REJECTED,
        None,
        "Row has more cells than the header",
        "Put values that contain the delimiter in double quotes, or remove the extra cells.",
    ),
    Reason.ROW_TOO_FEW_CELLS: ReasonInfo(
        _REJECTED,
        None,
        "Row has fewer cells than the header",
        "Add the missing cells, even if empty, so that every value is under its column.",
    ),
    Reason.ROW_BLANK: ReasonInfo(Outcome.SKIPPED, None, "Row is blank", "Nothing to do: blank rows are skipped."),
    Reason.ROW_TEST_LEAD: ReasonInfo(
        Outcome.SKIPPED,
        None,
        "Row is a test lead",
        "Nothing to do: placeholders that Meta's lead ads send to test a form are skipped.",
    ),
    Reason.ROW_HEADER_AGAIN: ReasonInfo(
        Outcome.SKIPPED, None, "Row repeats the header", "Nothing to do: the header between rows is skipped."
    ),
    Reason.ROW_FOOTER: ReasonInfo(
        Outcome.SKIPPED,
        None,
        "Row is a total or a footnote",
        "Nothing to do: totals, and counts and notices below a list, are skipped. Should it be a lead, fill in its "
        "other cells and drop the row again.",
    ),
    Reason.ROW_NOTHING_KEPT: ReasonInfo(
        Outcome.SKIPPED,
        None,
        "Nothing of the row can be kept",
        "Its values were invalid, or are in columns that the profile ignores: only defaults would be left. Fill in a "
        "value that says who the lead is, or remove the row.",
    ),
    Reason.QUOTE_UNCLOSED: ReasonInfo(
        _REJECTED,
        None,
        "Quote is not closed",
        'Close the double quote, or double a quote inside a value ("").',
    ),
    Reason.ENCODING_INVALID: ReasonInfo(
        _REJECTED,
        None,
        "Row contains characters that cannot be decoded",
        "Replace each \\xNN, a byte that is no text, by the letter that it was; or save the list as UTF-8 and drop it "
        "again.",
    ),
    Reason.REQUIRED_MISSING: ReasonInfo(
        _REJECTED, None, "Required value is missing", "Fill in the value; the profile requires this field."
    ),
    Reason.REQUIRED_IF_MISSING: ReasonInfo(
        _REJECTED,
        None,
        "Required because of another value in the row",
        "Fill it in, or correct the other value; `required_if` under `row_rules` in the profile names both fields.",
    ),
    Reason.REQUIRED_ONE_OF_MISSING: ReasonInfo(
        _REJECTED,
        None,
        "At least one of several fields is required",
        "Fill in at least one of them; `one_of` under `row_rules` in the profile lists them.",
    ),
    Reason.REQUIRED_TOGETHER_MISSING: ReasonInfo(
        _REJECTED,
        None,
        "Fields required together are incomplete",
        "Fill in all of them or none; `together` under `row_rules` in the profile lists them.",
    ),
    Reason.VALUE_TOO_SHORT: ReasonInfo(
        _REJECTED, None, "Value is too short", "Enter the full value; the profile sets a minimum length."
    ),
    Reason.VALUE_TOO_LONG: ReasonInfo(
        _REJECTED, None, "Value is too long", "Shorten the value; the profile sets a maximum length."
    ),
    Reason.VALUE_PATTERN_MISMATCH: ReasonInfo(
        _REJECTED,
        None,
        "Value does not match the required pattern",
        "Write it in the format that `pattern` in the profile requires.",
    ),
    Reason.VALUE_CONTRADICTORY: ReasonInfo(
        _REJECTED,
        None,
        "Two values contradict each other",
        "Correct one of the two; `compare` under `row_rules` in the profile names both fields.",
    ),
    Reason.NUMBER_INVALID: ReasonInfo(
        _REJECTED, None, "Value is not a number", "Write a plain number, such as 48, without words or units."
    ),
    Reason.NUMBER_OUT_OF_RANGE: ReasonInfo(
        _REJECTED, None, "Number is out of range", "Enter a number within the range that the profile allows."
    ),
    Reason.BOOLEAN_INVALID: ReasonInfo(
        _REJECTED, None, "Value is neither yes nor no", "Write yes or no (or true/false, 1/0)."
    ),
    Reason.DATE_INVALID: ReasonInfo(
        _REJECTED, None, "Value is not a date", "Write it as 2026-01-31, or in one of the profile's `formats`."
    ),
    Reason.DATE_OUT_OF_RANGE: ReasonInfo(
        _REJECTED, None, "Date is out of range", "Enter a date within the range that the profile allows."
    ),
    Reason.OPTION_INVALID: ReasonInfo(
        _REJECTED,
        None,
        "Value is not one of the options",
        "Use one of the options in the profile, or add the value to `value_map` there.",
    ),
    Reason.SPREADSHEET_ERROR: ReasonInfo(
        _REJECTED,
        None,
        "Cell contains a spreadsheet error",
        "Fix the formula behind the error (such as #N/A), or replace it with its value.",
    ),
    Reason.SPREADSHEET_DAMAGE: ReasonInfo(
        _REJECTED,
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
    Reason.PHONE_MISSING: ReasonInfo(
        _REJECTED, "phone", "Phone is missing", "Fill in the phone number; the lead cannot be called without it."
    ),
    Reason.PHONE_MULTIPLE: ReasonInfo(
        _REJECTED,
        "phone",
        "Cell contains more than one phone number",
        "Keep one number per cell, or set `multiple: first` under fields.phone in the profile.",
    ),
    Reason.PHONE_NOT_A_NUMBER: ReasonInfo(
        _REJECTED,
        "phone",
        "Value is not a phone number",
        "Replace the text with a phone number, one per cell, such as +1 951 876 1336.",
    ),
    Reason.PHONE_COUNTRY_UNKNOWN: ReasonInfo(
        _REJECTED,
        "phone",
        "Country of the phone number is unknown",
        "Write the number with + and its country code, or the row's country by its name or ISO code, or set "
        "`default_region` in the profile.",
    ),
    Reason.PHONE_TOO_SHORT: ReasonInfo(
        _REJECTED,
        "phone",
        "Phone is too short",
        "Check for dropped digits; spreadsheets remove leading zeros and a leading +.",
    ),
    Reason.PHONE_TOO_LONG: ReasonInfo(
        _REJECTED,
        "phone",
        "Phone is too long",
        "Check for extra digits, or two numbers in one cell; keep one number per cell.",
    ),
    Reason.PHONE_LENGTH_INVALID: ReasonInfo(
        _REJECTED,
        "phone",
        "Phone has a length that its country does not use",
        "Check for dropped or extra digits, and that the country is right.",
    ),
    Reason.PHONE_NOT_VALID: ReasonInfo(
        _REJECTED,
        "phone",
        "Phone number is not in use in its country",
        "The length is right, but no such number is assigned: check the area code and the country.",
    ),
    Reason.PHONE_FORMAT_NOT_ALLOWED: ReasonInfo(
        _REJECTED,
        "phone",
        "Phone is not in the required format",
        "Write it in the `format` that the profile requires: international (with + and country code) or national.",
    ),
    Reason.PHONE_TYPE_NOT_ALLOWED: ReasonInfo(
        _REJECTED,
        "phone",
        "Phone type is not allowed",
        "Use a number of an allowed type, or add the type to `allow_types` under fields.phone in the profile.",
    ),
    Reason.PHONE_EXTENSION_NOT_ALLOWED: ReasonInfo(
        _REJECTED,
        "phone",
        "Phone has an extension",
        "Use a number that can be dialed directly, or set `allow_extension: true` in the profile.",
    ),
    Reason.SECONDARY_PHONE_MISSING: ReasonInfo(
        _REJECTED,
        None,
        "Secondary contact has no phone",
        "Fill in the secondary contact's phone, or clear its other cells.",
    ),
    Reason.SECONDARY_PHONE_SUPPRESSED: ReasonInfo(
        "warning",
        None,
        "A further phone may not be contacted",
        "Nothing to do: the number is on a suppression list and was left out. The rest of the row was imported.",
    ),
    Reason.SECONDARY_EQUALS_PRIMARY: ReasonInfo(
        _REJECTED,
        None,
        "Secondary contact has the lead's own phone",
        "Enter another number, or clear the secondary contact's cells.",
    ),
    Reason.SECONDARY_REPEATED: ReasonInfo(
        _REJECTED,
        None,
        "Secondary contact has the phone of an earlier contact",
        "Enter another number, or clear the cells of one of the two.",
    ),
    Reason.SECONDARY_DROPPED: ReasonInfo(
        "warning",
        None,
        "Secondary contact was left out",
        "The lead was imported without it; `hints` in `row_outcomes` says which contact it was, and why.",
    ),
    Reason.EMAIL_MISSING: ReasonInfo(_REJECTED, "email", "Email is missing", "Fill in the email address."),
    Reason.EMAIL_INVALID: ReasonInfo(
        _REJECTED, "email", "Email is not a valid address", "Write one address per cell, such as ana@example.com."
    ),
    Reason.EMAIL_DOMAIN_INVALID: ReasonInfo(
        _REJECTED, "email", "Email domain is not valid", "Check the part after the @ for typos."
    ),
    Reason.EMAIL_DISPOSABLE: ReasonInfo(
        "warning", "email", "Email is disposable", "Ask for a permanent address; this one may soon stop working."
    ),
    Reason.EMAIL_ROLE: ReasonInfo(
        "warning", "email", "Email is a shared (role) mailbox", "Ask for the person's own address if you need one."
    ),
    Reason.EMAIL_DOMAIN_TYPO: ReasonInfo(
        "warning",
        "email",
        "Email domain looks misspelled",
        "Check the part after the @ for a typo, such as gmial.com for gmail.com.",
    ),
    Reason.IDENTIFIER_MISSING: ReasonInfo(
        _REJECTED,
        None,
        "Identifier is missing",
        "Fill in the field that `identify_by` in the profile names; without it the row cannot be matched to a contact.",
    ),
    Reason.DUPLICATE_IN_FILE: ReasonInfo(
        Outcome.DUPLICATE,
        None,
        "Appears more than once in this file",
        "Nothing to do: another good row for this person was kept, as set by `duplicates_in_file` in the profile.",
    ),
    Reason.DUPLICATE_MERGED: ReasonInfo(
        Outcome.DUPLICATE,
        None,
        "Merged into another row of this file",
        "Nothing to do: the values that this row adds are in the row that was kept. Where two values differed, "
        "the row's own guidance says which was dropped.",
    ),
    Reason.DUPLICATE_VALUE_DROPPED: ReasonInfo(
        "warning",
        None,
        "Value was dropped when rows of one person were merged",
        "Check that the rows are of one person: `hints` in `row_outcomes` has the dropped values. If two people share "
        "the identifier, set another `identify_by` in the profile.",
    ),
    Reason.DUPLICATE_IN_FILE_REFUSED: ReasonInfo(
        _REJECTED,
        None,
        "Appears more than once in this file (the profile rejects this)",
        "Keep one row for this person and drop the file again.",
    ),
    Reason.DUPLICATE_EXISTING: ReasonInfo(
        Outcome.DUPLICATE, None, "Lead already exists", "Nothing to do: an earlier import created this lead."
    ),
    Reason.DUPLICATE_EXISTING_REFUSED: ReasonInfo(
        _REJECTED,
        None,
        "Lead already exists (the profile rejects this)",
        "Remove the row, or set `on_duplicate` in the profile to skip, update or fill.",
    ),
    Reason.MATCH_AMBIGUOUS: ReasonInfo(
        _REJECTED,
        None,
        "Identifiers belong to different contacts",
        "The row's own guidance names the contacts: correct its identifiers so that all of them belong to one contact.",
    ),
    Reason.MATCH_MISSING: ReasonInfo(
        _REJECTED,
        None,
        "No lead to update",
        "Check the identifier, or set `write_mode: upsert` in the profile to create leads as well.",
    ),
    Reason.MATCH_NAME_DIFFERS: ReasonInfo(
        "warning",
        None,
        "Lead with this identifier has another person's name",
        "Check that row and lead are of one person: `hints` in `row_outcomes` has the values of both. If two people "
        "share the identifier, set another `identify_by` in the profile.",
    ),
    Reason.OPTED_OUT: ReasonInfo(
        _SUPPRESSED, None, "Has opted out", "Do not contact; only new consent from the person changes that."
    ),
    Reason.BLOCKED: ReasonInfo(
        _SUPPRESSED, None, "Is on the blocked list", "Do not contact; ask whoever maintains the blocked list."
    ),
    Reason.DO_NOT_CALL: ReasonInfo(
        _SUPPRESSED, None, "Is on a do-not-call list", "Do not call; the number is on a do-not-call registry."
    ),
}

#: Codes of rows that are no lead and nobody's mistake; nothing else is said of such a row.
SKIPPED_CODES = [reason.value for reason, info in REASONS.items() if info.effect is Outcome.SKIPPED]

_ORDER = {reason: position for position, reason in enumerate(Reason)}


def in_registry_order(codes: Iterable[str]) -> list[Reason]:
    """Return the distinct reasons in registry order, the order in which people read them."""
    return sorted({Reason(code) for code in codes}, key=_ORDER.__getitem__)


def reasons_causing(effect: Effect) -> tuple[Reason, ...]:
    """Return the reasons with that effect, in registry order."""
    return tuple(reason for reason in Reason if REASONS[reason].effect == effect)
