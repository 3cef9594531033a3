"""The reference: what phonenumbers itself says of one spelling after another. It is slow and exact, and
everything faster is measured by it; no rule of ours belongs here.
"""

from collections.abc import Iterable
from typing import NamedTuple

import phonenumbers
import polars as pl
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from lead_pipeline.model.reasons import Reason

PHONE_SCHEMA: dict[str, type[pl.DataType]] = {
    "e164": pl.String,
    "region": pl.String,
    "type": pl.String,
    "possible": pl.Boolean,
    "valid": pl.Boolean,
    "reason": pl.String,
    "extension": pl.String,
}

#: phonenumbers' parse errors in our words; a test holds this against all codes of the installed library.
PARSE_REASONS: dict[int, Reason] = {
    NumberParseException.INVALID_COUNTRY_CODE: Reason.PHONE_COUNTRY_UNKNOWN,
    NumberParseException.NOT_A_NUMBER: Reason.PHONE_NOT_A_NUMBER,
    NumberParseException.TOO_SHORT_AFTER_IDD: Reason.PHONE_TOO_SHORT,
    NumberParseException.TOO_SHORT_NSN: Reason.PHONE_TOO_SHORT,
    NumberParseException.TOO_LONG: Reason.PHONE_TOO_LONG,
}

#: phonenumbers' verdicts on the length of a parsed number that is not valid. A number complete only for a local call
#: (no area code) counts as possible there; to somebody who wants to call it, it is too short.
LENGTH_REASONS: dict[int, Reason] = {
    ValidationResult.IS_POSSIBLE: Reason.PHONE_NOT_VALID,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: Reason.PHONE_TOO_SHORT,
    ValidationResult.INVALID_COUNTRY_CODE: Reason.PHONE_COUNTRY_UNKNOWN,
    ValidationResult.TOO_SHORT: Reason.PHONE_TOO_SHORT,
    ValidationResult.INVALID_LENGTH: Reason.PHONE_LENGTH_INVALID,
    ValidationResult.TOO_LONG: Reason.PHONE_TOO_LONG,
}


class PhoneVerdict(NamedTuple):
    """What is known of one spelling, in the order of PHONE_SCHEMA."""

    e164: str | None
    region: str | None
    type: str | None
    possible: bool
    valid: bool
    reason: str | None
    extension: str | None


def refused(reason: Reason) -> PhoneVerdict:
    """Return the verdict on a spelling that is not a number at all."""
    return PhoneVerdict(None, None, None, possible=False, valid=False, reason=reason.value, extension=None)


def library_verdict(spelling: str, region: str | None) -> PhoneVerdict:
    """Return phonenumbers' verdict on one spelling read under `region` (None: international format only)."""
    try:
        number = phonenumbers.parse(spelling, region)
    except NumberParseException as error:
        return refused(PARSE_REASONS[error.error_type])
    return verdict_on(number)


def verdict_on(number: PhoneNumber) -> PhoneVerdict:
    """Return the verdict on a parsed number."""
    length = phonenumbers.is_possible_number_with_reason(number)
    # What is_valid_number says of it, which looks for the region again, as does number_type: most of the time is that.
    region = phonenumbers.region_code_for_number(number)
    kind = PhoneNumberType.UNKNOWN if region is None else phonenumbers.number_type(number)
    valid = kind != PhoneNumberType.UNKNOWN
    return PhoneVerdict(
        e164=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        region=region,
        type=PhoneNumberType.to_string(kind).lower(),
        possible=length in (ValidationResult.IS_POSSIBLE, ValidationResult.IS_POSSIBLE_LOCAL_ONLY),
        valid=valid,
        reason=None if valid else LENGTH_REASONS[length].value,
        extension=number.extension,
    )


def library_verdicts(spellings: Iterable[str], region: str | None) -> pl.DataFrame:
    """Return the verdicts on `spellings` (PHONE_SCHEMA), in their order."""
    verdicts = [library_verdict(spelling, region) for spelling in spellings]
    return pl.DataFrame(verdicts, schema=PHONE_SCHEMA, orient="row")
