"""What LeadPipeline can be asked about imports by who looks at them; a part of it, kept apart for its length. Looking
never opens the store, and so never keeps an import waiting. Nothing is decided here.
"""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING

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
