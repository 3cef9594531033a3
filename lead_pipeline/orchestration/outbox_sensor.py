"""The sensor that sends emails which could not be sent when their import ended. What is sent when belongs in
notifying.py; it is apart from the inbox, so that a mail server that does not answer delays no import.
"""

import os

import dagster as dg

from lead_pipeline.importing.clock import utc_now
from lead_pipeline.notifying.delivery import deliver
from lead_pipeline.orchestration.boundary import telling_dagster
from lead_pipeline.orchestration.resources import HomeResource


@dg.sensor(
    name="outbox_sensor",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Sends the emails that wait in outbox/, with growing pauses, for a day.",
)
def outbox_sensor(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.SkipReason:
    """Send what is due; there is never a run to ask for."""
    with telling_dagster("sending emails"):
        sent = deliver(home.home, utc_now(), os.environ, context.log.warning)
        return dg.SkipReason(f"{sent} emails sent." if sent else "No email was to be sent.")
    raise AssertionError("telling_dagster never swallows")
