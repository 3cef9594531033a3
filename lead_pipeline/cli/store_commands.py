"""Commands about the lead store as a whole: where it is, and copying it."""

import json
from pathlib import Path

import click

from lead_pipeline.cli.shell import open_pipeline, with_home, with_json, with_store_wait


@click.group()
def store() -> None:
    """Copy the lead store between a file in the home and PostgreSQL."""


@store.command("copy")
@click.option(
    "--to",
    "to",
    required=True,
    type=click.Choice(["postgresql", "file"]),
    help="postgresql: from the home's file into the database that LEAD_PIPELINE_STORE names; file: back.",
)
@with_json
@with_store_wait
@with_home
def store_copy(to: str, as_json: bool, store_wait: float, home: Path | None) -> None:
    """Copy the whole store, and compare every table by rows and checksum. What is copied stays as it is."""
    copied = open_pipeline(home, store_wait).copy_store(into_postgres=to == "postgresql")
    if as_json:
        click.echo(json.dumps(copied))
        return
    for table, rows in copied.items():
        if rows:
            click.echo(f"{table:<24} {rows:>14,}")
    click.echo(f"Copied {sum(copied.values()):,} rows of {len(copied)} tables; counts and checksums agree.")
