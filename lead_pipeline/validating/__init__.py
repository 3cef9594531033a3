"""The profile's rules, and the verdict on every row. Making values canonical does not belong here."""

from lead_pipeline.validating.rows import judge_rows
from lead_pipeline.validating.schema import compile_schema

__all__ = ["compile_schema", "judge_rows"]
