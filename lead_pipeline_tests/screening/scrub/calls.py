"""Records of calls, loaded straight into a store, and the scrub rules over plain Python: an independent reference that
knows no SQL and shares no code with the rooms under test.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from lead_pipeline.screening.scrub.activity_records import CALLS_SCHEMA, add_activity
from lead_pipeline.store.records import ActivityCounts, ActivityKeys, ActivityRecord
from lead_pipeline_tests.screening.written import Written


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


def load_calls(written: Written, name: str, *calls: Call) -> ActivityCounts:
    """Load a drop of calls."""
    rows = [{"row_number": number, **asdict(call)} for number, call in enumerate(calls, 1)]
    frame = pl.DataFrame(rows, schema=CALLS_SCHEMA)
    record = ActivityRecord(f"{name}@0", name, f"{name}.csv", "0" * 64)
    keys = ActivityKeys(name, frame["phone"], frame["lead_id"])
    with written.store.writing(keys, "loading calls") as workspace:
        return add_activity(workspace, record, frame, rows_read=len(calls), rows_rejected=0, at=written.now)


@dataclass
class Known:
    """What the reference knows: of each lead its contact, phone, destination, status and when it was written."""

    leads: dict[int, tuple[str, str | None, str, str | None, datetime]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)


def folded(word: str) -> str:
    """Return a word whatever its case and separators."""
    return " ".join(word.lower().replace("_", " ").replace("-", " ").split())


def todays(phone: str | None) -> str | None:
    """Return the number under the form of today, Mexico's only."""
    return "+52" + phone[4:] if phone and phone.startswith("+521") and len(phone) == 14 else phone


def expected_codes(
    known: Known, email: str, phone: str | None, scrub: dict[str, Any], destination: str, at: datetime
) -> tuple[str, ...]:
    """Return the reasons that the scrub rules give one row of one person, looking at every lead and every call."""
    since = None if scrub["lookback_days"] == "all" else at - timedelta(days=scrub["lookback_days"])
    own = [number for number, lead in known.leads.items() if lead[0] == email]
    calls = calls_of(known, own, phone, scrub["scope"], destination, since)
    found = ["duplicate_existing"] * scrub_finds_lead(known, own, scrub, destination, since)
    found += call_codes(calls, scrub["rules"])
    if phone is not None and any(phone.startswith(prefix) for prefix in scrub["rules"]["area_codes"]):
        found.append("area_code_listed")
    return tuple(found)


def calls_of(
    known: Known, own: list[int], phone: str | None, scope: str, destination: str, since: datetime | None
) -> list[Call]:
    """Return the calls of a row that count, given the leads of its person."""
    phones = {todays(phone)} | {todays(known.leads[number][1]) for number in own}
    calls = []
    for call in known.calls:
        to, where = call.phone, call.destination
        if call.lead_id is not None:
            to, where = to or known.leads[call.lead_id][1], where or known.leads[call.lead_id][2]
        if not (call.lead_id in own or (to is not None and todays(to) in phones)):
            continue
        here = folded(destination), folded(destination.split(":")[1])
        if scope == "destination" and where is not None and folded(where) not in here:
            continue
        if since is not None and call.happened_at is not None and call.happened_at < since:
            continue
        calls.append(call)
    return calls


def call_codes(calls: list[Call], rules: dict[str, Any]) -> list[str]:
    """Return the reasons that a row's calls give it."""
    codes = []
    if rules["dialed"] and any(call.dialed for call in calls):
        codes.append("prior_dialed")
    if rules["connected"] and any(call.connected for call in calls):
        codes.append("prior_connected")
    if rules["converted"] and any(call.converted and bought(call, rules["converted"]) for call in calls):
        codes.append("prior_converted")
    if any(folded(call.disposition or "") in [folded(word) for word in rules["dispositions"]] for call in calls):
        codes.append("prior_disposition")
    tried = sum(int(call.dialed) if call.attempts is None else call.attempts for call in calls)
    if rules["attempts"] is not None and tried >= rules["attempts"]:
        codes.append("prior_attempts")
    return codes


def bought(call: Call, rule: Any) -> bool:
    """Tell whether a conversion counts: by any buyer, by a listed one, or by nobody knows whom."""
    return rule is True or call.buyer is None or folded(call.buyer) in [folded(buyer) for buyer in rule["buyers"]]


def scrub_finds_lead(
    known: Known, own: list[int], scrub: dict[str, Any], destination: str, since: datetime | None
) -> bool:
    """Tell whether a lead of the person makes the row a duplicate."""
    rule = scrub["rules"]["existing_lead"]
    for number in own:
        _email, _phone, where, status, at = known.leads[number]
        if where == destination:
            return True
        if scrub["scope"] == "destination" or rule is False or (since is not None and at < since):
            continue
        if rule is True or (status or "").lower() in [listed.lower() for listed in rule["statuses"]]:
            return True
    return False
