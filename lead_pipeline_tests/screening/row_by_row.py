"""An importer of normalized rows as anybody would write it first: dictionaries, one row after another. What the real
one makes of rows is held against it; it knows no SQL and shares no code with the rooms under test.
"""

from collections import Counter
from datetime import datetime, timedelta

from lead_pipeline.model.fields import CONSENT_FIELDS
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.rules import PhoneRule
from lead_pipeline_tests.screening.histories.kept_by_hand import KINDS, KeptByHand, Lead, Row
from lead_pipeline_tests.screening.histories.lists_by_hand import Identifier
from lead_pipeline_tests.screening.histories.scrubbed_by_hand import ScrubByHand

#: Outcome, reasons and lead of a row.
Verdict = tuple[str, tuple[str, ...], int | None]


_OUT = "suppressed"


class RowByRow(KeptByHand):
    """The store, as dictionaries. Leads and contacts are numbered from 1 in the order in which they came."""

    def add(self, rows: list[Row], by: ImportProfile, supplied: frozenset[str], at: datetime) -> list[Verdict]:
        """Import rows; return what became of each."""
        self.imports += 1
        this = _Import(self, rows, by, supplied, at)
        verdicts = this.run()
        self.matched = {place: this.matched[place] for place, (outcome, *_) in enumerate(verdicts) if outcome == _OUT}
        self.let_through = {place: kinds for place, kinds in this.let_through.items() if is_imported(verdicts[place])}
        return verdicts


class _Import(ScrubByHand):
    def __init__(
        self, store: RowByRow, rows: list[Row], by: ImportProfile, supplied: frozenset[str], at: datetime
    ) -> None:
        super().__init__(store, rows, by, at)
        self.supplied = supplied
        self.good = [place for place, row in enumerate(rows) if not row.reasons]
        self.held = {place: self.identifiers_of(rows[place]) for place in self.good}
        self.ambiguous: set[int] = set()
        self.codes: dict[int, tuple[str, ...]] = {}
        self.person: dict[int, object] = {}

    def identifiers_of(self, row: Row) -> list[Identifier]:
        own = row.values.get(self.by.identify_by)
        aliases = sorted(row.aliases, key=lambda alias: KINDS.index(alias[0])) if self.by.aliases else []
        every = ([(self.by.identify_by, own)] if own is not None else []) + aliases
        return [(kind, value.lower() if kind == "email" else value) for kind, value in every]

    def run(self) -> list[Verdict]:
        for place in self.good:
            contacts = {self.store.identifiers[one] for one in self.held[place] if one in self.store.identifiers}
            if len(contacts) > 1:
                self.ambiguous.add(place)
            elif contacts:
                self.contact[place] = contacts.pop()
        self.hear_the_rows()
        saying = {contact for _, _, contacts in self.said for contact in contacts}
        ended = [lead for lead in self.store.leads.values() if lead.contact in saying]
        self.codes = {place: self.codes_of(place) for place in self.good}
        self.rows = [self.without_listed_phones(place) for place in range(len(self.rows))]
        self.tell_people_apart()
        verdicts = self.write([self.judge(place) for place in range(len(self.rows))])
        for lead in ended:
            lead.is_due = False
        self.store.said_so |= saying
        for place in self.let_through:
            if is_imported(verdicts[place]):
                self.store.leads[verdicts[place][2]].is_due = False
        return verdicts

    def tell_people_apart(self) -> None:
        """Rows are of whom they would be of if each were a file of its own."""
        owners: dict[Identifier, object] = {}
        rows: Counter[object] = Counter()
        for place in self.good:
            if place in self.ambiguous:
                continue
            held, contact = self.held[place], self.contact.get(place)
            if self.codes[place] or not held:
                self.person[place] = contact if contact is not None else held[0] if held else ("row", place)
                continue
            people = {owners[one] for one in held if one in owners} | ({contact} - {None})
            if len(people) > 1:
                self.ambiguous.add(place)
                continue
            self.person[place] = person = people.pop() if people else held[0]
            if isinstance(person, int):
                self.contact[place] = person
            rows[person] += 1
            if self.leaves_identifiers(person, rows[person]):
                for one in held:
                    owners.setdefault(one, person)

    def leaves_identifiers(self, person: object, nth: int) -> bool:
        """Return whether the nth row of a person is written, so that later rows can be matched by it."""
        if nth > 1 and self.by.duplicates_in_file == "first":
            return False
        if isinstance(person, int) and self.known_lead(person) is not None:
            return self.by.when_known in ("update", "fill")
        return self.by.write_mode != "update_only"

    def of_person(self, place: int) -> list[int]:
        return [other for other, person in self.person.items() if person == self.person[place]]

    def clear_rows(self, place: int) -> list[int]:
        return sorted(other for other in self.of_person(place) if not self.codes[other])

    def kept_row(self, place: int) -> int | None:
        """Return the row that is imported for the person of this one."""
        clear = self.clear_rows(place)
        if not clear or (len(clear) > 1 and self.by.duplicates_in_file == "reject_all"):
            return None
        return clear[-1] if self.by.duplicates_in_file == "last" else clear[0]

    def judge(self, place: int) -> Verdict:
        row, by = self.rows[place], self.by
        if row.reasons:
            return "skipped" if row.reasons == ("row_blank",) else "rejected", row.reasons, None
        codes = self.codes[place]
        if place in self.ambiguous:
            return "rejected", ("match_ambiguous", *codes), None
        contact = self.contact.get(place)
        lead = self.known_lead(contact) if contact is not None else None
        known = ("duplicate_existing",) if lead is not None and by.when_known == "skip" else ()
        if codes:
            again = ("duplicate_in_file",) if min(self.of_person(place)) < place else ()
            return "suppressed", (*again, *known, *codes), lead
        if lead is not None and by.when_known == "reject":
            return "rejected", ("duplicate_existing_refused",), lead
        if lead is None and by.write_mode == "update_only":
            return "rejected", ("match_missing",), None
        if len(self.clear_rows(place)) > 1 and by.duplicates_in_file == "reject_all":
            return "rejected", ("duplicate_in_file_refused", *known), lead
        if self.kept_row(place) != place:
            merged = by.duplicates_in_file == "merge" and not known
            return "duplicate", ("duplicate_merged" if merged else "duplicate_in_file", *known), lead
        if known:
            return "duplicate", known, lead
        return ("created" if lead is None else "updated"), (), lead

    def write(self, verdicts: list[Verdict]) -> list[Verdict]:
        phones = [name for name, rule in self.by.attributes.items() if isinstance(rule, PhoneRule)]
        self.store.phone_attributes |= {(self.by.destination, name) for name in phones}
        became: dict[int, int] = {}
        for place, (outcome, reasons, lead) in enumerate(verdicts):
            if outcome == "created":
                became[place] = self.create(place)
            elif outcome == "updated" and lead is not None and not self.update(place, self.store.leads[lead]):
                verdicts[place] = "unchanged", reasons, lead
        for place, (outcome, reasons, lead) in enumerate(verdicts):
            kept = self.kept_row(place) if place in self.person else None
            if lead is None and kept in became:
                verdicts[place] = outcome, reasons, became[kept]
        return verdicts

    def merged_row(self, place: int) -> Row:
        if self.by.duplicates_in_file != "merge" or place not in self.person:
            return self.rows[place]
        rows = [self.rows[other] for other in self.clear_rows(place)]
        merged = Row(warnings=tuple(code for row in rows for code in row.warnings))
        for row in rows:
            for name, value in row.values.items():
                if name == "tags" or value is None:
                    continue
                if merged.values.get(name) is None or not self.is_default(name, value):
                    merged.values[name] = value
            if row.values.get("phone") is not None:
                merged.derived = dict(row.derived)
            merged.attributes = {
                **merged.attributes,
                **{
                    name: value
                    for name, value in row.attributes.items()
                    if name not in merged.attributes or not self.is_default_attribute(name, value)
                },
            }
            merged.secondaries = row.secondaries or merged.secondaries
            merged.further = row.further or merged.further
            if row.values.get("tags") is not None:
                merged.values["tags"] = added(merged.values.get("tags") or [], row.values["tags"])
        times = [row.values["consent_at"] for row in rows if row.values.get("consent_at") is not None]
        if times:
            newest = [row for row in rows if row.values.get("consent_at") == max(times)][-1]
            merged.values |= dict(zip(CONSENT_FIELDS, newest.consent, strict=True))
        return merged

    def is_default(self, name: str, value: object) -> bool:
        default = self.by.fields[name].default
        return default is not None and str(value) == default

    def is_default_attribute(self, name: str, value: object) -> bool:
        rule = self.by.attributes.get(name)
        default = self.by.default_attributes.get(name) if rule is None else rule.default
        return default is not None and value == default

    def new_identifiers(self, place: int) -> list[Identifier]:
        rows = self.clear_rows(place) if self.by.duplicates_in_file == "merge" and place in self.person else [place]
        held = [one for row in rows for one in self.held[row]]
        return [one for one in dict.fromkeys(held) if one not in self.store.identifiers]

    def create(self, place: int) -> int:
        contact = self.contact.get(place)
        if contact is None:
            self.store.contacts += 1
            contact = self.store.contacts
        new = self.new_identifiers(place)
        row = self.merged_row(place)
        values = {name: row.values.get(name) for name in self.by.fields if name != "expires_in"}
        if row.values.get("tags") is not None:
            values["tags"] = added([], row.values["tags"])
        if row.values.get("expires_in") is not None:
            values["expires_at"] = self.at + timedelta(hours=row.values["expires_in"])
        lead = Lead(contact, self.by.destination, values | row.derived, dict(row.attributes), row.contacts, self.at)
        lead.is_due = self.by.destination.kind == "schedule" and contact not in self.store.said_so
        number = len(self.store.leads) + 1
        self.store.leads[number] = lead
        self.name(lead)
        self.store.identifiers |= dict.fromkeys(new, contact)
        return number

    def update(self, place: int, lead: Lead) -> bool:
        """Write a row over a lead; return whether that changed anything."""
        row, before = self.merged_row(place), said_of(lead)
        new = self.new_identifiers(place)
        dropped = any(REASONS[Reason(code)].effect == "rejected" for code in row.warnings)
        fills = self.by.when_known == "fill"
        old_phone = lead.values.get("phone")
        for name in self.by.fields:
            if name in self.supplied and name not in CONSENT_FIELDS:
                self.update_field(name, row, lead, fills, dropped)
        if any(name in self.supplied for name in CONSENT_FIELDS) and "consent_at" in self.by.fields:
            self.update_consent(row, lead, fills)
        if "phone" in self.supplied and self.by.fields["phone"].update_rule != "never":
            self.update_derived(row, lead, old_phone)
        if any(name == "attributes" or name.startswith("attribute.") for name in self.supplied):
            self.update_attributes(row, lead, fills, dropped)
        if row.contacts and not (fills and lead.secondaries) and row.contacts != lead.secondaries:
            lead.secondaries, lead.marked = row.contacts, set()
        self.store.identifiers |= dict.fromkeys(new, lead.contact)
        if said_of(lead) == before and not new:
            return False
        lead.updated_at, lead.updated_by = self.at, self.store.imports
        phones = [name for name, rule in self.by.attributes.items() if isinstance(rule, PhoneRule)]
        self.store.phone_attributes |= {(lead.destination, name) for name in phones}
        self.name(lead)
        return True

    def update_field(self, name: str, row: Row, lead: Lead, fills: bool, dropped: bool) -> None:
        how = self.by.fields[name].update_rule
        if how == "never":
            return
        column, value = name, row.values.get(name)
        if name == "expires_in":
            column, value = "expires_at", None if value is None else self.at + timedelta(hours=value)
        there, how = lead.values.get(column), "if_existing_empty" if fills else how
        if name == "tags":
            keeps = value is None or (how == "if_existing_empty" and there)
            lead.values["tags"] = there if keeps else added(there or [], value)
        elif how == "if_existing_empty" or (how != "always" and self.is_default(name, row.values.get(name))):
            lead.values[column] = value if there is None else there
        elif value is not None or (how == "always" and not dropped):
            lead.values[column] = value

    def update_consent(self, row: Row, lead: Lead, fills: bool) -> None:
        """Of two consents the lead has the newer one, whole; the other one is kept beside it."""
        rule, new, old = self.by.fields["consent_at"].update_rule, row.consent, consent_of(lead)
        if rule == "never":
            takes = False
        elif fills or rule == "if_existing_empty":
            takes = old[0] is None and new[0] is not None
        else:
            takes = new[0] is not None and (old[0] is None or new[0] > old[0])
        if takes:
            lead.values |= dict(zip(CONSENT_FIELDS, new, strict=True))
        gives_way = old if takes else new
        if any(value is not None for value in new) and new != old and any(value is not None for value in gives_way):
            lead.other_consents.append(("row" if takes else "lead", gives_way))

    def update_derived(self, row: Row, lead: Lead, old_phone: str | None) -> None:
        for fact in ("phone_type", "phone_extension"):
            if lead.values.get("phone") != old_phone:
                lead.values[fact] = row.derived.get(fact)
            elif row.values.get("phone") == old_phone and row.derived.get(fact) is not None:
                lead.values[fact] = row.derived[fact]

    def update_attributes(self, row: Row, lead: Lead, fills: bool, dropped: bool) -> None:
        for name in sorted({*row.attributes, *self.by.attributes}):
            rule, value = self.by.attributes.get(name), row.attributes.get(name)
            how = rule.update_rule if rule is not None else "if_new_not_empty"
            if how == "never" or (rule is not None and f"attribute.{name}" not in self.supplied):
                continue
            if fills or how == "if_existing_empty" or (how != "always" and self.is_default_attribute(name, value)):
                value = lead.attributes.get(name, value)
            elif value is None and (how != "always" or dropped):
                value = lead.attributes.get(name)
            if value is None:
                lead.attributes.pop(name, None)
            else:
                lead.attributes[name] = value
        lead.attributes = dict(sorted(lead.attributes.items()))

    def name(self, lead: Lead) -> None:
        for kind in ("company", "tags"):
            said = lead.values.get(kind) or []
            for one in [said] if isinstance(said, str) else said:
                self.store.names[kind].setdefault((lead.destination, one.lower()), one)


def is_imported(verdict: Verdict) -> bool:
    """Return whether anything of a row got into a lead."""
    outcome, reasons, _ = verdict
    return outcome in ("created", "updated", "unchanged") or "duplicate_merged" in reasons


def consent_of(lead: Lead) -> tuple[object, ...]:
    """Return the consent that a lead has."""
    return tuple(lead.values.get(name) for name in CONSENT_FIELDS)


def said_of(lead: Lead) -> tuple[object, ...]:
    """Return everything that an update may change."""
    values = {name: value for name, value in lead.values.items() if value is not None}
    return values, dict(lead.attributes), list(lead.secondaries)


def added(known: list[str], tags: list[str]) -> list[str]:
    """Return the known tags and those that are new, letter case aside."""
    result = list(known)
    for tag in tags:
        if tag.lower() not in [one.lower() for one in result]:
            result.append(tag)
    return result
