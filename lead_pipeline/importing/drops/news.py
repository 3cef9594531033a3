"""What every command says before its own business: of imports that ended since an earlier command failed, and of files
that went on growing after they were imported.
"""

import contextlib
from datetime import datetime

from lead_pipeline.filing.home import Home
from lead_pipeline.importing.drops.late_arrivals import stage_late_arrivals
from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.notifying.announcements import take_announcements


def news_of(home: Home, now: datetime) -> list[str]:
    """Return the lines, each told once. What cannot be looked at now is told by a later command, or by the service."""
    said = [f"Completed since a command failed or was stopped: {told}" for told in take_announcements(home)]
    with contextlib.suppress(LeadPipelineError, OSError):
        for line in stage_late_arrivals(home, now):
            said.append(line)  # what was staged is said, whatever comes of the next
    return said
