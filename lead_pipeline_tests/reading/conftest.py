from pathlib import Path

import polars as pl
import pytest

from lead_pipeline.reading import ReadingOptions, RowReader, open_rows


@pytest.fixture
def opened(tmp_path):
    """Write bytes or text to a file without extension, and open it."""

    def open_content(content: bytes | str, **options: object) -> RowReader:
        path = tmp_path / "staged"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return open_rows(path, file_name="leads.csv", options=ReadingOptions.model_validate(options))

    return open_content


@pytest.fixture
def read(opened):
    """Write bytes or text to a file without extension, and return all its rows as one frame."""

    def read_content(content: bytes | str, rows: int = 100_000, **options: object) -> pl.DataFrame:
        return pl.concat(list(opened(content, **options).batches(rows)))

    return read_content


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of real files beside the repository; tests that need it are skipped where it is absent."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "corpora"
    if not folder.is_dir():
        pytest.skip("the corpora folder is not beside the repository (../shared/corpora)")
    return folder
