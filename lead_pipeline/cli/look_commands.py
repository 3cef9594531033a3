"""Commands that look and change nothing: at files before their import, at past imports, at the store."""

import json
from pathlib import Path

import click

from lead_pipeline.cli.shell import show_result, the_home, waiting, with_home, with_json


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--profile", "profile_name", default="call_schedule", show_default=True, help="What it is looked at for.")
@with_json
@with_home
def preview(file: Path, profile_name: str, as_json: bool, home: Path | None) -> None:
    """Show how a file would be read and mapped, with sample rows; writes nothing."""
    from lead_pipeline.importing.import_preview import preview_import
    from lead_pipeline.profiles.loader import load_profile

    found = preview_import(file, load_profile(profile_name, folder=the_home(home).profiles))
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
    from lead_pipeline.store.queries import list_imports
    from lead_pipeline.store.settings import StoreSettings

    imports = list_imports(the_home(home).root, limit=limit, settings=StoreSettings(), on_wait=waiting)
    if as_json:
        for one in imports:
            click.echo(json.dumps(one))
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
    from lead_pipeline.importing.concluding import earlier_result
    from lead_pipeline.store.queries import find_import
    from lead_pipeline.store.settings import StoreSettings

    place = the_home(home)
    if (place.reports / import_id / "result.json").exists() and "/" not in import_id:
        show_result(
            earlier_result(place, import_id).model_copy(update={"already_imported": False}), place, as_json=as_json
        )
        return
    click.echo(json.dumps(find_import(place.root, import_id, settings=StoreSettings(), on_wait=waiting)))


@click.command()
@click.argument("question")
@click.option("--limit", default=200, show_default=True, help="How many rows to show.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per row, one per line.")
@with_home
def sql(question: str, limit: int, as_json: bool, home: Path | None) -> None:
    """Ask the store one question, read-only: lead-pipeline sql "select count(*) from leads"."""
    from lead_pipeline.store.queries import ask
    from lead_pipeline.store.settings import StoreSettings

    frame, more = ask(the_home(home).root, question, limit=limit, settings=StoreSettings(), on_wait=waiting)
    if as_json:
        click.echo(frame.write_ndjson(), nl=False)
    else:
        from rich.console import Console

        from lead_pipeline.cli.import_views import frame_table

        console = Console()
        console.print(frame_table(frame, console.width))
    if more:
        click.echo(f"Only the first {limit} rows are shown; --limit shows more.", err=True)
