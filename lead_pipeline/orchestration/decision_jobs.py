"""The jobs with which a person decides in the UI about an import that waits. They record the answer; the sensor asks
for the run that carries it out. What may be answered when belongs in filing/decisions.py.
"""

import dagster as dg

from lead_pipeline.filing.decisions import Answer, decide
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.orchestration.boundary import telling_dagster
from lead_pipeline.orchestration.partitions import imports_partitions
from lead_pipeline.orchestration.resources import HomeResource


@dg.op
def record_approval(context: dg.OpExecutionContext, home: HomeResource) -> None:
    """Record that the import is to be written; the sensor asks for its run within seconds."""
    _record(context, home, "approved")


@dg.op
def record_cancellation(context: dg.OpExecutionContext, home: HomeResource) -> None:
    """Record that nothing of the import is to be written; the sensor asks for the run that puts its file away."""
    _record(context, home, "cancelled")


@dg.job(
    partitions_def=imports_partitions,
    description="Choose the partition of an import that waits for approval and launch: it is read and judged again "
    "from its staged copy, and imported.",
)
def approve_import() -> None:
    """Import what waits."""
    record_approval()


@dg.job(
    partitions_def=imports_partitions,
    description="Choose the partition of an import that waits for approval and launch: nothing of it is imported, and "
    "its file is put into quarantine/. Dropped again, it starts anew.",
)
def cancel_import() -> None:
    """Leave what waits."""
    record_cancellation()


def _record(context: dg.OpExecutionContext, home: HomeResource, answer: Answer) -> None:
    import_id = context.partition_key
    with telling_dagster(f"deciding about {import_id}"):
        manifest = decide(home.home, import_id, answer, utc_now())
        context.log.info(f"{manifest.file_name}: {import_id} is {answer}.")
        context.add_output_metadata({"import_id": import_id, "file_name": manifest.file_name, "decision": answer})
