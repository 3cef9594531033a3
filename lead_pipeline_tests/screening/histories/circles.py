"""Draws what happens to circles of people: the rows, entries and calls of a few people each, whose identifiers nobody
else has. What the program makes of one circle does not depend on any other, so that many fit into one store.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline_tests.screening.histories.calls_by_hand import Call
from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.histories.lists_by_hand import LISTED, Identifier, Named
from lead_pipeline_tests.screening.row_by_row import RowByRow
from lead_pipeline_tests.screening.written import everything, profile

_T = TypeVar("_T")

#: Circles are numbered below this.
MOST_CIRCLES = 100_000

UPDATE_RULES = ("always", "if_new_not_empty", "if_existing_empty", "never")
HERE = ({"kind": "schedule", "name": "main"}, {"kind": "schedule", "name": "solar"}, {"kind": "campaign", "name": "x"})
BUYERS, DISPOSITIONS = ("Sunny", "sunny_ltd", "Windy"), ("No Answer", "SALE", "wrong-number")
FAR_HOURS = 200_000  # more than 22 years


def one_of(random: Random, values: Sequence[_T]) -> _T:
    """Return one of the values; as `Random.choice`, in a third of the time."""
    return values[int(random.random() * len(values))]


def some(random: Random, values: Sequence[_T]) -> _T | None:
    """Return one of the values, or in a third of the cases None."""
    return None if random.random() < 1 / 3 else one_of(random, values)


@dataclass
class Circle:
    """A few people: whom they could be known by, what an importer by hand has of them, and the numbers that the program
    gave their leads.
    """

    number: int
    phones: list[str]
    emails: list[str]
    others: list[str]
    by_hand: RowByRow = field(default_factory=RowByRow)
    lead_ids: dict[int, int] = field(default_factory=dict)
    story: list[object] = field(default_factory=list)

    @classmethod
    def drawn(cls, number: int, random: Random) -> "Circle":
        """Return one, with few phones, so that rows meet; forms of one number come together."""
        families = [
            [f"+1212{number:05d}01"], [f"+1212{number:05d}02"], [f"+1312{number:05d}01"],
            [f"+5255{number:06d}01", f"+52155{number:06d}01"],
            [f"+54911{number:06d}01", f"+5411{number:06d}01"],
            [f"+55118{number:05d}01", f"+551198{number:05d}01"],
            [f"+229019{number:05d}01", f"+2299{number:05d}01"], [f"+2250747{number:05d}1", f"+22547{number:05d}1"],
            [f"+24166{number:05d}1", f"+24106{number:05d}1"], [f"+57601{number:05d}01", f"+571{number:05d}01"],
        ]  # fmt: skip
        phones = [phone for family in random.sample(families, one_of(random, (2, 3))) for phone in family]
        emails = [f"{name}@d{number}.example" for name in ("ana", "bo", "ANA")]
        emails += [f"cy@sub.d{number}.example", f"ana@e{number}.example"]
        return cls(number, phones, random.sample(emails, 3), [f"{number}-{one}" for one in "aAb"])

    def identifier(self, kind: str, random: Random) -> str:
        """Return a value of a kind of identifier; those that are neither phones nor emails have the same values."""
        pools = {"phone": self.phones, "email": self.emails}
        return one_of(random, pools.get(kind, self.others))

    def row(self, by: ImportProfile, supplied: frozenset[str], random: Random) -> Row:
        """Return a row as the rooms before hand it on: what the file does not supply is empty, and defaults are in."""
        values = {name: self._value(name, random) if name in supplied else None for name in by.fields}
        if by.rows_without_identifier == "reject" or random.random() < 0.5:
            values[by.identify_by] = self.identifier(by.identify_by, random)
        if "city" in supplied and values["city"] is None:
            values["city"] = "unknown"
        derived = {}
        if values["phone"] is not None:
            derived = {"phone_type": some(random, ("mobile", "voip")), "phone_extension": some(random, ("7",))}
        aliases = tuple(
            (kind, self.identifier(kind, random))
            for kind in sorted(by.aliases)
            if f"alias.{kind}" in supplied and random.random() < 0.5
        )
        further: tuple[str, ...] = ()
        if values["phone"] is not None and by.fields["phone"].multiple == "secondary":
            further = tuple(random.choices(self.phones, k=one_of(random, (0, 0, 1, 2))))
        secondaries: tuple[tuple[str, str | None], ...] = ()
        if by.secondary_contacts and "secondary.1.phone" in supplied:
            others = random.choices(self.phones, k=one_of(random, (0, 0, 1, 2)))
            secondaries = tuple((phone, some(random, ('{"role":"x"}',))) for phone in others)
        return Row(
            values=values,
            derived=derived,
            attributes=self._attributes(by, supplied, random),
            aliases=aliases,
            secondaries=secondaries,
            further=further,
            reasons=one_of(random, _REASONS),
            warnings=one_of(random, _WARNINGS),
            says=one_of(random, _SAYS),
        )

    def _value(self, name: str, random: Random) -> Any:
        if name in _VALUES:
            return one_of(random, _VALUES[name])
        return self.identifier(name, random) if random.random() < 2 / 3 else None

    def _attributes(self, by: ImportProfile, supplied: frozenset[str], random: Random) -> dict[str, str]:
        attributes = dict(by.default_attributes)
        if "attributes" in supplied and random.random() < 0.3:
            attributes["src"] = one_of(random, ("1", "null", "ü"))
        for name, rule in by.attributes.items():
            if f"attribute.{name}" not in supplied:
                continue
            value = some(random, self.phones if rule.type == "phone" else ("A", "B")) or rule.default
            attributes |= {} if value is None else {name: value}
        return attributes

    def named(self, random: Random, start: datetime) -> Named:
        """Return an entry of a list."""
        number = self.number
        kind = one_of(random, ("phone",) * 4 + ("email", "email", "domain", "prefix", "external_id", "social"))
        identifier: Identifier
        if kind == "domain":
            identifier = kind, one_of(random, (f"d{number}.example", f"e{number}.example"))
        elif kind == "prefix":
            phone = one_of(random, self.phones)[1:]
            # What is behind the number of the circle may be cut off.
            behind = (0, 1) if phone.startswith(("225", "241")) else (0, 1, 2)
            identifier = kind, phone[: len(phone) - one_of(random, behind)]
        else:
            identifier = kind, self.identifier(kind, random)
        if kind == "email":
            identifier = kind, identifier[1].lower()
        hours = one_of(random, (None, None, None, FAR_HOURS, FAR_HOURS + 1, random.randrange(200)))
        country = one_of(random, (None, None, None, "US", "GB"))
        return Named(identifier, None if hours is None else start + timedelta(hours=hours), country)

    def call(self, random: Random, now: datetime) -> Call:
        """Return a record of a call, to a phone or of a lead that there is."""
        lead = one_of(random, [None, None, *self.by_hand.leads])
        phone = some(random, self.phones) if lead is not None else one_of(random, self.phones)
        if lead is not None and random.random() < 0.5:
            phone = self.by_hand.leads[lead].values.get("phone")
        hours = one_of(random, (None, 0, 1, 24 * 8, 24 * 31, 24 * 31 + 1))
        return Call(
            phone=phone,
            lead_id=lead,
            destination=some(random, ("schedule:main", "Main", "SCHEDULE:SOLAR", "x", "elsewhere")),
            buyer=some(random, BUYERS),
            disposition=some(random, DISPOSITIONS),
            dialed=random.random() < 0.8,
            connected=random.random() < 0.3,
            converted=random.random() < 0.2,
            attempts=one_of(random, (None, None, 0, 1, 2)),
            happened_at=None if hours is None else now - timedelta(hours=hours),
        )


_REASONS: Sequence[tuple[str, ...]] = ((),) * 12 + (("number_invalid",), ("row_blank",))
_WARNINGS: Sequence[tuple[str, ...]] = ((), (), (), (), ("number_invalid",), ("email_disposable",))
_SAYS = (None,) * 20 + ("opted_out", "do_not_call")
_VALUES: dict[str, Sequence[Any]] = {
    "first_name": (None, "Ana", "Bo"),
    "city": (None, "Bonn", "unknown"),
    "status": (None, "new", " WON ", "won"),
    "company": (None, "Acme", "ACME"),
    "lead_score": (None, 0, 1),
    "expires_in": (None, None, 0, 1, FAR_HOURS),
    "tags": (None, ["vip"], ["VIP", "cold"]),
    "consent_at": (None, *(datetime(2025, 11, day, 8, tzinfo=UTC) for day in (3, 4, 5))),
    "consent_source": (None, "form", "fair"),
    "consent_ip": (None, None, "192.0.2.1"),
    "consent_text_hash": (None, "a1", "b2"),
}


def draw_profile(random: Random) -> ImportProfile:
    """Return a profile of any kind of writing, with any scrub rules."""
    write_mode = random.choice(("create_only", "update_only", "upsert", "upsert", "upsert"))
    fitting = {"create_only": ("skip", "reject"), "update_only": ("update", "fill")}
    on_duplicate = random.choice(fitting.get(write_mode, ("skip", "update", "update", "fill", "reject")))
    graded = random.sample(("grade", "r/ank"), random.choice((0, 0, 1, 2)))
    attributes: dict[str, Any] = {
        name: {"type": "text", "update_rule": random.choice(UPDATE_RULES), "default": random.choice((None, None, "B"))}
        for name in graded
    }
    if random.random() < 0.5:
        attributes["desk"] = {"type": "phone", "update_rule": random.choice(UPDATE_RULES)}
    nameless = "reject" if write_mode == "update_only" else random.choice(("reject", "reject", "create"))
    ruled = ("phone", "email", "first_name", "city", "status", "lead_score", "expires_in", "tags", "company",
             "consent_at")  # fmt: skip
    kinds = ("phone", "email", "external_id", "social", "cookie_id")
    return profile(
        random.choice(("phone", "email", "email", "external_id")),
        rules={name: {"update_rule": random.choice(UPDATE_RULES)} for name in ruled}
        | {"phone": {"update_rule": random.choice(UPDATE_RULES), "multiple": random.choice(("reject", "secondary"))}},
        consents=random.random() < 0.5,
        attributes=attributes,
        default_attributes=random.choice(({}, {"src": "none"})),
        aliases={kind: {} for kind in random.sample(kinds, random.choice((0, 0, 0, 1, 1, 2, 3)))},
        secondary_contacts=random.choice((None, {"max": 2})),
        destination=random.choice(HERE),
        rows_without_identifier=nameless,
        scrub_scope=random.choice(("destination", "company")),
        scrub=draw_scrub(random),
        write_mode=write_mode,
        on_duplicate=on_duplicate,
        duplicates_in_file=random.choice(("first", "last", "merge", "reject_all")),
    )


def draw_scrub(random: Random) -> dict[str, Any]:
    """Return scrub rules: in some cases none, which is the default."""
    if random.random() < 0.4:
        return {}
    return {
        "scope": random.choice((None, "destination", "company")),
        "lookback_days": random.choice(("all", 31, 8)),
        "rules": {
            "existing_lead": random.choice((True, True, False, {"statuses": ["WON"]})),
            "dialed": random.random() < 0.25,
            "connected": random.random() < 0.3,
            "converted": random.choice((False, False, True, {"buyers": ["SUNNY", "sunny ltd"]})),
            "dispositions": random.choice(([], ["no_answer"], ["Sale", "busy"])),
            "attempts": random.choice((None, 1, 2, 4)),
            "area_codes": random.choice(([], [], [], ["+1312"], ["+52", "+5411"])),
            **{kind: random.random() > 0.2 for kind in LISTED},
            "do_not_call": random.choice((True, True, False, {"countries": ["US"]}, {"countries": ["GB", "US"]})),
        },
    }


def draw_supplied(by: ImportProfile, random: Random) -> frozenset[str]:
    """Return what a file supplies of what the profile knows."""
    optional = sorted(everything(by) - {by.identify_by})
    return everything(by) - set(random.sample(optional, random.randrange(min(5, len(optional)))))


def draw_lists(random: Random) -> list[dict[str, Any]]:
    """Return name, kind and destination of three lists: few, so that versions of one follow each other."""
    lists = []
    for kind in random.sample(LISTED, 3):
        where = random.choice((None, None, *HERE))
        destination = where and Destination(**where)
        lists.append({"name": f"{kind} {destination or ''}", "kind": kind, "destination": destination})
    return lists


def draw_version(random: Random, lists: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return one of the lists, and what a version of it does."""
    return {**random.choice(lists), "mode": random.choice(("add", "add", "add", "replace", "remove"))}
