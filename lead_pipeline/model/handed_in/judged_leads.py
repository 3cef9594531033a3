"""Leads that a program hands in itself, a few at a time, and what became of each of them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import ImportResult

#: How many leads are taken at once; more are a file.
MOST_LEADS = 1000


#: A value of a lead; null is none.
LeadValue = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class LeadsBatch:
    """Leads that somebody hands in together, and how they are read."""

    leads: Sequence[Mapping[str, LeadValue]]
    profile: str | ImportProfile
    destination: str | Destination | None = None


class GivenReason(FrozenModel):
    """Why a row is what it is, in words for people."""

    code: str
    column: str | None = Field(default=None, description="The key of the lead that it is about, where it is one.")
    title: str
    guidance: str = Field(description="What to do about it.")


class JudgedLead(FrozenModel):
    """What became of one lead."""

    row: int = Field(description="Its position among the leads that were sent, from 1.")
    outcome: Outcome | None = Field(description="null while nothing was decided: the import waits for a person.")
    lead_id: int | None = Field(default=None, description="The lead that it became or updated, or that was there.")
    reasons: tuple[GivenReason, ...] = ()
    warnings: tuple[GivenReason, ...] = Field(default=(), description="Why it was imported, but not as it was.")


class JudgedLeads(FrozenModel):
    """What became of leads that were handed in together: of the import that they are, and of each."""

    result: ImportResult
    leads: tuple[JudgedLead, ...]
