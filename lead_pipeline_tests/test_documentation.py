"""What README and docs say is so: commands parse, tables are those of the code, what is shown is real."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from lead_pipeline.cli import main
from lead_pipeline.model.lead_management.management_keys import LeadDefaults, LeadManagement, Requirements
from lead_pipeline.model.lead_management.on_match import OnMatch
from lead_pipeline.model.policies import Notify, SecondaryContacts
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reading_options import ReadingOptions
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.row_rules import ROW_RULES
from lead_pipeline.model.rules import RULE_CLASSES
from lead_pipeline.profiles import load_profile, parse_profile, profile_names, profile_text
from lead_pipeline.reporting.row_files.added_texts import guidance_for
from lead_pipeline_tests.make_profile_pages import page_of, with_profile
from lead_pipeline_tests.make_reasons_page import PAGE, page
from lead_pipeline_tests.support import quick_folder, staging

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(text: str, *languages: str) -> list[str]:
    """Return the fenced blocks of these languages."""
    found = re.findall(r"^```(\w*)[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [body for language, body in found if language in languages]


def commands() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each lead-pipeline command in the shell blocks of a page: where it is, and its arguments."""
    for file in PAGES:
        for block in blocks(file.read_text(encoding="utf-8"), "console", "sh", "bash", "shell"):
            for line in block.replace("\\\n", " ").splitlines():
                for arguments in calls(line.strip().removeprefix("$ ")):
                    yield f"{file.name}: {shlex.join(arguments)}", arguments


def calls(line: str) -> Iterator[tuple[str, ...]]:
    """Yield the arguments of each call of the command in a line; there may be others, and settings before it."""
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    call: list[str] = []
    for word in [*words, ";"]:
        if word not in {"&&", "||", ";", "|", "&", ">", ">>", "<"}:
            call.append(word)
            continue
        while call and re.fullmatch(r"\w+=.*", call[0]):
            call.pop(0)
        if call[:1] == ["lead-pipeline"]:
            yield tuple(call[1:])
        elif call[1:3] == ["-m", "lead_pipeline"]:
            yield tuple(call[3:])
        call = []


def parse(arguments: tuple[str, ...]) -> None:
    """Parse a command as click would, without running it; raises click.UsageError."""
    command: click.Command = main
    context, rest = click.Context(main, info_name="lead-pipeline"), list(arguments)
    while isinstance(command, click.Group):
        _, rest, _ = command.make_parser(context).parse_args(rest)
        if not rest:
            assert command.invoke_without_command, "a command is missing"
            return
        name, *rest = rest
        below = command.get_command(context, name)
        if below is None:
            raise click.UsageError(f"there is no command '{name}'")
        command, context = below, click.Context(below, info_name=name, parent=context)
    command.make_context(context.info_name, rest, parent=context.parent)


COMMANDS = list(commands())


@pytest.mark.parametrize("arguments", [arguments for _, arguments in COMMANDS], ids=[where for where, _ in COMMANDS])
def test_a_command_of_the_docs_exists_with_these_options(arguments):
    parse(arguments)


@pytest.mark.parametrize(
    "wrong",
    ["imprt leads.csv", "import", "import leads.csv --profil x", "suppress x.csv --kind bad", "profiles shw x"],
)
def test_a_command_that_does_not_exist_would_be_found(wrong):
    (arguments,) = calls(f"LEAD_PIPELINE_HOME=x lead-pipeline {wrong}")
    with pytest.raises(click.UsageError):
        parse(arguments)


def test_readme_shows_how_to_import_and_how_to_see_the_demo():
    shown = {arguments[0] for where, arguments in COMMANDS if where.startswith("README") and arguments}
    assert {"demo", "import", "ui"} <= shown


def test_every_command_is_on_the_page_of_commands():
    shown = {arguments[0] for where, arguments in COMMANDS if where.startswith("commands.md") and arguments}
    assert set(main.commands) - shown == set()


def test_every_page_is_reached_from_the_readme():
    linked = {
        (file.parent / target).resolve()
        for file in (README, ROOT / "docs" / "profiles.md")
        for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", file.read_text(encoding="utf-8"))
    }
    assert [page.name for page in PAGES if page not in {README, *DECISIONS, *linked}] == []
    assert (ROOT / "docs" / "decisions") in linked


def test_the_readme_can_be_read_to_the_end():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 140


def test_extras_that_are_to_be_installed_exist():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    asked = re.findall(r"pip install [^\n]*?\.\[(\w+)\]", README.read_text(encoding="utf-8"))
    assert set(asked) <= set(extras)


def test_the_page_of_reasons_is_that_of_the_registry():
    hint = "run: python -m lead_pipeline_tests.make_reasons_page"
    assert PAGE.read_text(encoding="utf-8") == page(), hint
    assert re.findall(r"^\| `(\w+)` \|", page(), re.MULTILINE).sort() == [reason.value for reason in Reason].sort(), (
        hint
    )


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_context_choice_and_what_was_rejected(decision):
    text = decision.read_text(encoding="utf-8")
    assert re.match(r"\d{4}-[a-z0-9-]+\.md$", decision.name)
    assert text.startswith("# ")
    parts = [text.find(f"**{part}.**") for part in ("Context", "Choice", "Rejected")]
    assert -1 not in parts
    assert parts == sorted(parts)


def test_decisions_have_numbers_of_their_own():
    numbers = [path.name[:4] for path in DECISIONS]
    assert len(set(numbers)) == len(numbers)


def tree() -> list[tuple[str, Path]]:
    """Return the lines of the tree on the page about the architecture, with the paths they name."""
    found: list[tuple[str, Path]] = []
    for block in blocks(ARCHITECTURE.read_text(encoding="utf-8"), "", "text"):
        if not re.search(r"^lead_pipeline/", block, re.MULTILINE):
            continue
        above: list[tuple[int, Path]] = []
        for line in block.splitlines():
            match = re.match(r"(\s*)([\w./-]+)(?:\s|$)", line)
            if match is None:
                continue
            indent = len(match[1])
            above = [(depth, path) for depth, path in above if depth < indent]
            path = (above[-1][1] if above else ROOT) / match[2]
            above.append((indent, path))
            found.append((match[2], path))
    return found


def test_the_tree_names_paths_that_exist_and_every_room():
    drawn = tree()
    assert drawn
    assert [name for name, path in drawn if not path.exists()] == []
    rooms = {file.parent.name for file in (ROOT / "lead_pipeline").glob("*/__init__.py")}
    assert rooms - {path.name for _, path in drawn} == set()


def test_what_the_architecture_page_says_is_somewhere_is_there():
    named = re.findall(r"`(lead_pipeline\w*/[^`]+)`", ARCHITECTURE.read_text(encoding="utf-8"))
    assert len(named) >= 9
    assert [path for path in named if not (ROOT / path).exists()] == []


BUNDLED = [entry.name for entry in profile_names(None)]
SHOWN_PROFILES = [
    (file, block)
    for file in PAGES
    for block in blocks(file.read_text(encoding="utf-8"), "yaml")
    if re.search(r"^name: ", block, re.MULTILINE)
]


@pytest.mark.parametrize(
    ("file", "shown"), SHOWN_PROFILES, ids=[f"{file.name}-{block.split()[1]}" for file, block in SHOWN_PROFILES]
)
def test_a_profile_that_is_shown_can_be_used_and_a_bundled_one_is_the_real_one(file, shown):
    profile = parse_profile(shown, file.name)
    if profile.name in BUNDLED:
        ours = load_profile(profile.name, folder=None)
        assert profile.model_copy(update={"description": ours.description}) == ours
    else:
        assert "extends: " in shown


@pytest.mark.parametrize("name", BUNDLED)
def test_the_page_of_a_bundled_profile_shows_it_word_by_word(name):
    hint = "run: python -m lead_pipeline_tests.make_profile_pages"
    page = page_of(name).read_text(encoding="utf-8")
    assert profile_text(name, folder=None) in blocks(page, "yaml"), hint
    assert with_profile(page, name) == page, hint
    assert f"({page_of(name).parent.name}/{name}.md)" in (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
    assert f"(docs/profiles/{name}.md)" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", BUNDLED)
def test_the_samples_that_a_page_names_are_there(name):
    named = re.findall(r"`(data/samples/[^`]+)`", page_of(name).read_text(encoding="utf-8"))
    assert named
    assert [sample for sample in named if not (ROOT / sample).exists()] == []


def test_links_lead_somewhere():
    for file in PAGES:
        for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), f"{file.name} links to {target}"


def test_the_first_example_becomes_what_the_readme_says():
    readme = README.read_text(encoding="utf-8")
    (shown,) = (block for block in blocks(readme, "csv") if block.startswith("caller_id"))
    with quick_folder() as folder, staging(folder) as home:
        (folder / "list.csv").write_text(shown, encoding="utf-8")
        result = home.file(folder / "list.csv", load_profile("call_schedule", folder=None))
        phones = [phone for (phone,) in home.rows("select phone from leads order by lead_id")]
        lost = home.rows(
            "select line_number, outcome, list_aggregate(reason_codes, 'string_agg', '; ') from rejected_leads"
            " order by row_number"
        )
    assert re.findall(r"^\| (\+\d{7,15}) \|", readme, re.MULTILINE) == phones
    shown_lost = re.findall(
        r"\| (\d+) \| (rejected|duplicate|suppressed) \| ([\w; ]+?) \| (.*?) \|$", readme, re.MULTILINE
    )
    assert [(int(line), outcome, codes) for line, outcome, codes, _ in shown_lost] == lost
    assert [guidance_for(codes) for _, _, codes, _ in shown_lost] == [guidance for *_, guidance in shown_lost]
    assert result.counts.created == len(phones)


def test_the_page_of_profiles_shows_a_profile_that_can_be_used_and_every_key_there_is():
    page = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    profile = parse_profile(shown, "docs/profiles.md")
    assert profile.name == "mine"
    shown_keys = set(re.findall(r"([a-z_]+):", shown))
    models = [ImportProfile, ReadingOptions, SecondaryContacts, Notify, *RULE_CLASSES, *ROW_RULES.values()]
    models += [LeadManagement, OnMatch, LeadDefaults, Requirements]
    keys = {field.alias or key for model in models for key, field in model.model_fields.items()}
    assert keys - {"description"} - shown_keys == set()
