"""Columns become fields: by header today, and whatever is no field becomes an attribute."""

from lead_pipeline.mapping.columns import ColumnMapping, map_columns
from lead_pipeline.mapping.rows import map_rows

__all__ = ["ColumnMapping", "map_columns", "map_rows"]
