"""Receipts: small files that say how an import ended, and so what the sensor knows of the ledger without opening the
store. The ledger decides; a receipt of a store that is gone counts for nothing.
"""

from datetime import datetime
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.import_id import short_of
from lead_pipeline.filing.json_files import readable_json
from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus


class Receipt(FrozenModel):
    """Says that an import is finished, and how."""

    manifest: Manifest
    status: ImportStatus
    at: datetime


def receipt_path(home: Home, identity_or_id: str) -> Path:
    """Return where the receipt of an import lies."""
    return home.staging / "receipts" / f"{short_of(identity_or_id)}.json"


def find_receipt(home: Home, identity_or_id: str) -> Receipt | None:
    """Return the receipt of an import; None as well when the store itself is gone."""
    if not home.has_leads:
        return None
    return readable_json(receipt_path(home, identity_or_id), Receipt)


def is_imported(home: Home, identity_or_id: str) -> bool:
    """Return whether that content was imported under that profile, exports and all."""
    receipt = find_receipt(home, identity_or_id)
    return receipt is not None and receipt.status in COMMITTED
