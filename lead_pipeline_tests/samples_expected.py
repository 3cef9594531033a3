"""What has to become of the bundled samples, worked out from what make_samples.py plants, never from what the program
says. They are imported in this order into one destination, after `blocked-numbers.csv` was loaded as blocked.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExpectedImport:
    """Rows by outcome and by reason; what is not named is zero. A row with two reasons counts under both."""

    rows_read: int
    outcomes: dict[str, int]
    reasons: dict[str, int]


#: Numbers loaded from blocked-numbers.csv, all different.
BLOCKED_NUMBERS = 40

EXPECTED_IMPORTS: dict[str, ExpectedImport] = {
    # 240 and 210 different people, nothing wrong with any
    "spring-webinar.csv": ExpectedImport(240, {"created": 240}, {}),
    "partner-list.csv": ExpectedImport(210, {"created": 210}, {}),
    # created: 170 numbers in 17 notations, 11 from abroad, 6 with formulas, 3 with unusual names or no email, 8 with a
    #   bad email and 1 with an overlong address that are dropped, 12 whose number stands there again below
    # duplicate: 8 people of each clean list, and 13 repetitions of the 12 (one of them stands there three times)
    # suppressed: 12 numbers of the blocked list
    # rejected: 43 bad phones (13 + 1 + 3 + 1 + 8 + 4 + 3 + 3 + 7), 8 bad hours (6 + 2), 3 with both, 11 damaged rows
    #   (4 + 4 + 2 + 1), 2 bad first copies of a good row
    # skipped: 6 blank rows
    "messy-purchased-list.csv": ExpectedImport(
        325,
        {"created": 211, "duplicate": 29, "suppressed": 12, "rejected": 67, "skipped": 6},
        {
            "row_too_many_cells": 4,
            "row_too_few_cells": 4,
            "row_blank": 6,
            "quote_unclosed": 2,
            "encoding_invalid": 1,
            "value_too_long": 1,  # a warning: the row was created
            "number_invalid": 11,  # 6 alone, 3 beside a bad phone, 2 in first copies
            "number_out_of_range": 2,
            "spreadsheet_damage": 1,  # a phone in scientific notation
            "phone_missing": 14,  # 13 alone (4 of them say so in words), 1 beside bad hours
            "phone_multiple": 1,
            "phone_not_a_number": 3,
            "phone_country_unknown": 4,  # 3 alone, 1 beside bad hours
            "phone_too_short": 9,  # 8 alone, 1 beside bad hours
            "phone_too_long": 4,
            "phone_length_invalid": 3,
            "phone_not_valid": 7,
            "email_invalid": 5,  # warnings: the rows were created
            "email_domain_invalid": 3,
            "duplicate_in_file": 13,
            "duplicate_existing": 16,
            "blocked": 12,
        },
    ),
    # the 67 rejected rows, corrected; but two are still without a number, and one got the number of a webinar guest
    "messy-corrected.csv": ExpectedImport(
        67, {"created": 64, "duplicate": 1, "rejected": 2}, {"phone_missing": 2, "duplicate_existing": 1}
    ),
}

#: Leads in the store after all of them.
EXPECTED_LEADS = 240 + 210 + 211 + 64
