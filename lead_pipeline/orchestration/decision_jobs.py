"""The jobs with which a person decides in the UI about an import that waits. They record the answer; the sensor
requests the run that carries it out.
"""

from functools import partial

import dagster as dg

from lead_pipeline.importing.homes import masked_name
from lead_pipeline.importing.submitting import Answer, answer_waiting
from lead_pipeline.orchestration.boundary import failures_without_values
from lead_pipeline.orchestration.defining import recipes
from lead_pipeline.orchestration.partitions import imports_partitions
from lead_pipeline.orchestration.resources import HomeResource


@recipes.op
def record_approval(context: dg.OpExecutionContext, home: HomeResource) -> None:
    """Record that the import is to be written; the sensor requests its run within seconds."""
    _record(context, home, "approved")


@recipes.op
def record_cancellation(context: dg.OpExecutionContext, home: HomeResource) -> None:
    """Record that nothing of the import is to be written; the sensor requests the run that puts its file away."""
    _record(context, home, "cancelled")


#: Where a person finds the partition: the dialog shows all of them alike.
_WHICH = (
    "Takes one partition, of an import that waits; any other is refused. Which ones wait: the check `approved` of the "
    "asset `imported_leads` warns for them, and Runs filtered by the tag `lead_pipeline/awaiting_approval: true` has "
    "their runs, whose tags `lead_pipeline/import.…: awaiting_approval` name them; or `lead-pipeline history`."
)


@recipes.job(
    op=record_approval,
    partitions_def=imports_partitions,
    description=f"Import what waits for approval: it is read and screened again from its staged copy. {_WHICH}",
)
def approve_import() -> None:
    """Import what waits."""


@recipes.job(
    op=record_cancellation,
    partitions_def=imports_partitions,
    description="Import nothing of what waits for approval: its file is put into quarantine/, and dropped again it "
    f"starts from scratch. {_WHICH}",
)
def cancel_import() -> None:
    """Leave what waits."""


def _record(context: dg.OpExecutionContext, home: HomeResource, answer: Answer) -> None:
    import_id = context.partition_key
    record = partial(answer_waiting, home.home, import_id, answer)
    manifest = failures_without_values(f"deciding about {import_id}", record)
    context.log.info(f"{import_id} is {answer}.")
    context.add_output_metadata(
        {"import_id": import_id, "file_name": masked_name(manifest.file_name), "decision": answer}
    )
