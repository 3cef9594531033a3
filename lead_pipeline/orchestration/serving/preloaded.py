"""Imported before any run by the fork server of code_server.py, which can be told to import and nothing else: importing
this is the work. Imported by nobody else; how to become warm belongs in warm.py.
"""

import gc
import importlib

from lead_pipeline.orchestration.serving.warm import warm_up
from lead_pipeline.orchestration.sqlite import quicken_sqlite

definitions = importlib.import_module("lead_pipeline.definitions").defs
for _name in ("import_leads", "load_suppressions"):
    definitions.resolve_job_def(_name)
quicken_sqlite()
warm_up()
gc.collect()
gc.freeze()  # a collection in a fork would touch, and so copy, every page of what it inherits
