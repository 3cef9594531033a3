"""Imported before any run by the process that runs are forked from, which can do nothing but import:
importing this is the work. Imported by nobody else.
"""

import gc
import importlib
import os
from pathlib import Path

from lead_pipeline.orchestration.serving.warm import warm_up
from lead_pipeline.orchestration.sqlite import speed_up_sqlite

definitions = importlib.import_module("lead_pipeline.definitions").defs
for _name in ("import_leads", "load_suppressions"):
    definitions.resolve_job_def(_name)
_is_loaded = importlib.import_module("lead_pipeline.importing.loading_ahead").load_ahead()
speed_up_sqlite(Path(os.environ["LEAD_PIPELINE_HOME"]))
is_warm = warm_up() and _is_loaded
gc.collect()
gc.freeze()  # a collection in a fork would touch, and so copy, every page of what it inherits
