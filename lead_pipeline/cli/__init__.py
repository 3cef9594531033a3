"""The lead-pipeline command: reads arguments, calls LeadPipeline, shows what came back. No import logic, no SQL."""

from lead_pipeline.cli.decision_commands import approve, cancel
from lead_pipeline.cli.destination_commands import destinations
from lead_pipeline.cli.import_commands import import_command, suppress
from lead_pipeline.cli.lead_commands import leads
from lead_pipeline.cli.list_commands import lists, suppressed
from lead_pipeline.cli.look_commands import explain, history, preview, show, sql
from lead_pipeline.cli.profile_commands import profiles
from lead_pipeline.cli.program_commands import keys, webhooks
from lead_pipeline.cli.scrub_commands import activity, scrub
from lead_pipeline.cli.service_commands import dagster_settings, demo, password, ui
from lead_pipeline.cli.shell import main
from lead_pipeline.cli.store_commands import store

__all__ = ["main"]

for _command in (
    activity,
    approve,
    cancel,
    dagster_settings,
    demo,
    destinations,
    explain,
    history,
    import_command,
    keys,
    leads,
    lists,
    password,
    preview,
    profiles,
    scrub,
    show,
    sql,
    store,
    suppress,
    suppressed,
    ui,
    webhooks,
):
    main.add_command(_command)
