"""Commands about earlier calls, and whom scrub rules leave out because of them."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from lead_pipeline.cli.shell import DONE, REJECTS, open_pipeline, with_home, with_json, with_store_wait
from lead_pipeline.model.errors import LeadPipelineError, UsageError, counted
from lead_pipeline.model.listings import ActivityResult, ScrubPreview
from lead_pipeline.model.scrub.activity_settings import DATE_ORDERS, DateOrder
from lead_pipeline.pipeline import DEFAULT_PROFILE, shown_name


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--profile", "profile_name", default=DEFAULT_PROFILE, show_default=True, help="Profile to read the file with."
)
@click.option("--destination", metavar="KIND:NAME", help="As if loaded into this destination, not the profile's own.")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice(["destination", "company"]), help="Instead of the profile's."
)
@click.option("--lookback-days", "days", multiple=True, metavar="N|all", help="Instead of the profile's.")
@click.option("--without", multiple=True, metavar="RULE", help="Leave this rule aside, to see what others leave out.")
@with_json
@with_store_wait
@with_home
def scrub(
    file: Path,
    profile_name: str,
    destination: str | None,
    scopes: tuple[str, ...],
    days: tuple[str, ...],
    without: tuple[str, ...],
    as_json: bool,
    store_wait: float,
    home: Path | None,
) -> None:
    """Show whom the rules would leave out of a file, rule by rule; nothing is imported.

    --scope, --lookback-days and --without may be repeated: each scope is tried with each number of days.
    """
    wrong = next(
        (text for text in days if text != "all" and not (text.isascii() and text.isdigit() and int(text))), None
    )
    if wrong is not None:
        raise UsageError(f"--lookback-days is '{wrong[:20]}'. Write a number of days from 1, or all.")
    found = open_pipeline(home, store_wait).scrub(
        file, profile=profile_name, destination=destination, scopes=scopes, lookback_days=days, without=without
    )
    if not as_json:
        _show_previews(found)
        return
    for one in found:
        numbers = one.model_dump(mode="json", exclude={"waterfall"})
        click.echo(json.dumps(numbers | {"waterfall": one.waterfall.as_dict()}))


def _show_previews(found: Sequence[ScrubPreview]) -> None:
    from rich.console import Console

    from lead_pipeline.cli.waterfall_views import setting_sentence, settings_view, waterfall_view

    for one in found:
        click.echo(setting_sentence(one))
        for let in one.waterfall.let_through:
            rows = counted(let.rows, "row")
            click.echo(f"The profile switches {let.rule} off: {rows} would be imported, and never be callable.")
    shown = settings_view(found) if len(found) > 1 else waterfall_view(found[0].waterfall, found[0].rows_usable)
    Console().print(*shown, sep="\n")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--region", help="Country of numbers without +, and of how dates are written; ISO code.")
@click.option("--timezone", help="Time zone of times that name none, such as America/New_York.")
@click.option("--dates", type=click.Choice(DATE_ORDERS), help="Whether 03/04/2026 is in March or in April.")
@click.option("--destination", metavar="KIND:NAME", help="Of calls that name none; without it they count everywhere.")
@click.option("--buyer", help="Of calls that name none.")
@with_json
@with_store_wait
@with_home
def activity(
    file: Path,
    region: str | None,
    timezone: str | None,
    dates: DateOrder | None,
    destination: str | None,
    buyer: str | None,
    as_json: bool,
    store_wait: float,
    home: Path | None,
) -> None:
    """Load records of earlier calls, for the scrub rules of profiles.

    What is not said here is as `defaults` in call_activity.yaml say; where these say nothing, nothing is assumed.
    Exits with 2 when nothing of it was loaded, with 3 when some rows could not be used.
    """
    leads = open_pipeline(home, store_wait)
    try:
        loaded = leads.load_activity(
            file, region=region, timezone=timezone, dates=dates, destination=destination, buyer=buyer
        )
    except LeadPipelineError as error:
        if as_json:
            from lead_pipeline.reporting.summary import activity_failure_as_json

            click.echo(json.dumps(activity_failure_as_json(shown_name(file), error)))
        raise
    files = {"rejected_file": loaded.rejected_file, "report_file": loaded.report_file}
    loaded = loaded.model_copy(update={name: str(leads.home.root / one) for name, one in files.items() if one})
    if as_json:
        click.echo(json.dumps(loaded.model_dump(mode="json")))
    else:
        _show_activity(loaded)
    sys.exit(REJECTS if loaded.rows_rejected else DONE)


def _show_activity(loaded: ActivityResult) -> None:
    from lead_pipeline.reporting.activity_report import activity_lines

    for line in activity_lines(loaded):
        click.echo(line)
    if loaded.rows_rejected:
        click.echo(
            "No scrub rule knows of these rows: line "
            f"{', '.join(map(str, loaded.lines_rejected)) or 'as listed in the rejected file'}. "
            f"See {loaded.rejected_file}. Correct them and load them again.",
            err=True,
        )
