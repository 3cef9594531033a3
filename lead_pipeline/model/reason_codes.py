"""The codes that say why a file was refused, or why a row did not become a lead unchanged. The order of the enum is the
order in reports and the precedence. Codes are never renamed.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why a file was refused, or why a row did not become a lead unchanged."""

    FILE_UNREADABLE = "file_unreadable"
    FILE_TYPE_UNSUPPORTED = "file_type_unsupported"
    FILE_EMPTY = "file_empty"
    FILE_ENCRYPTED = "file_encrypted"
    FILE_ALREADY_IMPORTED = "file_already_imported"
    HEADER_MISSING = "header_missing"
    REQUIRED_COLUMN_UNMAPPED = "required_column_unmapped"

    ROW_TOO_MANY_CELLS = "row_too_many_cells"
    ROW_TOO_FEW_CELLS = "row_too_few_cells"
    ROW_BLANK = "row_blank"
    QUOTE_UNCLOSED = "quote_unclosed"
    ENCODING_INVALID = "encoding_invalid"

    REQUIRED_MISSING = "required_missing"
    REQUIRED_IF_MISSING = "required_if_missing"
    REQUIRED_ONE_OF_MISSING = "required_one_of_missing"
    REQUIRED_TOGETHER_MISSING = "required_together_missing"
    VALUE_TOO_SHORT = "value_too_short"
    VALUE_TOO_LONG = "value_too_long"
    VALUE_PATTERN_MISMATCH = "value_pattern_mismatch"
    VALUE_CONTRADICTORY = "value_contradictory"
    NUMBER_INVALID = "number_invalid"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    BOOLEAN_INVALID = "boolean_invalid"
    DATE_INVALID = "date_invalid"
    DATE_OUT_OF_RANGE = "date_out_of_range"
    OPTION_INVALID = "option_invalid"
    SPREADSHEET_ERROR = "spreadsheet_error"
    SPREADSHEET_DAMAGE = "spreadsheet_damage"
    VALUE_DAMAGED = "value_damaged"
    VALUE_REPAIRED = "value_repaired"

    PHONE_MISSING = "phone_missing"
    PHONE_MULTIPLE = "phone_multiple"
    PHONE_NOT_A_NUMBER = "phone_not_a_number"
    PHONE_COUNTRY_UNKNOWN = "phone_country_unknown"
    PHONE_TOO_SHORT = "phone_too_short"
    PHONE_TOO_LONG = "phone_too_long"
    PHONE_LENGTH_INVALID = "phone_length_invalid"
    PHONE_NOT_VALID = "phone_not_valid"
    PHONE_FORMAT_NOT_ALLOWED = "phone_format_not_allowed"
    PHONE_TYPE_NOT_ALLOWED = "phone_type_not_allowed"
    PHONE_EXTENSION_NOT_ALLOWED = "phone_extension_not_allowed"

    SECONDARY_PHONE_MISSING = "secondary_phone_missing"
    SECONDARY_EQUALS_PRIMARY = "secondary_equals_primary"
    SECONDARY_REPEATED = "secondary_repeated"
    SECONDARY_DROPPED = "secondary_dropped"

    EMAIL_MISSING = "email_missing"
    EMAIL_INVALID = "email_invalid"
    EMAIL_DOMAIN_INVALID = "email_domain_invalid"
    EMAIL_DISPOSABLE = "email_disposable"
    EMAIL_ROLE = "email_role"
    EMAIL_DOMAIN_TYPO = "email_domain_typo"

    IDENTIFIER_MISSING = "identifier_missing"
    DUPLICATE_IN_FILE = "duplicate_in_file"
    DUPLICATE_MERGED = "duplicate_merged"
    DUPLICATE_IN_FILE_REFUSED = "duplicate_in_file_refused"
    DUPLICATE_EXISTING = "duplicate_existing"
    DUPLICATE_EXISTING_REFUSED = "duplicate_existing_refused"
    MATCH_AMBIGUOUS = "match_ambiguous"
    MATCH_MISSING = "match_missing"

    OPTED_OUT = "opted_out"
    BLOCKED = "blocked"
    DO_NOT_CALL = "do_not_call"
