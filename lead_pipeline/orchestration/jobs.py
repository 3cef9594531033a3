"""The jobs: the same ones for the sensor, the command line and a click in the UI."""

from lead_pipeline.orchestration.defining import recipes

IMPORT_ASSETS = ("raw_leads", "mapped_leads", "normalized_leads", "imported_leads", "rejected_leads", "import_report")

#: A run that refused a file failed for good, and what a crash left undone is requested again by the sensor: settings of
#: an instance that retry failed runs would do either once more.
_NOT_RETRIED = {"dagster/max_retries": "0"}

import_leads = recipes.asset_job(
    "import_leads",
    IMPORT_ASSETS,
    "Imports staged files: read, map, normalize, screen, commit, report, all steps in one process. Started by the "
    "sensor of the inbox and by `lead-pipeline import`. To import a file, drop it into `inbox/<profile>/`; launched "
    "again for a partition, it changes nothing that was committed. A run that refused a file fails, when all else is "
    "done.",
    tags=_NOT_RETRIED,
)

load_suppressions = recipes.asset_job(
    "load_suppressions",
    ["suppressions"],
    "Loads a staged list of people who may not be contacted. Started by the sensor of the inbox and by `lead-pipeline "
    "suppress`; launched by hand, it has nothing to load: drop the list into `inbox/suppressions/<folder>/`.",
)
