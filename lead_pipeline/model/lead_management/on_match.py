"""What an import does to the leads that are there already of the people whom its rows name. Which rows these are, and
what a change means for an enrollment, does not belong here.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from lead_pipeline.model.destination import Destination, WrittenDestination
from lead_pipeline.model.fields import AttributeName, FrozenModel, RuleError

#: The keys that name another destination, in the order in which they are carried out.
TARGETS = ("move_to", "add_to", "copy_to")

#: What a change is called in the history, by the key that makes it.
CHANGE_OF_TARGET: dict[str, Literal["move", "add", "copy"]] = {"move_to": "move", "add_to": "add", "copy_to": "copy"}

#: The kinds of suppressions that an import may write or end.
DecidedKind = Literal["blocked", "opted_out"]


class ExpireByToken(FrozenModel):
    """Which leads expire: only those with the row's phone and the same token, in any destination."""

    token: AttributeName = Field(description="The attribute with the lead token.")


class OnMatch(FrozenModel):
    """What becomes of leads that are there, of people whom a row names that is neither rejected nor suppressed."""

    leads: Literal["destination", "company"] = Field(
        default="destination", description="Which leads of theirs: those of this destination, or of any."
    )
    expire_existing: bool | ExpireByToken = Field(
        default=False,
        description="Live leads with the row's phone in this destination expire, and the row becomes a new lead: true, "
        "false, or {token: NAME} for those with the same value of the attribute NAME, in any destination.",
    )
    schedule: Literal["nothing", "stop", "start", "restart"] = Field(
        default="nothing", description="What becomes of their enrollments: nothing, stop, start, restart."
    )
    opt: Literal["nothing", "out", "in"] = Field(
        default="nothing", description="Opt the people out, or in: that ends opt-outs by an identifier in the row."
    )
    block: Literal["nothing", "block", "unblock"] = Field(
        default="nothing", description="Block the people, or end what blocks them by an identifier in the row."
    )
    move_to: WrittenDestination | None = Field(default=None, description="The leads go there, such as schedule:autumn.")
    add_to: WrittenDestination | None = Field(default=None, description="The leads are enrolled in that schedule too.")
    copy_to: WrittenDestination | None = Field(default=None, description="Copies of the leads are made there.")

    @property
    def targets(self) -> dict[str, Destination]:
        """Return the other destinations that leads go to, by key."""
        named = {key: getattr(self, key) for key in TARGETS}
        return {key: destination for key, destination in named.items() if destination is not None}

    @property
    def suppresses(self) -> tuple[DecidedKind, ...]:
        """Return the kinds of lists that people come onto."""
        return _kinds(opted_out=self.opt == "out", blocked=self.block == "block")

    @property
    def lifts(self) -> tuple[DecidedKind, ...]:
        """Return the kinds of lists that people are taken off."""
        return _kinds(opted_out=self.opt == "in", blocked=self.block == "unblock")

    @property
    def does_anything(self) -> bool:
        """Tell whether anything happens to leads that are there."""
        return self.changes_leads or bool(self.expire_existing)

    @property
    def changes_leads(self) -> bool:
        """Tell whether anything happens to the leads of people whom a row matches."""
        return bool(self.schedule != "nothing" or self.suppresses or self.lifts or self.targets)

    @property
    def warning(self) -> str:
        """Return a sentence about whom files may take off lists; empty when nobody."""
        if not self.lifts:
            return ""
        lists = " and ".join(kind.replace("_", " ") for kind in self.lifts)
        return (
            f"A file may take people off the lists of {lists} people, by an identifier of theirs in a row "
            "(lead_management.on_match)."
        )

    @model_validator(mode="after")
    def _says_one_thing_of_a_person(self) -> Self:
        if self.suppresses and self.lifts:
            raise RuleError(
                f"opt: {self.opt} and block: {self.block} contradict each other; remove one of the two", "block"
            )
        word = f"opt: {self.opt}" if self.opt == "out" else f"block: {self.block}"
        if self.suppresses and self.schedule in ("start", "restart"):
            raise RuleError(
                f"nothing starts for people who may not be contacted (`{word}`); write stop, or leave it out",
                "schedule",
            )
        enrolling = next((key for key in ("add_to", "copy_to") if key in self.targets), None)
        if self.suppresses and enrolling:
            raise RuleError(
                f"nobody is enrolled anew who may not be contacted (`{word}`); remove one of the two", enrolling
            )
        return self

    @model_validator(mode="after")
    def _expired_leads_are_left_alone(self) -> Self:
        if not self.expire_existing:
            return self
        others = [key for key in ("schedule", "opt", "block") if getattr(self, key) not in ("nothing", "in", "unblock")]
        other = next((key for key in (*self.targets, *others)), None)
        if other is not None:
            raise RuleError(
                f"a row that makes existing leads expire becomes a new lead, and there is none left for {other}; "
                "remove one of the two",
                "expire_existing",
            )
        return self

    @model_validator(mode="after")
    def _targets_fit(self) -> Self:
        named: dict[str, str] = {}
        for key, destination in self.targets.items():
            if key == "add_to" and destination.kind != "schedule":
                raise RuleError(
                    f"{destination} has no schedule, and only schedules enroll; name a schedule, as in "
                    f"schedule:{destination.name}, or use copy_to",
                    key,
                )
            if str(destination).casefold() in named:
                other = named[str(destination).casefold()]
                raise RuleError(f"{other} names {destination} already; remove one of the two", key)
            named[str(destination).casefold()] = key
        return self


def _kinds(*, opted_out: bool, blocked: bool) -> tuple[DecidedKind, ...]:
    kinds: dict[DecidedKind, bool] = {"opted_out": opted_out, "blocked": blocked}
    return tuple(kind for kind, is_one in kinds.items() if is_one)
