"""What every command shares: the home, exit codes, errors as sentences. The commands themselves are in the modules
beside this one.
"""

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lead_pipeline import __version__
from lead_pipeline.filing.home import Home
from lead_pipeline.model.errors import (
    FileRefusedError,
    ImportNotFoundError,
    LeadPipelineError,
    ProfileError,
    UsageError,
)

if TYPE_CHECKING:
    from lead_pipeline.model.results import ImportResult
    from lead_pipeline.orchestration.launching import Launcher

DONE, FAILED, REFUSED, REJECTS = 0, 1, 2, 3

_F = TypeVar("_F", bound=Callable[..., Any])

#: Options that several commands have.
with_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
with_store_wait = click.option(
    "--store-wait", default=60.0, show_default=True, help="Seconds to wait while another process has the store."
)


def with_home(command: _F) -> _F:
    """Add `--home` to a command, so that it may stand before or after the command's name."""
    option = click.option(
        "--home",
        "home",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder that holds everything that is written (default: LEAD_PIPELINE_HOME, else ./data).",
    )
    return option(command)


def the_home(given: Path | None) -> Home:
    """Return the home: as given to the command, to the group, in the environment, or ./data."""
    context = click.get_current_context()
    above = context.find_root().params.get("home")
    return Home((given or above or Path(os.environ.get("LEAD_PIPELINE_HOME", "data"))).absolute())


class Shell(click.Group):
    """A group whose commands end with our exit codes and one sentence, not a traceback, when a person can help."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  # click's signature
        """Run a command and turn LeadPipelineErrors into a sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except (FileRefusedError, ProfileError, UsageError, ImportNotFoundError) as error:
            click.echo(f"lead-pipeline: {error}", err=True)
            sys.exit(REFUSED)
        except LeadPipelineError as error:
            click.echo(f"lead-pipeline: {error}", err=True)
            sys.exit(FAILED)


@click.group(cls=Shell, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lead-pipeline")
@with_home
def main(home: Path | None) -> None:
    """Import lead lists: drop a file, get imported leads, rejected leads with reasons, and a report."""
    del home  # read by the_home
    # Dagster says at every start that backfill policies may change; our own tests notice when they do.
    warnings.filterwarnings("ignore", message=".*is currently in (beta|preview).*")
    os.umask(0o077)  # everything that is written holds personal data


@contextmanager
def launcher_for(home: Home, wait: float) -> Iterator["Launcher"]:
    """Open the instance of a home and give what runs its jobs."""
    from lead_pipeline.orchestration.instance import open_instance
    from lead_pipeline.orchestration.launching import Launcher
    from lead_pipeline.orchestration.sqlite import release_sqlite

    instance = open_instance(home)
    try:
        yield Launcher(home, instance, store_wait_seconds=wait)
    finally:
        instance.dispose()
        release_sqlite()


def show_result(result: "ImportResult", home: Home, *, as_json: bool) -> None:
    """Show what became of one import, with the places of everything."""
    if as_json:
        from lead_pipeline.reporting.summary import result_as_json

        click.echo(json.dumps(result_as_json(result, home.root)))
        return
    from rich.console import Console

    from lead_pipeline.cli.import_views import import_panel, places

    Console().print(import_panel(result))
    click.echo("\n".join(places(result, home.root)))


def waiting(waited: float, holder: str) -> None:
    """Say now and then that the store is held by somebody else."""
    if waited == 0 or int(waited) % 10 == 9:
        click.echo(f"Waiting for the lead store, which is held by {holder} …", err=True)
