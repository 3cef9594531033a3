"""The columns that are not fields, written as one JSON object per row."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from lead_pipeline.model.fields import folded_header

#: RFC 8259 section 7: a JSON string must escape the quote, the backslash and U+0000 to U+001F.
_MUST_BE_ESCAPED = ['"', "\\", *map(chr, range(0x20))]


def with_attributes(
    batch: pl.DataFrame,
    names: Mapping[str, str],
    defaults: Mapping[str, str],
    constants: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Add the column `attributes`: a JSON object of the non-blank values, null when there are none.

    Args:
        batch: the columns named in `names`, as String.
        names: column of the batch: name of the attribute, in the order of the object.
        defaults: attribute: value for blank cells and for files without the column; a blank default is ignored.
        constants: attribute: value of every row, whatever a column of that name says; none of them is a default too.

    Values are kept unchanged. `struct.json_encode` of the whole row would write the nulls too, and take longer.
    """
    defaults = {name: value for name, value in defaults.items() if value.strip()}
    constants = constants or {}
    given = set(map(folded_header, constants))
    names = {column: name for column, name in names.items() if folded_header(name) not in given}
    members = [_member(batch, column, name, defaults.get(name)) for column, name in names.items()]
    members += [Member((_pair(name, value),)) for name, value in defaults.items() if name not in names.values()]
    members += [Member((_pair(name, value),)) for name, value in constants.items()]
    anchor = next((index for index, member in enumerate(members) if member.in_every_row), None)
    if anchor is None:
        return _with_members_if_any(batch, members)
    # Written in one go, because another copy of all the text takes as long again. The first member that is in every
    # row (the anchor) has no comma of its own; members before it end with a comma, members after it start with one.
    pieces: list[str | pl.Expr] = ["{"]
    for index, member in enumerate(members):
        pieces += member.parts if index == anchor else member.with_comma(before=index > anchor)
    return batch.with_columns(_written([*pieces, "}"]).alias("attributes"))


class Member(NamedTuple):
    """`"name":"value"` of every row, as texts and values to be concatenated. Unless it is `in_every_row`, it is a
    single part that is null in the rows without it.
    """

    parts: tuple[str | pl.Expr, ...]
    in_every_row: bool = True

    def with_comma(self, *, before: bool) -> list[str | pl.Expr]:
        """Return the parts with a comma; both are empty in rows without the member."""
        parts = [",", *self.parts] if before else [*self.parts, ","]
        return parts if self.in_every_row else [_written(parts).fill_null("")]


def _with_members_if_any(batch: pl.DataFrame, members: Sequence[Member]) -> pl.DataFrame:
    """Add `attributes` where every member can be missing: null where all are."""
    if not members:
        return batch.with_columns(attributes=pl.lit(None, dtype=pl.String))
    body = pl.concat_str((_written(member.parts) for member in members), separator=",", ignore_nulls=True)
    return batch.with_columns(body.alias("attributes")).with_columns(
        attributes=pl.when(pl.col("attributes") != "").then(pl.lit("{") + pl.col("attributes") + pl.lit("}"))
    )


def _written(parts: Sequence[str | pl.Expr]) -> pl.Expr:
    """Return the parts as one text; null where a value is."""
    form = "".join(part.replace("{", "{{").replace("}", "}}") if isinstance(part, str) else "{}" for part in parts)
    return pl.format(form, *(part for part in parts if not isinstance(part, str)))


def _member(batch: pl.DataFrame, column: str, name: str, default: str | None) -> Member:
    """Return the member of a column: missing where the value is blank and there is no default."""
    value, filled = pl.col(column), pl.col(column).str.strip_chars() != ""
    # Few columns need escaping, and finding them costs a fraction of escaping all.
    facts = batch.select(
        escape=value.str.contains_any(_MUST_BE_ESCAPED).any(),
        missing=value.null_count(),
        # Whitespace sorts below the first printable ASCII character or above the last: few cells start so, and trimming
        # all of them takes three times as long.
        blank=(value.filter((value < "!") | (value > "~")).str.strip_chars() == "").any(),
    )
    escape, missing, blank = facts.row(0)
    parts: tuple[str | pl.Expr, ...] = (f'{_text(name)}:"', value, '"')
    if escape:
        whole = pl.struct(value.alias(name)).struct.json_encode()
        parts = (whole.str.strip_prefix("{").str.strip_suffix("}"),)
    if not missing and not blank:
        return Member(parts)
    otherwise = pl.lit(None, dtype=pl.String) if default is None else pl.lit(_pair(name, default))
    return Member((pl.when(filled).then(_written(parts)).otherwise(otherwise),), in_every_row=default is not None)


def _pair(name: str, value: str) -> str:
    return f"{_text(name)}:{_text(value)}"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
