"""Composition root for Dagster: `defs` for the home that LEAD_PIPELINE_HOME names (default ./data).
Imported by Dagster alone, never by our own code.
"""

import os
from pathlib import Path

from lead_pipeline.orchestration.building import build_definitions

__all__ = ["build_definitions", "defs"]

defs = build_definitions(Path(os.environ.get("LEAD_PIPELINE_HOME", "data")))
