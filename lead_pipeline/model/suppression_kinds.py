"""The kinds of suppressions, and what each means for the rows it hits."""

from typing import Literal

from lead_pipeline.model.reason_codes import Reason

#: Why somebody may not be contacted.
SuppressionKind = Literal["blocked", "opted_out", "do_not_call"]

#: The reason that a suppression of a kind gives a row, in the order of the registry. A further kind is a line here.
REASON_OF_SUPPRESSION: dict[SuppressionKind, Reason] = {
    "opted_out": Reason.OPTED_OUT,
    "blocked": Reason.BLOCKED,
    "do_not_call": Reason.DO_NOT_CALL,
}

SUPPRESSION_KINDS: tuple[SuppressionKind, ...] = ("blocked", "opted_out", "do_not_call")

#: These are of a person, not of a number: they also hold for whoever else the number is known to belong to.
SUPPRESSIONS_OF_PEOPLE: tuple[SuppressionKind, ...] = ("opted_out", "blocked")
