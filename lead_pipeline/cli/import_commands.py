"""Commands that load files: leads, and lists of people who must not be contacted."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lead_pipeline.cli.shell import (
    DONE,
    FAILED,
    REFUSED,
    REJECTS,
    launcher_for,
    show_result,
    the_home,
    waiting,
    with_home,
    with_json,
    with_store_wait,
)
from lead_pipeline.model.errors import FileRefusedError, LeadPipelineError, ProfileError, UsageError
from lead_pipeline.model.suppression_kinds import SUPPRESSION_KINDS

if TYPE_CHECKING:
    from lead_pipeline.filing.home import Home
    from lead_pipeline.importing.progress import Listener
    from lead_pipeline.model.destination import Destination
    from lead_pipeline.model.profile import ImportProfile
    from lead_pipeline.model.results import ImportResult
    from lead_pipeline.model.suppression_kinds import SuppressionKind

    Importer = Callable[[Path, Listener], ImportResult]


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--profile", "profile_name", default="call_schedule", show_default=True, help="How the files are read.")
@click.option("--destination", metavar="KIND:NAME", help="Load into this destination, not the profile's own.")
@click.option("--dry-run", is_flag=True, help="Say what would become of each row, and keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per file, one per line.")
@click.option("--fail-on-rejects", is_flag=True, help="Exit with 3 when rows were rejected.")
@with_store_wait
@with_home
def import_command(
    files: tuple[Path, ...],
    profile_name: str,
    destination: str | None,
    dry_run: bool,
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
    with _importer(place, profile, aimed, store_wait, dry_run=dry_run) as importer:
        codes = [_import_one(importer, file, profile.name, place, as_json=as_json, dry_run=dry_run) for file in files]
    worst = next((code for code in (FAILED, REFUSED, REJECTS) if code in codes), DONE)
    sys.exit(DONE if worst == REJECTS and not fail_on_rejects else worst)


@contextmanager
def _importer(
    place: "Home", profile: "ImportProfile", aimed: "Destination | None", store_wait: float, *, dry_run: bool
) -> Iterator["Importer"]:
    """Give what imports a file, or says what an import would do."""
    if dry_run:
        from lead_pipeline.importing.dry_running import dry_run as dry_run_file
        from lead_pipeline.orchestration.launching import aimed_at
        from lead_pipeline.store.settings import StoreSettings

        used, name = aimed_at(profile, aimed)
        settings = StoreSettings(wait_seconds=store_wait)
        yield lambda file, listener: dry_run_file(
            place, file, used, identity_name=name, settings=settings, on_wait=waiting, listener=listener
        )
        return
    with launcher_for(place, store_wait) as launcher:
        yield lambda file, listener: launcher.import_staged(launcher.stage(file, profile, aimed), listener)


def _import_one(importer: "Importer", file: Path, profile: str, place: "Home", *, as_json: bool, dry_run: bool) -> int:
    """Import one file, show what came of it, return its exit code; trouble with one file leaves the others alone."""
    from lead_pipeline.cli.import_views import progress_bar
    from lead_pipeline.filing.home import shown_name

    try:
        with progress_bar(shown_name(file), hidden=as_json) as listener:
            # A link that a person names is followed; only the inbox refuses them.
            result = importer(file.resolve() if file.exists() else file, listener)
    except LeadPipelineError as error:
        code = REFUSED if isinstance(error, FileRefusedError | ProfileError | UsageError) else FAILED
        _tell_trouble(shown_name(file), profile, error, as_json=as_json, dry_run=dry_run)
        return code
    show_result(result, place, as_json=as_json)
    if result.status == "quarantined":
        return REFUSED
    return REJECTS if result.counts.rejected else DONE


def _tell_trouble(file_name: str, profile: str, error: LeadPipelineError, *, as_json: bool, dry_run: bool) -> None:
    click.echo(f"lead-pipeline: {file_name}: {error}", err=True)
    if as_json:
        from lead_pipeline.reporting.summary import failure_as_json

        click.echo(json.dumps(failure_as_json(file_name, profile, error, dry_run=dry_run)))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(SUPPRESSION_KINDS), required=True, help="What being on the list means.")
@click.option("--region", default="US", show_default=True, help="Country of numbers written without +; ISO code.")
@with_json
@with_store_wait
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
