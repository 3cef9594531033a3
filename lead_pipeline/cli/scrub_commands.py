"""Commands about earlier calls, and whom scrub rules leave out because of them."""

import json
import sys
from pathlib import Path

import click

from lead_pipeline.cli.shell import DONE, REJECTS, open_pipeline, with_home, with_json, with_store_wait
from lead_pipeline.model.listings import ActivityResult


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--region", default="US", show_default=True, help="Country of numbers without +, and of how dates are written."
)
@click.option("--timezone", default="UTC", show_default=True, help="Time zone of times that name none.")
@click.option("--destination", metavar="KIND:NAME", help="Of calls that name none; without it they count everywhere.")
@with_json
@with_store_wait
@with_home
def activity(
    file: Path,
    region: str,
    timezone: str,
    destination: str | None,
    as_json: bool,
    store_wait: float,
    home: Path | None,
) -> None:
    """Load records of earlier calls, for the scrub rules of profiles.

    Exits with 2 when nothing of it was loaded, with 3 when some rows could not be used.
    """
    leads = open_pipeline(home, store_wait)
    loaded = leads.load_activity(file, region=region, timezone=timezone, destination=destination)
    if loaded.rejected_file:
        loaded = loaded.model_copy(update={"rejected_file": str(leads.home.root / loaded.rejected_file)})
    if as_json:
        click.echo(json.dumps(loaded.model_dump(mode="json")))
    else:
        _show_activity(loaded)
    sys.exit(REJECTS if loaded.rows_rejected else DONE)


def _show_activity(loaded: ActivityResult) -> None:
    from lead_pipeline.reporting.wording import counted, one_line

    before = "Loaded before, nothing done. " if loaded.loaded_before else ""
    click.echo(
        f"{before}{loaded.file_name}: {counted(loaded.rows_read, 'row')} read, {counted(loaded.calls_added, 'call')} "
        f"added, {loaded.calls_known:,} known already, {counted(loaded.rows_rejected, 'row')} that could not be used."
    )
    for what, header in loaded.columns.items():
        if header:
            click.echo(f"  {what} from {one_line(header)}")
    for notice in loaded.notices:
        click.echo(notice)
    if loaded.rows_rejected:
        click.echo(
            "No scrub rule knows of these rows: line "
            f"{', '.join(map(str, loaded.lines_rejected)) or 'as listed in the rejected file'}. "
            f"See {loaded.rejected_file}. Correct them and load them again.",
            err=True,
        )
