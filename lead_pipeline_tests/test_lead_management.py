"""The examples of docs/lead_management.md, run as they stand there: file, keys of the profile, commands, and the
table of what became of the five leads.
"""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from lead_pipeline.cli import main
from lead_pipeline.profiles.loader import parse_profile
from lead_pipeline_tests.support import call_schedule, query, quick_folder, staging

PAGE = (Path(__file__).parents[1] / "docs" / "lead_management.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\|(.*)\|$", re.MULTILINE)

#: What the columns of the tables are, as questions to the views.
COLUMNS = {
    "lead": "l.attributes ->> 'first_name'",
    "destination": "coalesce(e.destination_kind || ':' || e.schedule, l.destination_kind || ':' || l.destination_name)",
    "status": "coalesce(e.status, 'not enrolled')",
    "action": "coalesce(e.action::varchar, '')",
    "calls": "coalesce(e.attempts::varchar, '')",
    "expires": "coalesce((epoch(l.expires_at - l.created_at) / 3600)::integer || 'h', '')",
    "at most": "coalesce(e.max_attempts::varchar, '')",
    "priority": "l.attributes ->> 'lead_priority'",
    "buyers": "l.attributes ->> 'buyers'",
    "campaign": "coalesce(l.attributes ->> 'campaign', '')",
}


class Example(NamedTuple):
    """A section of the page: files by name, keys of a profile, commands, and the table that comes of it."""

    title: str
    files: dict[str, str]
    keys: str
    commands: list[list[str]]
    table: list[list[str]]


def examples() -> Iterator[Example]:
    """Yield the sections that have commands and a table of leads behind them."""
    for section in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]:
        text = re.split(r"^## ", section, flags=re.MULTILINE)[0]
        found = [(language, name, body) for language, name, body in _BLOCK.findall(text)]
        commands = [
            shlex.split(line) for language, _, body in found if language == "console" for line in body.splitlines()
        ]
        keys = "".join(body for language, _, body in found if language == "yaml")
        files = {name: body for language, name, body in found if language == "csv"}
        yield Example(text.splitlines()[0], files, keys, commands, table_of(_BLOCK.sub("", text)))


def table_of(text: str) -> list[list[str]]:
    """Return the table of leads in a text, its header first."""
    rows = [[cell.strip() for cell in row.split("|")] for row in _ROW.findall(text)]
    start = next(number for number, row in enumerate(rows) if row[0] == "lead")
    return [row for row in rows[start:] if not row[0].startswith("---")]


EXAMPLES = list(examples())


@pytest.fixture(scope="module")
def template():
    """A home with the five leads of the page, and its destinations."""
    with quick_folder() as folder:
        home = folder / "data"
        (home / "destinations").mkdir(parents=True)
        for kind, name in (("schedule", "second"), ("offer", "roofs")):
            (home / "destinations" / f"{name}.yaml").write_text(f"kind: {kind}\nname: {name}\n")
        (leads,) = (body for _, name, body in _BLOCK.findall(PAGE) if name == "leads.csv")
        (folder / "leads.csv").write_text(leads)
        with staging(home) as stages:
            stages.file(folder / "leads.csv", call_schedule())
        yield home


def run(home: Path, files: dict[str, str], keys: str, words: list[str]) -> None:
    """Run a command of the page; imports, lists and calls without Dagster, which takes seconds to start."""
    assert words[0] == "lead-pipeline"
    verb, *arguments = words[1:]
    if verb not in ("import", "suppress", "activity"):
        done = CliRunner().invoke(main, ["--home", str(home), *words[1:]], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return
    path = home.parent / arguments[0]
    path.write_text(files[arguments[0]])
    with staging(home) as stages:
        if verb == "import":
            stages.file(path, parse_profile(f"name: example\nextends: call_schedule\n{keys}", "example.yaml"))
        elif verb == "suppress":
            stages.suppress(path, arguments[arguments.index("--kind") + 1])
        else:
            stages.call(path)


def leads_of(home: Path, header: list[str]) -> list[list[str]]:
    columns = ", ".join(COLUMNS[name] for name in header)
    sql = f"select {columns} from leads l left join enrollments e using (lead_id) order by l.lead_id, 2, e.schedule"
    return [list(row) for row in query(home, sql)]


@pytest.mark.parametrize("example", EXAMPLES, ids=[one.title for one in EXAMPLES])
def test_an_example_of_the_page_comes_to_its_table(template, example):
    header, *rows = example.table
    with quick_folder() as folder:
        home = folder / "data"
        shutil.copytree(template, home)
        for words in example.commands:
            run(home, example.files, example.keys, words)
        assert sorted(leads_of(home, header)) == sorted(rows)


def test_the_five_leads_are_as_the_page_says(template):
    header, *rows = table_of(PAGE)
    assert leads_of(template, header)[:5] == rows[:5]


def test_every_command_about_leads_has_an_example():
    shown = {words[2] for one in EXAMPLES for words in one.commands if words[1] == "leads"}
    commands = main.commands["leads"].commands  # type: ignore[attr-defined]
    assert set(commands) - shown == {"show", "unblock"}
