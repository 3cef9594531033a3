"""What a spreadsheet did to the values of columns that have no rule: garbled letters are repaired or named as in fields
of text, and nothing else is asked of these values.
"""

import json
from typing import NamedTuple

import polars as pl

from lead_pipeline.model.fields import attribute_column, title_of
from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.repairs import Repair, repair_texts, texts_looked_at


class RepairedAttributes(NamedTuple):
    """Per row `attributes` (String, a JSON object), `warnings` (List(String)) and `hints` (String), null for none; and
    of the values that were probably others, `index` of the row, `field` and `value`.
    """

    attributes: pl.Series
    warnings: pl.Series
    hints: pl.Series
    suggestions: pl.DataFrame


def repair_attributes(attributes: pl.Series, repair: Repair) -> RepairedAttributes:
    """Look for damage in the values of JSON objects, one per row (String; null for none).

    Rows without a trace of damage, which a regular expression finds in whole objects, are not unpacked.
    """
    rows = attributes.str.contains(texts_looked_at(repair)).fill_null(value=False).arg_true()
    if rows.is_empty():
        return _nothing_found(attributes)
    objects = dict(zip(rows, map(json.loads, attributes.gather(rows)), strict=True))
    values = pl.DataFrame(
        [(row, name, text) for row, one in objects.items() for name, text in one.items()],
        schema={"row": pl.UInt32, "name": pl.String, "text": pl.String},
        orient="row",
    )
    found = values.hstack(repair_texts(values["text"], "text", None, repair)).drop_nulls("warning")
    repaired = found.filter(warning=Reason.VALUE_REPAIRED.value)
    for row, name, value in repaired.select("row", "name", "value").iter_rows():
        objects[row][name] = value
    changed = repaired["row"].unique().sort()
    repaired_objects = [json.dumps(objects[row], ensure_ascii=False, separators=(",", ":")) for row in changed]
    titles = {name: title_of(f"attribute.{name}") for name in found["name"].unique()}
    remarks = found.group_by("row", maintain_order=True).agg(
        warnings=pl.col("warning").unique(maintain_order=True),
        hints=pl.concat_str(pl.col("name").replace(titles), pl.lit(": "), "hint").str.join(" "),
    )
    of_rows = pl.DataFrame({"row": pl.int_range(attributes.len(), dtype=pl.UInt32, eager=True)})
    of_rows = of_rows.join(remarks, on="row", how="left", maintain_order="left")
    hints = of_rows.select(pl.when(pl.col("hints") != "").then("hints")).to_series()
    meant = found.drop_nulls("suggestion").select(
        index="row", field=pl.format(attribute_column("{}"), "name"), value="suggestion"
    )
    # `scatter` writes into the series itself
    attributes = attributes.clone().scatter(changed, repaired_objects)
    return RepairedAttributes(attributes, of_rows["warnings"], hints, meant)


def _nothing_found(attributes: pl.Series) -> RepairedAttributes:
    warnings, hints = (
        pl.Series(name, [None], dtype=dtype).new_from_index(0, attributes.len())
        for name, dtype in (("warnings", pl.List(pl.String)), ("hints", pl.String))
    )
    meant = pl.DataFrame(schema={"index": pl.UInt32, "field": pl.String, "value": pl.String})
    return RepairedAttributes(attributes, warnings, hints, meant)
