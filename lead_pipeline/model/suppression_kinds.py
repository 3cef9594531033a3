"""What being on a suppression list can mean."""

from typing import Literal

SuppressionKind = Literal["blocked", "opted_out", "do_not_call"]
SUPPRESSION_KINDS: tuple[SuppressionKind, ...] = ("blocked", "opted_out", "do_not_call")
