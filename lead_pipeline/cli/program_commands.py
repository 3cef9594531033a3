"""Commands about programs: the keys by which they call the HTTP API, and the webhooks that tell them of imports."""

import json
import sys
from pathlib import Path

import click

from lead_pipeline.cli.shell import DONE, FAILED, open_pipeline, with_home, with_json
from lead_pipeline.model.access.api_keys import API_SCOPES


@click.group(invoke_without_command=True)
@with_home
@click.pass_context
def keys(context: click.Context, home: Path | None) -> None:
    """List the keys of programs that call the HTTP API."""
    if context.invoked_subcommand is None:
        _list(home, as_json=False)


@keys.command("list")
@with_json
@with_home
def keys_list(as_json: bool, home: Path | None) -> None:
    """List the keys, oldest first."""
    _list(home, as_json=as_json)


@keys.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(API_SCOPES),
    help="What the key may do. Repeatable; admin may do everything.",
)
@with_home
def keys_create(name: str, scopes: tuple[str, ...], home: Path | None) -> None:
    """Make a key, and print it: it is shown this once."""
    made = open_pipeline(home).make_key(name, scopes)
    click.echo(made.text)
    click.echo(f"Keep it now: it is not shown again. It may {', '.join(made.key.scopes)}.", err=True)


@keys.command("revoke")
@click.argument("name")
@with_home
def keys_revoke(name: str, home: Path | None) -> None:
    """Have a key, by NAME or id, hold no longer."""
    click.echo(f"Revoked: {open_pipeline(home).revoke_key(name).name}.")


def _list(home: Path | None, *, as_json: bool) -> None:
    found = open_pipeline(home).keys()
    if as_json:
        click.echo(json.dumps([key.model_dump(mode="json") for key in found]))
        return
    if not found:
        click.echo("There are no keys: on this machine the API is open, from elsewhere it is closed.")
    for key in found:
        used = f"last used {key.last_used_at:%Y-%m-%d %H:%M} UTC" if key.last_used_at else "never used"
        click.echo(f"{key.name:<24} {key.key_id}  {', '.join(key.scopes):<24} {used}")


@click.group(invoke_without_command=True)
@with_home
@click.pass_context
def webhooks(context: click.Context, home: Path | None) -> None:
    """List the webhooks that the home's webhooks.yaml names, or say what is wrong with it."""
    if context.invoked_subcommand is not None:
        return
    found = open_pipeline(home).webhooks().webhooks
    if not found:
        click.echo("There are no webhooks. Name them in webhooks.yaml in the home.")
    for hook in found:
        click.echo(f"{hook.name:<20} {', '.join(hook.events)}  {hook.url}")


@webhooks.command("test")
@click.argument("name", required=False)
@with_home
def webhooks_test(name: str | None, home: Path | None) -> None:
    """Send something to the webhook NAME, or to all, and say what came of it."""
    attempts = open_pipeline(home).try_webhooks(name)
    for one in attempts:
        click.echo(f"{one.name}: {one.trouble or 'accepted.'}", err=bool(one.trouble))
    sys.exit(FAILED if any(one.trouble for one in attempts) else DONE)


@webhooks.command("secret")
def webhooks_secret() -> None:
    """Print a new secret to sign with; keep it where webhooks.yaml says, and give it to the receiver."""
    from lead_pipeline.pipeline import LeadPipeline

    click.echo(LeadPipeline.new_webhook_secret())
