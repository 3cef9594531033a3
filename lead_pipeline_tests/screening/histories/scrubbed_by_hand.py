"""Says of each row why it may not be imported, as anybody would find out first: for every row, every entry, lead and
call is looked at. It knows no SQL and shares no code with the rooms under test.
"""

from dataclasses import replace
from datetime import datetime

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import PhoneRule
from lead_pipeline_tests.screening.histories.calls_by_hand import call_codes, is_company_wide, since
from lead_pipeline_tests.screening.histories.kept_by_hand import KINDS, KeptByHand, Lead, Row
from lead_pipeline_tests.screening.histories.lists_by_hand import LISTED, OF_NUMBERS, Entry, Identifier, is_same


class ScrubByHand:
    """What the reasons of the rows of one import depend on. `held` and `contact` are of good rows, by their place."""

    def __init__(self, store: KeptByHand, rows: list[Row], by: ImportProfile, at: datetime) -> None:
        self.store, self.by, self.at, self.rows = store, by, at, rows
        self.off = [kind for kind in LISTED if getattr(by.scrub.rules, kind) is False]
        self.held: dict[int, list[Identifier]] = {}
        self.contact: dict[int, int] = {}
        self.let_through: set[int] = set()
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
        return replace(row, secondaries=secondaries, attributes=attributes)

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
        row, found = self.rows[place], self.lists_of(place)
        said = self.said_of(self.own_of(place), self.people_of(place)) | ({row.says} - {None})
        counting = (found - set(self.off)) | said
        if found and not counting:
            self.let_through.add(place)
        own = {value for kind, value in self.held[place] if kind == "phone"}
        own |= {row.values["phone"]} - {None} if "phone" in self.by.fields else set()
        contact = self.contact.get(place)
        phones = set(own)
        if contact is not None:
            phones |= {value for kind, value in self.store.things_of(contact) if kind == "phone"}
        codes = [kind for kind in LISTED if kind in counting]
        codes += call_codes(self.store.calls, phones, contact, self.by, self.at)
        if any(phone.startswith(prefix) for phone in own for prefix in self.by.scrub.rules.area_codes):
            codes.append("area_code_listed")
        return tuple(codes)

    def lists_of(self, place: int) -> set[str]:
        """A list of people is of whomever a row names; one of numbers is of the number, whose lead does not change."""
        own = self.own_of(place)
        contact, lead, theirs = self.contact.get(place), self.lead_to_change(place), list[Identifier]()
        if contact is not None and lead is not None:
            theirs = self.store.identifiers_of(contact) + lead.identifiers
        of_people = [one for person in self.people_of(place) for one in self.store.things_of(person)]
        found = set()
        for entry in self.in_force(place):
            reached = own + (theirs if entry.kind in OF_NUMBERS else of_people)
            found |= {entry.kind} if any(map(entry.covers, reached)) else set()
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
