"""Commands that change leads that are there, or show which ones conditions choose."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from lead_pipeline.cli.shell import open_pipeline, with_home, with_json, with_store_wait
from lead_pipeline.model.errors import UsageError, counted
from lead_pipeline.model.lead_management.command_results import GOING, LEAD_VERBS, LeadCommandResult, LeadVerb
from lead_pipeline.pipeline import LeadPipeline

#: What each command does, as its help says it.
_HELP: dict[LeadVerb, str] = {
    "stop": "Take leads out of calling until they are started again.",
    "start": "Go on with stopped leads, at the action at which they were.",
    "restart": "Begin again with the first action, as if leads had just come; also when completed or expired.",
    "expire": "Let leads expire now: nobody calls them until they are restarted.",
    "move": "Move leads to another destination, where they begin with the first action.",
    "add": "Enroll leads in another schedule besides.",
    "copy": "Make copies of leads in another destination, with all their values.",
    "block": "Put people on the list of those who are blocked, by every identifier of their leads.",
    "unblock": "Take people off the lists of those who are blocked, and off no other; leads are stopped, not due.",
    "opt-out": "Put people on the list of those who opted out, by every identifier of their leads.",
    "opt-in": "Take people off the lists of those who opted out, and off no other; leads are stopped, not due.",
}

with_conditions = click.option(
    "--where",
    "where",
    multiple=True,
    metavar="CONDITION",
    help="Which leads: field=value, also != < <= > >=. Repeatable: all have to hold.",
)
with_everything = click.option("--all", "everything", is_flag=True, help="Every lead; instead of --where.")
with_region = click.option(
    "--region", default="US", show_default=True, help="Country of a phone in a condition without +; ISO code."
)


@click.group()
def leads() -> None:
    """Change leads that are there: stop, start, move, block …, chosen by conditions; or show which ones they choose."""


@leads.command("show")
@with_conditions
@with_everything
@with_region
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many leads to show.")
@with_json
@with_home
def leads_show(
    where: tuple[str, ...], everything: bool, region: str, limit: int, as_json: bool, home: Path | None
) -> None:
    """Show which leads conditions choose, and where they stand; without personal data."""
    from lead_pipeline.reporting.command_wording import found_lines

    found = open_pipeline(home).find_leads(where, everything=everything, limit=limit, region=region)
    click.echo(found.model_dump_json() if as_json else "\n".join(found_lines(found)))


def _command(verb: LeadVerb) -> click.Command:
    """Return the command that does one thing to leads."""

    @with_conditions
    @with_everything
    @with_region
    @click.option("--dry-run", is_flag=True, help="Only say what would become of whom.")
    @click.option("--note", default="", help="Why; kept with the command.")
    @click.option("--yes", is_flag=True, help="Do not ask; needed where nobody can be asked.")
    @with_json
    @with_store_wait
    @with_home
    def run(*, dry_run: bool, yes: bool, as_json: bool, store_wait: float, home: Path | None, **said: Any) -> None:  # noqa: ANN401
        pipeline = open_pipeline(home, store_wait)
        if not dry_run and not yes:
            _ask(pipeline, verb, said)
        _show(pipeline.manage_leads(verb, dry_run=dry_run, **said), as_json=as_json)

    body: Callable[..., None] = run
    if verb in GOING:
        body = click.option("--to", metavar="KIND:NAME", required=True, help="The destination they go to.")(body)
    return click.command(verb, help=_HELP[verb])(body)


def is_a_person_there() -> bool:
    """Tell whether somebody sits at a terminal."""
    return sys.stdin.isatty()


def _ask(pipeline: LeadPipeline, verb: LeadVerb, said: dict[str, Any]) -> None:
    """Show what would become of whom, and have a person confirm it; raises UsageError where nobody can be asked."""
    if not is_a_person_there():
        raise UsageError(f"Nobody can be asked here whether to {verb} leads: look with --dry-run, then give --yes.")
    would = pipeline.manage_leads(verb, dry_run=True, **said)
    _show(would, as_json=False, err=True)
    if would.leads_chosen:
        click.confirm(f"{verb.capitalize()} {counted(would.leads_chosen, 'lead')}?", abort=True, err=True)


def _show(result: LeadCommandResult, *, as_json: bool, err: bool = False) -> None:
    from lead_pipeline.reporting.command_wording import command_lines

    click.echo(result.model_dump_json() if as_json else "\n".join(command_lines(result)), err=err)


for _verb in LEAD_VERBS:
    leads.add_command(_command(_verb))
