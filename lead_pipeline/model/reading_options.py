"""What a profile, or a command, knows better than detection about how a file is to be read."""

from typing import Literal

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel


class ReadingOptions(FrozenModel):
    """What the caller knows better than detection; everything left out is detected."""

    encoding: str | None = Field(default=None, description="Name of the encoding, such as utf-8 or cp1252.")
    delimiter: str | None = Field(default=None, min_length=1, max_length=1, description="One character.")
    quote: str | None = Field(default=None, max_length=1, description='One character, or "" for no quotes.')
    escape: Literal["", "\\"] | None = Field(default=None, description="Backslash, or '' for doubled quotes only.")
    header: bool | None = Field(default=None, description="Whether there is a header; null to detect it.")
    header_row: int | None = Field(default=None, ge=1, description="Line (or sheet row) of the header.")
    sheet: str | int | None = Field(default=None, description="Sheet by name or 1-based number; null: first with data.")
