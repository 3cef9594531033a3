"""Plays random histories of a few people, imports, lists, calls, commands and the clock, into a store and by hand, and
compares both after every step. A seed draws one history.
"""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from lead_pipeline.enrolling.changes import Cause, change_enrollments
from lead_pipeline.enrolling.reopening import reopen_enrollments
from lead_pipeline.enrolling.reported_calls import advance_enrollments
from lead_pipeline.importing.committing import commit_import
from lead_pipeline.importing.lists.written_version import write_version
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.lead_management.destination_settings import WEEKDAYS, DestinationSettings
from lead_pipeline.normalizing.time_zones.zones_of_people import find_time_zones
from lead_pipeline.screening.lists.suppression_lists import ENTRIES_SCHEMA, ENTRY_FACTS
from lead_pipeline.screening.scrub.activity_records import CALLS_SCHEMA, add_activity
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.ledger import destination_id
from lead_pipeline.store.records import ActivityRecord, ListRecord
from lead_pipeline_tests.enrolling.managed_by_hand import KINDS, ByHand, Call, Rules
from lead_pipeline_tests.enrolling.test_calling_clock import may_be_called
from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.written import FIELDS, Written, empty, profile

_T = TypeVar("_T")

HOUR = timedelta(hours=1)
SOLAR, ROOFS, ARCHIVE = 1, 2, 3
NAMES = {SOLAR: "schedule:solar", ROOFS: "schedule:roofs", ARCHIVE: "list:archive"}

#: Phones and postal codes: of both coasts, Arizona, abroad, of a number that was taken along, of one nobody can place.
PEOPLE = {
    "+12125550187": None, "+13105550188": None, "+16025550189": None, "+442079460123": None, "+61291234567": None,
    "+12125550190": "94105", "+88213555018": None,
}  # fmt: skip

#: Days before clocks change in America, Europe and Australia, and a day of summer.
STARTS = [datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC),
          datetime(2026, 4, 4, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)]  # fmt: skip
STEPS = [timedelta(minutes=10), HOUR, 5 * HOUR, 13 * HOUR, 29 * HOUR]

_WINDOWS = [("08:00", "21:00"), ("00:00", "24:00"), ("10:30", "12:00"), ("01:00", "02:30")]


def zones_of_people() -> dict[str, list[str]]:
    """Return the time zones of each person."""
    people = pl.DataFrame(
        {"phone": list(PEOPLE), "postal_code": list(PEOPLE.values()), "state": None, "country": None},
        schema=dict.fromkeys(("phone", "postal_code", "state", "country"), pl.String),
    )
    return dict(zip(PEOPLE, find_time_zones(people)["time_zones"].to_list(), strict=True))


def _require_equal(in_store: dict[Any, Any], by_hand: dict[Any, Any], story: str) -> None:
    differ = [
        f"{key}: in the store {_plain(in_store.get(key))}, by hand {_plain(by_hand.get(key))}"
        for key in sorted({*in_store, *by_hand})
        if in_store.get(key) != by_hand.get(key)
    ]
    if differ:
        raise AssertionError("\n".join((story, *differ)))


def _plain(values: Sequence[object] | None) -> str:
    return str([f"{one:%m-%d %H:%M}" if isinstance(one, datetime) else one for one in values or ()])


class RandomHistory:
    """One history: what is drawn is done in the store and by hand."""

    def __init__(self, store: DuckdbLeadStore, folder: Path, seed: int, zones: dict[str, list[str]]) -> None:
        self.random = random.Random(seed)
        self.at = self.random.choice(STARTS) + self.random.randrange(24) * HOUR
        self.written = Written(empty(store), folder, start=self.at)
        self.workspace = store.workspace
        self.zones = zones
        self.steps: list[str] = []
        self.numbers = 0
        for name in NAMES.values():
            destination_id(self.workspace, Destination.parse(name))
        self.settings = self._settings()
        self.by_hand = ByHand(
            {
                SOLAR: Rules(
                    actions=tuple((one.do, one.after) for one in self.settings[0].actions),
                    max_attempts=self.settings[0].max_attempts,
                    completed_by=self.settings[0].completed_by,
                ),
                ROOFS: Rules(),
                ARCHIVE: Rules(is_schedule=False),
            }
        )

    def _settings(self) -> tuple[DestinationSettings, ...]:
        opens, closes = self.random.choice(_WINDOWS)
        given = {
            "kind": "schedule",
            "name": "solar",
            "actions": self._drawn(
                [{"do": "call"}, {"do": "call", "after": "3h"}, {"do": "sms", "after": "30m"}, {"do": "email"}],
                [{"do": "call", "after": "2h"}, {"do": "call", "after": "1d"}],
                [],
            ),
            "calling_window": {"opens": opens, "closes": closes, "days": self._some(WEEKDAYS, 4, 7)},
            "unknown_time_zone": self._drawn("fail_closed", "Europe/London"),
            "max_attempts": self._drawn(None, None, 2, 5),
            "completed_by": self._drawn(["converted"], ["sale", "converted"], ["sale"]),
        }
        return (DestinationSettings.model_validate(given),)

    def _drawn(self, *options: _T) -> _T:
        return self.random.choice(options)

    def _some(self, options: Sequence[_T], least: int, most: int) -> list[_T]:
        return self.random.sample(list(options), min(len(options), self.random.randint(least, most)))

    def play(self, steps: int) -> None:
        """Do so many steps, and compare after each."""
        doing: list[Callable[[], str]] = [
            self._import, self._import, self._list, self._report, self._report, self._command, self._command,
            self._command, self._command, self._allow_again, self._end_entries,
        ]  # fmt: skip
        for number in range(steps):
            self.at += self.random.choice(STEPS)
            self._turn_clock(self.at)
            step = self._import if number == 0 else self.random.choice(doing)
            self.steps.append(f"{self.at:%m-%d %H:%M} {step()}")
            self.compare()

    def _turn_clock(self, at: datetime) -> None:
        self.workspace.run(f"create or replace macro base.asked_at() as timestamptz '{at.isoformat()}'")

    def _import(self) -> str:
        home, most = self._drawn(SOLAR, SOLAR, ROOFS, ARCHIVE), self._drawn(None, None, 3)
        rows = [(person, self._drawn(None, None, None, None, "opted_out", "do_not_call"))
                for person in self._some(list(PEOPLE), 1, 4)]  # fmt: skip
        kind, name = NAMES[home].split(":")
        by = profile(
            "phone", destination={"kind": kind, "name": name}, write_mode="create_only",
            fields=FIELDS | {"postal_code": {"type": "text"}}, lead_management={"max_attempts": most},
        )  # fmt: skip
        written = [Row({"phone": person, "postal_code": PEOPLE[person]}, says=says) for person, says in rows]
        self.written.imports += 1
        arguments = self.written.arguments(written, by) | {"at": self.at, "settings": self.settings}
        commit_import(**arguments)
        self.by_hand.add_import(rows, home, self.at, most if kind == "schedule" else None)
        return f"import into {NAMES[home]}, at most {most}: {rows}"

    def _entries(self, people: Sequence[str], until: datetime | None = None) -> pl.DataFrame:
        facts = {"identifier_kind": "phone", "value": list(people), "reason": None, "expires_at": until}
        return pl.DataFrame(facts, schema=ENTRIES_SCHEMA | {"expires_at": ENTRY_FACTS["expires_at"]})

    def _write(
        self,
        name: str,
        kind: str,
        people: Sequence[str],
        destination: int | None,
        mode: str,
        until: datetime | None = None,
    ) -> None:
        self.numbers += 1
        record = ListRecord(
            f"list-{self.numbers}@0", f"list-{self.numbers}", kind, "list.csv", "0", name=name, mode=mode,
            destination=None if destination is None else Destination.parse(NAMES[destination]),
        )  # fmt: skip
        write_version(self.workspace, record, kind, self._entries(people, until), rows_read=len(people), at=self.at)

    def _list(self) -> str:
        name, kind = f"list {self.numbers}", self.random.choice(KINDS)
        people, where = self._some(list(PEOPLE), 1, 2), self._drawn(None, None, SOLAR, ROOFS)
        until = self._drawn(None, None, self.at + 20 * HOUR, self.at - HOUR)
        with self.workspace.transaction("a list"):
            self._write(name, kind, people, where, "add", until)
        self.by_hand.add_list(name, kind, people, where, until, self.at)
        return f"{name} of {kind} for {where} until {until}: {people}"

    def _end_entries(self) -> str:
        if not self.by_hand.entries:
            return "nothing"
        one = self.random.choice(self.by_hand.entries)
        with self.workspace.transaction("an end"):
            self._write(one.of_list, one.kind, [one.person], one.destination, "remove")
        self.by_hand.end_entries(one.of_list, [one.person])
        return f"{one.person} off {one.of_list}"

    def _chosen(self) -> list[int]:
        return self._some(list(self.by_hand.leads), 1, len(self.by_hand.leads)) if self.by_hand.leads else []

    def _manage(self, leads: Sequence[int]) -> Cause:
        self.numbers += 1
        self.workspace.run("create or replace temp table managed_leads (lead_id bigint)")
        for lead in leads:
            self.workspace.run("insert into managed_leads values (?)", [lead])
        return Cause("command", self.numbers, self.at)

    def _command(self) -> str:
        verb = self._drawn("stop", "start", "start", "restart", "expire", "move", "add", "copy")
        leads, only = self._chosen(), self._drawn(None, None, SOLAR, ROOFS)
        to = self._drawn(SOLAR, ROOFS, ROOFS if verb == "add" else ARCHIVE)
        to = to if verb in ("move", "add", "copy") else None
        with self.workspace.transaction("a command"):
            cause = self._manage(leads)
            change_enrollments(self.workspace, verb, cause, to=to, in_destination=only)
        self.by_hand.change(verb, leads, self.at, to=to, only=only)
        return f"{verb} {leads} to {to}, in {only}"

    def _allow_again(self) -> str:
        kind, leads = self._drawn("opted_out", "blocked"), self._chosen()
        people = {self.by_hand.leads[lead].person for lead in leads}
        held = {(one.of_list, one.destination) for one in self.by_hand.entries if one.kind == kind}
        with self.workspace.transaction("an opt-in"):
            for name, destination in sorted(held, key=str):
                self._write(name, kind, sorted(people), destination, "remove")
            cause = self._manage(leads)
            reopen_enrollments(self.workspace, kind, cause)
        for name, _ in held:
            self.by_hand.end_entries(name, people)
        self.by_hand.reopen(kind, leads, self.at)
        return f"no longer {kind}: {leads}"

    def _report(self) -> str:
        if not self.by_hand.leads:
            return "nothing"
        calls = [self._call() for _ in range(self.random.randint(1, 3))]
        calls += calls[: self._drawn(0, 0, 1)]
        rows = [
            {"row_number": number, "phone": one.person, "lead_id": one.lead, "connected": False, "buyer": None,
             "destination": None if one.destination is None else NAMES[one.destination].upper(),
             "disposition": one.disposition, "dialed": one.dialed, "converted": one.converted,
             "attempts": one.attempts, "happened_at": one.at}
            for number, one in enumerate(calls, 1)
        ]  # fmt: skip
        self.numbers += 1
        record = ActivityRecord(f"drop-{self.numbers}", f"drop-{self.numbers}", "calls.csv", "")
        with self.workspace.transaction("calls"):
            frame = pl.DataFrame(rows, schema=CALLS_SCHEMA)
            add_activity(self.workspace, record, frame, rows_read=len(rows), rows_rejected=0, at=self.at)
            advance_enrollments(self.workspace, record.identity, self.at)
        self.by_hand.report(calls)
        return f"calls {calls}"

    def _call(self) -> Call:
        lead = self.random.choice(list(self.by_hand.leads))
        by_lead = self._drawn(True, False)
        return Call(
            person=None if by_lead else self.by_hand.leads[lead].person,
            lead=lead if by_lead else None,
            destination=self._drawn(SOLAR, ROOFS) if by_lead else self._drawn(None, SOLAR, ROOFS),
            dialed=self._drawn(True, True, False),
            converted=self._drawn(False, False, False, False, True),
            attempts=self._drawn(None, None, 2),
            disposition=self._drawn(None, "Sale", "SMS sent", "no answer"),
            at=self.at - self.random.choice([*STEPS, timedelta(0)]),
        )

    def compare(self) -> None:
        """Raise AssertionError unless the store is what was kept by hand, now and at a few times to come."""
        rows = self.workspace.rows
        story = "\n".join(self.steps)
        leads = {number: (NAMES[one.home], one.expires_at) for number, one in self.by_hand.leads.items()}
        held = rows(
            "select l.lead_id, d.kind || ':' || d.name, l.expires_at from base.leads l join base.destinations d"
            " using (destination_id)"
        )
        _require_equal({lead: (home, until) for lead, home, until in held}, leads, story)
        found = rows("select lead_id, destination_id, status, action, attempts, due_at, reason from base.enrollments")
        enrolled = {key: one.shown for key, one in self.by_hand.enrollments.items()}
        _require_equal({(lead, there): tuple(state) for lead, there, *state in found}, enrolled, story)
        assert len(found) == len(enrolled), story
        for ahead in (timedelta(0), self.random.randrange(72 * 60) * timedelta(minutes=1)):
            self._compare_callable(self.at + ahead, story)

    def _compare_callable(self, at: datetime, story: str) -> None:
        """Compare who is reachable at a time, and who of them may be called then."""
        self._turn_clock(at)
        told = self.workspace.rows(
            "select lead_id, destination_kind || ':' || destination_name, verdict = 'callable' from main.calling_times"
        )
        reachable = {(lead, NAMES[there]) for lead, there in self.by_hand.reachable(at)}
        by_hand = {(lead, there): (self._may_be_called(lead, there, at),) for lead, there in reachable}
        in_store = {(lead, there): (callable_now,) for lead, there, callable_now in told}
        _require_equal(in_store, by_hand, f"{story}\nat {at:%m-%d %H:%M}")
        assert len(told) == len(in_store), story

    def _may_be_called(self, lead: int, there: str, at: datetime) -> bool:
        zones, window, days = self.zones[self.by_hand.leads[lead].person], (480, 1260), (1, 2, 3, 4, 5, 6, 7)
        if there == NAMES[SOLAR]:
            said = self.settings[0]
            window = (said.calling_window.opens, said.calling_window.closes)
            days = tuple(WEEKDAYS.index(day) + 1 for day in said.calling_window.days)
            if not zones and said.unknown_time_zone != "fail_closed":
                zones = [said.unknown_time_zone]
        return bool(zones) and may_be_called(zones, at, *window, days)
