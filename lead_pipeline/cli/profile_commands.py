"""Commands about import profiles: list, show, check, draft, sample, and the schema for editors."""

import json
import sys
from pathlib import Path

import click

from lead_pipeline.cli.shell import DONE, REFUSED, the_home, with_home


@click.group(invoke_without_command=True)
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
    from lead_pipeline.profiles.json_schema import profile_schema

    click.echo(json.dumps(profile_schema(), indent=2))


@profiles.command("suggest")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the profile (default: the file's).")
@click.option("--region", help="Country of numbers written without +; ISO code (default: worked out).")
@click.option("--extends", metavar="NAME", help="Draft on top of this profile: say only which column is which.")
@with_home
def profiles_suggest(file: Path, name: str | None, region: str | None, extends: str | None, home: Path | None) -> None:
    """Print a commented draft of a profile that imports FILE as it is; nothing is imported."""
    from lead_pipeline.drafting.draft import draft_profile

    folder = the_home(home).profiles
    click.echo(draft_profile(file, name=name, region=region, extends=extends, folder=folder), nl=False)


@profiles.command("sample")
@click.argument("name")
@click.option(
    "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write it to this file (default: print)."
)
@with_home
def profiles_sample(name: str, output: Path | None, home: Path | None) -> None:
    """Print a sample file of a profile: its headers, and two rows of nobody that it imports as they are."""
    from lead_pipeline.drafting.sample import sample_file, write_sample
    from lead_pipeline.profiles.loader import load_profile

    sample = sample_file(load_profile(name, folder=the_home(home).profiles))
    if output is None:
        click.echo(sample, nl=False)
        return
    write_sample(output, sample)
    click.echo(f"{output}: replace the rows by your own, and drop the file into inbox/{name}/.")
