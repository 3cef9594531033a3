"""What the first import is told of its rows that became leads later. It stands in a small table of its own, so that
whoever shows the import sees it, whatever was written first.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import polars as pl

from lead_pipeline.filing.atomic import published_path
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.json_files import read_json, write_json
from lead_pipeline.filing.life_cycle import find_manifest
from lead_pipeline.filing.work_folder import published_table
from lead_pipeline.model.outcomes import COMMITTED
from lead_pipeline.model.results import ImportResult, SequelFacts
from lead_pipeline.reporting.report import write_report
from lead_pipeline.reporting.sequel_wording import sequel_sentences
from lead_pipeline.store.protocol import LeadStore

RECOVERED = "recovered_rows"


def publish_recoveries(home: Home, store: LeadStore, own_id: str, sequel: SequelFacts) -> None:
    """Publish which rows of the imports that a sequel is of, or of its own, became leads by now; may be repeated."""
    for import_id in (*sequel.recovered, *([own_id] if sequel.preceded_by else [])):
        with published_path(published_table(home, RECOVERED, import_id)) as path:
            store.publish_recovered(import_id, path)


def recovered_numbers(home: Home, import_id: str) -> pl.Series:
    """Return the numbers of the rows of an import that became leads later."""
    return _recovered(home, import_id, "row_number", pl.Int64)


def with_recoveries(home: Home, result: ImportResult) -> ImportResult:
    """Return a result that says how many of its rows became leads later, and by which imports."""
    by = _recovered(home, result.import_id, "recovered_by", pl.String)
    counted = sorted(Counter(by.to_list()).items(), key=lambda one: (-one[1], one[0]))
    return result.model_copy(update={"recovered_by": dict(counted)})


def recoveries_of(home: Home, result: ImportResult) -> dict[str, dict[str, str | int]]:
    """Return of each import of which this one recovered rows how many these are, and how many with those before."""
    return {
        first: {
            "rows_recovered": recovered_numbers(home, first).len(),
            "rows_recovered_now": rows,
            "recovered_by": result.import_id,
        }
        for first, rows in result.sequel.recovered.items()
        if result.status in COMMITTED
    }


def tell_first_imports(home: Home, sequel: SequelFacts, judged_again: Sequence[tuple[str, str]] = ()) -> None:
    """Write reports and results of the imports anew whose rows a sequel recovered; may be repeated.

    `judged_again` are pairs of an import and the one that judged its rows again, whatever came of it.
    """
    for first in dict.fromkeys(chain(sequel.recovered, (import_id for import_id, _ in judged_again))):
        folder = home.reports / first
        earlier = read_json(folder / "result.json", ImportResult)
        if earlier is None:
            continue  # it is about to be reported, and will look by itself
        again = (later for import_id, later in judged_again if import_id == first)
        judging = tuple(dict.fromkeys((*earlier.judged_again, *again)))
        told = with_recoveries(home, earlier.model_copy(update={"judged_again": judging}))
        if told != earlier:
            _write(folder, told, home)


def tell_sequels_before(home: Home, store: LeadStore, sequel: SequelFacts) -> None:
    """Write reports and results of sequels anew that were imported before the import whose rows they have."""
    for import_id in sequel.preceded_by:
        folder = home.reports / import_id
        result, manifest = read_json(folder / "result.json", ImportResult), find_manifest(home, import_id)
        entry = store.ledger_entry(manifest.identity) if manifest else None
        if result is None or entry is None or result.sequel.of is not None:
            continue
        facts = store.ledger_counts(entry.import_no).sequel
        notices = (*sequel_sentences(facts, supposed=False), *result.notices)
        _write(folder, result.model_copy(update={"sequel": facts, "notices": notices}), home)


def tell_late_recoveries(home: Home, result: ImportResult) -> ImportResult:
    """Return a result as it is by now, its report written anew when rows of it were recovered meanwhile."""
    told = with_recoveries(home, result)
    if told != result:
        _write(home.reports / result.import_id, told, home)
    return told


def _write(folder: Path, result: ImportResult, home: Home) -> None:
    write_report(folder / "report.html", result, home.root)
    write_json(folder / "result.json", result)


def _recovered(home: Home, import_id: str, column: str, dtype: type[pl.DataType]) -> pl.Series:
    path = published_table(home, RECOVERED, import_id)
    if not path.exists():
        return pl.Series(column, dtype=dtype)
    return pl.read_parquet(path, columns=[column], glob=False, memory_map=False)[column]
