"""What a spreadsheet did to the values of one field: repaired where the profile says `repair: safe` and there is but
one repair, else named, with the repair as a hint. How damage is recognised does not belong here.
"""

from collections.abc import Callable
from typing import Literal

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.damage import LOST_LETTER, Damage, Kind, find_damage
from lead_pipeline.normalizing.mojibake import suspect_pattern

Repair = Literal["none", "safe"]

#: Reads a column of spellings that are in the rows of the second argument (null: all rows): `value` and `reason`
#: first, whatever else the caller needs behind them.
Reader = Callable[[pl.Series, pl.Series | None], pl.DataFrame]

#: Spellings that may read as a good number although a spreadsheet wrote them: `030123456.0` has one digit too many.
_WRITTEN_BY_SPREADSHEET = r"^\s*\+?\d+(?:[.,]\d+)?[eE]\+?\d+\s*$|^\s*\+?\d{3,}[.,]0+\s*$"

_SHORT_POSTAL_CODE = r"^\s*\d{3,4}(?:[.,]0+)?\s*$|^\s*\d{5}[.,]0+\s*$"
_TYPOGRAPHIC_QUOTES = r"[\u{201c}\u{201d}\u{201e}\u{201f}\u{2018}\u{2019}\u{201a}\u{ab}\u{bb}]"

#: Damage that leaves no phone to be read, whatever digits remain.
_BEYOND_READING = [Damage.SCIENTIFIC, Damage.PRECISION_LOST, Damage.DECIMAL_TAIL, Damage.DATE]


def read_repaired(
    raw: pl.Series, kind: Kind, region: str | pl.Series | None, repair: Repair, read: Reader
) -> pl.DataFrame:
    """Read phones or emails, and look for damage among those that are refused or were written by a spreadsheet.

    Args:
        raw: String.
        kind: what the column holds.
        region: country assumed for phones without +, or that of each row.
        repair: `safe` reads the repaired spelling where there is but one; `none` only names it.
        read: gives `value`, `reason` and any further columns for a column of spellings.

    Returns:
        What `read` gives, with `warning` (String, value_repaired or null), `hint` (String, a sentence with the repair,
        or null) and `suggestion` (String, the repair that was not made, or null) behind; `reason` is spreadsheet_damage
        where digits are gone or no phone can be read.
    """
    plain = read(raw, None)
    written = (
        raw.str.contains(_WRITTEN_BY_SPREADSHEET).fill_null(value=False)
        if kind == "phone"
        else pl.repeat(value=False, n=raw.len(), dtype=pl.Boolean, eager=True)
    )
    suspect = plain["reason"].is_not_null() & (raw.str.strip_chars() != "") | written
    plain = plain.with_columns(warning=_NULL_TEXT, hint=_NULL_TEXT, suggestion=_NULL_TEXT)
    if not suspect.any():
        return plain
    rows = suspect.arg_true()
    found = _found_damage(raw, rows, kind, region)
    if found.is_empty():
        return plain
    return _with_findings(plain, found, repair, read)


def _found_damage(raw: pl.Series, rows: pl.Series, kind: Kind, region: str | pl.Series | None) -> pl.DataFrame:
    """Find the damage in some rows, each by the rules of its own country: `row` and what `find_damage` gives."""
    by_region = {region: rows} if not isinstance(region, pl.Series) else _by_region(rows, region)
    found = [
        find_damage(raw.gather(some), kind, one).insert_column(0, some.alias("row")) for one, some in by_region.items()
    ]
    return pl.concat(found).filter(pl.col("damage").is_not_null()).sort("row")


def _by_region(rows: pl.Series, regions: pl.Series) -> dict[str | None, pl.Series]:
    parts = pl.DataFrame({"row": rows, "region": regions.gather(rows)}).partition_by("region", as_dict=True)
    return {region: part["row"] for (region,), part in parts.items()}


_NULL_TEXT = pl.lit(None, dtype=pl.String)


def _with_findings(plain: pl.DataFrame, found: pl.DataFrame, repair: Repair, read: Reader) -> pl.DataFrame:
    repaired = found.filter(pl.col("safe") & pl.col("repair").is_not_null()) if repair == "safe" else found.clear()
    again = read(repaired["repair"], repaired["row"]).with_columns(
        row=repaired["row"],
        warning=pl.when(pl.col("reason").is_null()).then(pl.lit(Reason.VALUE_REPAIRED.value)),
        hint=_NULL_TEXT,
        suggestion=_NULL_TEXT,
    )
    again = again.filter(pl.col("reason").is_null())
    damaged_rows = found.join(again, on="row", how="anti")
    damaged = pl.col("damage").is_in([damage.value for damage in _BEYOND_READING])
    named = (
        plain[damaged_rows["row"]]
        .with_columns(damaged_rows["row"], damaged_rows["damage"], damaged_rows["repair"])
        .with_columns(
            value=pl.when(damaged).then(_NULL_TEXT).otherwise("value"),
            reason=pl.when(damaged).then(pl.lit(Reason.SPREADSHEET_DAMAGE.value)).otherwise("reason"),
            hint=_hint(),
            suggestion="repair",
        )
        .select(again.select("row", pl.exclude("row")).columns)
    )
    changed = pl.concat([again.select(named.columns), named])
    places = pl.int_range(plain.height, dtype=pl.UInt32, eager=True)
    places.scatter(
        changed["row"], pl.int_range(plain.height, plain.height + changed.height, dtype=pl.UInt32, eager=True)
    )
    columns = [name for name in named.columns if name != "row"]
    return pl.concat([plain.select(columns), changed.select(columns)], rechunk=True)[places]


def _hint() -> pl.Expr:
    """Say what happened to a value, by its `damage`, and what it was before, by its `repair` where that is known."""
    before = pl.when(pl.col("repair").is_not_null()).then(pl.format("; probably it was {}", "repair"))
    return pl.format("This looks like {}{}.", "damage", before.fill_null("; the original is needed"))


def texts_looked_at(repair: Repair) -> str:
    """Return the pattern of texts that may be damaged; typographic quotes count only where they are repaired."""
    looked_at = f"{suspect_pattern()}|{LOST_LETTER}|###"
    return looked_at if repair == "none" else f"{looked_at}|{_TYPOGRAPHIC_QUOTES}"


def repair_texts(raw: pl.Series, kind: Kind, region: str | None, repair: Repair) -> pl.DataFrame:
    """Look for damage in a column of texts: garbled letters, typographic quotes, zeros lost from postal codes.

    Returns:
        `value` (String, repaired where the profile says so), `warning` (String: value_repaired, value_damaged or null),
        `hint` (String or null), `suggestion` (String: the repair that was not made, or null). Typographic quotes are
        normal in names and named only when repaired.
    """
    looked_at = raw.str.contains(texts_looked_at(repair)).fill_null(value=False)
    if kind == "postal_code":
        looked_at = looked_at | raw.str.contains(_SHORT_POSTAL_CODE).fill_null(value=False)
    texts = pl.DataFrame({"value": raw}).with_columns(warning=_NULL_TEXT, hint=_NULL_TEXT, suggestion=_NULL_TEXT)
    if not looked_at.any():
        return texts
    rows = looked_at.arg_true()
    found = find_damage(raw.gather(rows), kind, region).insert_column(0, rows.alias("row"))
    found = found.filter(pl.col("damage").is_not_null())
    safe = pl.col("safe").fill_null(value=False) & pl.col("repair").is_not_null() & pl.lit(repair == "safe")
    joined = texts.with_row_index("row").join(
        found.cast({"row": pl.UInt32}), on="row", how="left", maintain_order="left"
    )
    hurt = pl.col("damage").is_not_null()
    return joined.select(
        value=pl.when(safe).then("repair").otherwise("value"),
        warning=pl.when(safe)
        .then(pl.lit(Reason.VALUE_REPAIRED.value))
        .when(hurt)
        .then(pl.lit(Reason.VALUE_DAMAGED.value)),
        hint=pl.when(hurt & ~safe).then(_hint()),
        suggestion=pl.when(hurt & ~safe).then("repair"),
    )
