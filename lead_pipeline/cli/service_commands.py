"""Commands that show the pipeline at work: the Dagster UI, the demo."""

import sys
from pathlib import Path

import click

from lead_pipeline.cli.shell import the_home, with_home
from lead_pipeline.filing.home import Home


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on. There is no login: keep it local."
)
@click.option("--port", default=3000, show_default=True, help="Port to listen on.")
@click.option("--read-only", is_flag=True, help="For observers: look at everything, start nothing.")
@with_home
def ui(host: str, port: int, read_only: bool, home: Path | None) -> None:
    """Start the Dagster UI, and the daemon that watches the inbox. Stop with Ctrl-C."""
    from lead_pipeline.orchestration.serving.services import UiSettings, serve

    place = the_home(home)

    def ready(address: str) -> None:
        click.echo(f"Dagster UI: {address}{' (read-only)' if read_only else ''}")
        if not read_only:
            click.echo(f"Drop files into {place.inbox}/<profile>/, for example {place.inbox / 'call_schedule'}")

    (place.inbox / "call_schedule").mkdir(parents=True, exist_ok=True)
    sys.exit(serve(place, UiSettings(host=host, port=port, read_only=read_only), ready))


@click.command()
@with_home
def demo(home: Path | None) -> None:
    """Import the bundled samples under a fresh home, and drop the corrected rejects back."""
    from lead_pipeline.cli.demo import run_demo

    given = home or click.get_current_context().find_root().params.get("home")
    sys.exit(run_demo(Home(Path(given).absolute()) if given else None))
