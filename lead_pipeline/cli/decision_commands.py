"""Commands with which a person decides about an import that waits: approve, cancel."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lead_pipeline.cli.shell import (
    DONE,
    REFUSED,
    launcher_for,
    show_result,
    the_home,
    with_home,
    with_json,
    with_store_wait,
)

if TYPE_CHECKING:
    from lead_pipeline.filing.decisions import Answer


@click.command()
@click.argument("import_id")
@with_json
@with_store_wait
@with_home
def approve(import_id: str, as_json: bool, store_wait: float, home: Path | None) -> None:
    """Import now what waits for approval; it is read and judged again first."""
    _decide(import_id, "approved", home, store_wait, as_json=as_json)


@click.command()
@click.argument("import_id")
@with_json
@with_store_wait
@with_home
def cancel(import_id: str, as_json: bool, store_wait: float, home: Path | None) -> None:
    """Import nothing of what waits for approval; its file goes to quarantine/, and may be dropped again."""
    _decide(import_id, "cancelled", home, store_wait, as_json=as_json)


def _decide(import_id: str, answer: "Answer", home: Path | None, store_wait: float, *, as_json: bool) -> None:
    from lead_pipeline.cli.import_views import progress_bar
    from lead_pipeline.filing.decisions import decide
    from lead_pipeline.importing.clock import utc_now

    place = the_home(home)
    manifest = decide(place, import_id, answer, utc_now())
    with launcher_for(place, store_wait) as launcher, progress_bar(manifest.file_name, hidden=as_json) as listener:
        result = launcher.carry_out(manifest, listener)
    show_result(result, place, as_json=as_json)
    sys.exit(REFUSED if result.status == "quarantined" else DONE)
