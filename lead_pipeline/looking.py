"""What LeadPipeline can be asked about imports by who looks at them; a part of it, kept apart for its length. Looking
never opens the store, and so never keeps an import waiting. Nothing is decided here.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC
from pathlib import Path
from typing import TYPE_CHECKING

from lead_pipeline.model.looks.import_looks import (
    DayLook,
    FileKind,
    ImportFilter,
    ImportLook,
    ImportsPage,
    Scorecard,
)
from lead_pipeline.model.looks.left_out_rows import LeftOutPage, RowFilter, ShownRow

if TYPE_CHECKING:
    from lead_pipeline.filing.home import Home


class Looking(ABC):
    """The calls of LeadPipeline for looking at imports, from what they left in files."""

    home: Home

    def left_out_rows(
        self, import_id: str, chosen: RowFilter | None = None, *, offset: int = 0, limit: int = 100
    ) -> LeftOutPage:
        """Return some of the rows of an import that became no lead, with cells, reasons and suggestions; or, with the
        outcome `warning`, of those that became one with a warning.

        Args:
            import_id: of an import that ended, or waits for approval.
            chosen: which rows; all when not given.
            offset: so many of them are passed over.
            limit: at most so many are returned.

        Raises: ImportNotFoundError; LeadPipelineError where an earlier release did not keep the cells.
        """
        from lead_pipeline.importing.looking.looking_at_rows import left_out_rows

        return left_out_rows(self.home, import_id, chosen or RowFilter(), offset=offset, limit=limit)

    def left_out_row(self, import_id: str, row_number: int, chosen: RowFilter | None = None) -> ShownRow:
        """Return one of these rows, and which are before and behind it among those that the filter finds.

        Raises: as `left_out_rows`; ImportNotFoundError where there is no such row among them.
        """
        from lead_pipeline.importing.looking.looking_at_rows import left_out_row

        return left_out_row(self.home, import_id, row_number, chosen or RowFilter())

    def imports(self, chosen: ImportFilter | None = None, *, offset: int = 0, limit: int = 50) -> ImportsPage:
        """Return some of the imports that a filter finds, under way and ended, newest first.

        Lists that were loaded, and calls, are not among them. What the ledger has of imports whose results were removed
        is in `history`.
        """
        from lead_pipeline.importing.looking.looking_at_imports import look_at_imports

        return look_at_imports(self.home, chosen or ImportFilter(), offset=offset, limit=limit)

    def days(self, *, until: dt.date | None = None, days: int = 14) -> tuple[DayLook, ...]:
        """Return what came on each of the last days until one (None: today), the newest first.

        Days are those of this computer's time zone.
        """
        from lead_pipeline.importing.clock import utc_now
        from lead_pipeline.importing.looking.looking_at_imports import day_of, look_at_days

        return look_at_days(self.home, until or day_of(utc_now()), days)

    def scorecards(self) -> tuple[Scorecard, ...]:
        """Return how the files of each source do: a profile, or a folder below its own; unusual ones first."""
        from lead_pipeline.importing.looking.looking_at_imports import look_at_sources

        return look_at_sources(self.home)

    def look_at(self, import_id: str) -> ImportLook:
        """Return an import under way or ended, with its result and files; raises ImportNotFoundError."""
        from lead_pipeline.importing.looking.looking_at_one_import import look_at_import

        return look_at_import(self.home, import_id)

    def file_of(self, import_id: str, kind: FileKind) -> tuple[Path, str]:
        """Return where a file of an import lies, and the name to download it by; raises ImportNotFoundError."""
        from lead_pipeline.importing.looking.looking_at_one_import import file_of_import

        return file_of_import(self.home, import_id, kind)

    # Who may look, where others can.

    def set_password(self, password: str) -> None:
        """Set the password of the pages, and sign everybody out; raises UsageError for one that is too short."""
        from lead_pipeline.filing.access.passwords import write_password

        self.home.prepare()
        write_password(self.home, password)

    def password_version(self) -> str:
        """Return what changes with the password of the pages, empty when there is none."""
        from lead_pipeline.filing.access.passwords import password_version

        return password_version(self.home)

    def is_password(self, given: str) -> bool:
        """Return whether this is the password of the pages."""
        from lead_pipeline.filing.access.passwords import is_password

        return is_password(self.home, given)
