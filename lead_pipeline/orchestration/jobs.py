"""The jobs: the same ones for the sensor, the command line and a click in the UI."""

import dagster as dg

IMPORT_ASSETS = ("raw_leads", "mapped_leads", "normalized_leads", "imported_leads", "rejected_leads", "import_report")

import_leads = dg.define_asset_job(
    "import_leads",
    selection=dg.AssetSelection.assets(*IMPORT_ASSETS),
    description="Import staged files: read, map, normalize, screen, commit, report. All steps in one process.",
)

load_suppressions = dg.define_asset_job(
    "load_suppressions",
    selection=dg.AssetSelection.assets("suppressions"),
    description="Load a staged list of people who may not be contacted.",
)
