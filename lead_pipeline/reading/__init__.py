"""Bytes to raw rows, every value text. What the values mean, and which of them are good, belongs in other rooms."""

from lead_pipeline.reading.files import open_rows, read_rows
from lead_pipeline.reading.fingerprint import identity_of, import_id_of, sha256_of, slug_of
from lead_pipeline.reading.preview import ColumnPreview, FilePreview, preview_file
from lead_pipeline.reading.rows import Column, ReadingFacts, ReadingOptions, RowReader

__all__ = [
    "Column",
    "ColumnPreview",
    "FilePreview",
    "ReadingFacts",
    "ReadingOptions",
    "RowReader",
    "identity_of",
    "import_id_of",
    "open_rows",
    "preview_file",
    "read_rows",
    "sha256_of",
    "slug_of",
]
