"""Commands about suppression lists: what there is, what stops imports, and who was on which list when."""

import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import click

from lead_pipeline.cli.shell import open_pipeline, with_home, with_json, with_store_wait
from lead_pipeline.model.errors import UsageError, counted
from lead_pipeline.model.lists.list_state import ListEntry, ListState, ListVersion, SuppressionAnswer


@click.group(invoke_without_command=True)
@with_json
@with_home
@click.pass_context
def lists(context: click.Context, as_json: bool, home: Path | None) -> None:
    """Show the suppression lists: versions, entries, age, what was refused, and what stops which profiles."""
    if context.invoked_subcommand is not None:
        return
    found = open_pipeline(home).lists()
    if as_json:
        click.echo(found.model_dump_json())
        return
    if not found.lists:
        click.echo("No list was ever loaded. Try: lead-pipeline suppress FILE --kind do_not_call")
    for one in found.lists:
        click.echo(_state(one))
    for refused in found.refused:
        whose = f"list '{refused.name}', which was never loaded" if refused.name else "nobody knows which list"
        click.echo(f"Refused on {_moment(refused.staged_at)}, {whose}: {refused.file_name}. {refused.message}")
    for profile, why in found.stops.items():
        click.echo(f"Profile {profile} imports nothing. {why}")


def _state(one: ListState) -> str:
    required = f"; required by {', '.join(one.required_by)}" if one.required_by else ""
    said = [
        f"{one.name}: {one.kind} for {one.destination or 'the whole company'}, {_entries(one.entries)} in force; "
        f"version {one.version} ({one.mode}), delivered on {_moment(one.delivered_at)}{required}"
    ]
    said += [
        f"  refused on {_moment(refused.staged_at)}: {refused.list_id}. {refused.message}" for refused in one.refused
    ]
    if one.entries < one.entries_trusted:
        said.append(f"  had {_entries(one.entries_trusted)} since it was accepted last")
    return "\n".join(said)


def _entries(number: int) -> str:
    return f"{number:,} {'entry' if number == 1 else 'entries'}"


@lists.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per version, one per line.")
@with_home
def lists_show(name: str, as_json: bool, home: Path | None) -> None:
    """Show the versions of a list, first to last."""
    for one in open_pipeline(home).list_versions(name):
        click.echo(one.model_dump_json() if as_json else _version(one))


def _version(one: ListVersion) -> str:
    kept = f", {one.entries_kept:,} kept though not in it" if one.entries_kept else ""
    unread = f", {counted(one.rows_rejected, 'row')} unread" if one.rows_rejected else ""
    accepted = f" Accepted: {one.accepted_note}" if one.accepted_note else ""
    return (
        f"{one.version} ({one.mode}), {_moment(one.loaded_at)}: {one.entries_added:,} added, {one.entries_ended:,} "
        f"ended{kept}{unread}; {one.entries_before:,} entries before, {one.entries_after:,} after. {one.list_id}, "
        f"SHA-256 {one.file_sha256[:12]}….{accepted}"
    )


@lists.command("accept")
@click.argument("name")
@click.option("--version", type=int, required=True, help="The version that you looked at: the last one.")
@click.option("--note", required=True, help="Why the list is as it should be; kept with it.")
@with_store_wait
@with_home
def lists_accept(name: str, version: int, note: str, store_wait: float, home: Path | None) -> None:
    """Say that a list is as it should be: what it lost, and deliveries that were refused, stop no import any more."""
    open_pipeline(home, store_wait).accept_list(name, version, note=note)
    click.echo(f"List '{name}' is accepted as it is in version {version}. Imports that waited for it are tried again.")


@click.command()
@click.argument("phone_or_email")
@click.option("--at", metavar="TIME", help="As known then: a date such as 2026-03-01 (its end, UTC), or a moment.")
@click.option("--region", default="US", show_default=True, help="Country of a number without +; ISO code.")
@with_json
@with_home
def suppressed(phone_or_email: str, at: str | None, region: str, as_json: bool, home: Path | None) -> None:
    """Tell on which lists somebody is or was, by anything that is known of the person, and which held at a time."""
    answer = open_pipeline(home).suppressed(phone_or_email, at=_time(at), region=region)
    if as_json:
        click.echo(json.dumps(answer.model_dump(mode="json") | {"is_suppressed": bool(answer.in_force)}))
        return
    _show_answer(answer)


def _show_answer(answer: SuppressionAnswer) -> None:
    click.echo(f"On {_moment(answer.at)}, as known then: {_entries(len(answer.in_force))} in force.")
    for held_as in ("in force", "not known yet", "ended", "expired"):
        found = [entry for entry in answer.entries if entry.held == held_as]
        if found and held_as != "in force":
            click.echo(f"{held_as.capitalize()}:")
        for entry in found:
            click.echo(f"  {_entry(entry)}")


def _entry(one: ListEntry) -> str:
    facts = [
        f"listed on {one.listed_on}" if one.listed_on else "",
        f"until {_moment(one.expires_at)}" if one.expires_at else "",
        f"ended on {_moment(one.ended_at)} by {one.ended_by}" if one.ended_at else "",
        f"source {one.source}" if one.source else "",
        f"country {one.country}" if one.country else "",
        f"{one.destination} only" if one.destination else "",
        f"reason {one.reason}" if one.reason else "",
    ]
    more = "".join(f", {fact}" for fact in facts if fact)
    return (
        f"{one.kind}: {one.identifier_kind} {one.value} on list '{one.list_name}', version {one.list_version}, loaded "
        f"on {_moment(one.added_at)}{more}. {one.list_id}, SHA-256 {one.file_sha256[:12]}…."
    )


def _time(text: str | None) -> datetime | None:
    """Return a moment in UTC; of a date, its end."""
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--at is '{text[:40]}'. Write a date such as 2026-03-01, or 2026-03-01T12:00Z.") from None
    if read.tzinfo is None:
        read = read.replace(tzinfo=UTC)
    is_date = len(text) <= len("2026-03-01") and read.time() == time(0)
    return read + timedelta(days=1) - timedelta(microseconds=1) if is_date else read


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
