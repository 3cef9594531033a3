"""Plays the histories of many circles of people in one store, step by step: the program beside an importer by hand. The
two must agree row by row.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import polars as pl

from lead_pipeline.enrolling.enrollments import suppress_enrollments
from lead_pipeline.model.fields import CONSENT_FIELDS
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.screening.lists.listed_leads import (
    find_listed_leads,
    suppress_secondary_contacts,
    withhold_attributes,
)
from lead_pipeline.screening.lists.suppression_lists import ENTRIES_SCHEMA, ENTRY_FACTS, add_suppressions
from lead_pipeline.store.records import ListKeys, ListRecord
from lead_pipeline_tests.screening.histories.calls_by_hand import Call, added
from lead_pipeline_tests.screening.histories.circles import (
    Circle,
    draw_lists,
    draw_profile,
    draw_supplied,
    draw_version,
)
from lead_pipeline_tests.screening.histories.kept_by_hand import Lead, Matched, Row
from lead_pipeline_tests.screening.histories.lists_by_hand import OF_NUMBERS, Entry, Named, is_same
from lead_pipeline_tests.screening.histories.scrubbed_by_hand import is_on
from lead_pipeline_tests.screening.row_by_row import RowByRow
from lead_pipeline_tests.screening.scrub.calls import load_calls
from lead_pipeline_tests.screening.written import Written

#: When histories begin; all of it, but entries and leads that end in decades, is over before today.
START = datetime(2026, 1, 5, 12, tzinfo=UTC)

_COLUMNS = ("phone", "email", "external_id", "first_name", "city", "status", "company", "lead_score", "expires_at",
            "tags", "phone_type", "phone_extension", *CONSENT_FIELDS)  # fmt: skip


@dataclass
class Tally:
    """What was compared."""

    histories: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    entries: int = 0
    calls: int = 0
    leads: int = 0
    callable: int = 0
    suppressed_imported: int = 0
    suppressed_callable: int = 0
    differing: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Add the numbers of another."""
        for name, value in vars(other).items():
            mine = getattr(self, name)
            mine.update(value) if isinstance(mine, Counter) else setattr(self, name, mine + value)


class Play:
    """One store, its circles, and the steps that all of them take together."""

    def __init__(self, written: Written, seed: int | Random, circles: int) -> None:
        self.random = seed if isinstance(seed, Random) else Random(seed)
        self.written = replace(written, start=START)
        self.circles = [Circle.drawn(number, self.random) for number in range(circles)]
        self.lists = draw_lists(self.random)
        self.tally = Tally(histories=circles)
        self.wrong: dict[int, str] = {}
        self.explained: dict[int, tuple[set[Matched], set[str]]] = {}

    def run(self, steps: int) -> Tally:
        """Take so many steps, and compare what is there at the end."""
        for number in range(steps):
            self.step(number)
        self.compare_leads()
        self.compare_reach()
        for number, what in sorted(self.wrong.items()):
            story = "\n  ".join(map(told, [*self.circles[number].story, what]))
            self.tally.differing.append(f"circle {number}:\n  {story}")
        return self.tally

    def step(self, number: int) -> None:
        """Take the next step, and let time go by."""
        # What is there before: mostly leads, sometimes a list. Calls come early, or no rule finds any.
        kinds = {0: "iiil", 2: "iclc"}.get(number, "iiiillc")
        {"i": self.bring, "l": self.suppress, "c": self.call}[self.random.choice(kinds)]()
        self.written.imports += self.random.choice((0, 0, 0, 24, 24 * 8))

    def is_wrong(self, circle: Circle, what: object) -> None:
        """Note what differs first of a circle; what follows from it says nothing."""
        self.wrong.setdefault(circle.number, str(what))

    def shared(self, most: int) -> list[Circle]:
        """Return the circles, each up to so many times, in any order: whose rows of a file are next."""
        turns = [one for one in self.circles for _ in range(int(self.random.random() * (most + 1)))]
        if not turns:
            turns = [self.random.choice(self.circles)]
        self.random.shuffle(turns)
        return turns

    # Imports

    def bring(self) -> None:
        """Import a file with rows of everybody."""
        by = draw_profile(self.random)
        supplied = draw_supplied(by, self.random)
        turns = self.shared(2)
        rows = [circle.row(by, supplied, self.random) for circle in turns]
        entry = self.written.add(rows, by, supplied)
        found = self.written.ledger(entry)
        self.explained = self.explanations(entry.import_no)
        of_circle: dict[int, list[int]] = {}
        for place, circle in enumerate(turns):
            of_circle.setdefault(circle.number, []).append(place)
        for number, places in of_circle.items():
            own = [rows[place] for place in places]
            self.compare_rows(self.circles[number], own, [found[place] for place in places], by, supplied)
            self.compare_explanations(self.circles[number], places)

    def compare_rows(
        self, circle: Circle, rows: list[Row], found: Sequence[Any], by: ImportProfile, supplied: frozenset[str]
    ) -> None:
        """Compare what became of the rows of a circle."""
        store, at = circle.by_hand, self.written.now
        circle.story.append(("import", at, by, supplied, rows))
        in_force = store.lists.in_force(at, by.destination)
        in_force = [entry for entry in in_force if is_on(entry, by)]
        expected = store.add(rows, by, supplied, at)
        for here, there in zip(found, expected, strict=True):
            if here[0] == there[0] == "created":
                circle.lead_ids.setdefault(there[2], here[2])
        for row, here, there in zip(rows, found, expected, strict=True):
            outcome, reasons, lead = here
            if (outcome, reasons, lead) != (there[0], there[1], circle.lead_ids.get(there[2])):
                self.is_wrong(circle, f"is {here}, by hand {there}; leads {circle.lead_ids}")
            self.tally.outcomes[outcome] += 1
            self.tally.reasons.update(reasons)
            if outcome in ("created", "updated", "unchanged") and is_listed(row, in_force):
                self.tally.suppressed_imported += 1
                self.is_wrong(circle, f"a listed row was {outcome}")

    def explanations(self, import_no: int) -> dict[int, tuple[set[Matched], set[str]]]:
        """Return what the rules matched of each row of an import, and what warns of lists that let it through."""
        rows, found = self.written.store.workspace.rows, dict[int, tuple[set[Matched], set[str]]]()
        for row, *matched in rows(
            "select row_number, reason_code, list_no, matched_kind, matched, lead_id, happened_at, matches"
            " from base.scrub_hits where import_no = ?",
            [import_no],
        ):
            found.setdefault(row - 1, (set(), set()))[0].add(tuple(matched))  # type: ignore[arg-type]  # seven values
        for row, code in rows(
            "select row_number, unnest(warning_codes) from base.row_outcomes where import_no = ?", [import_no]
        ):
            if code.endswith("_let_through"):
                found.setdefault(row - 1, (set(), set()))[1].add(code.removesuffix("_let_through"))
        return found

    def compare_explanations(self, circle: Circle, places: list[int]) -> None:
        """Compare what is said of each row of a circle about why."""
        store = circle.by_hand
        for here, place in enumerate(places):
            matched, let_through = self.explained.get(place, (set(), set()))
            there = {
                (code, version, kind, value, circle.lead_ids.get(lead, -1) if lead else None, at, count)
                for code, version, kind, value, lead, at, count in store.matched.get(here, set())
            }
            if (matched, let_through) != (there, store.let_through.get(here, set())):
                by_hand = there, store.let_through.get(here)
                self.is_wrong(circle, f"matched is {matched}, {let_through}, by hand {by_hand}")

    # Lists

    def suppress(self) -> None:
        """Load a version of a list."""
        facts = draw_version(self.random, self.lists)
        named = [(circle, circle.named(self.random, START)) for circle in self.shared(3)]
        load_list(self.written, [one for _, one in named], **facts)
        of_circle: dict[int, list[Named]] = {one.number: [] for one in self.circles}
        for circle, one in named:
            of_circle[circle.number].append(one)
        for circle in self.circles:
            own = of_circle[circle.number]
            circle.story.append(("list", self.written.now, facts, own))
            suppress_by_hand(circle.by_hand, own, self.written.now, **facts)
        self.tally.entries += len(named)

    # Calls

    def call(self) -> None:
        """Load a drop of calls."""
        drawn = [(circle, circle.call(self.random, self.written.now)) for circle in self.shared(1)]
        dropped = [
            call if call.lead_id is None else replace(call, lead_id=circle.lead_ids.get(call.lead_id, -1))
            for circle, call in drawn
        ]
        self.tally.calls += len(drawn)
        load_calls(self.written, f"calls-{self.tally.calls}", *dropped)
        # Where most phones are not those of the leads beside them, the leads are somebody else's.
        both = [is_stranger(circle.by_hand, call) for circle, call in drawn if call.lead_id and call.phone]
        foreign = sum(both) > max(3, len(both) / 2)
        for circle, call in drawn:
            circle.story.append(("call", self.written.now, call, foreign))
            call_by_hand(circle.by_hand, replace(call, lead_id=None) if foreign and call.phone else call)

    # What is there

    def compare_leads(self) -> None:
        """Compare every lead, its values, contact, further contacts and what is due for it."""
        found = {row[0]: row[1:] for row in self.lead_rows()}
        self.tally.leads = len(found)
        for circle in self.circles:
            contacts: dict[int, int] = {}
            for number, lead in circle.by_hand.leads.items():
                here = found.pop(circle.lead_ids.get(number, -1), None)
                there = as_kept(lead)
                if here is None or here[1:] != there or contacts.setdefault(lead.contact, here[0]) != here[0]:
                    self.is_wrong(circle, f"lead {number} is {here}, by hand {lead.contact, *there}")
        if found:
            self.wrong.setdefault(0, f"leads that nobody knows by hand: {sorted(found)[:5]}")

    def lead_rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield number, contact, destination, values, attributes, further contacts, whether anything is due, and
        consents that gave way.
        """
        values = ", ".join(f"l.{one}::varchar" for one in _COLUMNS)
        consent = ", ".join(f"{name}::varchar" for name in CONSENT_FIELDS)
        yield from self.written.store.workspace.rows(
            f"""
            select l.lead_id, l.contact_id, d.kind || ':' || d.name, [{values}],
                   coalesce(list_sort(map_entries(l.attributes::json::map(varchar, varchar))), []),
                   coalesce(s.further, []), coalesce(e.status = 'due', false), coalesce(o.others, [])
            from base.leads l join base.destinations d using (destination_id)
            left join (select lead_id, list({{'phone': phone, 'attributes': attributes, 'marked': reason is not null}}
                                            order by position) as further
                       from base.secondary_contacts group by lead_id) s using (lead_id)
            left join base.enrollments e using (lead_id)
            left join (select lead_id, list([kept, {consent}] order by import_no) as others
                       from base.other_consents group by lead_id) o using (lead_id)
            """  # names of ours
        )

    def compare_reach(self) -> None:
        """Compare who is reached by somebody who calls what is there: by their own number, or a further one."""
        numbers = self.written.store.workspace.rows(
            "select lead_id, phone from main.reachable_leads union select s.lead_id, s.phone"
            " from main.secondary_contacts s semi join main.reachable_leads using (lead_id) where s.status = 'callable'"
        )
        reached: dict[int, set[str]] = {}
        for lead, phone in numbers:
            reached.setdefault(lead, set()).add(phone)
        self.tally.callable = len(reached)
        now = datetime.now(UTC)
        for circle in self.circles:
            for number, lead in circle.by_hand.leads.items():
                here = reached.get(circle.lead_ids.get(number, -1), set())
                if here != (there := reached_by_hand(circle.by_hand, lead, now)):
                    self.is_wrong(circle, f"reached of lead {number} is {here}, by hand {there}")
                in_force = circle.by_hand.lists.in_force(now, lead.destination)
                if any(entry.covers(("phone", phone)) for entry in in_force for phone in here):
                    self.tally.suppressed_callable += 1
                    self.is_wrong(circle, f"a listed number of lead {number} is callable")


def load_list(
    written: Written, named: Sequence[Named], *, name: str, kind: Any, mode: Any = "add", destination: Any = None
) -> None:
    """Load a list as a dropped one is loaded, without reading a file."""
    written.lists += 1
    identity, schema = f"list-{written.lists}", {**ENTRIES_SCHEMA, **ENTRY_FACTS}
    rows = [
        dict(
            zip(("identifier_kind", "value"), one.identifier, strict=True),
            expires_at=one.expires_at,
            country=one.country,
        )
        for one in named
    ]
    entries = pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)
    entries = entries.with_columns(row_number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    record = ListRecord(
        f"{identity}@0", identity, kind, "list.csv", "0" * 64, name=name, mode=mode, destination=destination
    )
    keys, at = ListKeys(identity, kind, entries["value"], name), written.now
    with written.store.writing(keys, "loading a list") as workspace:
        add_suppressions(workspace, record, entries, rows_read=len(rows), rows_rejected=0, at=at)
        find_listed_leads(workspace, kind)
        suppress_enrollments(workspace, kind, at)
        suppress_secondary_contacts(workspace, kind)
        withhold_attributes(workspace, kind, record.list_id, at)


def told(one: object) -> str:
    """Return a step of a story; of a profile, what it says that others do not."""
    parts = one if isinstance(one, tuple) else (one,)
    return ", ".join(
        str(part.model_dump(exclude_defaults=True, mode="json") if isinstance(part, ImportProfile) else part)
        for part in parts
    )


def is_listed(row: Row, in_force: Sequence[Entry]) -> bool:
    """Return whether anything in a row that identifies somebody is on a list."""
    own = [*row.aliases, *((name, row.values[name]) for name in ("phone", "email", "external_id") if row.values[name])]
    return any(entry.covers(one) for entry in in_force for one in own)


def is_stranger(store: RowByRow, call: Call) -> bool:
    """Return whether a call to a phone names the lead of somebody else."""
    theirs = store.things_of(store.leads[call.lead_id or 0].contact)
    return not any(is_same(("phone", call.phone or ""), one) for one in theirs)


def call_by_hand(store: RowByRow, call: Call) -> None:
    """Keep a call."""
    lead = store.leads[call.lead_id] if call.lead_id is not None else None
    known = None if lead is None else (lead.contact, lead.values.get("phone"), lead.destination)
    store.calls = added(store.calls, call, known)


def suppress_by_hand(
    store: RowByRow, named: Sequence[Named], at: datetime, *, name: str, kind: str, mode: str, destination: Any
) -> None:
    """Load a version of a list, and take whom it names out of reach."""
    listed = store.lists.load(name, kind, mode, destination, named, at)
    reached, people = listed, set[int]()
    if kind not in OF_NUMBERS:
        also = [one for contact in store.contacts_hit(listed) for one in store.names_of(contact)]
        reached = listed + [Entry(name, kind, one, destination, None) for one in also]
        people = store.contacts_hit(reached)
    for lead in store.leads.values():
        if destination is not None and lead.destination != destination:
            continue
        theirs = lead.identifiers + store.identifiers_of(lead.contact)
        if lead.contact in people or any(entry.covers(one) for entry in reached for one in theirs):
            lead.is_due = False
        further = {phone for phone, _ in lead.secondaries}
        lead.marked |= {phone for phone in further if any(entry.covers(("phone", phone)) for entry in reached)}
        for attribute in [one for one in lead.attributes if (lead.destination, one) in store.phone_attributes]:
            if any(entry.covers(("phone", lead.attributes[attribute])) for entry in reached):
                del lead.attributes[attribute]


def reached_by_hand(store: RowByRow, lead: Lead, now: datetime) -> set[str]:
    """Return the numbers that are called of a lead: none, where anything of its contact is on any list."""
    phone, expires_at = lead.values.get("phone"), lead.values.get("expires_at")
    if not lead.is_due or phone is None or (expires_at is not None and expires_at <= now):
        return set()
    in_force = store.lists.in_force(now, lead.destination)
    theirs = store.things_of(lead.contact)
    of_people = store.contacts_hit([entry for entry in in_force if entry.kind not in OF_NUMBERS])
    is_one = any(is_same(name, one) for other in of_people for name in store.names_of(other) for one in theirs)
    if is_one or any(entry.covers(one) for entry in in_force for one in theirs):
        return set()
    return {phone} | {further for further, _ in lead.secondaries if further not in lead.marked}


def as_kept(lead: Lead) -> tuple[Any, ...]:
    """Return a lead as `lead_rows` has it."""
    values = [lead.values.get(name) for name in _COLUMNS]
    return (
        str(lead.destination),
        [None if value is None else as_text(value) for value in values],
        [{"key": name, "value": value} for name, value in sorted(lead.attributes.items())],
        [{"phone": one, "attributes": facts, "marked": one in lead.marked} for one, facts in lead.secondaries],
        lead.is_due,
        [[kept, *(None if value is None else as_text(value) for value in one)] for kept, one in lead.other_consents],
    )


def as_text(value: Any) -> str:
    """Return a value as DuckDB writes it."""
    if isinstance(value, list):
        return f"[{', '.join(value)}]"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S+00")
    return str(float(value)) if isinstance(value, int) else str(value)
