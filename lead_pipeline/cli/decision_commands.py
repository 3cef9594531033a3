"""Commands with which a person decides about an import that waits: approve, cancel."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from lead_pipeline.cli.shell import DONE, REFUSED, open_pipeline, show_result, with_home, with_json, with_store_wait
from lead_pipeline.model.results import ImportResult
from lead_pipeline.pipeline import LeadPipeline


@click.command()
@click.argument("import_id")
@with_json
@with_store_wait
@with_home
def approve(import_id: str, as_json: bool, store_wait: float, home: Path | None) -> None:
    """Import a file that is waiting for approval; it is read and screened again first."""
    leads = open_pipeline(home, store_wait)
    _decide(leads, leads.approve, import_id, as_json=as_json)


@click.command()
@click.argument("import_id")
@with_json
@with_store_wait
@with_home
def cancel(import_id: str, as_json: bool, store_wait: float, home: Path | None) -> None:
    """Discard a file that is waiting for approval: it goes to quarantine/, and may be dropped again."""
    leads = open_pipeline(home, store_wait)
    _decide(leads, leads.cancel, import_id, as_json=as_json)


def _decide(leads: LeadPipeline, decide: Callable[..., ImportResult], import_id: str, *, as_json: bool) -> None:
    from lead_pipeline.cli.import_views import progress_bar

    with progress_bar(import_id, hidden=as_json) as on_progress:
        result = decide(import_id, on_progress=on_progress)
    show_result(result, leads.home.root, as_json=as_json)
    sys.exit(REFUSED if result.status == "quarantined" else DONE)
