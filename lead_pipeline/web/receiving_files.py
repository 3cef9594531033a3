"""Reads a form with a file from the network straight into an upload: the bytes are written to the disk once, and memory
does not grow with the file.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from lead_pipeline.model.handed_in.uploads import Upload
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline.web.pages.rendered_pages import settings_of

#: So much is gathered before it is written.
_BLOCK = 1 << 20

#: What the fields beside the file may have together.
_MOST_TEXT = 64 << 10

_HOW = "Send a form (multipart/form-data) with the file in its field `file`: curl -F file=@leads.csv …"


class _Receiving(Protocol):
    """What a file is written to."""

    def write(self, piece: bytes) -> None: ...
    def finish(self, now: datetime) -> Upload: ...
    def discard(self) -> None: ...


@dataclass
class ReceivedForm:
    """A form that was read to its end: its file, and its other fields."""

    upload: Upload
    fields: dict[str, str]


@dataclass
class _Part:
    """One field of a form while it is being read."""

    name: str = ""
    file_name: str | None = None
    text: bytearray = field(default_factory=bytearray)


@dataclass
class _Parsing:
    """What the parser has found so far and nobody has taken yet."""

    part: _Part = field(default_factory=_Part)
    header: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    disposition: bytes = b""
    file_name: str | None = None
    pending: bytearray = field(default_factory=bytearray)
    fields: dict[str, str] = field(default_factory=dict)
    is_whole: bool = False

    def callbacks(self) -> Any:  # noqa: ANN401  # a TypedDict of the library's
        """Return what the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self.header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self.value.extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finished,
        }

    def _begin(self) -> None:
        self.part, self.disposition = _Part(), b""

    def _header_end(self) -> None:
        if bytes(self.header).lower() == b"content-disposition":
            self.disposition = bytes(self.value)
        self.header.clear()
        self.value.clear()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self.disposition)
        self.part.name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" in options:
            self.part.file_name = options[b"filename"].decode("utf-8", "replace")
        if self._is_the_file():
            if self.file_name is not None:
                raise HTTPException(422, "There are two files in the form. Send one; each is an import of its own.")
            self.file_name = self.part.file_name or ""

    def _is_the_file(self) -> bool:
        return self.part.name == "file" and self.part.file_name is not None

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_the_file():
            self.pending += data[start:end]
            return
        self.part.text += data[start:end]
        if len(self.part.text) + sum(map(len, self.fields.values())) > _MOST_TEXT:
            raise HTTPException(413, f"The fields beside the file are longer than {_MOST_TEXT:,} bytes. {_HOW}")

    def _end(self) -> None:
        if not self._is_the_file():
            self.fields[self.part.name] = bytes(self.part.text).decode("utf-8", "replace")

    def _finished(self) -> None:
        self.is_whole = True


async def receive_form(request: Request, leads: LeadPipeline) -> ReceivedForm:
    """Read a form with one file, and keep that as an upload.

    Raises: HTTPException for what is no such form or breaks off; UploadTooLargeError, DiskError, UsageError. Then
    nothing of the file is left.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise HTTPException(415, _HOW)
    parsing, receiving, most = _Parsing(), None, settings_of(request).upload_bytes
    try:
        parser = MultipartParser(options[b"boundary"], parsing.callbacks())
        async for chunk in request.stream():
            parser.write(chunk)
            if parsing.file_name is not None and receiving is None:
                receiving = await run_in_threadpool(leads.receive_upload, parsing.file_name, most_bytes=most)
            if receiving is not None and len(parsing.pending) >= _BLOCK:
                await _write(receiving, parsing)
        if receiving is None or not parsing.is_whole:
            raise HTTPException(422, f"The form has no field `file`, or broke off before its end. {_HOW}")
        await _write(receiving, parsing)
        return ReceivedForm(await run_in_threadpool(receiving.finish, datetime.now(UTC)), parsing.fields)
    except FormParserError:
        raise HTTPException(422, f"What was sent cannot be read as a form. {_HOW}") from None
    finally:
        if receiving is not None:
            await run_in_threadpool(receiving.discard)


async def _write(receiving: _Receiving, parsing: _Parsing) -> None:
    piece = bytes(parsing.pending)
    parsing.pending.clear()
    await run_in_threadpool(receiving.write, piece)
