"""Says of each row why it may not be imported, as anybody would find out first: for every row, every entry, lead and
call is looked at. It knows no SQL and shares no code with the rooms under test.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import PhoneRule
from lead_pipeline_tests.screening.histories.calls_by_hand import (
    calls_of,
    is_company_wide,
    matched_by_rules,
    newest,
    since,
)
from lead_pipeline_tests.screening.histories.kept_by_hand import KINDS, KeptByHand, Lead, Matched, Row
from lead_pipeline_tests.screening.histories.lists_by_hand import LISTED, OF_NUMBERS, Entry, Identifier, is_same


@dataclass(frozen=True, eq=False)
class Hit:
    """An entry that a row is on a list by: something of its own, or of a contact, or of a lead."""

    entry: Entry
    contact: int | None = None
    lead: int | None = None

    @property
    def says_less(self) -> tuple[object, ...]:
        """Return what such hits are ordered by: one of the row itself comes first."""
        kind, value = self.entry.identifier
        is_own = self.contact is None and self.lead is None
        return not is_own, kind, value, self.contact or float("inf"), self.lead or float("inf")


def matched_on_lists(hits: list[Hit]) -> set[Matched]:
    """Return by reason and list the entry that says most, the lead it is of, and how many entries matched."""
    found = set[Matched]()
    for kind, version in {(hit.entry.kind, hit.entry.version) for hit in hits}:
        those = [hit for hit in hits if (hit.entry.kind, hit.entry.version) == (kind, version)]
        best = min(those, key=lambda hit: hit.says_less)
        entries = {hit.entry.identifier for hit in those}
        found.add((kind, version, *best.entry.identifier, best.lead, None, len(entries)))
    return found


def is_on(entry: Entry, by: ImportProfile) -> bool:
    """Return whether the rule of an entry is on for what it says of its country."""
    rule = getattr(by.scrub.rules, entry.kind)
    return bool(rule) if isinstance(rule, bool) else entry.country is None or entry.country in rule.countries


class ScrubByHand:
    """What the reasons of the rows of one import depend on. `held` and `contact` are of good rows, by their place."""

    def __init__(self, store: KeptByHand, rows: list[Row], by: ImportProfile, at: datetime) -> None:
        self.store, self.by, self.at, self.rows = store, by, at, rows
        self.held: dict[int, list[Identifier]] = {}
        self.contact: dict[int, int] = {}
        self.let_through: dict[int, set[str]] = {}
        self.matched: dict[int, set[Matched]] = {}
        self.said: list[tuple[str, list[Identifier], set[int]]] = []

    def own_of(self, place: int) -> list[Identifier]:
        """Return everything in a row that somebody could be known by; a faulty one has no aliases."""
        named = [(kind, self.rows[place].values.get(kind)) for kind in KINDS]
        values = [(kind, value.lower() if kind == "email" else value) for kind, value in named if value is not None]
        return self.held.get(place, []) + values

    def people_of(self, place: int) -> set[int]:
        """Return the contacts whom a row names by anything in it."""
        return self.store.contacts_named(self.own_of(place)) | ({self.contact.get(place)} - {None})

    def hear_the_rows(self) -> None:
        """Note who may not be contacted because a row says so, be it faulty or not."""
        self.said = [
            (row.says, self.own_of(place), self.people_of(place)) for place, row in enumerate(self.rows) if row.says
        ]

    def said_of(self, own: list[Identifier], people: set[int]) -> set[str]:
        """Return what rows say of somebody with these identifiers, who is one of these contacts."""
        return {
            kind
            for kind, theirs, contacts in self.said
            if any(is_same(one, other) for one in theirs for other in own)
            or (kind not in OF_NUMBERS and not contacts.isdisjoint(people))
        }

    def lead_to_change(self, place: int) -> Lead | None:
        """Return the lead that a row would change."""
        contact = self.contact.get(place)
        lead = None if contact is None else self.known_lead(contact)
        return None if lead is None or self.by.when_known not in ("update", "fill") else self.store.leads[lead]

    def in_force(self, place: int) -> list[Entry]:
        """Return the entries that count for a row: of its destination, and of that of the lead that it would change."""
        entries, lead = self.store.lists.in_force(self.at, self.by.destination), self.lead_to_change(place)
        if lead is not None and lead.destination != self.by.destination:
            elsewhere = self.store.lists.in_force(self.at, lead.destination)
            entries += [entry for entry in elsewhere if entry not in entries]
        return entries

    def without_listed_phones(self, place: int) -> Row:
        """Return a row without the phones of other people that are on a list, or whose people are."""
        row, entries = self.rows[place], self.in_force(place)
        phones = {name for name, rule in self.by.attributes.items() if isinstance(rule, PhoneRule)}
        attributes = {
            name: value
            for name, value in row.attributes.items()
            if name not in phones or not self.is_listed(value, entries)
        }
        secondaries = tuple(one for one in row.secondaries if not self.is_listed(one[0], entries))
        further = tuple(one for one in row.further if not self.is_listed(one, entries))
        return replace(row, secondaries=secondaries, further=further, attributes=attributes)

    def is_listed(self, phone: str, entries: list[Entry]) -> bool:
        """Return whether a phone of somebody else is on a list, or that person is."""
        one = "phone", phone
        if self.said_of([one], self.store.contacts_named([one])):
            return True
        of_people = [entry for entry in entries if entry.kind not in OF_NUMBERS]
        return any(entry.covers(one) for entry in entries) or not self.store.contacts_named([one]).isdisjoint(
            self.store.contacts_hit(of_people)
        )

    def codes_of(self, place: int) -> tuple[str, ...]:
        """Return why a row may not be imported: lists, calls, area codes."""
        row, hits = self.rows[place], self.hits_of(place)
        found = {hit.entry.kind for hit in hits}
        said = self.said_of(self.own_of(place), self.people_of(place)) | ({row.says} - {None})
        on = [hit for hit in hits if is_on(hit.entry, self.by)]
        counting = {hit.entry.kind for hit in on} | said
        if found and not counting:
            self.let_through[place] = found
        own = {value for kind, value in self.held[place] if kind == "phone"}
        own |= {row.values["phone"]} - {None} if "phone" in self.by.fields else set()
        contact = self.contact.get(place)
        phones = set(own)
        if contact is not None:
            phones |= {value for kind, value in self.store.things_of(contact) if kind == "phone"}
        rules = self.by.scrub.rules
        calls = matched_by_rules(calls_of(self.store.calls, phones, contact, self.by, self.at), rules)
        prefixes = {prefix for prefix in rules.area_codes for phone in own if phone.startswith(prefix)}
        self.matched[place] = {(kind, None, None, None, None, None, 1) for kind in said}
        self.matched[place] |= matched_on_lists(on)
        for code, (matched, those) in calls.items():
            last = newest(those)
            self.matched[place].add((code, None, None, matched, last.lead_id, last.happened_at, len(those)))
        if prefixes:
            first = min(prefixes)
            self.matched[place].add(("area_code_listed", None, None, first, None, None, len(prefixes)))
        return (*(kind for kind in LISTED if kind in counting), *calls, *(["area_code_listed"] if prefixes else []))

    def hits_of(self, place: int) -> list["Hit"]:
        """A list of people is of whomever a row names; one of numbers is of the number, whose lead does not change."""
        own, contact, changed = self.own_of(place), self.contact.get(place), self.lead_to_change(place)
        people = self.people_of(place)
        found = []
        for entry in self.in_force(place):
            found += [Hit(entry) for one in own if entry.covers(one)]
            if entry.kind in OF_NUMBERS:
                reached, leads = {contact} - {None} if changed is not None else set(), [changed]
            else:
                reached, leads = people, list(self.store.leads.values())
            for person in reached:
                found += [Hit(entry, person) for one in self.store.identifiers_of(person) if entry.covers(one)]
            for number, lead in self.store.leads.items():
                if lead.contact in reached and lead in leads and any(map(entry.covers, lead.identifiers)):
                    found.append(Hit(entry, None, number))
        return found

    def known_lead(self, contact: int) -> int | None:
        here = [
            (lead.destination != self.by.destination, number)
            for number, lead in self.store.leads.items()
            if lead.contact == contact and (lead.destination == self.by.destination or self.counts_elsewhere(lead))
        ]
        return min(here)[1] if here else None

    def counts_elsewhere(self, lead: Lead) -> bool:
        rule, first = self.by.scrub.rules.existing_lead, since(self.by, self.at)
        if not is_company_wide(self.by) or rule is False or (first is not None and lead.updated_at < first):
            return False
        said = (lead.values.get("status") or "").strip().lower()
        return rule is True or said in [status.lower() for status in rule.statuses]
