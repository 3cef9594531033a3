"""What LeadPipeline can be asked about correcting rejected rows, and what it does to them; a part of it, kept apart for
its length. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from lead_pipeline.filing.home import written_for_the_owner
from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.model.workbench.corrections import (
    BulkCorrection,
    BulkOutcome,
    CorrectionHandedIn,
    CorrectionState,
    RowsToCorrect,
    RowToCorrect,
    Shown,
)

if TYPE_CHECKING:
    from lead_pipeline.filing.home import Home

_T = TypeVar("_T")


class Correcting:
    """The calls of LeadPipeline about rejected rows that are corrected where they are looked at."""

    home: Home

    def corrections(self, import_id: str) -> CorrectionState:
        """Return how far the correction of an import is.

        Raises: ImportNotFoundError; UsageError when it rejected no row, or too many; FileUnreadableError when its file
        is gone.
        """
        from lead_pipeline.importing.correcting.correcting_rows import state_of_correction

        return self._correcting(lambda: state_of_correction(self.home, import_id))

    def rows_to_correct(
        self,
        import_id: str,
        *,
        shown: Shown = "open",
        code: str = "",
        column: str = "",
        offset: int = 0,
        limit: int = 50,
    ) -> RowsToCorrect:
        """Return rejected rows as they are after all changes, in the order of the file, with what would become of them.

        Args:
            import_id: of the import that rejected them.
            shown: open: not changed yet; changed; wrong: changed, and rejected still; or all.
            code: only rows with this reason.
            column: only rows with a reason about this column.
            offset: so many are left out before the first.
            limit: at most so many.

        Raises: as `corrections`.
        """
        from lead_pipeline.importing.correcting.correcting_rows import rows_to_correct

        return self._correcting(
            lambda: rows_to_correct(
                self.home, import_id, shown=shown, code=code, column=column, offset=offset, limit=limit
            )
        )

    def row_to_correct(self, import_id: str, row_number: int) -> RowToCorrect:
        """Return one row as it is after all changes; raises UsageError for one that is not to be corrected."""
        from lead_pipeline.importing.correcting.correcting_rows import row_to_correct

        return self._correcting(lambda: row_to_correct(self.home, import_id, row_number))

    def correct_row(self, import_id: str, row_number: int, cells: Mapping[str, str]) -> RowToCorrect:
        """Change cells of a rejected row, by their columns; without cells the row is taken as it is.

        It is kept on the disk, and returned with what would become of it; nothing is imported before `hand_in`.

        Raises: UsageError for a row that is not to be corrected or a column that there is not; as `corrections`.
        """
        from lead_pipeline.importing.correcting.correcting_rows import correct_row

        return self._correcting(lambda: correct_row(self.home, import_id, row_number, cells))

    def correct_rows(self, import_id: str, rule: BulkCorrection, *, preview: bool = False) -> BulkOutcome:
        """Change all rows that have a reason alike, or with `preview` say what that would do.

        Raises: UsageError when the rule says too little; as `corrections`.
        """
        from lead_pipeline.importing.correcting.correcting_rows import correct_rows

        return self._correcting(lambda: correct_rows(self.home, import_id, rule, preview=preview))

    def undo_correction(self, import_id: str) -> str:
        """Take the last change back, and return what it was; raises UsageError when there is none."""
        from lead_pipeline.importing.correcting.correcting_rows import undo_correction

        return self._correcting(lambda: undo_correction(self.home, import_id))

    def hand_in_corrections(self, import_id: str) -> CorrectionHandedIn:
        """Hand the changed rows in that would be imported: as a file of their own, under the profile and for the
        destination of the import; those of them that become leads count there as recovered.

        Raises: UsageError when there are none; as `corrections`.
        """
        from lead_pipeline.importing.correcting.corrected_file import hand_in_corrections

        return self._correcting(lambda: hand_in_corrections(self.home, import_id))

    def _correcting(self, work: Callable[[], _T]) -> _T:
        from lead_pipeline.importing.withheld import StageCrashedError, errors_without_values

        self.home.prepare()
        try:
            with written_for_the_owner():
                return errors_without_values("correcting rows", work)
        except StageCrashedError as crash:
            message = f"Correcting rows crashed, and nothing was changed by it; please report this. {crash}"
        raise LeadPipelineError(message)
