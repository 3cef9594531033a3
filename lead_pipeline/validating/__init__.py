"""Every limit that a profile sets, and what a row that breaks one has against it. No text is read here."""

from lead_pipeline.validating.rows import validate_rows
from lead_pipeline.validating.schema import compile_schema

__all__ = ["compile_schema", "validate_rows"]
