"""Commands that show the pipeline at work: the Dagster UI, the demo."""

import sys
from pathlib import Path

import click

from lead_pipeline.cli.shell import given_home, open_pipeline, with_home
from lead_pipeline.pipeline import LeadPipeline

_PAGES_NOT_SERVED = (
    "The pages are not served: others can reach this address, and no password is set. Set one with "
    "`lead-pipeline password`; they are served from then on."
)


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on. Dagster's UI has no login: keep it local, or behind a proxy with one.",
)
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option(
    "--pages-port", default=3001, show_default=True, type=click.IntRange(1, 65535), help="Port of pages and API."
)
@click.option("--read-only", is_flag=True, help="For observers: look at everything, start nothing.")
@click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    metavar="NAME[:PORT]",
    help="Another address that browsers may call the UI by, as behind a proxy or tunnel. Repeatable.",
)
@with_home
def ui(host: str, port: int, pages_port: int, read_only: bool, allow_hosts: tuple[str, ...], home: Path | None) -> None:
    """Start the pages, the Dagster UI, and the daemon that watches the inbox. Stop with Ctrl-C."""
    from lead_pipeline.orchestration.serving.guard import is_open_to_others
    from lead_pipeline.orchestration.serving.services import UiSettings, serve

    pipeline = open_pipeline(home)
    served = pipeline.home
    served.prepare()
    for check in pipeline.check_destinations():
        for problem in check.problems:
            click.echo(f"Nothing is imported until this is corrected: {problem}", err=True)
    example = served.inbox / "call_schedule"

    settings = UiSettings(host, port, read_only, allow_hosts, pages_port)
    is_open = is_open_to_others(host, settings.pages_addresses)

    def ready(address: str, pages: str) -> None:
        if is_open and not pipeline.password_version():
            click.echo(f"API: {pages}{' (read-only)' if read_only else ''}")
            click.echo(_PAGES_NOT_SERVED, err=True)
        else:
            click.echo(f"Pages and API: {pages}{' (read-only)' if read_only else ''}")
        click.echo(f"Dagster UI: {address}{' (read-only)' if read_only else ''}")
        if not read_only:
            click.echo(f"Drop files into {served.inbox}/<profile>/, for example {example}")

    example.mkdir(parents=True, exist_ok=True)
    sys.exit(serve(served, settings, ready))


@click.command()
@with_home
def password(home: Path | None) -> None:
    """Set the password of the pages, asked for twice, or read from the first line of a pipe.

    With one, everybody has to sign in. Without, the pages are for this computer alone. Who is signed in has to sign in
    again.
    """
    if sys.stdin.isatty():
        given = click.prompt("New password", hide_input=True, confirmation_prompt="The same again")
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    pipeline = open_pipeline(home)
    pipeline.set_password(given)
    click.echo("The password is set. It is needed from now on, also where the pages are open already.")


@click.command("dagster-settings")
def dagster_settings() -> None:
    """Print the lines that imports need in the dagster.yaml of a Dagster of your own."""
    click.echo(LeadPipeline.dagster_settings(), nl=False)


@click.command()
@with_home
def demo(home: Path | None) -> None:
    """Import the bundled samples into a fresh home, and drop the corrected rejects back."""
    from lead_pipeline.cli.demo import run_demo

    sys.exit(run_demo(given_home(home)))
