"""The sensor that sends emails and webhooks which could not be sent when their import ended. It is apart from the
inbox, so that a server that does not answer delays no import.
"""

from functools import partial

import dagster as dg

from lead_pipeline.orchestration.boundary import failures_without_values
from lead_pipeline.orchestration.defining import recipes
from lead_pipeline.orchestration.resources import HomeResource


@recipes.sensor(
    minimum_interval_seconds=30,
    description="Sends the emails and webhooks that wait in outbox/, with growing pauses.",
)
def outbox_sensor(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.SkipReason:
    """Send what is due; there is never a run to request."""
    sent = failures_without_values("sending the outbox", partial(home.engine.send_emails, context.log.warning))
    return dg.SkipReason(f"Emails and webhooks sent: {sent}.")
