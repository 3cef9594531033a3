"""`lead-pipeline demo`: imports the bundled samples through the real job into a real store, and shows what happened.
What the samples hold belongs in data/samples and the script that makes them.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar

from lead_pipeline.cli.import_views import import_panel, places
from lead_pipeline.filing.home import Home
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.results import ImportResult, Progress
from lead_pipeline.orchestration.instance import open_instance
from lead_pipeline.orchestration.launching import Launcher
from lead_pipeline.profiles.loader import load_profile

BLOCKED = "blocked-numbers.csv"
FIRST_STEP = ("spring-webinar.csv", "partner-list.csv", "messy-purchased-list.csv")
SECOND_STEP = "messy-corrected.csv"


def run_demo(home: Home | None) -> int:
    """Import the samples under `home`, or a fresh folder, and return the exit code.

    Raises: UsageError when the home has leads already: a demo must not mix with anybody's work.
    """
    if home is not None and home.store.exists():
        raise UsageError(f"{home.root} holds leads already. Give the demo a fresh folder with --home, or none.")
    place = home or Home(Path(tempfile.mkdtemp(prefix="lead-pipeline-demo-")))
    console = Console()
    console.print(f"Importing the bundled samples under [bold]{place.root}[/bold]\n")
    instance = open_instance(place)
    try:
        with samples_folder() as samples:
            _first_step(console, Launcher(place, instance), samples)
            _second_step(console, Launcher(place, instance), samples)
    finally:
        instance.dispose()
    console.print("\nLook around:")
    for command in ("history", 'sql "select outcome, count(*) as rows from row_outcomes group by all"', "ui"):
        console.print(f"  lead-pipeline --home {place.root} {command}", soft_wrap=True, highlight=False)
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


def _first_step(console: Console, launcher: Launcher, samples: Path) -> None:
    console.rule("1. A blocked list, two clean files and a messy one", align="left")
    blocked = launcher.load_list(launcher.stage_list(samples / BLOCKED, "blocked", "US"))
    console.print(f"{BLOCKED}: {blocked['rows_added']} numbers that must not be contacted\n")
    for result in _imported(console, launcher, [samples / name for name in FIRST_STEP]):
        _show(console, result, launcher.home)


def _second_step(console: Console, launcher: Launcher, samples: Path) -> None:
    console.rule("2. Somebody corrects the rejected rows and drops the file back", align="left")
    for result in _imported(console, launcher, [samples / SECOND_STEP]):
        _show(console, result, launcher.home)


def _show(console: Console, result: ImportResult, home: Home) -> None:
    console.print(import_panel(result, reasons=6))
    console.print("\n".join(places(result, home.root)) + "\n", soft_wrap=True, highlight=False, markup=False)


def _imported(console: Console, launcher: Launcher, files: list[Path]) -> Iterator[ImportResult]:
    profile = load_profile("call_schedule", folder=None)
    results = []
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with ProgressBar(*columns, console=console) as progress:
        task = progress.add_task("importing", total=len(files))
        for file in files:

            def listener(step: str, rows: int, _progress: Progress, name: str = file.name) -> None:
                progress.update(task, description=f"{name}: {step.replace('_', ' ')}, {rows:,} rows")

            results.append(launcher.import_staged(launcher.stage(file, profile), listener))
            progress.advance(task)
        progress.update(task, description=f"{len(files)} file{'s' if len(files) > 1 else ''} imported")
    yield from results
