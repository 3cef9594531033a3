"""The home: the one folder below which everything is written, and the folders in it."""

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lead_pipeline.model.access.store_place import store_address
from lead_pipeline.model.errors import UsageError

_FOLDERS = (
    "inbox", "inbox/call_activity",
    "staging", "staging/manifests", "staging/lists", "staging/parts", "staging/receipts", "staging/locks",
    "staging/decisions", "staging/dry_runs", "staging/taken", "staging/left", "staging/grown",
    "staging/lists/waiting", "staging/lists/refused", "staging/uploads",
    "outbox", "outbox/sent", "outbox/given_up", "outbox/terminal",
    "outbox/webhooks", "outbox/webhooks/sent", "outbox/webhooks/given_up", "archive", "quarantine",
    "staging/corrections", "staging/drafts",
    "tables", "reports", "dagster", "profiles",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Home:
    """Paths below one root. Everything is private to its owner (0700/0600): rows are personal data."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Return the folder that has one sub-folder of dropped files per profile."""
        return self.root / "inbox"

    @property
    def staging(self) -> Path:
        """Return the folder of immutable copies and of work in progress."""
        return self.root / "staging"

    @property
    def list_parts(self) -> Path:
        """Return where the entries of suppression lists lie while they are being loaded."""
        return self.staging / "list_parts"

    @property
    def archive(self) -> Path:
        """Return the folder of imported files."""
        return self.root / "archive"

    @property
    def quarantine(self) -> Path:
        """Return the folder of files that cannot be imported, each with a note beside it."""
        return self.root / "quarantine"

    @property
    def tables(self) -> Path:
        """Return the folder of Parquet tables that any engine may query at any time."""
        return self.root / "tables"

    @property
    def reports(self) -> Path:
        """Return the folder with one sub-folder of results per import."""
        return self.root / "reports"

    @property
    def outbox(self) -> Path:
        """Return the folder of emails that are to be sent."""
        return self.root / "outbox"

    @property
    def profiles(self) -> Path:
        """Return the folder of the user's own profiles."""
        return self.root / "profiles"

    @property
    def destinations(self) -> Path:
        """Return the folder of the files that say what happens to the leads of a destination."""
        return self.root / "destinations"

    @property
    def dagster(self) -> Path:
        """Return the folder of the Dagster instance."""
        return self.root / "dagster"

    @property
    def store(self) -> Path:
        """Return the path of the lead store."""
        return self.root / "leads.duckdb"

    @property
    def has_leads(self) -> bool:
        """Tell whether there is a store, as far as files say: one elsewhere is there, for the home was used with it."""
        return bool(store_address(os.environ)) or self.store.exists()

    def prepare(self) -> None:
        """Create what is missing; raises UsageError when the root cannot be written."""
        try:
            for name in ("", *_FOLDERS):
                folder = self.root / name
                if not folder.is_dir():
                    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise UsageError(
                f"The home {self.root} cannot be written ({os.strerror(error.errno or 0)}). "
                "Choose another with --home, or give yourself write permission."
            ) from None
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise UsageError(f"The home {self.root} is not writable. Choose another with --home.")

    def relative(self, path: Path) -> str:
        """Return a path below the home as people and receipts write it: relative, with forward slashes."""
        return path.relative_to(self.root).as_posix()


def shown_name(path: Path) -> str:
    r"""Return a file's name for people and logs: one line, printable, bytes that are not UTF-8 as `\\xNN`."""
    name = os.fsencode(path.name).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in name)


def masked_name(file_name: str) -> str:
    """Return what may be shown of a file's name where everybody reads: `Ann Lee.csv` becomes `A….csv`."""
    return f"{file_name[:1]}…{safe_suffix(file_name)}"


def safe_suffix(file_name: str) -> str:
    """Return the file name's extension when it is a plain one (`.csv`), else nothing: no given name becomes a path."""
    suffix = Path(file_name).suffix.lower()
    return suffix if 2 <= len(suffix) <= 6 and suffix[1:].isascii() and suffix[1:].isalnum() else ""


def is_plain_file(path: Path) -> bool:
    """Return whether the path is a regular file itself: not a link, folder, pipe or device."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


@contextlib.contextmanager
def written_for_the_owner() -> Iterator[None]:
    """Have everything that is written kept from others: it holds personal data."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def followed(file: str | Path) -> Path:
    """Return what a path leads to: a link that a person names is followed; only the inbox refuses them."""
    path = Path(file)
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError):  # a circle of links is a RuntimeError before Python 3.13
        return path
