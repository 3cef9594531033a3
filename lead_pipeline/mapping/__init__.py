"""Columns become fields: by header, by synonyms and by evidence; columns without a rule become attributes."""

from lead_pipeline.mapping.columns import ColumnMapping, map_columns
from lead_pipeline.mapping.rows import map_rows
from lead_pipeline.mapping.supplying import supplied_names

__all__ = ["ColumnMapping", "map_columns", "map_rows", "supplied_names"]
