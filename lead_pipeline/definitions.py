"""Composition root for Dagster: `defs` for the home that LEAD_PIPELINE_HOME names (default ./data).
Imported by Dagster alone, never by our own code.
"""

import os
from pathlib import Path

from lead_pipeline.orchestration.building import build_definitions, build_location

__all__ = ["build_definitions", "build_location", "defs"]

defs = build_location(Path(os.environ.get("LEAD_PIPELINE_HOME", "data")))
