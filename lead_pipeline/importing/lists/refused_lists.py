"""Has the store know of every delivery of a list that was refused, before anything is screened by the lists."""

from dataclasses import replace

import polars as pl

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.list_manifests import ListManifest
from lead_pipeline.filing.lists.refused_deliveries import refused_deliveries
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.model.lists.list_settings import ListSettings
from lead_pipeline.model.suppression_kinds import default_list_name
from lead_pipeline.screening.lists.list_trust import note_refused_list
from lead_pipeline.store.protocol import LeadStore
from lead_pipeline.store.records import ListKeys, ListRefusal


def note_refused_deliveries(store: LeadStore, home: Home) -> None:
    """Note in the store what was refused before it was staged; raises StoreError."""
    for note, refused in refused_deliveries(home):
        refusal = ListRefusal(refused.list_id, refused.file_name, refused.message, refused.staged_at)
        _note(store, _of_list(refusal, refused.settings))
        note.unlink(missing_ok=True)


def note_refused_manifest(store: LeadStore, manifest: ListManifest, message: str) -> None:
    """Note in the store that a staged list was refused; raises StoreError."""
    refusal = ListRefusal(
        manifest.list_id, manifest.file_name, message, manifest.staged_at, file_sha256=manifest.file_sha256
    )
    _note(store, _of_list(refusal, manifest.said))


def _of_list(refusal: ListRefusal, said: ListSettings | None) -> ListRefusal:
    if said is None:
        return refusal
    name = said.name or default_list_name(said.kind, said.destination)
    return replace(refusal, name=name, kind=said.kind, destination=said.destination)


def _note(store: LeadStore, refusal: ListRefusal) -> None:
    keys = ListKeys(refusal.list_id, refusal.kind or "", pl.Series(dtype=pl.String), refusal.name or "")
    with store.writing(keys, f"noting that list {refusal.list_id} was refused") as workspace:
        note_refused_list(workspace, refusal, utc_now())
