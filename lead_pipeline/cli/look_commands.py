"""Commands that look and change nothing: at files before their import, at past imports, at the store."""

import json
from pathlib import Path

import click

from lead_pipeline.cli.shell import open_pipeline, require_given_home, show_result, with_home, with_json
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.listings import ImportRecord
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.results import ImportResult
from lead_pipeline.pipeline import DEFAULT_PROFILE


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--profile", "profile_name", default=DEFAULT_PROFILE, show_default=True, help="Profile to preview the file against."
)
@with_json
@with_home
def preview(file: Path, profile_name: str, as_json: bool, home: Path | None) -> None:
    """Show how a file would be read and mapped, with sample rows; writes nothing."""
    found = open_pipeline(home).preview(file, profile=profile_name)
    if as_json:
        click.echo(found.model_dump_json())
        return
    from rich.console import Console

    from lead_pipeline.cli.preview_view import preview_panel

    console = Console()
    console.print(preview_panel(found.model_dump(), console.width))


@click.command()
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many imports, newest first.")
@click.option("--status", type=click.Choice([one.value for one in ImportStatus]), help="Only those of this status.")
@click.option("--profile", help="Only those of this profile.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per import, one per line.")
@with_home
def history(limit: int, status: str | None, profile: str | None, as_json: bool, home: Path | None) -> None:
    """List past imports, newest first."""
    require_given_home(home)
    leads = open_pipeline(home)
    imports = leads.history(limit=limit, status=ImportStatus(status) if status else None, profile=profile)
    if as_json:
        for one in imports:
            _echo_record(one)
        return
    if not imports:
        click.echo(_nothing_found(status, profile))
        return
    from rich.console import Console

    from lead_pipeline.cli.import_views import history_view

    console = Console()
    console.print(history_view(imports, console.width))


def _nothing_found(status: str | None, profile: str | None) -> str:
    if not (status or profile):
        return "Nothing was imported yet. Try: lead-pipeline import FILE"
    chosen = (f" with the status {status}" if status else "") + (f" of {profile}" if profile else "")
    return f"No import{chosen} was found. `lead-pipeline history` lists all."


@click.command()
@click.argument("import_id")
@click.option("--open", "in_browser", is_flag=True, help="Open the report in the browser.")
@with_json
@with_home
def show(import_id: str, in_browser: bool, as_json: bool, home: Path | None) -> None:
    """Show one import: counts, reasons with guidance, and where its files are.

    IMPORT_ID may be shortened to a beginning that only one import has, or be the name of a file; the newest import of
    that file is shown then. `last` is the newest import of all.
    """
    require_given_home(home)
    leads = open_pipeline(home)
    found = leads.show(leads.find_import_id(import_id))
    if in_browser:
        _open_report(found, leads.home.root)
    if isinstance(found, ImportRecord):
        _echo_record(found)
    else:
        show_result(found, leads.home.root, as_json=as_json)


def _open_report(found: ImportResult | ImportRecord, home: Path) -> None:
    report = found.report_file if isinstance(found, ImportResult) else None
    if report is None or not (home / report).exists():
        raise UsageError(f"{found.import_id} has no report to open: it was removed, or the import has not ended yet.")
    click.launch(str(home / report))


def _echo_record(record: ImportRecord) -> None:
    from lead_pipeline.reporting.summary import record_as_json

    click.echo(json.dumps(record_as_json(record)))


@click.command()
@click.argument("phone_or_email")
@click.option(
    "--region", default="US", show_default=True, help="Country of a number that is written without +, as an ISO code."
)
@with_json
@with_home
def explain(phone_or_email: str, region: str, as_json: bool, home: Path | None) -> None:
    """Tell the whole story of a person: files and rows, changes, lists, enrollments, in the order of time."""
    story = open_pipeline(home).explain(phone_or_email, region=region)
    if as_json:
        click.echo(story.model_dump_json())
        return
    from lead_pipeline.reporting.story_wording import story_lines

    for line in story_lines(story):
        click.echo(line)


@click.command()
@click.argument("question")
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True, help="How many rows to show.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per row, one per line.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the rows as CSV, with a header.")
@with_home
def sql(question: str, limit: int, as_json: bool, as_csv: bool, home: Path | None) -> None:
    """Run one read-only SQL query: lead-pipeline sql "select count(*) from leads"."""
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other: choose one.")
    require_given_home(home)
    answer = open_pipeline(home).query(question, limit=limit)
    if as_json:
        click.echo(answer.frame.write_ndjson(), nl=False)
    elif as_csv:
        from lead_pipeline.cli.import_views import frame_csv

        click.echo(frame_csv(answer.frame), nl=False)
    else:
        from rich.console import Console

        from lead_pipeline.cli.import_views import frame_table

        console = Console()
        console.print(frame_table(answer.frame, console.width))
    if answer.has_more:
        click.echo(f"Only the first {limit} rows are shown; --limit shows more.", err=True)
