"""The `consent:` of a profile: what a row has to say about the consent of its person. How it is read and kept does not
belong here.
"""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from lead_pipeline.model.fields import FrozenModel

#: How far ahead of ours the clock may be by which a consent was noted.
CLOCK_TOLERANCE = timedelta(minutes=5)

#: How far ahead of UTC a time may be of which nobody says the time zone: no clock on Earth is further ahead.
ZONE_TOLERANCE = timedelta(hours=14)

_Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Consent(FrozenModel):
    """What is demanded of a row's consent. A consent that is there is checked whether it is required or not."""

    required: bool = Field(default=True, description="Reject a row without the time of a consent.")
    max_age_days: int | None = Field(
        default=None, ge=1, le=36_500, description="Reject a row whose consent is older than so many days."
    )
    sources: tuple[_Source, ...] = Field(
        default=(), description="Only consents from these sources count; of a web address, its host is enough."
    )
    timezone: str | None = Field(
        default=None,
        description="IANA time zone of times that name none. Without it, these are taken for UTC, and may be 14 hours "
        "ahead.",
    )
