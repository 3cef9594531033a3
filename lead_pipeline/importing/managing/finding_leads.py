"""Answers which leads conditions choose. Nothing is changed here."""

from collections.abc import Sequence

from lead_pipeline.enrolling.chosen_leads import (
    attributes_meant,
    choose_leads,
    count_chosen,
    count_chosen_leads,
    first_chosen,
)
from lead_pipeline.filing.home import Home
from lead_pipeline.model.lead_management.command_results import ChosenCount, LeadFound, LeadsFound
from lead_pipeline.model.lead_management.lead_conditions import TypedCondition
from lead_pipeline.store.opening import has_store, open_store
from lead_pipeline.store.records import CommandKeys
from lead_pipeline.store.settings import OnWait, StoreSettings


def find_leads(
    home: Home, conditions: Sequence[TypedCondition], limit: int, *, settings: StoreSettings, on_wait: OnWait
) -> LeadsFound:
    """Return the first leads that the conditions choose, and how many there are; raises StoreError."""
    if not has_store(home.root):
        return LeadsFound()
    with (
        open_store(home.root, settings=settings, on_wait=on_wait) as store,
        store.dry_run(CommandKeys(), "looking for leads") as workspace,
    ):
        choose_leads(workspace, conditions)
        leads = count_chosen_leads(workspace)
        return LeadsFound(
            leads=tuple(LeadFound.model_validate(one) for one in first_chosen(workspace, limit)),
            leads_chosen=leads,
            attributes_meant={} if leads else attributes_meant(workspace, conditions),
            chosen=tuple(ChosenCount(**one._asdict()) for one in count_chosen(workspace)),
        )
