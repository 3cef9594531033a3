"""Commands about destinations: what their files say, whether these can be used, and how many leads there are."""

import sys
from pathlib import Path

import click

from lead_pipeline.cli.shell import DONE, REFUSED, open_pipeline, with_home
from lead_pipeline.pipeline import LeadPipeline

with_json_lines = click.option("--json", "as_json", is_flag=True, help="Print one JSON object each, one per line.")


@click.group()
def destinations() -> None:
    """Show destinations and check their files: actions, when people may be called, how often."""


@destinations.command("check")
@with_json_lines
@with_home
def destinations_check(as_json: bool, home: Path | None) -> None:
    """Say what is wrong with the files in <home>/destinations/; exits with 2 when one cannot be used."""
    checks = open_pipeline(home).check_destinations()
    for check in checks:
        if as_json:
            click.echo(check.model_dump_json())
        elif check.is_valid:
            click.echo(f"{check.file}: OK, {check.destination}")
        else:
            click.echo("\n".join(check.problems), err=True)
    if not checks and not as_json:
        click.echo("There is no file in destinations/: defaults hold. Try: lead-pipeline destinations sample NAME")
    sys.exit(DONE if all(check.is_valid for check in checks) else REFUSED)


@destinations.command("show")
@click.argument("name", required=False)
@with_json_lines
@with_home
def destinations_show(name: str | None, as_json: bool, home: Path | None) -> None:
    """List the destinations; or show NAME: its actions, calling window, and enrollments by status."""
    from lead_pipeline.reporting.destination_wording import destination_line, destination_lines

    leads = open_pipeline(home)
    found = leads.destinations() if name is None else (leads.destination(name),)
    for one in found:
        if as_json:
            click.echo(one.model_dump_json())
        elif name is None:
            click.echo(destination_line(one))
        else:
            click.echo("\n".join(destination_lines(one)))
    if not found and not as_json:
        click.echo("There is no destination yet: one comes with the first import, or with a file in destinations/.")


@destinations.command("sample")
@click.argument("name")
def destinations_sample(name: str) -> None:
    """Print a file about the schedule NAME with every key there is: save it in <home>/destinations/."""
    click.echo(LeadPipeline.destination_sample(name), nl=False)
