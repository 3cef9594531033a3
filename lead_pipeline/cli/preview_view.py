"""What the command line shows of a file before it is imported."""

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from lead_pipeline.reporting.wording import delimiter_name, file_size, newline_name, one_line

_LONGEST = 28


def preview_panel(preview: Mapping[str, Any], width: int) -> RenderableType:
    """Return how a file is read, how sure that is, its columns and first rows, for a terminal `width` columns wide."""
    file = preview["file"]
    parts: list[RenderableType] = [Text(one_line(file["file_name"]), style="bold"), _reading(file)]
    parts.extend(Text(one_line(note), style="yellow") for note in file["facts"]["notes"])
    if preview["refusal"]:
        parts.append(Text(f"Profile {preview['profile']} would refuse it. {one_line(preview['refusal'])}", style="red"))
    parts.append(_columns(preview))
    parts.append(_rows(file, width))
    return Group(*parts)


def _reading(file: Mapping[str, Any]) -> Table:
    facts = file["facts"]
    table = Table.grid(padding=(0, 2))
    line = "row" if facts["sheet"] else "line"
    for name, found, sure in (
        ("size", file_size(file["file_bytes"]), None),
        ("format", " in ".join(filter(None, (facts["format"], facts["packing"]))), None),
        ("sheet", one_line(facts["sheet"]), None),
        ("encoding", facts["encoding"] + (" with BOM" if facts["has_bom"] else ""), facts["encoding_sure"]),
        ("delimiter", delimiter_name(facts["delimiter"]), facts["dialect_sure"]),
        ("quote", facts["quote"] or "none", facts["dialect_sure"]),
        ("escape", facts["escape"], facts["dialect_sure"]),
        ("line ends", newline_name(facts["newline"]), None),
        ("header", f"{line} {facts['header_line']}" if facts["header_line"] else "none", facts["header_sure"]),
        ("rows", f"{file['row_count']:,} ({'exact' if file['row_count_is_exact'] else 'estimated'})", None),
    ):
        if found:
            table.add_row(Text(name, style="dim"), Text(found), Text("" if sure is None else f"{sure:.0%} sure", "dim"))
    for code, count in file["reasons"].items():
        table.add_row(Text(code, style="red"), Text(f"{count:,} of the first {file['rows_looked_at']:,} rows"), "")
    return table


def _columns(preview: Mapping[str, Any]) -> Table:
    table = Table(header_style="bold", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("column", "becomes", "filled", "looks like", "evidence", "samples"):
        table.add_column(name, overflow="fold", justify="right" if name == "filled" else "left")
    becoming = {one["column"]: one for one in preview["columns"]}
    for column in preview["file"]["columns"]:
        mapped = becoming[column["name"]]
        table.add_row(
            Text(_short(column["name"])),
            Text(mapped["becomes"]),
            f"{column['fill_rate']:.0%}",
            Text(f"{column['looks_like']} {column['looks_like_share']:.0%}" if column["looks_like"] else ""),
            Text(one_line(mapped["evidence"])),
            Text(", ".join(_short(sample) for sample in column["samples"][:3])),
        )
    return table


def _rows(file: Mapping[str, Any], width: int) -> RenderableType:
    """Return the first rows as they are in the file, as many columns of them as fit."""
    shown = [column["name"] for column in file["columns"]][: max(1, width // 16)]
    table = Table(header_style="dim", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), title="first rows", title_justify="left")
    for name in shown:
        table.add_column(Text(_short(name)), overflow="fold")
    for row in file["rows"]:
        table.add_row(*(Text(_short(cell or "")) for cell in row[: len(shown)]))
    return table


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
