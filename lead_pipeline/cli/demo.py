"""`lead-pipeline demo`: imports the bundled samples through the real job into a real store, and shows what happened."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar

from lead_pipeline.cli.import_views import import_panel, locations
from lead_pipeline.model.access.store_place import STORE, store_address
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.results import ImportResult, Progress
from lead_pipeline.pipeline import LeadPipeline

BLOCKED = "blocked-numbers.csv"
FIRST_STEP = ("spring-webinar.csv", "partner-list.csv", "messy-purchased-list.csv")
SECOND_STEP = "messy-corrected.csv"


def run_demo(home: Path | None) -> int:
    """Import the samples under `home`, or a fresh folder, and return the exit code.

    Raises: UsageError when the home has leads already, or a store on PostgreSQL is named: a demo must not mix with
    anybody's work.
    """
    if store_address(os.environ):
        raise UsageError(f"The demo has a store of its own, in a file: run it without {STORE}.")
    with LeadPipeline(home or tempfile.mkdtemp(prefix="lead-pipeline-demo-")) as leads:
        root = leads.home.root
        if leads.home.store.exists():
            raise UsageError(f"{root} holds leads already. Give the demo a fresh folder with --home, or none.")
        console = Console()
        console.print(f"Importing the bundled samples under [bold]{root}[/bold]\n")
        with samples_folder() as samples:
            _first_step(console, leads, samples)
            _second_step(console, leads, samples)
    console.print("\nLook around:")
    for command in ("history", 'sql "select outcome, count(*) as rows from row_outcomes group by all"', "ui"):
        console.print(f"  lead-pipeline --home {root} {command}", soft_wrap=True, highlight=False)
    return 0


@contextmanager
def samples_folder() -> Iterator[Path]:
    """Give the folder of the samples: inside an installed package, beside it in a checkout."""
    packaged = resources.files("lead_pipeline") / "samples"
    if packaged.is_dir():
        with resources.as_file(packaged) as folder:
            yield folder
    else:
        yield Path(__file__).resolve().parents[2] / "data" / "samples"


def _first_step(console: Console, leads: LeadPipeline, samples: Path) -> None:
    console.rule("1. A blocked list, two clean files and a messy one", align="left")
    blocked = leads.suppress(samples / BLOCKED, kind="blocked")
    console.print(f"{BLOCKED}: {blocked.rows_added} numbers that must not be contacted\n")
    for result in _imported(console, leads, [samples / name for name in FIRST_STEP]):
        _show(console, result, leads.home.root)


def _second_step(console: Console, leads: LeadPipeline, samples: Path) -> None:
    console.rule("2. Somebody corrects the rejected rows and drops the file back", align="left")
    for result in _imported(console, leads, [samples / SECOND_STEP]):
        _show(console, result, leads.home.root)


def _show(console: Console, result: ImportResult, home: Path) -> None:
    console.print(import_panel(result, reasons=6))
    console.print("\n".join(locations(result, home)) + "\n", soft_wrap=True, highlight=False, markup=False)


def _imported(console: Console, leads: LeadPipeline, files: list[Path]) -> list[ImportResult]:
    results = []
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with ProgressBar(*columns, console=console) as bar:
        task = bar.add_task("importing", total=len(files))
        for file in files:

            def on_progress(step: str, rows: int, _progress: Progress, name: str = file.name) -> None:
                bar.update(task, description=f"{name}: {step.replace('_', ' ')}, {rows:,} rows")

            results.append(leads.import_file(file, profile="call_schedule", on_progress=on_progress))
            bar.advance(task)
        bar.update(task, description=f"{len(files)} file{'s' if len(files) > 1 else ''} imported")
    return results
