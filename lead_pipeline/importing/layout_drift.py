"""Notes the layout of each file with its import, and says how it differs from those of the profile's last files. What
counts as a difference does not belong here.
"""

from collections.abc import Sequence
from itertools import chain

import polars as pl

from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.facts import MappedFacts
from lead_pipeline.mapping.columns import ColumnMapping
from lead_pipeline.mapping.evidence import evidence_of
from lead_pipeline.mapping.layout_changes import SAMPLED_ROWS, compare_layouts, layout_of, sentences_about
from lead_pipeline.model.column_layout import ColumnLayout, FilledCells
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.store.protocol import LeadStore

#: How many of a profile's last files a file is compared with.
LAST_FILES = 5

#: A file that has nothing to do with the last ones differs in everything: the first differences say as much.
_DIFFERENCES_NAMED = 10


def records_layout(profile: ImportProfile, mapping: ColumnMapping) -> bool:
    """Return whether a file's layout is noted: not where nobody wants to know, nor of a rejected file coming back.

    Its rows are those that were at fault, so how full its columns are says nothing about the vendor's next file.
    """
    return profile.on_layout_change != "ignore" and not mapping.is_rejected_file


def layout_text(
    columns: Sequence[str], counted: Sequence[FilledCells], sample: pl.DataFrame, region: str | None
) -> str:
    """Return the layout of a file as the ledger keeps it: JSON.

    Args:
        columns: the file's column names, in order.
        counted: how full the cells of each batch are.
        sample: the first rows, with these columns as String.
        region: ISO code of the country assumed for numbers written without +.
    """
    evidence = evidence_of(sample.head(SAMPLED_ROWS), columns, region)
    return layout_of(columns, sum(counted, FilledCells()), evidence).model_dump_json()


def layout_changes(work: WorkFolder, store: LeadStore) -> tuple[str, ...]:
    """Return how the file differs from the last ones that were imported under its profile, as sentences."""
    mapped, manifest = work.get("mapped", MappedFacts), work.manifest
    if mapped is None or not mapped.layout:
        return ()
    earlier = store.last_layouts(manifest.profile.name, LAST_FILES, before=manifest.identity)
    changes = compare_layouts(
        ColumnLayout.model_validate_json(mapped.layout),
        [ColumnLayout.model_validate_json(text) for text in earlier],
        manifest.profile,
    )
    used = [*mapped.fields.values(), *chain(*mapped.joined.values())]
    sentences = list(sentences_about(changes, manifest.profile, used))
    unnamed = len(sentences) - _DIFFERENCES_NAMED
    more = [f"And {unnamed} more differences."] if unnamed > 0 else []
    return (*sentences[:_DIFFERENCES_NAMED], *more)
