"""Commands that load files: leads, and lists of people who must not be contacted."""

import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

from lead_pipeline.cli.shell import (
    DONE,
    FAILED,
    REFUSED,
    REJECTS,
    exit_code_of,
    open_pipeline,
    show_result,
    with_home,
    with_json,
    with_store_wait,
)
from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import LeadPipelineError, counted
from lead_pipeline.model.listings import ListResult
from lead_pipeline.model.results import ImportResult
from lead_pipeline.model.suppression_kinds import ENTRY_KINDS, LIST_MODES, SUPPRESSION_KINDS, SuppressionKind
from lead_pipeline.pipeline import DEFAULT_PROFILE, shown_name


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--profile",
    "profile_name",
    default=DEFAULT_PROFILE,
    show_default=True,
    help="Profile that says how the files are imported.",
)
@click.option("--destination", metavar="KIND:NAME", help="Load into this destination, not the profile's own.")
@click.option("--dry-run", is_flag=True, help="Show what would become of each row; nothing is kept.")
@click.option(
    "--again",
    is_flag=True,
    help="Judge again, by the profile as it is now, only the rows of the file that became no lead earlier.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per file, one per line.")
@click.option("--fail-on-rejects", is_flag=True, help="Exit with 3 when rows were rejected.")
@with_store_wait
@with_home
def import_command(
    files: tuple[Path, ...],
    profile_name: str,
    destination: str | None,
    dry_run: bool,
    again: bool,
    as_json: bool,
    fail_on_rejects: bool,
    store_wait: float,
    home: Path | None,
) -> None:
    r"""Import files, each in one recorded run that the UI shows afterwards.

    \b
    lead-pipeline import leads.csv
    lead-pipeline import leads.xlsx --profile crm_workspace --dry-run
    lead-pipeline import *.csv --destination schedule:solar --json
    """
    with open_pipeline(home, store_wait) as leads:
        leads.home.prepare()
        profile = leads.profile(profile_name)
        importer = functools.partial(
            leads.dry_run if dry_run else leads.import_file,
            profile=profile,
            destination=Destination.parse(destination) if destination else None,
            again=again,
        )
        codes = [
            _import_one(importer, file, profile.name, leads.home.root, as_json=as_json, dry_run=dry_run)
            for file in files
        ]
    worst = next((code for code in (FAILED, REFUSED, REJECTS) if code in codes), DONE)
    sys.exit(DONE if worst == REJECTS and not fail_on_rejects else worst)


def _import_one(
    importer: Callable[..., ImportResult], file: Path, profile: str, home: Path, *, as_json: bool, dry_run: bool
) -> int:
    """Import one file, show what came of it, return its exit code; trouble with one file leaves the others alone."""
    from lead_pipeline.cli.import_views import progress_bar

    name = shown_name(file)
    try:
        with progress_bar(name, hidden=as_json) as on_progress:
            result = importer(file, on_progress=on_progress)
    except LeadPipelineError as error:
        _show_failure(name, profile, error, as_json=as_json, dry_run=dry_run)
        return exit_code_of(error)
    show_result(result, home, as_json=as_json)
    if result.status == "quarantined":
        return REFUSED
    return REJECTS if result.counts.rejected else DONE


def _show_failure(file_name: str, profile: str, error: LeadPipelineError, *, as_json: bool, dry_run: bool) -> None:
    said = str(error) if f"'{file_name}'" in str(error) else f"{file_name}: {error}"
    click.echo(f"lead-pipeline: {said}", err=True)
    if as_json:
        from lead_pipeline.reporting.summary import failure_as_json

        click.echo(json.dumps(failure_as_json(file_name, profile, error, dry_run=dry_run)))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--kind",
    type=click.Choice(SUPPRESSION_KINDS),
    required=True,
    help="Kind of suppression list: what being on it means.",
)
@click.option("--region", default="US", show_default=True, help="Country of numbers written without +; ISO code.")
@click.option("--list", "name", help="Name that the versions of the list share.")
@click.option("--mode", type=click.Choice(LIST_MODES), help="What this version does to the list of that name.")
@click.option("--destination", metavar="KIND:NAME", help="Hold for this destination only, not for the whole company.")
@click.option("--identifier", type=click.Choice(ENTRY_KINDS), help="What it names, where not phones or emails.")
@click.option("--country", help="Country that the entries are of; ISO code.")
@click.option("--source", help="Where the list comes from.")
@click.option("--listed-on", metavar="DATE", help="Date of the list, such as 2026-03-01.")
@click.option("--expires", metavar="DATE", help="Last day on which its entries hold.")
@with_json
@with_store_wait
@with_home
def suppress(
    file: Path,
    kind: SuppressionKind,
    region: str,
    as_json: bool,
    store_wait: float,
    home: Path | None,
    **said: str | None,
) -> None:
    """Load a list of people who must not be contacted, by phone, email or another identifier.

    Exits with 2 when nothing of it was loaded, with 3 when some rows could not be read and are NOT suppressed.
    """
    leads = open_pipeline(home, store_wait)
    try:
        loaded = leads.suppress(file, kind=kind, region=region, **{key: one for key, one in said.items() if one})
    except LeadPipelineError as error:
        if as_json:
            from lead_pipeline.reporting.summary import list_failure_as_json

            click.echo(json.dumps(list_failure_as_json(kind, error)))
        raise
    if loaded.rejected_file:
        loaded = loaded.model_copy(update={"rejected_file": str(leads.home.root / loaded.rejected_file)})
    if as_json:
        from lead_pipeline.reporting.summary import list_as_json

        click.echo(json.dumps(list_as_json(loaded)))
    else:
        _show_list(loaded)
    sys.exit(REJECTS if loaded.rows_rejected else DONE)


def _show_list(loaded: ListResult) -> None:
    click.echo(
        f"{loaded.file_name}: {counted(loaded.rows_read, 'row')} read, {loaded.rows_added:,} added as {loaded.kind}, "
        f"{loaded.rows_known:,} known already, {counted(loaded.rows_rejected, 'row')} that could not be read."
    )
    if loaded.mode != "add" or loaded.list_name != loaded.kind:
        click.echo(
            f"List '{loaded.list_name}', version {loaded.version} ({loaded.mode}"
            f"{f', {loaded.destination} only' if loaded.destination else ''}): "
            f"entries that ended: {loaded.rows_ended:,}."
        )
    for notice in loaded.notices:
        click.echo(notice)
    if loaded.leads_affected:
        click.echo(
            f"Imported before, and on the list: {counted(loaded.leads_affected, 'lead')}. No longer due: "
            f"{counted(loaded.enrollments_suppressed, 'enrollment')}."
        )
    for one in loaded.affected:
        leads, enrollments = counted(one.leads, "lead"), counted(one.enrollments, "enrollment")
        click.echo(f"  {one.import_id} ({one.destination}): {leads}, {enrollments}")
    if loaded.secondary_contacts_suppressed:
        further = counted(loaded.secondary_contacts_suppressed, "secondary contact")
        click.echo(f"Suppressed as well: {further} of earlier imports; their leads stay as they are.")
    if loaded.attributes_withheld:
        taken = counted(loaded.attributes_withheld, "attribute")
        click.echo(f"Taken out of leads of earlier imports: {taken} of type phone.")
    if loaded.rows_rejected:
        click.echo(
            "NOT suppressed, because a value could not be read: "
            f"line {', '.join(map(str, loaded.lines_rejected)) or 'as listed in the rejected file'}. "
            f"See {loaded.rejected_file}. Correct these rows and load the list again.",
            err=True,
        )
