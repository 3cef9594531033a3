"""The one registry of reasons: each code with what it causes, its field, title and guidance. Rules emit codes only;
the text is joined in by reporting/. The codes themselves, and their order, are in reason_codes.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reason_codes import Reason

__all__ = ["REASONS", "Effect", "Reason", "ReasonInfo", "in_registry_order", "reasons_causing"]

#: What a reason causes: the refusal of a whole file, an outcome of a row, or a warning that leaves the outcome alone.
Effect = Literal["file", "warning"] | Outcome


@dataclass(frozen=True, slots=True)
class ReasonInfo:
    """What a person is told about a reason: `title` is the problem in a few words, `guidance` the way out."""

    effect: Effect
    field: str | None
    title: str
    guidance: str


_REJECTED, _SUPPRESSED = Outcome.REJECTED, Outcome.SUPPRESSED

REASONS: dict[Reason, ReasonInfo] = {
    Reason.FILE_UNREADABLE: ReasonInfo(
        "file", None, "File cannot be read", "Check that the file opens elsewhere, then drop it again."
    ),
    Reason.FILE_TYPE_UNSUPPORTED: ReasonInfo(
        "file", None, "File type is not supported", "Save the list as a CSV file and drop that."
    ),
    Reason.FILE_EMPTY: ReasonInfo(
        "file", None, "File has no rows", "Export the list again; a header alone imports nothing."
    ),
    Reason.FILE_ENCRYPTED: ReasonInfo(
        "file", None, "File is password-protected", "Save a copy without a password and drop that."
    ),
    Reason.FILE_ALREADY_IMPORTED: ReasonInfo(
        "file", None, "File was imported before", "Nothing to do: the same content is imported only once."
    ),
    Reason.HEADER_MISSING: ReasonInfo(
        "file", None, "Header line is missing", "Put the column names in the first line."
    ),
    Reason.REQUIRED_COLUMN_UNMAPPED: ReasonInfo(
        "file",
        None,
        "Required column is missing",
        "Rename the column in the file, or name it under `fields:` in the profile.",
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
        "Add the missing cells, empty ones too, so that every value stands under its column.",
    ),
    Reason.ROW_BLANK: ReasonInfo(Outcome.SKIPPED, None, "Row is blank", "Nothing to do: blank rows are passed over."),
    Reason.QUOTE_UNCLOSED: ReasonInfo(
        _REJECTED,
        None,
        "Quote is not closed",
        'Close the double quote, or write a quote inside a value twice ("").',
    ),
    Reason.ENCODING_INVALID: ReasonInfo(
        _REJECTED,
        None,
        "Row has characters that cannot be decoded",
        "Save the file as UTF-8 and drop it again.",
    ),
    Reason.REQUIRED_MISSING: ReasonInfo(
        _REJECTED, None, "Required value is missing", "Fill in the value; the profile requires this field."
    ),
    Reason.REQUIRED_IF_MISSING: ReasonInfo(
        _REJECTED,
        None,
        "Value is missing that another value of the row demands",
        "Fill it in, or correct the value that demands it; `row_rules` in the profile say which.",
    ),
    Reason.REQUIRED_ONE_OF_MISSING: ReasonInfo(
        _REJECTED,
        None,
        "None of several values is there, and one is needed",
        "Fill in one of them; `one_of` under `row_rules` in the profile names them.",
    ),
    Reason.REQUIRED_TOGETHER_MISSING: ReasonInfo(
        _REJECTED,
        None,
        "Values that go together are only partly there",
        "Fill in all of them or none; `together` under `row_rules` in the profile names them.",
    ),
    Reason.VALUE_TOO_SHORT: ReasonInfo(
        _REJECTED, None, "Value is too short", "Write the whole value, of at least the length that the profile asks."
    ),
    Reason.VALUE_TOO_LONG: ReasonInfo(
        _REJECTED, None, "Value is too long", "Shorten the value to the length that the profile allows."
    ),
    Reason.VALUE_PATTERN_MISMATCH: ReasonInfo(
        _REJECTED,
        None,
        "Value is not of the form asked for",
        "Write it in the form that `pattern` in the profile asks.",
    ),
    Reason.VALUE_CONTRADICTORY: ReasonInfo(
        _REJECTED,
        None,
        "Two values contradict each other",
        "Correct one of the two; `compare` under `row_rules` in the profile names them.",
    ),
    Reason.NUMBER_INVALID: ReasonInfo(
        _REJECTED, None, "Value is not a number", "Write a plain number, such as 48, without words or units."
    ),
    Reason.NUMBER_OUT_OF_RANGE: ReasonInfo(
        _REJECTED, None, "Number is out of range", "Write a number within the range that the profile allows."
    ),
    Reason.BOOLEAN_INVALID: ReasonInfo(
        _REJECTED, None, "Value is not yes or no", "Write yes or no (or true/false, 1/0)."
    ),
    Reason.DATE_INVALID: ReasonInfo(
        _REJECTED, None, "Value is not a date", "Write it as 2026-01-31, or in a format that the profile names."
    ),
    Reason.DATE_OUT_OF_RANGE: ReasonInfo(
        _REJECTED, None, "Date is out of range", "Write a date within the range that the profile allows."
    ),
    Reason.OPTION_INVALID: ReasonInfo(
        _REJECTED,
        None,
        "Value is none of the options",
        "Write one of the options that the profile lists, or add the value to `value_map` there.",
    ),
    Reason.SPREADSHEET_ERROR: ReasonInfo(
        _REJECTED,
        None,
        "Cell holds a spreadsheet error",
        "Mend the formula behind the error (such as #N/A), or replace it by its value.",
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
        "Value looks damaged by a spreadsheet",
        "Nothing was changed: look at the value, or set `repair: safe` in the profile.",
    ),
    Reason.VALUE_REPAIRED: ReasonInfo(
        "warning",
        None,
        "Value was repaired",
        "Nothing to do: only one original was possible, and the profile says `repair: safe`.",
    ),
    Reason.PHONE_MISSING: ReasonInfo(
        _REJECTED, "phone", "Phone is missing", "Fill in the phone number; without it nobody can be called."
    ),
    Reason.PHONE_MULTIPLE: ReasonInfo(
        _REJECTED,
        "phone",
        "Cell holds more than one phone",
        "Keep one number per cell, or set `multiple: first` under fields.phone in the profile.",
    ),
    Reason.PHONE_NOT_A_NUMBER: ReasonInfo(
        _REJECTED,
        "phone",
        "Phone is not a number",
        "Replace the text by a phone number, one per cell, such as +1 951 876 1336.",
    ),
    Reason.PHONE_COUNTRY_UNKNOWN: ReasonInfo(
        _REJECTED,
        "phone",
        "Phone's country is unknown",
        "Write the number with + and its country code, or set `default_region` in the profile.",
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
        "Phone has a length its country does not use",
        "Check for dropped or extra digits, and that the country is right.",
    ),
    Reason.PHONE_NOT_VALID: ReasonInfo(
        _REJECTED,
        "phone",
        "Phone is not in use in its country",
        "The length is right but no such number is assigned: check the area code and the country.",
    ),
    Reason.PHONE_FORMAT_NOT_ALLOWED: ReasonInfo(
        _REJECTED,
        "phone",
        "Phone is not written as the profile asks",
        "Write it as `format` in the profile says: with + and country code, or as a number of the profile's country.",
    ),
    Reason.PHONE_TYPE_NOT_ALLOWED: ReasonInfo(
        _REJECTED,
        "phone",
        "Phone is of a type the profile leaves out",
        "Give a number of an allowed type, or add the type to `allow_types` under fields.phone in the profile.",
    ),
    Reason.PHONE_EXTENSION_NOT_ALLOWED: ReasonInfo(
        _REJECTED,
        "phone",
        "Phone has an extension",
        "Give a number that can be dialled directly, or set `allow_extension: true` in the profile.",
    ),
    Reason.SECONDARY_PHONE_MISSING: ReasonInfo(
        _REJECTED,
        None,
        "Secondary contact has no phone",
        "Fill in the secondary contact's phone, or clear its other cells.",
    ),
    Reason.SECONDARY_EQUALS_PRIMARY: ReasonInfo(
        _REJECTED,
        None,
        "Secondary contact has the lead's own phone",
        "Give another number, or clear the secondary contact's cells.",
    ),
    Reason.SECONDARY_REPEATED: ReasonInfo(
        _REJECTED,
        None,
        "Secondary contact has the phone of an earlier one",
        "Give another number, or clear the cells of one of the two.",
    ),
    Reason.SECONDARY_DROPPED: ReasonInfo(
        "warning",
        None,
        "Secondary contact was left out",
        "The lead was imported without it; `hints` in `row_outcomes` says which one it was, and why.",
    ),
    Reason.EMAIL_MISSING: ReasonInfo(_REJECTED, "email", "Email is missing", "Fill in the email address."),
    Reason.EMAIL_INVALID: ReasonInfo(
        _REJECTED, "email", "Email is not an address", "Write one address per cell, such as ana@example.com."
    ),
    Reason.EMAIL_DOMAIN_INVALID: ReasonInfo(
        _REJECTED, "email", "Email's domain is not valid", "Check the part after the @ for typing errors."
    ),
    Reason.EMAIL_DISPOSABLE: ReasonInfo(
        "warning", "email", "Email is a throw-away address", "Ask for a lasting address; this one may soon be gone."
    ),
    Reason.EMAIL_ROLE: ReasonInfo(
        "warning", "email", "Email belongs to an office", "Ask for the person's own address, where you need one."
    ),
    Reason.EMAIL_DOMAIN_TYPO: ReasonInfo(
        "warning",
        "email",
        "Email's domain looks misspelt",
        "Check the part after the @, as in gmial.com for gmail.com.",
    ),
    Reason.IDENTIFIER_MISSING: ReasonInfo(
        _REJECTED,
        None,
        "Identifier is missing",
        "Fill in the field that `identify_by` in the profile names; without it nobody knows whose row this is.",
    ),
    Reason.DUPLICATE_IN_FILE: ReasonInfo(
        Outcome.DUPLICATE,
        None,
        "Stands in this file more than once",
        "Nothing to do: another good row of this person was kept, as `duplicates_in_file` in the profile says.",
    ),
    Reason.DUPLICATE_MERGED: ReasonInfo(
        Outcome.DUPLICATE,
        None,
        "Was merged into another row of this file",
        "Nothing to do: what this row adds is in the row that was kept.",
    ),
    Reason.DUPLICATE_IN_FILE_REFUSED: ReasonInfo(
        _REJECTED,
        None,
        "Stands in this file more than once, which the profile refuses",
        "Keep one row of this person and drop the file again.",
    ),
    Reason.DUPLICATE_EXISTING: ReasonInfo(
        Outcome.DUPLICATE, None, "Is a lead already", "Nothing to do: an earlier import brought this lead."
    ),
    Reason.DUPLICATE_EXISTING_REFUSED: ReasonInfo(
        _REJECTED,
        None,
        "Is a lead already, which the profile refuses",
        "Remove the row, or set `on_duplicate` in the profile to skip, update or fill.",
    ),
    Reason.MATCH_AMBIGUOUS: ReasonInfo(
        _REJECTED,
        None,
        "Identifiers belong to different contacts",
        "The row's own guidance names the contacts: correct its identifiers, so that they are all of one contact.",
    ),
    Reason.MATCH_MISSING: ReasonInfo(
        _REJECTED,
        None,
        "No lead to update",
        "Check the identifier, or set `write_mode: upsert` in the profile to create leads as well.",
    ),
    Reason.OPTED_OUT: ReasonInfo(
        _SUPPRESSED, None, "Has opted out", "Do not contact; only the person's own new consent changes that."
    ),
    Reason.BLOCKED: ReasonInfo(
        _SUPPRESSED, None, "Is on the blocked list", "Do not contact; ask whoever keeps the blocked list."
    ),
    Reason.DO_NOT_CALL: ReasonInfo(
        _SUPPRESSED, None, "Is on a do-not-call list", "Do not call; the number is on a do-not-call registry."
    ),
}

_ORDER = {reason: place for place, reason in enumerate(Reason)}


def in_registry_order(codes: Iterable[str]) -> list[Reason]:
    """Return the distinct reasons in registry order, the order in which people read them."""
    return sorted({Reason(code) for code in codes}, key=_ORDER.__getitem__)


def reasons_causing(effect: Effect) -> tuple[Reason, ...]:
    """Return the reasons with that effect, in registry order."""
    return tuple(reason for reason in Reason if REASONS[reason].effect == effect)
