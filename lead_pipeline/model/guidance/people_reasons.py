"""Reasons of people: who a row is, who is there already, who may not be contacted."""

from lead_pipeline.model.guidance.reason_info import REJECTED, SUPPRESSED, ReasonInfo
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reason_codes import Reason

PEOPLE_REASONS: dict[Reason, ReasonInfo] = {
    Reason.IDENTIFIER_MISSING: ReasonInfo(
        REJECTED,
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
        REJECTED,
        None,
        "Appears more than once in this file (the profile rejects this)",
        "Keep one row for this person and drop the file again.",
    ),
    Reason.DUPLICATE_EXISTING: ReasonInfo(
        Outcome.DUPLICATE, None, "Lead already exists", "Nothing to do: an earlier import created this lead."
    ),
    Reason.DUPLICATE_EXISTING_REFUSED: ReasonInfo(
        REJECTED,
        None,
        "Lead already exists (the profile rejects this)",
        "Remove the row, or set `on_duplicate` in the profile to skip, update or fill.",
    ),
    Reason.MATCH_AMBIGUOUS: ReasonInfo(
        REJECTED,
        None,
        "Identifiers belong to different contacts",
        "The row's own guidance names the contacts: correct its identifiers so that all of them belong to one contact.",
    ),
    Reason.MATCH_MISSING: ReasonInfo(
        REJECTED,
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
        SUPPRESSED, None, "Has opted out", "Do not contact; only new consent from the person changes that."
    ),
    Reason.BLOCKED: ReasonInfo(
        SUPPRESSED, None, "Is on the blocked list", "Do not contact; ask whoever maintains the blocked list."
    ),
    Reason.DO_NOT_CALL: ReasonInfo(
        SUPPRESSED, None, "Is on a do-not-call list", "Do not call; the number is on a do-not-call registry."
    ),
    Reason.LITIGATOR: ReasonInfo(
        SUPPRESSED, None, "Is a known litigator", "Do not contact; ask whoever answers for compliance."
    ),
    Reason.REASSIGNED: ReasonInfo(
        SUPPRESSED,
        None,
        "Number was reassigned to somebody else",
        "Do not call; ask for the person's present number: this one belongs to somebody who gave no consent.",
    ),
    Reason.COMPLAINT: ReasonInfo(SUPPRESSED, None, "Has complained", "Do not contact; ask whoever handles complaints."),
}
