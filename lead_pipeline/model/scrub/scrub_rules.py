"""The `scrub:` of a profile: which people are left out because of what happened with them before, or because they are
on a suppression list. Whoever is on a list is never callable, whatever a profile says.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from lead_pipeline.model.errors import listed
from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.suppression_kinds import SUPPRESSION_KINDS, SuppressionKind

ScrubScope = Literal["destination", "company"]

#: Digits of an E.164 number (ITU-T E.164 section 6), at most.
_MOST_DIGITS = 15
_PREFIX = re.compile(rf"\+[1-9][0-9]{{0,{_MOST_DIGITS - 1}}}")

#: A century.
_MOST_DAYS = 36_500


def _prefix(text: str) -> str:
    bare = re.sub(r"[\s().-]", "", text)
    if not _PREFIX.fullmatch(bare):
        raise ValueError(
            "write the country code with its + and the digits that follow, such as +1212 for the area code 212 in "
            "the United States"
        )
    return bare


def _days(given: object) -> object:
    days = given.strip() if isinstance(given, str) else str(given)
    if days == "all":
        return days
    if not days.isascii() or not days.isdigit() or not 1 <= int(days) <= _MOST_DAYS:
        raise ValueError(f"write a number of days from 1 to {_MOST_DAYS}, or all")
    return int(days)


Lookback = Annotated[
    Annotated[int, Field(ge=1, le=_MOST_DAYS)] | Literal["all"],
    BeforeValidator(_days, json_schema_input_type=int | Literal["all"]),
]
_Word = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Prefix = Annotated[str, AfterValidator(_prefix)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]

_OFF = "Whom it lets through is imported and never callable."


class ExistingLead(FrozenModel):
    """Which leads of other destinations make a row a duplicate."""

    statuses: tuple[_Word, ...] = Field(min_length=1, description="Only leads with one of these statuses.")


class Converted(FrozenModel):
    """Whose conversions count."""

    buyers: tuple[_Word, ...] = Field(
        min_length=1, description="Only these buyers'; a call without a buyer counts too."
    )


class DoNotCall(FrozenModel):
    """Whose do-not-call entries count."""

    countries: tuple[Country, ...] = Field(
        min_length=1,
        description="Only entries of these countries (ISO codes), and those that name none, whatever number they have.",
    )


class ScrubRules(FrozenModel):
    """Which people are left out, by what is known of them."""

    existing_lead: bool | ExistingLead = Field(
        default=True,
        description="With scope company, a lead of another destination makes a row a duplicate: true, false, or only "
        "leads with listed statuses.",
    )
    opted_out: bool = Field(default=True, description=f"People who opted out. {_OFF}")
    blocked: bool = Field(default=True, description=f"People on a list of blocked ones. {_OFF}")
    do_not_call: bool | DoNotCall = Field(
        default=True, description=f"Numbers on a do-not-call list: true, false, or only those of some countries. {_OFF}"
    )
    litigator: bool = Field(default=True, description=f"Known litigators. {_OFF}")
    reassigned: bool = Field(default=True, description=f"Numbers that belong to somebody else now. {_OFF}")
    complaint: bool = Field(default=True, description=f"People who complained. {_OFF}")
    dialed: bool = Field(default=False, description="Anybody who was dialed.")
    connected: bool = Field(default=False, description="Anybody who was reached.")
    converted: bool | Converted = Field(
        default=False, description="Anybody who converted, by any buyer or listed ones."
    )
    dispositions: tuple[_Word, ...] = Field(default=(), description="Anybody with a call that ended in one of these.")
    attempts: int | None = Field(default=None, ge=1, description="Anybody with so many attempts or more.")
    area_codes: tuple[Prefix, ...] = Field(
        default=(), description="Numbers that begin with one of these: + and leading digits, such as +1212."
    )

    @property
    def switched_off(self) -> tuple[SuppressionKind, ...]:
        """Return the kinds of suppressions that leave nobody out."""
        return tuple(kind for kind in SUPPRESSION_KINDS if getattr(self, kind) is False)

    @property
    def do_not_call_countries(self) -> tuple[str, ...] | None:
        """Return the countries whose do-not-call entries leave people out; None for all of them."""
        return self.do_not_call.countries if isinstance(self.do_not_call, DoNotCall) else None

    @property
    def warning(self) -> str:
        """Return a sentence about whom the rules let through although they are on a list; empty when nobody."""
        off, only = self.switched_off, self.do_not_call_countries
        said = []
        if off:
            said.append(
                f"the scrub rule {off[0]} is off" if len(off) == 1 else f"the scrub rules {listed(off)} are off"
            )
        if only is not None:
            said.append(f"do-not-call entries of other countries than {', '.join(only)} leave nobody out")
        whole = ", and ".join(said)
        then = "people whom that lets through are imported, nobody is enrolled for them, and they are never callable."
        return f"{whole[0].upper()}{whole[1:]}: {then}" if said else ""

    @property
    def needs_activity(self) -> bool:
        """Tell whether any rule asks for records of calls."""
        by_calls = self.dialed, self.connected, self.converted, self.dispositions, self.attempts
        return any(bool(rule) for rule in by_calls)


class Scrub(FrozenModel):
    """Whom an import leaves out because of what happened before."""

    scope: ScrubScope | None = Field(
        default=None,
        description="Whose leads and calls count: those of the destination, or of the whole company. Default: as "
        "scrub_scope says.",
    )
    lookback_days: Lookback = Field(
        default="all", description="Only calls, and leads of other destinations, of so many days; or all."
    )
    rules: ScrubRules = ScrubRules()
