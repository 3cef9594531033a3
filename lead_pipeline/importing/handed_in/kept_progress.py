"""Leaves word in the work folder of how far an import is, for whoever asks from another process. Word of an import that
takes a moment is never written.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.json_files import readable_json
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.progress import also_listening
from lead_pipeline.model.handed_in.import_state import KeptProgress
from lead_pipeline.model.results import Progress

#: Seconds between two words; the first comes as late.
PAUSE = 0.5

_NAME = "progress"


@contextmanager
def progress_kept(work: WorkFolder, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Leave word of every step that runs inside the block."""
    said = clock()

    def keep(step: str, rows: int, progress: Progress) -> None:
        nonlocal said
        if clock() - said < PAUSE:
            return
        said = clock()
        with contextlib.suppress(OSError):  # it is only word: a full disk stops what has to be written
            work.put(_NAME, KeptProgress(step=step, rows=rows, progress=progress))

    before = find_progress(work.home, work.manifest.import_id)
    with also_listening(keep, before.progress if before else Progress()):
        yield


def find_progress(home: Home, import_id: str) -> KeptProgress | None:
    """Return how far an import is that is at work; None where nobody left word."""
    return readable_json(home.staging / "parts" / import_id / f"{_NAME}.json", KeptProgress)
