"""What the pages and the API are served as. Reading these from a command line belongs to whoever starts them."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WebSettings:
    """One served workbench.

    `addresses` are what it may be called by, as browsers write them (`localhost:3001`); `dagster_url` is where Dagster
    has its own UI, empty where none is served beside it. Read-only, counts are shown, never rows, and nothing starts.
    `upload_bytes` are what an uploaded file may have at most.
    """

    home: Path
    host: str = "127.0.0.1"
    port: int = 3001
    addresses: frozenset[str] = frozenset()
    dagster_url: str = ""
    read_only: bool = False
    upload_bytes: int = 2 << 30

    @property
    def url(self) -> str:
        """Return where it is."""
        return f"http://{self.host}:{self.port}"
