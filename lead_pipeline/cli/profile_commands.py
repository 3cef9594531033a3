"""Commands about import profiles: list, show, check, draft, sample, and the schema for editors."""

import json
import sys
from pathlib import Path

import click

from lead_pipeline.cli.shell import DONE, REFUSED, open_pipeline, with_home
from lead_pipeline.pipeline import LeadPipeline


@click.group(invoke_without_command=True)
@with_home
@click.pass_context
def profiles(context: click.Context, home: Path | None) -> None:
    """List the import profiles, or show one."""
    if context.invoked_subcommand is not None:
        return
    for one in open_pipeline(home).profiles():
        click.echo(f"{one.name:<20} {one.origin:<8} {one.description}")


@profiles.command("show")
@click.argument("name")
@with_home
def profiles_show(name: str, home: Path | None) -> None:
    """Print a profile, including what it inherits through extends: copy it to <home>/profiles/ under another name."""
    click.echo(open_pipeline(home).profile_text(name), nl=False)


@profiles.command("check")
@click.argument("names", nargs=-1)
@with_home
def profiles_check(names: tuple[str, ...], home: Path | None) -> None:
    """Say what is wrong with profiles, by name or path to a .yaml file; without NAMES, with all of them."""
    checks = open_pipeline(home).check_profiles(*names)
    for check in checks:
        click.echo(f"{check.name}: OK" if check.is_valid else "\n".join(check.problems), err=not check.is_valid)
        for warning in check.warnings:
            click.echo(f"{check.name}: warning: {warning}", err=True)
    sys.exit(DONE if all(check.is_valid for check in checks) else REFUSED)


@profiles.command("schema")
def profiles_schema() -> None:
    """Print the JSON schema of profiles, for editors that complete and check YAML."""
    click.echo(json.dumps(LeadPipeline.profile_schema(), indent=2))


@profiles.command("suggest")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the profile (default: the file's).")
@click.option("--region", help="Country of numbers written without +; ISO code (default: detected).")
@click.option(
    "--extends", metavar="NAME", help="Draft on top of this profile: the draft says only which column is which."
)
@with_home
def profiles_suggest(file: Path, name: str | None, region: str | None, extends: str | None, home: Path | None) -> None:
    """Print a commented draft of a profile that imports FILE as it is; nothing is imported."""
    draft = open_pipeline(home).suggest(file, name=name, region=region, extends=extends)
    click.echo(draft, nl=False)


@profiles.command("sample")
@click.argument("name")
@click.option(
    "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write it to this file (default: print)."
)
@with_home
def profiles_sample(name: str, output: Path | None, home: Path | None) -> None:
    """Print a sample file of a profile: its headers, and two made-up rows that import without changes."""
    sample = open_pipeline(home).sample(name, output=output)
    if output is None:
        click.echo(sample, nl=False)
        return
    click.echo(f"{output}: replace the rows with your own, and drop the file into inbox/{name}/.")
