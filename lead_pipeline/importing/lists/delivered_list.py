"""What is done around the loading of a list: its report, where its file goes, and what is noted where it is refused."""

from datetime import datetime

from lead_pipeline.filing.atomic import published
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.life_cycle import wake_waiting
from lead_pipeline.filing.list_manifests import ListManifest
from lead_pipeline.filing.lists.list_drops import find_waiting_list, forget_list, put_list_away
from lead_pipeline.filing.manifests import pending_manifests
from lead_pipeline.importing.lists.refused_lists import note_refused_manifest
from lead_pipeline.importing.lists.suppression_list import as_result, load_list
from lead_pipeline.model.errors import FileRefusedError, ListRefusedError
from lead_pipeline.model.listings import ListResult
from lead_pipeline.reporting.list_report import list_report
from lead_pipeline.store.protocol import LeadStore


def load_and_put_away(store: LeadStore, manifest: ListManifest, home: Home, at: datetime) -> ListResult:
    """Load a staged list, write its report, and move its file from the inbox to the archive.

    One that is refused goes to quarantine with the reason, and the store notes it. Anything else that goes wrong leaves
    everything as it is, to be tried again.

    Raises: as `load_list`.
    """
    waiting = find_waiting_list(home, manifest.list_id)
    if waiting is not None and waiting.has_grown():
        forget_list(home, manifest.list_id)
        raise ListRefusedError(
            "The list was written to after it was taken: its upload had only paused. Nothing of this part was loaded; "
            "the whole list is in the inbox, and is loaded by itself when nobody writes it any more."
        )
    try:
        result = as_result(manifest, load_list(store, manifest, home, at))
    except (ListRefusedError, FileRefusedError) as error:
        note_refused_manifest(store, manifest, str(error))
        put_list_away(home, manifest, str(error))
        raise
    folder = home.reports / manifest.list_id
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not result.loaded_before or not (folder / "report.md").exists():
        with published(folder / "report.md") as file:
            file.write(list_report(result).encode())
    put_list_away(home, manifest)
    wake_waiting(home, pending_manifests(home))
    return result
