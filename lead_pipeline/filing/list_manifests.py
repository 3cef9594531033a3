"""Manifests of suppression lists: what a staged list is, and where that is noted."""

from datetime import datetime
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.import_id import short_of
from lead_pipeline.filing.json_files import read_json
from lead_pipeline.model.errors import ImportNotFoundError
from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.lists.list_settings import ListSettings
from lead_pipeline.model.suppression_kinds import SuppressionKind


class ListManifest(FrozenModel):
    """What a suppression list is made of, fixed when its file is staged."""

    list_id: str
    identity: str
    kind: SuppressionKind
    region: str | None
    file_name: str
    file_sha256: str
    file_bytes: int
    staged_at: datetime
    settings: ListSettings | None = None  # None: nothing is said but kind and region

    @property
    def said(self) -> ListSettings:
        """Return what is said about the list as a whole."""
        return self.settings or ListSettings(kind=self.kind, region=self.region)

    def staged_file(self, home: Home) -> Path:
        """Return the immutable copy that everything reads."""
        return home.staging / self.identity


def list_manifest_path(home: Home, list_id: str) -> Path:
    """Return where the manifest of a suppression list lies."""
    return home.staging / "lists" / f"{short_of(list_id)}.json"


def load_list_manifest(home: Home, list_id: str) -> ListManifest:
    """Return the manifest of a suppression list; raises ImportNotFoundError when there is none."""
    manifest = read_json(list_manifest_path(home, list_id), ListManifest)
    if manifest is None:
        raise ImportNotFoundError(f"No suppression list is staged as '{list_id}'. Use `lead-pipeline suppress FILE`.")
    return manifest
