"""Judging again: the rows of an import that became no lead, and no others, under the profile as it is now. What becomes
of them is decided as in any import.
"""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.json_files import read_json
from lead_pipeline.filing.manifests import JudgedAgain, Manifest
from lead_pipeline.filing.receipts import find_receipt
from lead_pipeline.filing.staging import identity_of
from lead_pipeline.filing.work_folder import WorkFolder, published_table
from lead_pipeline.importing.sequels.recoveries import RECOVERED, recovered_numbers
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.outcomes import COMMITTED
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.results import ImportResult

_LEFT_OUT = "rejected_leads"


def lend_rows(home: Home, borrower: Home, again: JudgedAgain) -> None:
    """Give another home, where a dry run is made, what it needs to know which rows are judged again."""
    for table, import_id in ((_LEFT_OUT, again.rows_of), (RECOVERED, again.first)):
        there, lent = published_table(home, table, import_id), published_table(borrower, table, import_id)
        if there.exists():
            lent.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(there, lent)


def find_earlier(home: Home, file: Path, profile: ImportProfile, identity_name: str) -> tuple[JudgedAgain, str]:
    """Return which rows of which import are to be judged again, and the name that the identity of that import has.

    Judging the same rows again under the same profile is the same import until it is finished.

    Raises: UsageError when the content was not imported or every row became a lead; FileUnreadableError.
    """
    receipt = find_receipt(home, identity_of(file, identity_name))
    if receipt is None or receipt.status not in COMMITTED:
        raise UsageError(
            f"This content was not imported under profile '{profile.name}' yet, so there is nothing to judge again. "
            "Import it without --again."
        )
    first = receipt.manifest.import_id
    last = _last_of(home, first)
    if not _row_numbers(home, first, last).len():
        raise UsageError(f"Every row of {first} that can become a lead is one: there is nothing to judge again.")
    return JudgedAgain(first=first, rows_of=last), f"{identity_name} again {profile.fingerprint} {last}"


def rows_to_judge(work: WorkFolder, batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield of the batches the rows that the import is of: all, or those to be judged again, under their numbers."""
    again = work.manifest.again
    if again is None:
        yield from batches
        return
    wanted = _row_numbers(work.home, again.first, again.rows_of).implode()
    for batch in batches:
        rows = batch.filter(pl.col("row_number").is_in(wanted))
        if rows.height:
            yield rows


def with_changed_profile(home: Home, manifest: Manifest, result: ImportResult) -> ImportResult:
    """Add to the result of an import that is done already what to do where its profile has changed since."""
    said = changed_profile(home, manifest)
    return result.model_copy(update={"notices": (*result.notices, said)}) if said else result


def changed_profile(home: Home, manifest: Manifest) -> str:
    """Return the sentences for content that comes again after the profile was changed; nothing for any other."""
    imported = find_receipt(home, manifest.identity)
    if imported is None:
        return ""
    first = imported.manifest.import_id
    last = _last_of(home, first)
    receipt = find_receipt(home, last)
    if receipt is None or receipt.manifest.profile.fingerprint == manifest.profile.fingerprint:
        return ""
    rows = _row_numbers(home, first, last).len()
    if not rows:
        return f"The profile '{manifest.profile.name}' has changed since; every row that can become a lead is one."
    are = "1 row of it is" if rows == 1 else f"{rows:,} rows of it are"
    return (
        f"The profile '{manifest.profile.name}' has changed since then, and {are} no lead. To judge exactly these "
        "again by the profile as it is now, import the file with --again; --dry-run shows what would come of it."
    )


def _last_of(home: Home, import_id: str) -> str:
    """Return the import that judged the rows of this one last: itself, or one that judged again."""
    result = read_json(home.reports / import_id / "result.json", ImportResult)
    return (import_id, *(result.judged_again if result else ()))[-1]


def _row_numbers(home: Home, first: str, last: str) -> pl.Series:
    """Return the rows of an import, as the last that judged them left them, that became no lead: neither there, nor
    corrected in another file. One that was merged into another row is in that one's lead.
    """
    path = published_table(home, _LEFT_OUT, last)
    if not path.exists():
        return pl.Series("row_number", dtype=pl.Int64)
    rows = pl.read_parquet(path, columns=["row_number", "reason_codes"], glob=False, memory_map=False)
    became = rows["reason_codes"].list.contains(Reason.DUPLICATE_MERGED.value)
    became |= rows["row_number"].is_in(recovered_numbers(home, first).implode())
    return rows.filter(~became)["row_number"]
