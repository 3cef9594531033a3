"""A place in which an import can be rehearsed: laid out like the home, below its staging, gone when the rehearsal is
over. What is rehearsed there is not known here.
"""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from lead_pipeline.filing.home import Home


@contextmanager
def borrowed_home(home: Home) -> Iterator[Home]:
    """Give a home of its own, in which whatever is staged and written disturbs nobody, and remove it afterwards."""
    home.prepare()
    place = Home(home.staging / "dry_runs" / uuid.uuid4().hex)
    place.prepare()
    try:
        yield place
    finally:
        shutil.rmtree(place.root, ignore_errors=True)
