"""What becomes of leads, slowly and obviously: dictionaries, no SQL, and nothing shared with the room under test. A
person has one phone; lists name phones.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: Of several reasons the first counts.
KINDS = ("opted_out", "blocked", "do_not_call", "litigator", "reassigned", "complaint")
LIVE = ("due", "stopped")


@dataclass
class Rules:
    """What is said of a destination: its actions as (kind, delay), and when a lead is done."""

    is_schedule: bool = True
    actions: tuple[tuple[str, timedelta], ...] = ()
    max_attempts: int | None = None
    completed_by: tuple[str, ...] = ("converted",)

    @property
    def first_delay(self) -> timedelta:
        return self.actions[0][1] if self.actions else timedelta(0)


@dataclass
class Lead:
    person: str
    home: int
    expires_at: datetime | None = None


@dataclass
class Enrollment:
    status: str
    due_at: datetime
    started_at: datetime
    action: int = 1
    attempts: int = 0
    reason: str | None = None
    reported_at: datetime | None = None
    max_attempts: int | None = None

    @property
    def shown(self) -> tuple[object, ...]:
        return (self.status, self.action, self.attempts, self.due_at, self.reason)


@dataclass
class Entry:
    """That a list names a person, until when, and for which destination (None: every one)."""

    of_list: str
    kind: str
    person: str
    destination: int | None
    expires_at: datetime | None
    ended: bool = False


@dataclass
class Call:
    person: str | None
    lead: int | None
    destination: int | None
    dialed: bool
    converted: bool
    attempts: int | None
    disposition: str | None
    at: datetime


@dataclass
class ByHand:
    """Everything that is known, by number of the lead, and by lead and destination of the enrollment."""

    rules: dict[int, Rules]
    leads: dict[int, Lead] = field(default_factory=dict)
    enrollments: dict[tuple[int, int], Enrollment] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    said: set[tuple[str, str]] = field(default_factory=set)
    calls: list[tuple[object, ...]] = field(default_factory=list)

    def held_against(self, person: str, destination: int, at: datetime, *, rows: bool = True) -> str | None:
        """Return why a person may not be called: the first kind of everything that holds."""
        kinds = {
            one.kind
            for one in self.entries
            if one.person == person and not one.ended and one.destination in (None, destination)
            and (one.expires_at is None or one.expires_at > at)
        }  # fmt: skip
        kinds |= {kind for who, kind in self.said if who == person and rows}
        return next((kind for kind in KINDS if kind in kinds), None)

    def has_expired(self, lead: int, at: datetime) -> bool:
        until = self.leads[lead].expires_at
        return until is not None and until <= at

    def reachable(self, at: datetime) -> set[tuple[int, int]]:
        found = set()
        for (lead, there), one in self.enrollments.items():
            rules = self.rules[there]
            most = one.max_attempts if one.max_attempts is not None else rules.max_attempts
            if (
                one.status == "due" and one.due_at <= at and not self.has_expired(lead, at)
                and (most is None or one.attempts < most)
                and (not rules.actions or one.action <= len(rules.actions))
                and self.held_against(self.leads[lead].person, there, at, rows=False) is None
            ):  # fmt: skip
                found.add((lead, there))
        return found

    def add_import(
        self, rows: Iterable[tuple[str, str | None]], home: int, at: datetime, max_attempts: int | None
    ) -> None:
        """Import rows of (person, what the row says of itself)."""
        new = []
        for person, says in rows:
            known = [lead for lead, one in self.leads.items() if one.person == person]
            if says is not None:
                if known:
                    self.said.add((person, says))
                    self.suppress(person, None, says)
            elif self.held_against(person, home, at, rows=False) is None and all(
                self.leads[lead].home != home for lead in known
            ):
                new.append(person)
        for person in new:
            number = self.next_lead()
            self.leads[number] = Lead(person, home)
            if self.rules[home].is_schedule:
                due_at = at + self.rules[home].first_delay
                said = self.held_against(person, home, at)
                status = "due" if said is None else "suppressed"
                self.enrollments[number, home] = Enrollment(status, due_at, at, reason=said, max_attempts=max_attempts)

    def next_lead(self) -> int:
        return max(self.leads, default=0) + 1

    def suppress(self, person: str, destination: int | None, kind: str) -> None:
        for (lead, there), one in self.enrollments.items():
            if self.leads[lead].person == person and one.status == "due" and destination in (None, there):
                one.status, one.reason = "suppressed", kind

    def add_list(
        self, name: str, kind: str, people: Iterable[str], destination: int | None, until: datetime | None, at: datetime
    ) -> None:
        for person in people:
            self.entries.append(Entry(name, kind, person, destination, until))
            if until is None or until > at:
                self.suppress(person, destination, kind)

    def end_entries(self, name: str, people: Iterable[str]) -> None:
        for one in self.entries:
            one.ended = one.ended or (one.of_list == name and one.person in people)

    def reopen(self, kind: str, leads: Iterable[int], at: datetime) -> None:
        people = {self.leads[lead].person for lead in leads}
        self.said -= {(person, kind) for person in people}
        for (lead, there), one in self.enrollments.items():
            person = self.leads[lead].person
            if (
                person in people and one.status == "suppressed" and one.reason == kind
                and self.held_against(person, there, at) is None
            ):  # fmt: skip
                one.status, one.reason = "stopped", None

    def change(self, verb: str, leads: Iterable[int], at: datetime, *, to: int | None, only: int | None) -> None:
        """Carry out a verb for leads, in the order of their numbers."""
        if verb in ("move", "add", "copy"):
            assert to is not None
            self._go(verb, sorted(leads), at, to, only)
            return
        change: Callable[[int, int, Enrollment, datetime], None] = getattr(self, f"_{verb}")
        for lead in sorted(leads):
            mine = [(there, one) for (of, there), one in self.enrollments.items() if of == lead]
            for there, one in mine:
                if only in (None, there):
                    change(lead, there, one, at)
            if verb == "expire":
                self._expire_lead(lead, at, only, is_meant=any(only in (None, there) for there, _ in mine) or not mine)

    def _stop(self, _lead: int, _there: int, one: Enrollment, _at: datetime) -> None:
        if one.status == "due":
            one.status = "stopped"

    def _start(self, lead: int, there: int, one: Enrollment, at: datetime) -> None:
        if one.status == "stopped" and self.rules[there].is_schedule:
            reason = self.held_against(self.leads[lead].person, there, at)
            if reason is None:
                one.status, one.due_at = "due", max(one.due_at, at)
            else:
                one.status, one.reason = "suppressed", reason

    def _restart(self, lead: int, there: int, one: Enrollment, at: datetime) -> None:
        if one.status == "suppressed" or not self.rules[there].is_schedule:
            return
        reason = self.held_against(self.leads[lead].person, there, at)
        if reason is not None:
            one.status, one.reason = "suppressed", reason
            return
        self.enrollments[lead, there] = Enrollment("due", at, at, max_attempts=one.max_attempts)
        if self.has_expired(lead, at):
            self.leads[lead].expires_at = None

    def _expire(self, _lead: int, _there: int, one: Enrollment, _at: datetime) -> None:
        if one.status in LIVE:
            one.status, one.reason = "expired", None

    def _expire_lead(self, lead: int, at: datetime, only: int | None, *, is_meant: bool) -> None:
        of_lead = self.leads[lead]
        enrolled = [one for (of, _), one in self.enrollments.items() if of == lead]
        if not enrolled:
            is_meant = only in (None, of_lead.home)
        if is_meant and all(one.status not in LIVE for one in enrolled):
            of_lead.expires_at = min(of_lead.expires_at or at, at)

    def _go(self, verb: str, leads: list[int], at: datetime, to: int, only: int | None) -> None:
        going: dict[str, int] = {}
        for lead in sorted(leads, key=lambda lead: (self.has_expired(lead, at), lead)):
            one = self.leads[lead]
            if only in (None, one.home) and not self._is_there(verb, lead, to, at):
                going.setdefault(one.person, lead)
        first = self.next_lead()
        for number, lead in enumerate(sorted(going.values())):
            if verb == "move":
                self._move(lead, at, to)
            else:
                new = lead if verb == "add" else first + number
                self.leads[new] = self.leads[lead] if verb == "add" else Lead(
                    self.leads[lead].person, to, self.leads[lead].expires_at
                )  # fmt: skip
                if self.rules[to].is_schedule:
                    self.enrollments[new, to] = self._begun(self.leads[new].person, to, at)

    def _is_there(self, verb: str, lead: int, to: int, at: datetime) -> bool:
        if (lead, to) in self.enrollments or (verb != "add" and self.leads[lead].home == to):
            return True
        others = [of for of, one in self.leads.items() if one.person == self.leads[lead].person]
        return any(
            not self.has_expired(of, at)
            and ((verb != "add" and self.leads[of].home == to)
                 or ((of, to) in self.enrollments and self.enrollments[of, to].status != "expired"))
            for of in others
        )  # fmt: skip

    def _begun(self, person: str, to: int, at: datetime) -> Enrollment:
        reason = self.held_against(person, to, at)
        status = "due" if reason is None else "suppressed"
        return Enrollment(status, at + self.rules[to].first_delay, at, reason=reason)

    def _move(self, lead: int, at: datetime, to: int) -> None:
        of_lead = self.leads[lead]
        before = self.enrollments.pop((lead, of_lead.home), None)
        of_lead.home = to
        if before is not None and before.status == "suppressed":
            self.enrollments[lead, to] = before
        elif self.rules[to].is_schedule:
            begun = self._begun(of_lead.person, to, at)
            if before is not None:
                begun.max_attempts = before.max_attempts
                if before.status in ("stopped", "expired"):
                    begun.status, begun.reason = before.status, None
                if before.status == "expired":
                    begun.due_at = before.due_at
            self.enrollments[lead, to] = begun

    def report(self, calls: Iterable[Call]) -> None:
        """Count calls, each once, in the order of their time: the order in which they come makes no difference."""
        due_before = {key: one.due_at for key, one in self.enrollments.items()}
        for call in sorted(calls, key=lambda call: call.at):
            seen = tuple(vars(call).values())
            if seen in self.calls:
                continue
            self.calls.append(seen)
            for (lead, there), one in self.enrollments.items():
                named = lead == call.lead if call.lead is not None else self.leads[lead].person == call.person
                if named and call.destination in (None, there) and one.status in LIVE and call.at >= one.started_at:
                    self._count(there, one, call)
        for key, one in self.enrollments.items():
            self._conclude(key[1], one)
            if one.status == "completed":
                one.due_at = due_before[key]

    def _count(self, there: int, one: Enrollment, call: Call) -> None:
        rules, said = self.rules[there], (call.disposition or "").lower().strip()
        message = said.split(" ")[0] in ("sms", "email")
        if call.dialed or message:
            one.reported_at = max(one.reported_at or call.at, call.at)
            if rules.actions:
                one.action += 1
                if one.action <= len(rules.actions):
                    one.due_at = one.reported_at + rules.actions[one.action - 1][1]
        if call.dialed and not message:
            one.attempts += 1 if call.attempts is None else call.attempts
        if call.converted and "converted" in rules.completed_by:
            one.reason = "converted"
        elif said in rules.completed_by and one.reason is None:
            one.reason = "disposition"

    def _conclude(self, there: int, one: Enrollment) -> None:
        """Complete what is done; of several calls all were counted before."""
        rules = self.rules[there]
        most = one.max_attempts if one.max_attempts is not None else rules.max_attempts
        if one.status not in LIVE:
            return
        if one.reason is None and most is not None and one.attempts >= most:
            one.reason = "max_attempts_reached"
        if one.reason is None and rules.actions and one.action > len(rules.actions):
            one.reason = "last_action_done"
        if one.reason is not None:
            one.status = "completed"
            one.action = min(one.action, len(rules.actions)) if rules.actions else one.action
