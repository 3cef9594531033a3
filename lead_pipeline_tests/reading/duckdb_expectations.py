"""What DuckDB's own tests expect of its CSV files, as far as their SQL says it of reading and not of types: whole rows,
counts, and lines that must be reported. Values that DuckDB converted are compared by what they mean.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lead_pipeline_tests.reading.corpora import CORPORA

FOLDER = CORPORA / "duckdb-csv"

_QUERY = re.compile(
    r"^\s*(?:select\s+(?P<what>\*|count\s*\(\s*\*\s*\))\s+)?from\s+(?:read_csv(?:_auto)?\s*\(\s*)?"
    r"['\"]\{DATA_DIR\}/csv/(?P<file>[^'\"\[\]*{}]+)['\"]\s*(?:,(?P<options>.*?))?\)?\s*"
    r"(?P<ordered>order by all)?\s*(?:limit (?P<limit>\d+))?\s*;?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_OPTION = re.compile(r"(\w+)\s*=\s*(e?'(?:[^']|'')*'|\[[^\]]*\]|\{[^}]*\}|[\w.+-]+)", re.IGNORECASE)
_ESCAPED = re.compile(r"^e?'(.*)'$", re.IGNORECASE | re.DOTALL)

#: Options that change nothing of what a row is (types are not ours). Others, such as `comment`, ours does not have.
_NO_CHANGE = frozenset(
    (
        "auto_detect", "buffer_size", "parallel", "strict_mode", "sample_size", "all_varchar", "columns",
        "force_not_null", "allow_quoted_nulls", "rejects_limit", "normalize_names",
    )
)  # fmt: skip

#: The file of expectations cuts what is longer than this.
_CUT = 590


class Expectation(NamedTuple):
    """A file with options, and the rows (or their number, as text) that DuckDB reads with them."""

    file: str
    said: str
    options: dict[str, Any]
    rows: list[list[str]] | str
    is_cut: bool
    ordered: bool
    limit: int | None


def expectations() -> Iterator[Expectation]:
    """Yield each statement about rows that can be made of ours too, once for each file and set of options."""
    seen = set()
    for line in (FOLDER / "EXPECTED_duckdb_tests.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        query = _QUERY.match(entry["sql"]) if entry["directive"].startswith("query") else None
        options = None if query is None else translated(query["options"] or "")
        if query is None or options is None or not (FOLDER / query["file"].strip()).is_file():
            continue
        said = ",".join(f"{name}={value}" for name, value in sorted(options.items())).replace("\t", "\\t")
        key = (query["file"], said, query["what"] or "*")
        if key in seen:
            continue
        seen.add(key)
        counts = "count" in (query["what"] or "").lower()
        rows = [row.split("\t") for row in entry["expected"].split("\n")]
        yield Expectation(
            query["file"].strip(),
            said + ("#count" if counts else ""),
            options,
            entry["expected"].strip() if counts else rows,
            len(entry["expected"]) >= _CUT,
            bool(query["ordered"]),
            int(query["limit"]) if query["limit"] else None,
        )


def translated(text: str) -> dict[str, Any] | None:
    """Return DuckDB's options as ours, or None when they say something that ours cannot say."""
    given = {name.lower(): _bare(value) for name, value in _OPTION.findall(text)}
    delimiter, escape = given.pop("sep", given.pop("delim", None)), given.pop("escape", None)
    taken = {name: given.pop(name) for name in ("quote", "encoding") if name in given}
    header = given.pop("header", None)
    if (
        set(given) - _NO_CHANGE
        or (delimiter is not None and len(delimiter) != 1)
        or escape not in (None, "", '"', "\\")
    ):
        return None
    if header is None and "columns" in given and given.get("auto_detect", "").lower() in ("false", "0"):
        header = "false"
    options: dict[str, Any] = dict(taken)
    options |= {} if delimiter is None else {"delimiter": delimiter}
    options |= {} if escape is None else {"escape": "\\" if escape == "\\" else ""}
    return options | ({} if header is None else {"header": header.lower() in ("1", "true")})


def _bare(value: str) -> str:
    quoted = _ESCAPED.match(value)
    return quoted[1].replace("''", "'").replace("\\t", "\t").replace("\\\\", "\\") if quoted else value


def same(expected: Expectation, table: list[list[str]]) -> bool:
    """Tell whether rows (without the header) are as expected."""
    if isinstance(expected.rows, str):
        return str(len(table)) == expected.rows
    ours = [[_meant(cell) for cell in row] for row in table]
    theirs = [[_meant(cell) for cell in row] for row in expected.rows]
    if expected.ordered:
        ours, theirs = sorted(ours), sorted(theirs)
    if expected.limit:
        ours = ours[: expected.limit]
    theirs = [row for row in theirs if any(row)]
    flat, wanted = [cell for row in ours for cell in row], [cell for row in theirs for cell in row]
    if expected.is_cut:
        return flat[: len(wanted) - 1] == wanted[:-1]
    return ours == theirs or flat == wanted  # cells of a single-column result stand one to a line


def _meant(cell: str) -> str:
    if cell in ("NULL", "(empty)"):
        return ""
    text = cell.strip()
    try:
        return repr(float(text))
    except ValueError:
        return text.lower() if text.lower() in ("true", "false") else cell
