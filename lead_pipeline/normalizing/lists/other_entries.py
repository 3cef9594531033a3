"""Cells of a suppression list that name neither phones nor emails: domains, prefixes of numbers, ids. Which columns
hold such cells does not belong here.
"""

import phonenumbers
import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.suppression_kinds import EntryKind

_DOMAIN = r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$"
_NANP = 1


def read_other_entries(raw: pl.Series, kind: EntryKind, region: str | None) -> pl.DataFrame:
    """Read the domain, the prefix or the id in each cell of a column.

    A prefix that begins with + is taken as it is; of a region's own, an area code such as 212 or 030, the country's
    calling code is put before it. Without a region, the digits are those of the E.164.

    Returns: as `read_list_entries`, one row for each cell that is not empty.
    """
    cells = pl.DataFrame({"cell": raw.cast(pl.String).str.strip_chars()}).with_row_index("index")
    cells = cells.filter(pl.col("cell") != "")
    if kind == "domain":
        value, reason = _domain(pl.col("cell")), Reason.EMAIL_DOMAIN_INVALID
    elif kind == "prefix":
        value, reason = _prefix(pl.col("cell"), region), Reason.PHONE_NOT_A_NUMBER
    else:
        value, reason = pl.col("cell"), Reason.IDENTIFIER_MISSING
    read = cells.with_columns(value=value)
    is_read = pl.col("value").is_not_null()
    return read.select(
        "index",
        identifier_kind=pl.lit(kind),
        value="value",
        reason=pl.when(~is_read).then(pl.lit(reason.value)),
        valid=is_read,
    )


def _domain(cell: pl.Expr) -> pl.Expr:
    bare = cell.str.to_lowercase().str.replace(r"^\*?@", "").str.strip_chars_end(".")
    return pl.when(bare.str.contains(_DOMAIN)).then(bare)


def _prefix(cell: pl.Expr, region: str | None) -> pl.Expr:
    digits = cell.str.replace_all(r"[\s().+-]", "")
    code = phonenumbers.country_code_for_region(region) if region else 0
    trunk = "^1" if code == _NANP else "^0+"
    own = pl.lit(str(code)) + digits.str.replace(trunk, "") if code else digits
    whole = pl.when(cell.str.starts_with("+")).then(digits).otherwise(own)
    return pl.when(digits.str.contains(r"^[0-9]+$") & whole.str.contains(r"^[1-9][0-9]{0,14}$")).then(whole)
