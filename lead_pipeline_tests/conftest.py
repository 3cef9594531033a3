"""Settings for all tests. Fixtures of one room belong in its own conftest."""

import gc
import os

from hypothesis import settings

# No deadlines: machines differ, and a slow example is no wrong one. CI repeats the same examples every time, so that it
# fails for what was changed; everywhere else new ones are looked for.
# Few examples of each, because there are many properties: LEAD_PIPELINE_EXAMPLES=1000 looks harder.
EXAMPLES = int(os.environ.get("LEAD_PIPELINE_EXAMPLES", "15"))
settings.register_profile("developer", deadline=None, max_examples=EXAMPLES)
settings.register_profile("ci", deadline=None, max_examples=EXAMPLES, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "developer")


def pytest_collection_finish() -> None:
    """Keep the thousands of tests and the libraries out of every garbage collection to come: 5 % of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: some tests wait, for services, locks and pauses."""
    return (os.cpu_count() or 1) + 1
