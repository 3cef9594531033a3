"""Bytes to raw rows, every value text. What the values mean, and which of them are good, belongs in other rooms."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lead_pipeline.reading.file_preview import ColumnPreview, FilePreview, preview_file
    from lead_pipeline.reading.files import open_rows, read_rows
    from lead_pipeline.reading.row_reader import Column, ReadingFacts, ReadingOptions, RowReader

__all__ = [
    "Column",
    "ColumnPreview",
    "FilePreview",
    "ReadingFacts",
    "ReadingOptions",
    "RowReader",
    "open_rows",
    "preview_file",
    "read_rows",
]

_MODULES = {
    "file_preview": ("ColumnPreview", "FilePreview", "preview_file"),
    "files": ("open_rows", "read_rows"),
    "row_reader": ("Column", "ReadingFacts", "ReadingOptions", "RowReader"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  # PEP 562
    """Load what is asked for, and no more: the process that reads one workbook needs nothing else of this room."""
    import importlib

    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(f"lead_pipeline.reading.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
