"""Imported by the fork server of code_server.py before any run: loads and builds what every run would. Nothing else."""

import importlib

import sqlalchemy.dialects.sqlite  # noqa: F401

from lead_pipeline.orchestration.sqlite import quicken_sqlite

definitions = importlib.import_module("lead_pipeline.definitions").defs
for _name in ("import_leads", "load_suppressions"):
    definitions.resolve_job_def(_name)
quicken_sqlite()
