"""The lead-pipeline command: reads arguments, calls one function, shows what came of it. No import logic, no SQL."""

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
from lead_pipeline.filing.manifests import SUPPRESSION_KINDS
from lead_pipeline.model.errors import (
    FileRefusedError,
    ImportNotFoundError,
    LeadPipelineError,
    ProfileError,
    UsageError,
)

if TYPE_CHECKING:
    from lead_pipeline.filing.manifests import SuppressionKind
    from lead_pipeline.model.destination import Destination
    from lead_pipeline.model.profile import ImportProfile
    from lead_pipeline.model.results import ImportResult
    from lead_pipeline.orchestration.launching import Launcher

DONE, FAILED, REFUSED, REJECTS = 0, 1, 2, 3

_F = TypeVar("_F", bound=Callable[..., Any])


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

    instance = open_instance(home)
    try:
        yield Launcher(home, instance, store_wait_seconds=wait)
    finally:
        instance.dispose()


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--profile", "profile_name", default="call_schedule", show_default=True, help="How the files are read.")
@click.option("--destination", metavar="KIND:NAME", help="Load into this destination, not the profile's own.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per file, one per line.")
@click.option("--fail-on-rejects", is_flag=True, help="Exit with 3 when rows were rejected.")
@click.option(
    "--store-wait", default=60.0, show_default=True, help="Seconds to wait while another process has the store."
)
@with_home
def import_command(
    files: tuple[Path, ...],
    profile_name: str,
    destination: str | None,
    as_json: bool,
    fail_on_rejects: bool,
    store_wait: float,
    home: Path | None,
) -> None:
    """Import files, each in one recorded run that the UI shows afterwards."""
    from lead_pipeline.model.destination import Destination
    from lead_pipeline.profiles.loader import load_profile

    place = the_home(home)
    place.prepare()
    profile = load_profile(profile_name, folder=place.profiles)
    aimed = Destination.parse(destination) if destination else None
    with launcher_for(place, store_wait) as launcher:
        codes = [_import_one(launcher, file, profile, aimed, as_json=as_json) for file in files]
    worst = next((code for code in (FAILED, REFUSED, REJECTS) if code in codes), DONE)
    sys.exit(DONE if worst == REJECTS and not fail_on_rejects else worst)


def _import_one(
    launcher: "Launcher", file: Path, profile: "ImportProfile", destination: "Destination | None", *, as_json: bool
) -> int:
    """Import one file, show what came of it, return its exit code; trouble with one file leaves the others alone."""
    from lead_pipeline.filing.home import shown_name
    from lead_pipeline.reporting.terminal import progress_bar

    try:
        # A link that a person names is followed; only the inbox refuses them.
        manifest = launcher.stage(file.resolve() if file.exists() else file, profile, destination)
        with progress_bar(shown_name(file), hidden=as_json) as listener:
            result = launcher.import_staged(manifest, listener)
    except LeadPipelineError as error:
        code = REFUSED if isinstance(error, FileRefusedError | ProfileError | UsageError) else FAILED
        _tell_trouble(shown_name(file), profile.name, error, as_json=as_json)
        return code
    _show(result, launcher.home, as_json=as_json)
    if result.status == "quarantined":
        return REFUSED
    return REJECTS if result.counts.rejected else DONE


def _tell_trouble(file_name: str, profile: str, error: LeadPipelineError, *, as_json: bool) -> None:
    click.echo(f"lead-pipeline: {file_name}: {error}", err=True)
    if as_json:
        from lead_pipeline.reporting.summary import failure_as_json

        click.echo(json.dumps(failure_as_json(file_name, profile, error)))


def _show(result: "ImportResult", home: Home, *, as_json: bool) -> None:
    if as_json:
        from lead_pipeline.reporting.summary import result_as_json

        click.echo(json.dumps(result_as_json(result, home.root)))
        return
    from rich.console import Console

    from lead_pipeline.reporting.terminal import import_panel, places

    Console().print(import_panel(result))
    click.echo("\n".join(places(result, home.root)))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--profile", "profile_name", default="call_schedule", show_default=True, help="What it is looked at for.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_home
def preview(file: Path, profile_name: str, as_json: bool, home: Path | None) -> None:
    """Show how a file would be read and mapped, with sample rows; writes nothing."""
    from lead_pipeline.orchestration.previewing import preview_import
    from lead_pipeline.profiles.loader import load_profile

    found = preview_import(file, load_profile(profile_name, folder=the_home(home).profiles))
    if as_json:
        click.echo(found.model_dump_json())
        return
    from rich.console import Console

    from lead_pipeline.reporting.previews import preview_panel

    console = Console()
    console.print(preview_panel(found.model_dump(), console.width))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(SUPPRESSION_KINDS), required=True, help="What being on the list means.")
@click.option("--region", default="US", show_default=True, help="Country of numbers written without +; ISO code.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--store-wait", default=60.0, show_default=True, help="Seconds to wait while another process has the store."
)
@with_home
def suppress(
    file: Path, kind: "SuppressionKind", region: str, as_json: bool, store_wait: float, home: Path | None
) -> None:
    """Load a list of numbers that must not be contacted: one column of numbers, or phone and reason."""
    place = the_home(home)
    place.prepare()
    with launcher_for(place, store_wait) as launcher:
        manifest = launcher.stage_list(file.resolve() if file.exists() else file, kind, region)
        counts = launcher.load_list(manifest)
    if as_json:
        click.echo(json.dumps({"list_id": manifest.list_id, "kind": kind, **counts}))
        return
    click.echo(
        f"{manifest.file_name}: {counts['rows_read']:,} numbers read, {counts['rows_added']:,} added as {kind}, "
        f"{counts['rows_known']:,} known already, {counts['rows_rejected']:,} not readable as a phone number."
    )
    if counts["rows_rejected"]:
        click.echo(
            f"NOT suppressed, because no number could be read: line {counts['lines_rejected']}. "
            "Correct them and load the list again; entries are only ever added.",
            err=True,
        )


@main.command()
@click.option("--limit", default=50, show_default=True, help="How many imports, newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per import, one per line.")
@with_home
def history(limit: int, as_json: bool, home: Path | None) -> None:
    """List past imports, from the ledger."""
    from lead_pipeline.store.connection import StoreSettings
    from lead_pipeline.store.queries import list_imports

    imports = list_imports(the_home(home).root, limit=limit, settings=StoreSettings(), on_wait=_waiting)
    if as_json:
        for one in imports:
            click.echo(json.dumps(one))
        return
    if not imports:
        click.echo("Nothing was imported yet. Try: lead-pipeline import FILE")
        return
    from rich.console import Console

    from lead_pipeline.reporting.terminal import history_table

    Console().print(history_table(imports))


@main.command()
@click.argument("import_id")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_home
def show(import_id: str, as_json: bool, home: Path | None) -> None:
    """Show one import: counts, reasons with guidance, and where its files are."""
    from lead_pipeline.orchestration.stages import earlier_result
    from lead_pipeline.store.connection import StoreSettings
    from lead_pipeline.store.queries import find_import

    place = the_home(home)
    if (place.reports / import_id / "result.json").exists() and "/" not in import_id:
        _show(earlier_result(place, import_id).model_copy(update={"already_imported": False}), place, as_json=as_json)
        return
    click.echo(json.dumps(find_import(place.root, import_id, settings=StoreSettings(), on_wait=_waiting)))


@main.command()
@click.argument("question")
@click.option("--limit", default=200, show_default=True, help="How many rows to show.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per row, one per line.")
@with_home
def sql(question: str, limit: int, as_json: bool, home: Path | None) -> None:
    """Ask the store one question, read-only: lead-pipeline sql "select count(*) from leads"."""
    from lead_pipeline.store.connection import StoreSettings
    from lead_pipeline.store.queries import ask

    frame, more = ask(the_home(home).root, question, limit=limit, settings=StoreSettings(), on_wait=_waiting)
    if as_json:
        click.echo(frame.write_ndjson(), nl=False)
    else:
        from rich.console import Console

        from lead_pipeline.reporting.terminal import frame_table

        console = Console()
        console.print(frame_table(frame, console.width))
    if more:
        click.echo(f"Only the first {limit} rows are shown; --limit shows more.", err=True)


@main.group(invoke_without_command=True)
@with_home
@click.pass_context
def profiles(context: click.Context, home: Path | None) -> None:
    """List the import profiles, or show one."""
    if context.invoked_subcommand is not None:
        return
    from lead_pipeline.profiles.loader import load_profile, profile_names

    folder = the_home(home).profiles
    for entry in profile_names(folder):
        click.echo(f"{entry.name:<20} {entry.origin:<8} {load_profile(entry.name, folder=folder).description}")


@profiles.command("show")
@click.argument("name")
@with_home
def profiles_show(name: str, home: Path | None) -> None:
    """Print a profile, with what it takes over by extends: copy it into <home>/profiles/ under another name."""
    from lead_pipeline.profiles.loader import resolved_profile_text

    click.echo(resolved_profile_text(name, folder=the_home(home).profiles), nl=False)


@profiles.command("check")
@click.argument("names", nargs=-1)
@with_home
def profiles_check(names: tuple[str, ...], home: Path | None) -> None:
    """Say what is wrong with profiles, by name or path to a .yaml file; without NAMES, with all of them."""
    from lead_pipeline.profiles.checking import check_profile, names_to_check

    folder = the_home(home).profiles
    found = {name: check_profile(name, folder=folder) for name in names or names_to_check(folder)}
    for name, trouble in found.items():
        click.echo(trouble or f"{name}: nothing is wrong with it.", err=bool(trouble))
    sys.exit(REFUSED if any(found.values()) else DONE)


@profiles.command("schema")
def profiles_schema() -> None:
    """Print the JSON schema of profiles, for editors that complete and check YAML."""
    from lead_pipeline.profiles.schema import profile_schema

    click.echo(json.dumps(profile_schema(), indent=2))


@profiles.command("suggest")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the profile (default: the file's).")
@click.option("--region", help="Country of numbers written without +; ISO code (default: worked out).")
def profiles_suggest(file: Path, name: str | None, region: str | None) -> None:
    """Print a commented draft of a profile that imports FILE as it is; nothing is imported."""
    from lead_pipeline.orchestration.drafting import draft_profile

    click.echo(draft_profile(file, name=name, region=region), nl=False)


@main.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on. There is no login: keep it local."
)
@click.option("--port", default=3000, show_default=True, help="Port to listen on.")
@click.option("--read-only", is_flag=True, help="For observers: look at everything, start nothing.")
@with_home
def ui(host: str, port: int, read_only: bool, home: Path | None) -> None:
    """Start the Dagster UI, and the daemon that watches the inbox. Stop with Ctrl-C."""
    from lead_pipeline.orchestration.services import UiSettings, serve

    place = the_home(home)

    def ready(address: str) -> None:
        click.echo(f"Dagster UI: {address}{' (read-only)' if read_only else ''}")
        if not read_only:
            click.echo(f"Drop files into {place.inbox}/<profile>/, for example {place.inbox / 'call_schedule'}")

    (place.inbox / "call_schedule").mkdir(parents=True, exist_ok=True)
    sys.exit(serve(place, UiSettings(host=host, port=port, read_only=read_only), ready))


@main.command()
@with_home
def demo(home: Path | None) -> None:
    """Import the bundled samples under a fresh home, and drop the corrected rejects back."""
    from lead_pipeline.demo import run_demo

    given = home or click.get_current_context().find_root().params.get("home")
    sys.exit(run_demo(Home(Path(given).absolute()) if given else None))


def _waiting(waited: float, holder: str) -> None:
    if waited == 0 or int(waited) % 10 == 9:
        click.echo(f"Waiting for the lead store, which is held by {holder} …", err=True)
