"""Commands that look and change nothing: at files before their import, at past imports, at the store."""

import json
from pathlib import Path

import click

from lead_pipeline.cli.shell import open_pipeline, show_result, with_home, with_json
from lead_pipeline.model.listings import ImportRecord
from lead_pipeline.pipeline import DEFAULT_PROFILE


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--profile", "profile_name", default=DEFAULT_PROFILE, show_default=True, help="Profile to read the file with."
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
@click.option("--limit", default=50, show_default=True, help="How many imports, newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per import, one per line.")
@with_home
def history(limit: int, as_json: bool, home: Path | None) -> None:
    """List past imports, from the ledger."""
    imports = open_pipeline(home).history(limit=limit)
    if as_json:
        for one in imports:
            _echo_record(one)
        return
    if not imports:
        click.echo("Nothing was imported yet. Try: lead-pipeline import FILE")
        return
    from rich.console import Console

    from lead_pipeline.cli.import_views import history_table

    Console().print(history_table(imports))


@click.command()
@click.argument("import_id")
@with_json
@with_home
def show(import_id: str, as_json: bool, home: Path | None) -> None:
    """Show one import: counts, reasons with guidance, and where its files are."""
    leads = open_pipeline(home)
    found = leads.show(import_id)
    if isinstance(found, ImportRecord):
        _echo_record(found)
    else:
        show_result(found, leads.home.root, as_json=as_json)


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
@click.option("--limit", default=200, show_default=True, help="How many rows to show.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per row, one per line.")
@with_home
def sql(question: str, limit: int, as_json: bool, home: Path | None) -> None:
    """Ask the store one question, read-only: lead-pipeline sql "select count(*) from leads"."""
    answer = open_pipeline(home).query(question, limit=limit)
    if as_json:
        click.echo(answer.frame.write_ndjson(), nl=False)
    else:
        from rich.console import Console

        from lead_pipeline.cli.import_views import frame_table

        console = Console()
        console.print(frame_table(answer.frame, console.width))
    if answer.has_more:
        click.echo(f"Only the first {limit} rows are shown; --limit shows more.", err=True)
