"""How far an import is, from the moment in which its file was handed in."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.results import ImportResult, Progress


class KeptProgress(FrozenModel):
    """How far a run is, as it leaves word of that while it works."""

    step: str = Field(description="The table that is being made.")
    rows: int = Field(description="Rows that this step has done.")
    progress: Progress


class ImportState(FrozenModel):
    """Where an import stands; known from small files alone, so that asking never waits for the store."""

    import_id: str
    status: ImportStatus
    profile: str
    destination: str
    file_name: str
    file_bytes: int
    submitted_at: datetime
    ended_at: datetime | None = Field(default=None, description="null while anything is left to do.")
    step: str = Field(default="", description="The table that is being made, while it is processed.")
    progress: Progress | None = Field(default=None, description="null before the first rows are read.")
    waits_for: str = Field(default="", description="Why it waits: for a person, or for a suppression list.")
    result: ImportResult | None = Field(
        default=None, description="What came of it; of one that waits for a person, what would come of it."
    )

    @property
    def phase(self) -> Literal["in_progress", "completed", "failed"]:
        """Return the status in the three words that every importer has. What waits for a person is in progress; what
        nobody wanted, or nobody could read, has failed: nothing of it was imported.
        """
        if self.status in (ImportStatus.COMPLETED, ImportStatus.COMPLETED_WITH_REJECTS):
            return "completed"
        if self.status in (ImportStatus.QUEUED, ImportStatus.PROCESSING, ImportStatus.AWAITING_APPROVAL):
            return "in_progress"
        return "failed"
