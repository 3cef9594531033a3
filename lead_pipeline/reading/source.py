"""The bytes of a staged file, block by block, with the physical lines counted on the way: the second opinion on what
the readers hand on. Where records begin and end belongs elsewhere.
"""

from collections.abc import Iterator
from pathlib import Path

from lead_pipeline.model.errors import FileUnreadableError

BLOCK_BYTES = 8 * 2**20

UTF8_BOM = b"\xef\xbb\xbf"


class LineCount:
    """Counts line breaks (LF, CRLF, lone CR) in blocks of bytes by themselves, whatever quotes say."""

    def __init__(self) -> None:
        self._breaks = 0
        self._last = b""

    def feed(self, block: bytes) -> None:
        """Count the line breaks of the next block."""
        if not block:
            return
        self._breaks += block.count(b"\n")
        if block.find(b"\r") >= 0:
            self._breaks += block.count(b"\r") - block.count(b"\r\n")
        if self._last == b"\r" and block[:1] == b"\n":
            self._breaks -= 1
        self._last = block[-1:]

    @property
    def lines(self) -> int:
        """Return the physical lines so far; a last line without a line break counts."""
        return self._breaks + (self._last not in (b"", b"\n", b"\r"))


def blocks(path: Path, shown: str, size: int | None = None) -> Iterator[bytes]:
    """Yield the bytes of the file; raises FileUnreadableError when it cannot be read or changes while being read."""
    try:
        with path.open("rb") as file:
            expected = path.stat().st_size
            read = 0
            while block := file.read(size or BLOCK_BYTES):
                read += len(block)
                yield block
    except FileNotFoundError:
        raise FileUnreadableError(f"There is no file {shown}. Check the path and the spelling of the name.") from None
    except IsADirectoryError:
        raise FileUnreadableError(f"{shown} is a folder. Name the file inside it that should be imported.") from None
    except PermissionError:
        raise FileUnreadableError(
            f"{shown} may not be read by this user. Give read permission to it (chmod u+r) and try again."
        ) from None
    except OSError as error:
        raise FileUnreadableError(
            f"{shown} cannot be read: {error.strerror}. Check the disk and copy the file again."
        ) from None
    if read != expected:
        raise FileUnreadableError(
            f"{shown} changed while it was being read: {read} bytes came, {expected} were there at the start. "
            "Wait until the file is complete and drop it again."
        )
