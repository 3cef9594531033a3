"""Reasons of files, and of rows as they are in a file: what they say to people."""

from lead_pipeline.model.guidance.reason_info import REJECTED, ReasonInfo
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reason_codes import Reason

ROW_REASONS: dict[Reason, ReasonInfo] = {
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
    Reason.FILE_PROFILE_UNUSABLE: ReasonInfo(
        "file",
        None,
        "No profile can be used for the file",
        "Drop it into the folder of the inbox that is named after a profile; `lead-pipeline profiles` lists them. "
        "Where the profile itself has a mistake, correct that first, and then drop the file again.",
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
        REJECTED,
        None,
        "Row has more cells than the header",
        "Put values that contain the delimiter in double quotes, or remove the extra cells.",
    ),
    Reason.ROW_TOO_FEW_CELLS: ReasonInfo(
        REJECTED,
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
        REJECTED,
        None,
        "Quote is not closed",
        'Close the double quote, or double a quote inside a value ("").',
    ),
    Reason.ENCODING_INVALID: ReasonInfo(
        REJECTED,
        None,
        "Row contains characters that cannot be decoded",
        "Replace each \\xNN, a byte that is no text, by the letter that it was; or save the list as UTF-8 and drop it "
        "again.",
    ),
}
