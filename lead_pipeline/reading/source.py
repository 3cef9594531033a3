"""The bytes of a staged file, unpacked where it is compressed, block by block, with a bound on what comes out."""

import gzip
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Literal

import pyarrow as pa

from lead_pipeline.model.errors import FileUnreadableError

#: Small enough for a file of some megabytes to keep two processors busy, large enough for Polars to do so by itself.
BLOCK_BYTES = 4 * 2**20

#: A compressed file may unpack to this much, or to so many times its size if that is more: CSV rarely shrinks more
#: than thirtyfold, a bomb shrinks a thousandfold.
UNPACKED_BYTES = 256 * 2**20
UNPACKED_RATIO = 200

#: A text that ends in so many zero bytes is not all there; fewer end the last line of UTF-16 or UTF-32, or a string of
#: C. An archive ends in some of its own (sizes, an empty comment), and an old workbook in part of a sector.
ZEROS_BEHIND_TEXT = 4
ZEROS_BEHIND_ARCHIVE = 64
ZEROS_BEHIND_OLE = 8192

_TAIL_BYTES = 64 * 2**10

COPY_AGAIN = "Nothing was imported. Upload or copy the file again, and drop it when it is complete."

Packing = Literal["", "gzip", "zstd", "zip"]


@dataclass(frozen=True, slots=True)
class Source:
    """A file on disk: what messages call it, how it is packed, and which member of a zip archive is meant."""

    path: Path
    display_name: str
    packing: Packing = ""
    member: str = ""

    def blocks(self, size: int | None = None) -> Iterator[bytes]:
        """Yield the unpacked bytes; raises FileUnreadableError when they cannot be had or change while being read."""
        try:
            yield from self._blocks(size or BLOCK_BYTES)
        except FileNotFoundError:
            raise FileUnreadableError(
                f"There is no file {self.display_name}. Check the path and the spelling of the name."
            ) from None
        except IsADirectoryError:
            raise FileUnreadableError(
                f"{self.display_name} is a folder. Name the file inside it that should be imported."
            ) from None
        except PermissionError:
            raise FileUnreadableError(
                f"{self.display_name} cannot be read: permission denied. "
                "Give this user read permission (chmod u+r) and try again."
            ) from None
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError):
            raise self._damaged() from None
        except OSError as error:
            if error.errno is None:  # how pyarrow says that a compressed stream is damaged or cut
                raise self._damaged() from None
            raise FileUnreadableError(
                f"{self.display_name} cannot be read: {error.strerror}. Check the disk and copy the file again."
            ) from None

    def zeros_behind(self) -> int:
        """Return how many zero bytes the file itself ends with, without reading what stands before them."""
        zeros = 0
        with self.path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            while end:
                start = max(0, end - _TAIL_BYTES)
                file.seek(start)
                block = file.read(end - start)
                kept = len(block.rstrip(b"\x00"))
                zeros += len(block) - kept
                if kept:
                    break
                end = start
        return zeros

    def refuse_zeros_behind(self, zeros: int, limit: int) -> None:
        """Raise FileUnreadableError for `limit` zero bytes at the end: space was reserved for what did not come."""
        if zeros >= limit:
            raise FileUnreadableError(
                f"{self.display_name} ends in {zeros:,} zero bytes: its upload was not finished, or the disk lost its "
                f"end. {COPY_AGAIN}"
            )

    def _damaged(self) -> FileUnreadableError:
        return FileUnreadableError(
            f"{self.display_name} is a damaged {self.packing} archive. Pack the file again, or drop it unpacked."
        )

    def _blocks(self, size: int) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            expected = self.path.stat().st_size
            bound = max(UNPACKED_BYTES, UNPACKED_RATIO * expected) if self.packing else None
            read = 0
            with closing(self._unpacked(file)) as unpacked:
                while block := unpacked.read(size):
                    read += len(block)
                    self._refuse_bomb(read, bound)
                    yield block
        if not self.packing and read != expected:
            raise FileUnreadableError(
                f"{self.display_name} changed while it was being read: it had {expected} bytes at the start, "
                f"but {read} were read. Wait until the file is complete and drop it again."
            )

    def _unpacked(self, file: BinaryIO) -> "BinaryIO | gzip.GzipFile | pa.CompressedInputStream | IO[bytes]":
        if self.packing == "gzip":
            return gzip.GzipFile(fileobj=file)
        if self.packing == "zstd":
            return pa.CompressedInputStream(file, "zstd")
        if self.packing == "zip":
            return zipfile.ZipFile(file).open(self.member)
        return file

    def _refuse_bomb(self, read: int, bound: int | None) -> None:
        if bound is not None and read > bound:
            raise FileUnreadableError(
                f"{self.display_name} unpacks to more than {bound // 2**20} MB, which no list of its size does. "
                "If it is a list, drop it unpacked."
            )
