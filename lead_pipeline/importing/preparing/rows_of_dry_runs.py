"""The first rows that a dry run says would not be imported, read from the file that it left."""

import csv
from itertools import islice

from lead_pipeline.filing.home import Home
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ImportResult
from lead_pipeline.model.workbench.import_drafts import DryRunRow

_IMPORTED = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
_WARNING = " (warning)"


def rows_left_out(home: Home, result: ImportResult, limit: int) -> tuple[DryRunRow, ...]:
    """Return them in the order of the file; none where the file is gone."""
    path = home.root / result.dry_run_file if result.dry_run_file else None
    if path is None or not path.is_file():
        return ()
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = (line for line in csv.DictReader(file) if line["outcome"] not in _IMPORTED)
        return tuple(_row(line) for line in islice(lines, limit))


def _row(line: dict[str, str]) -> DryRunRow:
    codes = [code for code in line["reasons"].split("; ") if code and not code.endswith(_WARNING)]
    return DryRunRow(
        row_number=int(line["row_number"]),
        outcome=line["outcome"],
        titles=tuple(REASONS[Reason(code)].title for code in codes),
        guidance=line["guidance"],
    )
