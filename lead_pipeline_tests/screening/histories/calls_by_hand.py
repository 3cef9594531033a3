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


def calls_of(
    kept: Iterable[KeptCall], phones: set[str], contact: int | None, by: ImportProfile, at: datetime
) -> list[Call]:
    """Return the calls that count for a row of a contact, with those phones."""
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
    return calls


def is_here(call: Call, by: ImportProfile) -> bool:
    """Return whether a call counts for the destination of an import."""
    here = folded(str(by.destination)), folded(by.destination.name)
    return is_company_wide(by) or call.destination is None or folded(call.destination) in here


def matched_by_rules(calls: list[Call], rules: ScrubRules) -> dict[str, tuple[str | None, list[Call]]]:
    """Return for each rule that calls fulfil what it matched, as people read it, and the calls: by its reason."""
    found = {}
    if rules.dialed:
        found["prior_dialed"] = "disposition", [call for call in calls if call.dialed]
    if rules.connected:
        found["prior_connected"] = "disposition", [call for call in calls if call.connected]
    if rules.converted:
        bought = [call for call in calls if call.converted and is_bought(call, rules.converted)]
        found["prior_converted"] = "buyer", bought
    listed = [folded(word) for word in rules.dispositions]
    said = [call for call in calls if call.disposition is not None and folded(call.disposition) in listed]
    found["prior_disposition"] = "disposition", said
    matched = {code: (getattr(newest(those), what), those) for code, (what, those) in found.items() if those}
    tried = [call for call in calls if tries(call) > 0]
    total = sum(map(tries, tried))
    if rules.attempts is not None and total >= rules.attempts:
        matched["prior_attempts"] = str(total), tried
    return matched


def tries(call: Call) -> int:
    """Return how often somebody was tried."""
    return int(call.dialed) if call.attempts is None else call.attempts


def newest(calls: list[Call]) -> Call:
    """Return the newest call; of several at one time, or without one, that which was loaded last."""
    times = [call.happened_at for call in calls if call.happened_at is not None]
    return [call for call in calls if call.happened_at == max(times, default=None)][-1]


def is_bought(call: Call, rule: bool | Converted) -> bool:
    """Return whether a conversion counts: by any buyer, by a listed one, or by nobody knows whom."""
    if isinstance(rule, bool) or call.buyer is None:
        return True
    return folded(call.buyer) in [folded(buyer) for buyer in rule.buyers]


def folded(word: str) -> str:
    """Return a word whatever its case and separators."""
    return " ".join(word.lower().replace("_", " ").replace("-", " ").split())
