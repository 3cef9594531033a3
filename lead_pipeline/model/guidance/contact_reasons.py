"""Reasons of phones and emails: what they say to people."""

from lead_pipeline.model.guidance.reason_info import REJECTED, ReasonInfo
from lead_pipeline.model.reason_codes import Reason

CONTACT_REASONS: dict[Reason, ReasonInfo] = {
    Reason.PHONE_MISSING: ReasonInfo(
        REJECTED, "phone", "Phone is missing", "Fill in the phone number; the lead cannot be called without it."
    ),
    Reason.PHONE_MULTIPLE: ReasonInfo(
        REJECTED,
        "phone",
        "Cell contains more than one phone number",
        "Keep one number per cell, or set `multiple: first` under fields.phone in the profile.",
    ),
    Reason.PHONE_NOT_A_NUMBER: ReasonInfo(
        REJECTED,
        "phone",
        "Value is not a phone number",
        "Replace the text with a phone number, one per cell, such as +1 951 876 1336.",
    ),
    Reason.PHONE_COUNTRY_UNKNOWN: ReasonInfo(
        REJECTED,
        "phone",
        "Country of the phone number is unknown",
        "Write the number with + and its country code, or the row's country by its name or ISO code, or set "
        "`default_region` in the profile.",
    ),
    Reason.PHONE_TOO_SHORT: ReasonInfo(
        REJECTED,
        "phone",
        "Phone is too short",
        "Check for dropped digits; spreadsheets remove leading zeros and a leading +.",
    ),
    Reason.PHONE_TOO_LONG: ReasonInfo(
        REJECTED,
        "phone",
        "Phone is too long",
        "Check for extra digits, or two numbers in one cell; keep one number per cell.",
    ),
    Reason.PHONE_LENGTH_INVALID: ReasonInfo(
        REJECTED,
        "phone",
        "Phone has a length that its country does not use",
        "Check for dropped or extra digits, and that the country is right.",
    ),
    Reason.PHONE_NOT_VALID: ReasonInfo(
        REJECTED,
        "phone",
        "Phone number is not in use in its country",
        "The length is right, but no such number is assigned: check the area code and the country.",
    ),
    Reason.PHONE_FORMAT_NOT_ALLOWED: ReasonInfo(
        REJECTED,
        "phone",
        "Phone is not in the required format",
        "Write it in the `format` that the profile requires: international (with + and country code) or national.",
    ),
    Reason.PHONE_TYPE_NOT_ALLOWED: ReasonInfo(
        REJECTED,
        "phone",
        "Phone type is not allowed",
        "Use a number of an allowed type, or add the type to `allow_types` under fields.phone in the profile.",
    ),
    Reason.PHONE_EXTENSION_NOT_ALLOWED: ReasonInfo(
        REJECTED,
        "phone",
        "Phone has an extension",
        "Use a number that can be dialed directly, or set `allow_extension: true` in the profile.",
    ),
    Reason.SECONDARY_PHONE_MISSING: ReasonInfo(
        REJECTED,
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
        REJECTED,
        None,
        "Secondary contact has the lead's own phone",
        "Enter another number, or clear the secondary contact's cells.",
    ),
    Reason.SECONDARY_REPEATED: ReasonInfo(
        REJECTED,
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
    Reason.EMAIL_MISSING: ReasonInfo(REJECTED, "email", "Email is missing", "Fill in the email address."),
    Reason.EMAIL_INVALID: ReasonInfo(
        REJECTED, "email", "Email is not a valid address", "Write one address per cell, such as ana@example.com."
    ),
    Reason.EMAIL_DOMAIN_INVALID: ReasonInfo(
        REJECTED, "email", "Email domain is not valid", "Check the part after the @ for typos."
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
}
