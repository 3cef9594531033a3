"""Says of each row why it may not be imported, as anybody would find out first: for every row, every entry, lead and
call is looked at. It knows no SQL and shares no code with the rooms under test.
"""

from dataclasses import replace
from datetime import datetime

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import PhoneRule
from lead_pipeline_tests.screening.histories.calls_by_hand import call_codes, is_company_wide, since
from lead_pipeline_tests.screening.histories.kept_by_hand import KINDS, KeptByHand, Lead, Row
from lead_pipeline_tests.screening.histories.lists_by_hand import LISTED, OF_NUMBERS, Identifier


class ScrubByHand:
    """What the reasons of the rows of one import depend on. `held` and `contact` are of good rows, by their place."""

    def __init__(self, store: KeptByHand, rows: list[Row], by: ImportProfile, at: datetime) -> None:
        self.store, self.by, self.at = store, by, at
        self.in_force = store.lists.in_force(at, by.destination)
        self.off = [kind for kind in LISTED if getattr(by.scrub.rules, kind) is False]
        of_people = [entry for entry in self.in_force if entry.kind not in OF_NUMBERS]
        self.kinds_of = {
            contact: {entry.kind for entry in of_people if any(map(entry.covers, store.things_of(contact)))}
            for contact in store.contacts_hit(of_people)
        }
        self.let_through: set[int] = set()
        self.rows = [self.without_listed_phones(row) for row in rows]
        self.held: dict[int, list[Identifier]] = {}
        self.contact: dict[int, int] = {}

    def without_listed_phones(self, row: Row) -> Row:
        """Return a row without the phones of other people that are on a list."""
        secondaries = tuple(one for one in row.secondaries if not self.is_listed(one[0]))
        phones = {name for name, rule in self.by.attributes.items() if isinstance(rule, PhoneRule)}
        attributes = {
            name: value for name, value in row.attributes.items() if name not in phones or not self.is_listed(value)
        }
        return replace(row, secondaries=secondaries, attributes=attributes)

    def is_listed(self, phone: str) -> bool:
        one = "phone", phone
        is_theirs = any(self.kinds_of.get(contact) for contact in self.store.contacts_named([one]))
        return is_theirs or any(entry.covers(one) for entry in self.in_force)

    def codes_of(self, place: int) -> tuple[str, ...]:
        """Return why a row may not be imported: lists, calls, area codes."""
        row, found = self.rows[place], self.lists_of(place)
        counting = (found - set(self.off)) | ({row.says} - {None})
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
        row = self.rows[place]
        own = self.held[place] + [(kind, row.values[kind]) for kind in KINDS if row.values.get(kind) is not None]
        contact, theirs = self.contact.get(place), list[Identifier]()
        lead = None if contact is None else self.known_lead(contact)
        if contact is not None and lead is not None and self.by.when_known in ("update", "fill"):
            theirs = self.store.identifiers_of(contact) + self.store.leads[lead].identifiers
        people = self.store.contacts_named(own) | {contact}
        found = {kind for one in people for kind in self.kinds_of.get(one, ())}
        found |= {entry.kind for entry in self.in_force if any(map(entry.covers, own))}
        of_numbers = [entry for entry in self.in_force if entry.kind in OF_NUMBERS]
        return found | {entry.kind for entry in of_numbers if any(map(entry.covers, theirs))}

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
