"""Records of calls, and the scrub rules over them as anybody would write them first: every call is looked at for every
row. They share no code with the rooms under test.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.scrub.scrub_rules import Converted, ScrubRules
from lead_pipeline_tests.screening.histories.lists_by_hand import todays


@dataclass(frozen=True)
class Call:
    """One record of a call."""

    phone: str | None = None
    lead_id: int | None = None
    destination: str | None = None
    buyer: str | None = None
    disposition: str | None = None
    dialed: bool = True
    connected: bool = False
    converted: bool = False
    attempts: int | None = None
    happened_at: datetime | None = None


@dataclass(frozen=True)
class KeptCall:
    """A call as it is kept: `call` with the phone and destination of the lead that it names, and whose that is."""

    call: Call
    contact: int | None


def added(kept: list[KeptCall], call: Call, lead: tuple[int, str | None, Destination] | None) -> list[KeptCall]:
    """Return what is kept with a further call, given contact, phone and destination of the lead that it names."""
    contact = None
    if lead is not None:
        contact, phone, destination = lead
        call = replace(call, phone=call.phone or phone, destination=call.destination or str(destination))
    new = KeptCall(call, contact)
    return kept if call.happened_at is not None and new in kept else [*kept, new]


def since(by: ImportProfile, at: datetime) -> datetime | None:
    """Return since when an import at a time looks at calls, and at leads of other destinations."""
    days = by.scrub.lookback_days
    return None if days == "all" else at - timedelta(days=days)


def is_company_wide(by: ImportProfile) -> bool:
    """Return whether leads and calls of every destination count."""
    return by.scrub.scope == "company" or (by.scrub.scope is None and by.scrub_scope == "company")


def call_codes(
    kept: Iterable[KeptCall], phones: set[str], contact: int | None, by: ImportProfile, at: datetime
) -> list[str]:
    """Return the reasons that calls give a row of a contact, with those phones."""
    numbers, calls = {todays(phone) for phone in phones}, []
    for one in kept:
        call = one.call
        is_theirs = contact is not None and one.contact == contact
        if not is_theirs and (call.phone is None or todays(call.phone) not in numbers):
            continue
        first = since(by, at)
        is_old = first is not None and call.happened_at is not None and call.happened_at < first
        if is_here(call, by) and not is_old:
            calls.append(call)
    return codes_of(calls, by.scrub.rules)


def is_here(call: Call, by: ImportProfile) -> bool:
    """Return whether a call counts for the destination of an import."""
    here = folded(str(by.destination)), folded(by.destination.name)
    return is_company_wide(by) or call.destination is None or folded(call.destination) in here


def codes_of(calls: list[Call], rules: ScrubRules) -> list[str]:
    """Return the reasons that the calls of a row give it."""
    codes = []
    if rules.dialed and any(call.dialed for call in calls):
        codes.append("prior_dialed")
    if rules.connected and any(call.connected for call in calls):
        codes.append("prior_connected")
    if rules.converted and any(call.converted and is_bought(call, rules.converted) for call in calls):
        codes.append("prior_converted")
    listed = [folded(word) for word in rules.dispositions]
    if any(call.disposition is not None and folded(call.disposition) in listed for call in calls):
        codes.append("prior_disposition")
    tried = sum(int(call.dialed) if call.attempts is None else call.attempts for call in calls)
    if rules.attempts is not None and tried >= rules.attempts:
        codes.append("prior_attempts")
    return codes


def is_bought(call: Call, rule: bool | Converted) -> bool:
    """Return whether a conversion counts: by any buyer, by a listed one, or by nobody knows whom."""
    if isinstance(rule, bool) or call.buyer is None:
        return True
    return folded(call.buyer) in [folded(buyer) for buyer in rule.buyers]


def folded(word: str) -> str:
    """Return a word whatever its case and separators."""
    return " ".join(word.lower().replace("_", " ").replace("-", " ").split())
