"""The columns that are no field, written as one JSON object per row. Which columns those are, columns.py decides."""

import json
from collections.abc import Iterable, Mapping

import polars as pl

#: RFC 8259 section 7: what must be escaped inside a JSON string is the quote, the backslash and U+0000 to U+001F.
_MUST_BE_ESCAPED = r'["\\\x00-\x1F]'


def with_attributes(batch: pl.DataFrame, names: Mapping[str, str], defaults: Mapping[str, str]) -> pl.DataFrame:
    """Add the column `attributes`: a JSON object of the values that are not blank, null when there are none.

    Args:
        batch: the columns named in `names`, as String.
        names: column of the batch: name of the attribute, in the order in which they are written.
        defaults: attribute: value for rows that leave it blank or have no such column; a blank one is none.

    Values are kept to the letter. `struct.json_encode` of the whole row would write the nulls too, and take longer.
    """
    defaults = {name: value for name, value in defaults.items() if value.strip()}
    must_escape = _must_escape(batch, names)
    members = [_member(column, name, defaults.get(name), column in must_escape) for column, name in names.items()]
    members += [pl.lit(_pair(name, value)) for name, value in defaults.items() if name not in names.values()]
    if not members:
        return batch.with_columns(attributes=pl.lit(None, dtype=pl.String))
    body = pl.concat_str(members, separator=",", ignore_nulls=True)
    return batch.with_columns(body.alias("attributes")).with_columns(
        attributes=pl.when(pl.col("attributes") != "").then(pl.lit("{") + pl.col("attributes") + pl.lit("}"))
    )


def _must_escape(batch: pl.DataFrame, columns: Iterable[str]) -> frozenset[str]:
    """Return the columns in which anything must be escaped: few, and finding them costs a fraction of escaping all."""
    found = batch.select(pl.col(column).str.contains(_MUST_BE_ESCAPED).any() for column in columns)
    return frozenset(column for column in found.columns if found[column].item())


def _member(column: str, name: str, default: str | None, escape: bool) -> pl.Expr:
    """Return `"name":"value"` for each row, null where the value is blank and there is no default."""
    member = pl.concat_str(pl.lit(f'{_text(name)}:"'), pl.col(column), pl.lit('"'))
    if escape:
        whole = pl.struct(pl.col(column).alias(name)).struct.json_encode()
        member = whole.str.strip_prefix("{").str.strip_suffix("}")
    otherwise = pl.lit(None, dtype=pl.String) if default is None else pl.lit(_pair(name, default))
    return pl.when(pl.col(column).str.strip_chars() != "").then(member).otherwise(otherwise)


def _pair(name: str, value: str) -> str:
    return f"{_text(name)}:{_text(value)}"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
