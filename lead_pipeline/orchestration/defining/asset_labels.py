"""What is said of our assets where Dagster has a place for it: columns, table, address, owners, group, tags and
version.
"""

import csv
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import dagster as dg

from lead_pipeline import __version__
from lead_pipeline.importing.homes import Home
from lead_pipeline.orchestration.defining.naming import Naming

#: The view of the store in which people find what an asset is, beside its own file or folder.
_VIEWS = {
    "imported_leads": "main.leads",
    "rejected_leads": "main.rejected_leads",
    "suppressions": "main.suppressions",
    "call_activity": "main.call_activity",
}


@dataclass(frozen=True, slots=True)
class Labels:
    """What whoever has the definitions says of all assets."""

    naming: Naming
    group_name: str | None = None
    owners: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)

    def put_on(self, assets: dg.AssetsDefinition | dg.AssetSpec) -> dg.AssetsDefinition | dg.AssetSpec:
        """Return assets with these labels, and with what is always true of them."""
        (labelled,) = dg.map_asset_specs(self._labelled, [assets])
        return labelled

    def _labelled(self, spec: dg.AssetSpec) -> dg.AssetSpec:
        table = spec.key.path[-1]
        said = spec.merge_attributes(owners=self.owners, tags=self.tags, metadata=self._metadata(table))
        return said.replace_attributes(code_version=__version__, group_name=self.group_name or spec.group_name)

    def _metadata(self, table: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        columns = [one for one in fixed_columns() if one["table"] == table]
        if columns:
            found["dagster/column_schema"] = dg.TableSchema(
                [dg.TableColumn(one["column"], one["type"], one["description"] or None) for one in columns]
            )
        if table in _VIEWS:
            found["dagster/table_name"] = _VIEWS[table]
        where = self._where(table)
        return found | ({"dagster/uri": where} if where else {})

    def _where(self, table: str) -> str | None:
        """Return the address of what lasts of an asset; parts between two steps are removed once they were read."""
        home = Home(self.naming.home)
        paths = {
            "imported_leads": home.tables / table,
            "rejected_leads": home.tables / table,
            "suppressions": home.store,
            "call_activity": home.store,
            "import_report": home.reports,
        }
        return paths[table].as_uri() if table in paths else None


@cache
def fixed_columns() -> tuple[dict[str, str], ...]:
    """Return the columns of the tables that are the same whatever profile a file has: table, column, type, description.

    A test compares them with the store and with what an import published.
    """
    file = resources.files("lead_pipeline.orchestration.defining") / "columns.csv"
    return tuple(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
