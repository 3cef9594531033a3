"""What every command shares: the home, exit codes, errors as sentences, results shown."""

import contextlib
import gc
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from lead_pipeline import __version__
from lead_pipeline.model.errors import (
    FileRefusedError,
    ImportNotFoundError,
    LeadPipelineError,
    ListRefusedError,
    ProfileError,
    UsageError,
)
from lead_pipeline.model.results import ImportResult
from lead_pipeline.pipeline import DiskTroubleNamed, LeadPipeline

DONE, FAILED, REFUSED, REJECTS = 0, 1, 2, 3

#: What a shell says of a process that Ctrl-C ended: 128 and the number of SIGINT.
STOPPED = 130

#: The errors that end with REFUSED: not the pipeline, but what it was given is at fault.
_REFUSALS = (FileRefusedError, ListRefusedError, ProfileError, UsageError, ImportNotFoundError)

#: How often a command looks for cycles of objects that nobody needs any more. What it loads, a million objects, stays
#: for as long as it runs: to look through them as often as Python does by itself takes a fifth of a short command.
_COLLECTED = (50_000, 20, 20)

_F = TypeVar("_F", bound=Callable[..., Any])

#: Options that several commands have.
with_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
with_store_wait = click.option(
    "--store-wait", default=60.0, show_default=True, help="Seconds to wait while another process holds the store."
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


def given_home(given: Path | None) -> Path | None:
    """Return the home as given to the command, else to the group; None when to neither."""
    home: Path | None = given or click.get_current_context().find_root().params.get("home")
    return home


def resolve_home(given: Path | None) -> Path:
    """Return the home: as given to the command, to the group, in the environment, or ./data."""
    return given_home(given) or Path(os.environ.get("LEAD_PIPELINE_HOME", "data"))


def require_given_home(given: Path | None) -> None:
    """Raise UsageError when a home was named, by option or environment, and is not there: a look must notice a typo."""
    named = given_home(given) or os.environ.get("LEAD_PIPELINE_HOME")
    if named and not Path(named).is_dir():
        raise UsageError(f"There is no home at {Path(named).absolute()}. Check --home and LEAD_PIPELINE_HOME.")


def open_pipeline(home: Path | None, store_wait: float = 60.0) -> LeadPipeline:
    """Return the pipeline of the home that is meant, which says on standard error when it waits for the store.

    Says there, too, what became of imports that earlier commands did not see to their end.
    """
    leads = LeadPipeline(resolve_home(home), store_wait=store_wait, on_wait=show_waiting, on_notice=show_notice)
    for told in leads.news():
        click.echo(told, err=True)
    return leads


#: After how many seconds Ctrl-C is pressed again, as it were: out of whatever swallowed it the first time.
_AGAIN_SECONDS = 0.05


@contextlib.contextmanager
def _interrupts_kept() -> Iterator[None]:
    """Have Ctrl-C stop the command also when it comes at a moment in which Python cannot raise it.

    What a signal's handler raises during a callback of the garbage collector (SQLAlchemy has one for each collection)
    is reported as ignored, and the command would go on.
    """

    def again(ignored: "sys.UnraisableHookArgs") -> None:
        if issubclass(ignored.exc_type, Exception) or ignored.exc_type in (SystemExit, GeneratorExit):
            before(ignored)
            return
        timer = threading.Timer(_AGAIN_SECONDS, os.kill, (os.getpid(), signal.SIGINT))
        timer.daemon = True
        timer.start()

    before, sys.unraisablehook = sys.unraisablehook, again
    try:
        yield
    finally:
        sys.unraisablehook = before


class Shell(click.Group):
    """A group whose commands end with our exit codes and one sentence, not a traceback, when a person can help."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  # click's signature
        """Run a command and turn LeadPipelineErrors into a sentence and an exit code."""
        try:
            with DiskTroubleNamed(), _interrupts_kept():
                return super().invoke(ctx)
        except LeadPipelineError as error:
            click.echo(f"lead-pipeline: {error}", err=True)
            sys.exit(exit_code_of(error))
        except KeyboardInterrupt as stop:
            said = str(stop) or "Stopped. What was not finished yet was left; run the same command again to finish it."
            click.echo(f"lead-pipeline: {said}", err=True)
            sys.exit(STOPPED)


@click.group(cls=Shell, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lead-pipeline")
@with_home
def main(home: Path | None) -> None:
    """Import lead lists: drop a file, get imported leads, rejected leads with reasons, and a report."""
    del home  # read by resolve_home
    os.umask(0o077)  # everything that is written holds personal data
    gc.set_threshold(*_COLLECTED)


def exit_code_of(error: LeadPipelineError) -> int:
    """Return the exit code of a command that an error ended."""
    return REFUSED if isinstance(error, _REFUSALS) else FAILED


def show_result(result: ImportResult, home: Path, *, as_json: bool) -> None:
    """Show what became of one import, and where its files are."""
    if as_json:
        from lead_pipeline.reporting.summary import result_as_json

        click.echo(json.dumps(result_as_json(result, home)))
        return
    from rich.console import Console

    from lead_pipeline.cli.import_views import import_panel, locations

    Console().print(import_panel(result))
    click.echo("\n".join(locations(result, home)))


def show_notice(sentence: str) -> None:
    """Say something beside the result, where no program reads it as one."""
    click.echo(sentence, err=True)


def show_waiting(waited: float, holder: str) -> None:
    """Say now and then that the store is held by somebody else."""
    if waited == 0 or int(waited) % 10 == 9:
        click.echo(f"Waiting for the lead store, which is held by {holder} …", err=True)
