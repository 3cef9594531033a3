"""What a spreadsheet did to the values of columns that have no rule: garbled letters are repaired or named as in fields
of text, and nothing else is asked of these values. How damage is recognised belongs in damage.py.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from lead_pipeline.model.fields import title_of
from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.damage import find_damage
from lead_pipeline.normalizing.mending import Repair, said_of, texts_looked_at


class MendedAttributes(NamedTuple):
    """`attributes` (String, a JSON object); where some are damaged, `warnings` (List(String), null for none)
    and one of `hints` (String or null).
    """

    attributes: pl.Series
    warnings: Sequence[pl.Series] = ()
    hints: Sequence[pl.Series] = ()


def mend_attributes(attributes: pl.Series, repair: Repair) -> MendedAttributes:
    """Look for damage in the values of JSON objects, one per row (String; null for none).

    Rows without a trace of damage, which a regular expression tells of whole objects, are not unpacked.
    """
    rows = attributes.str.contains(texts_looked_at(repair)).fill_null(value=False).arg_true()
    objects = [json.loads(text) for text in attributes.gather(rows)]
    values = pl.DataFrame(
        [(row, name, text) for row, one in zip(rows, objects, strict=True) for name, text in one.items()],
        schema={"row": pl.UInt32, "name": pl.String, "text": pl.String},
        orient="row",
    )
    found = pl.concat([values, find_damage(values["text"], "text")], how="horizontal").drop_nulls("damage")
    if found.is_empty():
        return MendedAttributes(attributes)
    safe = pl.col("safe") & pl.col("repair").is_not_null() & pl.lit(repair == "safe")
    found = found.with_columns(
        code=pl.when(safe).then(pl.lit(Reason.VALUE_REPAIRED.value)).otherwise(pl.lit(Reason.VALUE_DAMAGED.value)),
        said=pl.when(~safe).then(said_of()),
    )
    place_of = {row: place for place, row in enumerate(rows)}
    for row, name, repaired in found.filter(safe).select("row", "name", "repair").iter_rows():
        objects[place_of[row]][name] = repaired
    changed = found.filter(safe)["row"].unique().sort()
    mended = [json.dumps(objects[place_of[row]], ensure_ascii=False, separators=(",", ":")) for row in changed]
    titles = {name: title_of(f"attribute.{name}") for name in found["name"].unique()}
    told = found.group_by("row", maintain_order=True).agg(
        warnings=pl.col("code").unique(maintain_order=True),
        hints=pl.concat_str(pl.col("name").replace_strict(titles), pl.lit(": "), "said").str.join(" "),
    )
    whole = pl.DataFrame({"row": pl.int_range(attributes.len(), dtype=pl.UInt32, eager=True)})
    whole = whole.join(told, on="row", how="left", maintain_order="left")
    hints = whole.select(pl.when(pl.col("hints") != "").then("hints")).to_series()
    return MendedAttributes(attributes.scatter(changed, mended) if mended else attributes, [whole["warnings"]], [hints])
