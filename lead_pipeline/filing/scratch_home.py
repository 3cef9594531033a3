"""A home for the length of a dry run: laid out like the real one, below its staging, and gone afterwards."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from lead_pipeline.filing.home import Home


@contextmanager
def borrowed_home(home: Home) -> Iterator[Home]:
    """Give a home in which whatever is staged and written disturbs nobody, and remove it afterwards."""
    home.prepare()
    scratch = Home(home.staging / "dry_runs" / uuid.uuid4().hex)
    scratch.prepare()
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch.root, ignore_errors=True)
