"""The kinds of suppressions, and what each means for the rows it hits."""

from typing import Literal, get_args

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.reason_codes import Reason

#: Why somebody may not be contacted.
SuppressionKind = Literal["blocked", "opted_out", "do_not_call", "litigator", "reassigned", "complaint"]

#: The reason that a suppression of a kind gives a row, in the order of the registry. A further kind is a line here.
REASON_OF_SUPPRESSION: dict[SuppressionKind, Reason] = {
    "opted_out": Reason.OPTED_OUT,
    "blocked": Reason.BLOCKED,
    "do_not_call": Reason.DO_NOT_CALL,
    "litigator": Reason.LITIGATOR,
    "reassigned": Reason.REASSIGNED,
    "complaint": Reason.COMPLAINT,
}

#: What warns of a row that such a suppression hits while the profile switches the rule of its kind off: the row is
#: imported, and nobody is enrolled for it.
WARNING_OF_LET_THROUGH: dict[SuppressionKind, Reason] = {
    "opted_out": Reason.OPTED_OUT_LET_THROUGH,
    "blocked": Reason.BLOCKED_LET_THROUGH,
    "do_not_call": Reason.DO_NOT_CALL_LET_THROUGH,
    "litigator": Reason.LITIGATOR_LET_THROUGH,
    "reassigned": Reason.REASSIGNED_LET_THROUGH,
    "complaint": Reason.COMPLAINT_LET_THROUGH,
}

SUPPRESSION_KINDS: tuple[SuppressionKind, ...] = get_args(SuppressionKind)

#: These are of a person, not of a number: they also hold for whoever else the number is known to belong to.
SUPPRESSIONS_OF_PEOPLE: tuple[SuppressionKind, ...] = ("opted_out", "blocked", "litigator", "complaint")

#: What an entry of a list names. `domain`: the part of an email behind the @, without its subdomains; `prefix`: the
#: digits that an E.164 begins with, without the +, such as 1212 for an area code.
EntryKind = Literal["phone", "email", "external_id", "cookie_id", "social", "domain", "prefix"]
ENTRY_KINDS: tuple[EntryKind, ...] = get_args(EntryKind)

#: What a version of a list does with the entries that the list has.
ListMode = Literal["add", "replace", "remove"]
LIST_MODES: tuple[ListMode, ...] = get_args(ListMode)


def default_list_name(kind: str, destination: Destination | None) -> str:
    """Return the name of the list that nobody named: one per kind and scope."""
    return kind if destination is None else f"{kind} {destination}"
